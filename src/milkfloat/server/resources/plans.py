"""Plans: asked for as jobs, watched while they are made, read when they are done."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, StreamingResponse

from milkfloat.errors import ConflictError
from milkfloat.routing.solve import WHOLE_MAX
from milkfloat.server.error_documents import problem
from milkfloat.server.services import Services, services_of
from milkfloat.server.stream import Message, event_stream, last_seen
from milkfloat.store.jobs import ENDED, Job
from milkfloat.store.plans import StoredPlan

router = APIRouter(prefix="/v1/plans", tags=["plans"])
Service = Annotated[Services, Depends(services_of)]
Table: TypeAlias = str | list[dict[str, str | int | float | bool | None]]


class PlanRequest(BaseModel):
    """
    What a plan is asked with: tables as CSV text, or as lists of objects with the same columns.

    The columns stand in docs/reference/input.md.
    """

    model_config = ConfigDict(extra="forbid")

    orders: Table
    vans: Table
    chargers: Table | None = None
    traffic: str | dict[str, Any] | None = Field(None, description="OSRM's speed CSV, or GeoJSON lines.")
    depart: str | None = Field(None, description="RFC 3339: no van leaves before; names the day.")
    temperature_c: float = Field(20.0, ge=-50, le=60)
    reserve_pct: float = Field(10.0, ge=0, le=90)
    depot_kw: float = Field(11.0, ge=0, le=1_000)
    time_limit_s: float | None = Field(None, gt=0, le=3_600)
    iterations: int | None = Field(None, ge=1, le=WHOLE_MAX)
    seed: int = Field(1, ge=0, le=WHOLE_MAX)
    threads: int = Field(1, ge=1, le=64)


@router.post("", status_code=HTTPStatus.ACCEPTED)
def ask(
    services: Service,
    request: PlanRequest,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Queue a request for a plan; the same ``Idempotency-Key`` asks for the same plan."""
    services.need_city()
    job = services.jobs.add(_task_request(request), idempotency_key=idempotency_key)
    headers = {"Location": f"/v1/plans/{job.id}"}
    return JSONResponse(_document(job), HTTPStatus.ACCEPTED, headers=headers)


@router.get("")
def recent(services: Service, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> dict[str, Any]:
    """List the latest requests, newest first."""
    return {"plans": [_document(job) for job in services.jobs.recent(limit)]}


@router.get("/{plan_id}")
def state(services: Service, plan_id: str) -> Response:
    """Tell how far a plan is."""
    job = services.jobs.get(plan_id)
    if job is None:
        return _unknown(plan_id)
    progress = next(
        (e.document for e in reversed(services.jobs.events_since(plan_id, 0)) if e.kind == "progress"), None
    )
    return JSONResponse(_document(job) | {"progress": progress})


@router.get("/{plan_id}/events")
def events(request: Request, services: Service, plan_id: str) -> Response:
    """Stream what happens until the plan is done (server-sent events; ``Last-Event-ID`` goes on from there)."""
    if services.jobs.get(plan_id) is None:
        return _unknown(plan_id)

    def read(after: int) -> list[Message]:
        return [Message(e.number, e.kind, e.document) for e in services.jobs.events_since(plan_id, after)]

    stream: StreamingResponse = event_stream(
        services.topics,
        f"job:{plan_id}",
        read,
        after=last_seen(request) or 0,
        is_last=lambda message: message.kind in ENDED,
    )
    return stream


@router.post("/{plan_id}/cancel", status_code=HTTPStatus.ACCEPTED)
def cancel(services: Service, plan_id: str) -> Response:
    """End the search; the best plan so far is kept."""
    job = services.jobs.get(plan_id)
    if job is None:
        return _unknown(plan_id)
    if not services.jobs.cancel(plan_id):
        raise ConflictError(f"plan {plan_id} is {job.state} already")
    now = services.jobs.get(plan_id) or job
    return JSONResponse(_document(now), HTTPStatus.ACCEPTED)


@router.get("/{plan_id}/plan")
def plan(services: Service, plan_id: str) -> Response:
    """Read the plan (PLAN.json)."""
    found = services.jobs.plan_of(plan_id)
    return _unknown(plan_id) if found is None else JSONResponse(found.plan)


@router.get("/{plan_id}/problem")
def problem_of(services: Service, plan_id: str) -> Response:
    """Read the problem it solves (PROBLEM.json), for `milkfloat check` and `milkfloat replan`."""
    found = services.jobs.plan_of(plan_id)
    return _unknown(plan_id) if found is None else JSONResponse(found.problem)


@router.get("/{plan_id}/geojson")
def geojson(services: Service, plan_id: str) -> Response:
    """Read its routes along the streets, and its stops."""
    found: StoredPlan | None = services.jobs.plan_of(plan_id)
    if found is None:
        return _unknown(plan_id)
    return JSONResponse(found.geojson, media_type="application/geo+json")


def _task_request(request: PlanRequest) -> dict[str, Any]:
    traffic = request.traffic
    return {
        "orders": _csv(request.orders),
        "vans": _csv(request.vans),
        "chargers": None if request.chargers is None else _csv(request.chargers),
        "traffic": json.dumps(traffic) if isinstance(traffic, Mapping) else traffic,
        "depart": request.depart,
        "conditions": {
            "temperature_c": request.temperature_c,
            "reserve_share": request.reserve_pct / 100,
            "depot_power_w": request.depot_kw * 1_000,
        },
        "time_limit_s": request.time_limit_s,
        "iterations": request.iterations,
        "seed": request.seed,
        "threads": request.threads,
    }


def _csv(table: Table) -> str:
    """The text of a table: as it is, or made of its objects, so that one reader names every fault."""
    if isinstance(table, str):
        return table
    columns = dict.fromkeys(key for row in table for key in row)
    file = io.StringIO()
    writer = csv.DictWriter(file, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return file.getvalue()


def _document(job: Job) -> dict[str, Any]:
    def instant(name: str) -> str | None:
        value = getattr(job, name)
        return None if value is None else value.isoformat()

    document: dict[str, Any] = {
        "id": job.id,
        "state": job.state,
        "attempt": job.attempt,
        "created_at": instant("created_at"),
        "started_at": instant("started_at"),
        "finished_at": instant("finished_at"),
    }
    if job.error is not None:
        document["error"] = job.error
    base = f"/v1/plans/{job.id}"
    links = {"self": base, "events": f"{base}/events"}
    if job.result is not None:
        links |= {name: f"{base}/{name}" for name in ("plan", "problem", "geojson")}
    return document | {"links": links}


def _unknown(plan_id: str) -> Response:
    return problem(HTTPStatus.NOT_FOUND, "there is no such plan", type="unknown", detail=plan_id)

"""Plans as jobs over HTTP: asked, watched, cancelled, read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.unit.roads.tiny_maps import lonlat
from tests.unit.server.conftest import services_on, serving

from milkfloat.app.workers import MapFile
from milkfloat.fleet.catalogue import load_models
from milkfloat.server.app import create_app

MODEL = next(iter(load_models()))


def request(**more: Any) -> dict[str, Any]:
    hub = lonlat(-15, 0)
    van = {"id": "v1", "model": MODEL, "depot_lon": hub[0], "depot_lat": hub[1]}
    orders = [{"id": f"o{k}", "lon": p[0], "lat": p[1], "demand_kg": 5} for k in range(3) for p in [lonlat(40 * k, 0)]]
    return {
        "orders": orders,
        "vans": [van | {"shift_start": "08:00", "shift_end": "16:00"}],
        "depart": "2026-01-15T08:00",
        "iterations": 200,
        **more,
    }


def events(client: httpx.Client, plan: str, **headers: str) -> Iterator[tuple[int, str]]:
    """Number and kind of each event until the stream ends."""
    number = 0
    with client.stream("GET", f"/v1/plans/{plan}/events", headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("id: "):
                number = int(line[4:])
            elif line.startswith("event: "):
                yield number, line[7:]


def asked(client: httpx.Client, body: dict[str, Any], **headers: str) -> str:
    answer = client.post("/v1/plans", json=body, headers=headers)
    assert answer.status_code == 202, answer.text
    plan: str = answer.json()["id"]
    assert answer.headers["location"] == f"/v1/plans/{plan}"
    return plan


def test_a_plan_is_asked_for_watched_and_read(client: httpx.Client) -> None:
    plan = asked(client, request())
    seen = [*events(client, plan)]
    assert [kind for _, kind in seen][:2] == ["queued", "running"]
    assert seen[-1][1] == "done"
    assert [number for number, _ in seen] == [*range(1, len(seen) + 1)]
    job = client.get(f"/v1/plans/{plan}").json()
    assert (job["state"], job["attempt"]) == ("done", 1)
    document = client.get(job["links"]["plan"]).json()
    assert document["summary"]["unassigned"] == 0
    assert len(document["routes"]) == 1
    assert client.get(job["links"]["problem"]).json()["format"] == "milkfloat-problem"
    lines = client.get(job["links"]["geojson"])
    assert lines.headers["content-type"] == "application/geo+json"
    assert any(f["geometry"]["type"] == "LineString" for f in lines.json()["features"])
    assert plan in [each["id"] for each in client.get("/v1/plans").json()["plans"]]


def test_a_stream_goes_on_where_it_was_broken_off(client: httpx.Client) -> None:
    plan = asked(client, request())
    whole = [*events(client, plan)]
    assert [*events(client, plan, **{"Last-Event-ID": "2"})] == whole[2:]
    assert [*events(client, plan, **{"Last-Event-ID": "nonsense"})] == whole


def test_tables_may_be_text_and_bad_rows_do_not_stop_the_good(client: httpx.Client) -> None:
    lon, lat = lonlat(40, 0)
    orders = f"id,lon,lat,demand_kg\na,{lon},{lat},5\nb,{lat},{lon},5\nc,{lon},{lat},heavy\n"
    plan = asked(client, request(orders=orders))
    assert [*events(client, plan)][-1][1] == "done"
    document = client.get(f"/v1/plans/{plan}/plan").json()
    assert {fault["where"].rpartition(".")[0] for fault in document["faults"]} == {"orders.csv:3", "orders.csv:4"}


def test_input_of_which_nothing_is_left_fails_with_every_fault(client: httpx.Client) -> None:
    plan = asked(client, request(vans="id,model,depot_lon,depot_lat\nv1,no-such-van,10,0\n"))
    assert [*events(client, plan)][-1][1] == "failed"
    job = client.get(f"/v1/plans/{plan}").json()
    assert job["error"]["title"] == "the input is faulty"
    assert any("no-such-van" in fault["message"] for fault in job["error"]["errors"])
    assert client.get(f"/v1/plans/{plan}/plan").status_code == 404


def test_the_same_key_is_the_same_plan(client: httpx.Client) -> None:
    first = asked(client, request(), **{"Idempotency-Key": "morning"})
    assert asked(client, request(), **{"Idempotency-Key": "morning"}) == first
    other = client.post("/v1/plans", json=request(seed=2), headers={"Idempotency-Key": "morning"})
    assert (other.status_code, other.json()["type"]) == (409, "urn:milkfloat:problem:conflict")


def test_a_cancelled_search_keeps_its_best_plan(client: httpx.Client) -> None:
    plan = asked(client, request(iterations=None, time_limit_s=600))
    cancelled = False
    kinds = []
    for _, kind in events(client, plan):
        kinds.append(kind)
        if (
            kind == "progress"
            and not cancelled
            and client.get(f"/v1/plans/{plan}").json()["progress"]["phase"] == "search"
        ):
            cancelled = True
            assert client.post(f"/v1/plans/{plan}/cancel").status_code == 202
    assert kinds[-1] == "cancelled"
    assert client.get(f"/v1/plans/{plan}/plan").json()["summary"]["unassigned"] == 0
    assert client.post(f"/v1/plans/{plan}/cancel").status_code == 409


def test_a_waiting_plan_is_cancelled_without_being_begun(client: httpx.Client) -> None:
    # There is one worker: the second waits for the first.
    first = asked(client, request(iterations=None, time_limit_s=600))
    second = asked(client, request())
    assert client.post(f"/v1/plans/{second}/cancel").json()["state"] == "cancelled"
    assert [kind for _, kind in events(client, second)] == ["queued", "cancelled"]
    client.post(f"/v1/plans/{first}/cancel")
    assert [*events(client, first)][-1][1] == "cancelled"
    third = asked(client, request())
    assert [*events(client, third)][-1][1] == "done"
    assert client.get(f"/v1/plans/{second}").json()["attempt"] == 0


@pytest.mark.parametrize("path", ["", "/plan", "/problem", "/geojson", "/events"])
def test_an_unknown_plan_is_not_there(client: httpx.Client, path: str) -> None:
    answer = client.get(f"/v1/plans/nobody{path}")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:milkfloat:problem:unknown")


@pytest.mark.parametrize(
    "body",
    [
        {},
        request(colour="red"),
        request(seed=-1),
        request(seed=2**64),
        request(temperature_c=99),
        request(orders=[{"id": {}}]),
    ],
)
def test_a_request_of_the_wrong_shape_is_refused_at_the_door(client: httpx.Client, body: dict[str, Any]) -> None:
    answer = client.post("/v1/plans", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_a_service_that_starts_again_finishes_what_the_last_one_began(map_file: MapFile, database_file: str) -> None:
    with serving(create_app(services_on(map_file, url=database_file))) as first:
        running = asked(first, request(iterations=None, time_limit_s=2))
        for _, kind in events(first, running):
            if kind == "running":
                break
        waiting = asked(first, request())
    with serving(create_app(services_on(map_file, url=database_file))) as second:
        for plan in (running, waiting):
            assert [*events(second, plan)][-1][1] == "done"
        assert second.get(f"/v1/plans/{running}").json()["attempt"] == 2
        assert second.get(f"/v1/plans/{waiting}").json()["attempt"] == 1

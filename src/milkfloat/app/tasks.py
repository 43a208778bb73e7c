"""What worker processes do: plan a day on the map, answer a question to VROOM. Documents in, documents out."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from milkfloat.app.conditions import Conditions
from milkfloat.app.day_input import departure_of, read_day
from milkfloat.app.draw import geojson
from milkfloat.app.plan import plan_day
from milkfloat.app.road_table import road_table
from milkfloat.app.solve import great_circle_table
from milkfloat.app.vroom_lines import add_lines
from milkfloat.app.workers import Document, Report, Workplace
from milkfloat.errors import Fault, InputError
from milkfloat.roads.traffic import base_metric, default_profile
from milkfloat.routing.formats import vroom
from milkfloat.routing.formats.instance import Table
from milkfloat.routing.formats.vroom_answer import write as write_answer
from milkfloat.routing.solve import Progress, solve

# Tables of a request and the file names under which faults speak of them.
_FILES = {"orders": "orders.csv", "vans": "vans.csv", "chargers": "chargers", "traffic": "traffic"}


class _EndedEarly(Exception):
    """The service wants no plan any more, and there is none yet."""


def plan_task(workplace: Workplace, request: Document, report: Report) -> Document:
    """
    Plan a day.

    Parameters
    ----------
    request
        ``orders``, ``vans``, ``chargers`` and ``traffic`` as the texts of such files (the last two may be None),
        ``depart`` (RFC 3339 or None), ``now`` (RFC 3339), ``conditions`` (fields of `Conditions` by name),
        ``time_limit_s``, ``iterations``, ``seed``, ``threads``.

    Returns
    -------
    ``plan``, ``problem`` and ``geojson`` as documents; all None where the task was ended before there was a plan.
    """

    def on_build(phase: str, part: float) -> None:
        if not report({"phase": phase, "part": part}):
            raise _EndedEarly

    def on_progress(state: Progress) -> bool:
        return report({"phase": "search"} | asdict(state))

    def wishes(conditions: Conditions) -> Conditions:
        return replace(conditions, **request["conditions"])

    on_build("map", 0.0)
    city = workplace.city()
    with tempfile.TemporaryDirectory() as folder:
        paths: dict[str, Path | None] = {}
        for key, name in _FILES.items():
            text = request.get(key)
            paths[key] = None if text is None else Path(folder) / name
            if text is not None:
                (Path(folder) / name).write_text(text, encoding="utf-8")
        assert paths["orders"] is not None
        assert paths["vans"] is not None
        day = read_day(
            city,
            paths["orders"],
            paths["vans"],
            chargers=paths["chargers"],
            traffic=paths["traffic"],
            depart=departure_of(request["depart"]),
            now=datetime.fromisoformat(request["now"]),
            conditions=wishes,
        )
    try:
        planned = plan_day(
            city,
            day.orders,
            day.vans,
            day.chargers,
            day.conditions,
            time_limit_s=request["time_limit_s"],
            iterations=request["iterations"],
            seed=request["seed"],
            threads=request["threads"],
            faults=day.faults,
            notes=day.notes,
            on_build=on_build,
            on_progress=on_progress,
        )
    except _EndedEarly:
        return {"plan": None, "problem": None, "geojson": None}
    return {"plan": planned.document, "problem": json.loads(planned.problem_json), "geojson": geojson(planned)}


def vroom_task(workplace: Workplace, request: Document, report: Report) -> Document:
    """
    Answer a question to VROOM.

    Parameters
    ----------
    request
        ``question`` (the document), ``metric`` (``great-circle``, with ``circuity`` and ``speed_kmh``, or None for the
        roads of the map), ``bin`` (traffic of the roads), ``time_limit_s`` and ``iterations`` (or None), ``seed``.

    Returns
    -------
    The answer, with the remarks of the reader as ``notes`` where there are any.
    """
    question = request["question"]
    data = json.dumps(question).encode()
    instance = vroom.read(data, source="question", table=_table(workplace, request))
    plan = solve(
        instance.problem,
        time_limit_s=request["time_limit_s"],
        iterations=request["iterations"],
        seed=request["seed"],
        initial=instance.initial,
        on_progress=lambda state: report({"phase": "search"} | asdict(state)),
    )
    answer = write_answer(instance, plan)
    notes = list(instance.notes)
    if request["metric"] is not None:
        notes.append("travel times are distances as the crow flies times a factor, not roads")
    elif _wants_lines(question):
        city = workplace.city()
        add_lines(answer, city.graph, base_metric(city.graph, default_profile(), bins=(request["bin"],)))
    return answer | ({"notes": notes} if notes else {})


def _table(workplace: Workplace, request: Document) -> Table:
    if request["metric"] is not None:
        return great_circle_table(circuity=request["circuity"], speed_kmh=request["speed_kmh"])

    def table(points: Any) -> tuple[Any, Any]:
        if workplace.map_file is None:
            message = "there is no map here for coordinates without matrices; ask with metric=great-circle"
            raise InputError(Fault("question", message))
        graph = workplace.city().graph
        metric = base_metric(graph, default_profile(), bins=(request["bin"],))
        return road_table(graph, metric, bin_index=request["bin"])(points)

    return table


def _wants_lines(question: Any) -> bool:
    """Whether the question asks for the lines of the routes, as clients of vroom-express do."""
    options = question.get("options") if isinstance(question, Mapping) else None
    return isinstance(options, Mapping) and bool(options.get("g"))


TASKS = {"plan": plan_task, "vroom": vroom_task}

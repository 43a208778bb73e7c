"""What every van does when, as a Gantt chart in SVG."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import escape

from milkfloat.app.draw import step_id
from milkfloat.app.plan import Planned
from milkfloat.app.report.look import clock, colour, number
from milkfloat.routing.plan import Route, Step

_LEFT, _RIGHT, _ROW, _TOP = 90.0, 10.0, 30.0, 26.0
WIDTH = 1_100.0
_HATCH = (
    '<defs><pattern id="waits" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path d="M0 0V6" class="hatch"/></pattern></defs>'
)
# What a step is called where the driver is not on the road.
WORDS = {
    "start": "loads",
    "reload": "loads again",
    "job": "serves",
    "pickup": "picks up",
    "delivery": "delivers",
    "charge": "charges",
    "break": "break",
    "end": "end",
}


def timeline(planned: Planned) -> str:
    """A row per van in use: driving, waiting, service, loading, charging, breaks, on the clock of the plan's zone."""
    routes = planned.plan.routes
    if not routes:
        return ""
    first = min(route.steps[0].arrival for route in routes)
    last = max(route.steps[-1].departure for route in routes)
    hours = _hours(planned, first, last)
    begin, end = min(hours[0], first), max(hours[-1], last)
    scale = (WIDTH - _LEFT - _RIGHT) / max(end - begin, 1.0)

    def x(instant: float) -> float:
        return _LEFT + (instant - begin) * scale

    height = _TOP + _ROW * len(routes) + 8
    parts = [
        f'<svg class="timeline" viewBox="0 0 {WIDTH:g} {height:g}" role="img" aria-label="Timeline of the vans">',
        _HATCH,
    ]
    every = max(1, round(len(hours) / 14))
    for k, hour in enumerate(hours):
        parts.append(f'<path class="hour" d="M{number(x(hour))} {_TOP}V{height - 8:g}"/>')
        if k % every == 0:
            parts.append(f'<text class="hour" x="{number(x(hour))}" y="{_TOP - 8:g}">{clock(planned, hour)}</text>')
    for k, route in enumerate(routes):
        top = _TOP + _ROW * k
        name = escape(planned.built.problem.vehicles[route.vehicle].id)
        parts.append(f'<g style="--van:{colour(k)}"><text class="van" x="{_LEFT - 8:g}" y="{top + 20:g}">{name}</text>')
        parts += _bars(planned, route, top, x)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>"])


def _bars(planned: Planned, route: Route, top: float, x: Callable[[float], float]) -> Iterator[str]:
    steps = route.steps
    yield (
        f'<path class="drive" d="M{number(x(steps[0].departure))} {top + 15:g}'
        f'H{number(x(max(steps[-1].arrival, steps[0].departure)))}"/>'
    )
    for step in steps:
        if step.start > step.arrival and step.kind != "start":
            yield _bar("wait", x(step.arrival), x(step.start), top, f"waits until {clock(planned, step.start)}")
        if step.departure > step.start:
            yield _bar(step.kind, x(step.start), x(step.departure), top, title_of(planned, route, step))


def _bar(kind: str, left: float, right: float, top: float, title: str) -> str:
    # Short service must stay visible.
    width = max(right - left, 1.5)
    return (
        f'<rect class="bar {kind}" x="{number(left)}" y="{top + 6:g}" width="{number(width)}" height="18" rx="2">'
        f"<title>{escape(title)}</title></rect>"
    )


def title_of(planned: Planned, route: Route, step: Step) -> str:
    """A step in words, with its times."""
    name = step_id(planned, route, step) if step.kind != "break" else ""
    span = f"{clock(planned, step.start)} to {clock(planned, step.departure)}"
    charged = f", {step.charge / 1000:.2f} kWh" if step.charge else ""
    return f"{WORDS[step.kind]} {name}, {span}{charged}".replace(" ,", ",")


def _hours(planned: Planned, first: float, last: float) -> list[float]:
    """Unix seconds of the full hours on the wall from the one before ``first`` to the one after ``last``."""
    zone = planned.built.conditions.zone
    start = datetime.fromtimestamp(first, zone).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    hours = [start]
    while hours[-1].timestamp() < last:
        hours.append(hours[-1] + timedelta(hours=1))
    return [hour.timestamp() for hour in hours]

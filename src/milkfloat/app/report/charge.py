"""The charge in every battery over the day, one small SVG chart per van."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

import numpy as np

from milkfloat.app.plan import Planned
from milkfloat.app.report.look import clock, colour, number
from milkfloat.routing.plan import Route, Step
from milkfloat.routing.problem import Battery
from milkfloat.units import WH_PER_KWH

_WIDTH, _HEIGHT = 340.0, 150.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 8.0, 10.0, 22.0
# Points of a charge on its curve.
_CURVE_POINTS = 7


def charge_charts(planned: Planned) -> Iterator[str]:
    """A figure per van with a battery."""
    for k, route in enumerate(planned.plan.routes):
        van = planned.built.problem.vehicles[route.vehicle]
        if van.battery is None:
            continue
        lowest = min((step.soc for step in route.steps if step.soc is not None), default=0.0) / van.battery.capacity
        model = planned.built.models[van.profile].name
        full = van.battery.capacity / WH_PER_KWH
        yield (
            f'<figure class="charge" style="--van:{colour(k)}"><figcaption><b>{escape(van.id)}</b> '
            f"{escape(model)}, {full:.1f} kWh; lowest {lowest:.0%}</figcaption>"
            f"{_chart(planned, route, van.battery)}</figure>"
        )


def points_of(planned: Planned, route: Route, battery: Battery) -> list[tuple[float, float]]:
    """Instants and watt-hours of the line: straight while driving, along the charging curve at a plug."""
    points: list[tuple[float, float]] = []
    for step in route.steps:
        if step.soc is None:
            continue
        points += [(step.arrival, step.soc), (step.start, step.soc)]
        if step.kind == "charge":
            points += _along_curve(planned, step, battery)
        points.append((step.departure, step.soc + step.charge))
    return points


def _along_curve(planned: Planned, step: Step, battery: Battery) -> Iterator[tuple[float, float]]:
    """Points of one charge between its start and its end."""
    station = planned.built.problem.stations[step.index]
    curve = battery.curves[station.kind]
    if curve is None or step.charge <= 0 or step.soc is None:
        return
    levels = np.linspace(step.soc, step.soc + step.charge, _CURVE_POINTS)
    times = np.interp(levels, curve.energy, curve.time)
    # Plugging in comes first; then the curve, up to the departure.
    begins = step.departure - float(times[-1] - times[0])
    for time, level in zip(times.tolist(), levels.tolist(), strict=True):
        yield max(step.start, begins + time - float(times[0])), level


def _chart(planned: Planned, route: Route, battery: Battery) -> str:
    points = points_of(planned, route, battery)
    begin, end = points[0][0], max(points[-1][0], points[0][0] + 1.0)

    def x(instant: float) -> float:
        return _LEFT + (instant - begin) / (end - begin) * (_WIDTH - _LEFT - _RIGHT)

    def y(energy: float) -> float:
        return _TOP + (1 - energy / battery.capacity) * (_HEIGHT - _TOP - _BOTTOM)

    line = " ".join(f"{number(x(at))},{number(y(level))}" for at, level in points)
    bottom = number(y(0.0))
    parts = [f'<svg viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" aria-label="Charge over the day">']
    for share in (0.0, 0.5, 1.0):
        at = number(y(share * battery.capacity))
        parts.append(f'<path class="grid" d="M{_LEFT:g} {at}H{_WIDTH - _RIGHT:g}"/>')
        parts.append(f'<text class="level" x="{_LEFT - 5:g}" y="{at}">{share:.0%}</text>')
    parts += _plugged(route, x)
    parts.append(f'<polygon class="under" points="{number(x(begin))},{bottom} {line} {number(x(end))},{bottom}"/>')
    parts.append(f'<polyline class="soc" points="{line}"/>')
    at = number(y(battery.reserve))
    parts.append(f'<path class="reserve" d="M{_LEFT:g} {at}H{_WIDTH - _RIGHT:g}"><title>reserve</title></path>')
    foot = _HEIGHT - 6
    parts.append(f'<text class="time" x="{_LEFT:g}" y="{foot:g}">{clock(planned, begin)}</text>')
    parts.append(f'<text class="time last" x="{_WIDTH - _RIGHT:g}" y="{foot:g}">{clock(planned, end)}</text></svg>')
    return "".join(parts)


def _plugged(route: Route, x: Callable[[float], float]) -> Iterator[str]:
    """Bands in which the van is at a plug."""
    for step in route.steps:
        if step.kind == "charge":
            width = max(x(step.departure) - x(step.start), 1.0)
            yield (
                f'<rect class="plugged" x="{number(x(step.start))}" y="{_TOP:g}" width="{number(width)}" '
                f'height="{_HEIGHT - _TOP - _BOTTOM:g}"><title>{step.charge / WH_PER_KWH:.2f} kWh</title></rect>'
            )

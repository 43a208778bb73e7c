"""A driver's sheet: every stop with its time, place, load and charge; one page per van on paper."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from milkfloat.app.draw import trip_of
from milkfloat.app.figures import duration_text, served, stops_of
from milkfloat.app.plan import Planned
from milkfloat.app.report.look import clock, colour
from milkfloat.routing.plan import Route, Step
from milkfloat.units import G_PER_KG, M_PER_KM, WH_PER_KWH

_DEEDS = {"job": "deliver", "pickup": "pick up", "delivery": "deliver"}


def sheet(planned: Planned, index: int) -> str:
    """The sheet of the route number ``index``."""
    route = planned.plan.routes[index]
    problem = planned.built.problem
    van = problem.vehicles[route.vehicle]
    model = planned.built.models[van.profile].name
    day = planned.built.conditions.day
    trips = trip_of(route, len(route.steps) - 1)
    facts = (
        f"{day:%A} {day.day} {day:%B %Y}, leaves {clock(planned, route.steps[0].departure)}, "
        f"back {clock(planned, route.steps[-1].arrival)}: {stops_of(route)} stops, {trips} "
        f"{'trip' if trips == 1 else 'trips'}, {route.distance / M_PER_KM:.1f} km, {duration_text(route.duration)}"
    )
    rows = "".join(_rows(planned, route))
    return (
        f'<section class="sheet" style="--van:{colour(index)}"><h3><span class="dot"></span>{escape(van.id)} '
        f"<small>{escape(model)}</small></h3><p>{escape(facts)}</p><div class='wide'><table><thead><tr><th>#</th>"
        "<th>arrive</th><th>leave</th><th>what</th><th>where</th><th>within</th><th>load</th><th>battery</th>"
        f"<th class='tick'>done</th></tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _rows(planned: Planned, route: Route) -> Iterator[str]:
    number = 0
    for k, step in enumerate(route.steps):
        if served(step):
            number += 1
        kind = "stop" if served(step) else step.kind
        tick = "&#9744;" if served(step) or step.kind == "charge" else ""
        cells = (
            str(number) if served(step) else "",
            "" if step.kind == "start" else clock(planned, step.arrival),
            "" if step.kind == "end" else clock(planned, step.departure),
            _what(planned, route, k),
            _where(planned, step),
            _within(planned, step),
            _load(planned, step),
            _battery(planned, route, step),
        )
        body = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        yield f'<tr class="{kind}">{body}<td class="tick">{tick}</td></tr>'


def _what(planned: Planned, route: Route, position: int) -> str:
    problem, step = planned.built.problem, route.steps[position]
    if served(step):
        order = problem.orders[step.index]
        deed = "pick up" if step.kind == "job" and any(order.pickup) else _DEEDS[step.kind]
        waits = step.start - step.arrival
        return f"{deed} {order.id}" + (f" (open from {clock(planned, step.start)})" if waits >= 60 else "")
    if step.kind == "charge":
        power = planned.built.problem.stations[step.index]
        return (
            f"charge at {power.id}: {step.charge / WH_PER_KWH:.1f} kWh in {duration_text(step.departure - step.start)}"
        )
    if step.kind == "break":
        return f"break, {duration_text(step.departure - step.start)}"
    if step.kind in ("start", "reload"):
        trip = trip_of(route, position + 1)
        count = _stops_ahead(route, position)
        return f"load trip {trip}: {count} {'stop' if count == 1 else 'stops'}"
    return "return"


def _stops_ahead(route: Route, position: int) -> int:
    """Stops of the trip that begins at a step."""
    count = 0
    for step in route.steps[position + 1 :]:
        if step.kind in ("reload", "end"):
            break
        count += served(step)
    return count


def _where(planned: Planned, step: Step) -> str:
    return "" if step.kind == "break" else planned.built.problem.locations[step.location].name


def _within(planned: Planned, step: Step) -> str:
    """The promised windows of a stop."""
    if not served(step):
        return ""
    stop = planned.built.problem.orders[step.index].stops[1 if step.kind == "delivery" else 0]
    infinite = float("inf")
    texts = []
    for early, late in stop.windows:
        if early == -infinite:
            texts.append(f"until {clock(planned, late)}")
        elif late == infinite:
            texts.append(f"from {clock(planned, early)}")
        else:
            texts.append(f"{clock(planned, early)} to {clock(planned, late)}")
    return ", ".join(texts)


def _load(planned: Planned, step: Step) -> str:
    """What the order weighs, or what is on board after loading."""
    if served(step):
        order = planned.built.problem.orders[step.index]
        mass_g = next((load[0] for load in (order.delivery, order.pickup, order.amount) if load), 0.0)
        return f"{mass_g / G_PER_KG:g} kg" if mass_g else ""
    if step.kind in ("start", "reload") and step.load:
        return f"{step.load[0] / G_PER_KG:g} kg on board"
    return ""


def _battery(planned: Planned, route: Route, step: Step) -> str:
    battery = planned.built.problem.vehicles[route.vehicle].battery
    if battery is None or step.soc is None:
        return ""
    arrival = f"{step.soc / battery.capacity:.0%}"
    return f"{arrival} to {(step.soc + step.charge) / battery.capacity:.0%}" if step.charge else arrival

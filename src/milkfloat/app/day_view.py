"""A running day as JSON: what the console, the driver pages and every other reader see. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import isfinite
from typing import Any

from milkfloat.app.day import Change, LiveDay, OrderDay
from milkfloat.app.day_figures import LATE_S, day_figures
from milkfloat.app.day_motion import drive_along
from milkfloat.app.day_van import STOPS, Done, VanDay, as_done
from milkfloat.app.maps import ATTRIBUTION
from milkfloat.dispatch.reasons import ExplainedMove
from milkfloat.fleet.places import Place
from milkfloat.roads.metric import Metric
from milkfloat.routing.problem import Vehicle

# So many of the latest entries of the log go along with a snapshot.
_LOG_SHOWN = 60


@dataclass(slots=True)
class DayView:
    """
    Reads one day; keeps the lines of drives it has looked up.

    Attributes
    ----------
    day
        The running day.
    """

    day: LiveDay
    _lines: dict[tuple[int, int, int], list[list[float]]] = field(default_factory=dict)
    _metrics: tuple[Metric, ...] = ()

    def snapshot(self) -> dict[str, Any]:
        """Everything there is to see."""
        day = self.day
        with day.lock_of_day:
            built = day.built
            west, south, east, north = built.city.bbox
            etas, carriers = day.etas(), day.carriers()
            return {
                "version": day.version,
                "time": day.now_s,
                "timezone": built.conditions.timezone,
                "day": built.conditions.day.isoformat(),
                "name": day.name,
                "attribution": ATTRIBUTION,
                "bbox": [west, south, east, north],
                "center": [(west + east) / 2.0, (south + north) / 2.0],
                "starts": min(van.shift.start_s for van in built.vans),
                "ends": max(van.shift.end_s for van in built.vans),
                "temperature_c": built.conditions.temperature_c,
                "can_undo": bool(day.changes),
                "depots": list(self._depots()),
                "chargers": [
                    _place(charger.place)
                    | {
                        "id": charger.id,
                        "power_w": charger.power_w,
                        "status": "failed" if charger.id in day.broken else "ok",
                    }
                    for charger in built.chargers
                ],
                "orders": [self._order(order, etas, carriers) for order in day.orders.values()],
                "vans": [self._van(van) for van in day.vans.values()],
                "traffic": [
                    one.document(built.city.graph) for one in day.disturbances.values() if one.until_s > day.now_s
                ],
                "kpis": day_figures(day).document,
                "last_change": self.change(day.changes[-1]) if day.changes else None,
                "log": [entry.document for entry in day.log.since(len(day.log) - _LOG_SHOWN)],
            }

    def positions(self) -> dict[str, Any]:
        """Where the vans are: little enough to be sent several times a second."""
        day = self.day
        with day.lock_of_day:
            return {"time": day.now_s, "vans": [self._position(van) for van in day.vans.values()]}

    def driver(self, van_id: str) -> dict[str, Any]:
        """
        What the driver of a van sees.

        Raises
        ------
        KeyError
            When there is no such van.
        """
        day = self.day
        with day.lock_of_day:
            van = day.vans[van_id]
            etas, carriers = day.etas(), day.carriers()
            document = self._van(van)
            stops = document.pop("stops")
            return {
                "version": day.version,
                "time": day.now_s,
                "timezone": day.built.conditions.timezone,
                "name": day.name,
                "attribution": ATTRIBUTION,
                "bbox": list(day.built.city.bbox),
                "van": document,
                "stops": stops,
                "orders": [self._order(o, etas, carriers) for o in day.orders.values() if o.van_id == van_id],
                "change": self._change_for(van_id),
            }

    def change(self, change: Change, van_id: str | None = None) -> dict[str, Any]:
        """A change of the plan with its reasons; for one van only what concerns it."""
        etas = self.day.etas()
        moves = [
            _move(told, change.etas_before, etas)
            for told in change.moves
            if van_id in (None, told.move.from_van, told.move.to_van)
        ]
        return {
            "id": change.id,
            "time": change.time_s,
            "took_s": change.took_s,
            "events": [{"kind": event.kind, "text": event.text} for event in change.events],
            "moves": moves,
        }

    def _change_for(self, van_id: str) -> dict[str, Any] | None:
        """The last change that concerns a van."""
        for change in reversed(self.day.changes):
            found = self.change(change, van_id)
            if found["moves"]:
                return found
        return None

    def _depots(self) -> Iterator[dict[str, Any]]:
        built = self.day.built
        seen = set()
        for van, vehicle in zip(built.vans, built.problem.vehicles, strict=True):
            if van.depot.id not in seen:
                seen.add(van.depot.id)
                place = built.places[vehicle.start].place
                is_broken = van.depot.id in self.day.broken
                yield _place(place) | {
                    "id": van.depot.id,
                    "name": van.depot.name or van.depot.id,
                    "charging": "failed" if is_broken else "ok",
                }

    def _order(self, order: OrderDay, etas: Mapping[str, float], carriers: Mapping[str, str]) -> dict[str, Any]:
        value = order.order
        eta = None if order.done_s is not None else etas.get(value.id)
        windows = order.promised[-1]
        late_s = order.late_s
        if eta is not None and windows:
            late_s = max(late_s, eta - windows[-1][1], 0.0)
        places = [self.day.built.places[location].place for location in order.locations]
        return _place(places[-1]) | {
            "id": value.id,
            "kind": value.kind,
            "pickup": _place(places[0]) if len(places) == 2 else None,
            "window": _window(windows),
            "status": _status(order, carriers),
            "van": order.van_id,
            "eta": eta,
            "done": order.done_s,
            "late_s": late_s if late_s >= LATE_S else 0.0,
            "locked": order.locked,
            "reason": order.reason or None,
            "issue": order.issue or None,
            "announced": order.announced_s,
            "mass_g": value.demand.mass_g,
            "volume_ml": value.demand.volume_ml,
        }

    def _position(self, van: VanDay) -> dict[str, Any]:
        day = self.day
        if van.drive is not None:
            lon, lat, heading = van.drive.position(day.now_s)
        else:
            snap = day.built.places[van.location].snap
            lon, lat, heading = snap.lon, snap.lat, 0.0
        battery = van.vehicle.battery
        soc_wh = van.soc_now(day.now_s)
        return {
            "id": van.id,
            "lon": round(lon, 7),
            "lat": round(lat, 7),
            "heading": round(heading, 1),
            "status": van.phase(day.now_s),
            "soc_wh": round(soc_wh, 1) if battery is not None else None,
        }

    def _van(self, van: VanDay) -> dict[str, Any]:
        day = self.day
        battery = van.vehicle.battery
        return self._position(van) | {
            "model": day.built.vans[van.index].model.name,
            "capacity_wh": battery.capacity if battery else None,
            "reserve_wh": battery.reserve if battery else None,
            "load": list(van.steps[van.at - 1].load) if van.at > 0 and van.steps else [],
            "capacity": list(van.vehicle.capacity),
            "shift": list(van.vehicle.shift),
            "km": round(van.distance_now(day.now_s) / 1_000.0, 3),
            "stops": list(self._stops(van)),
            "line": self._line(van),
        }

    def _stops(self, van: VanDay) -> Iterator[dict[str, Any]]:
        """The whole day of a van, what is over first; coming to the depot and leaving it again is one stop."""
        ahead = [] if van.is_home else van.steps[van.at :]
        steps = [(done, True) for done in van.done]
        steps += [(as_done(step, self.day.name_of(step)), False) for step in ahead]
        waiting: dict[str, Any] | None = None
        for k, (step, is_over) in enumerate(steps):
            shown = self._stop(step, is_over=is_over)
            if step.kind == "end" and k < len(steps) - 1:
                waiting = shown
                continue
            if step.kind == "start":
                if step.location != van.vehicle.start:
                    continue  # a van that was sent elsewhere on its way began a new route on the street
                shown["kind"] = "reload" if k else "start"
                shown |= {key: waiting[key] for key in ("arrival", "soc_wh")} if waiting else {}
            waiting = None
            yield shown

    def _stop(self, step: Done, *, is_over: bool) -> dict[str, Any]:
        built = self.day.built
        order = self.day.orders.get(step.id) if step.kind in STOPS else None
        kind: str = step.kind
        if order is not None:
            is_pickup = step.kind == "pickup" or order.order.kind == "pickup"
            kind = "pickup" if is_pickup else "delivery"
        snap = built.places[step.location].snap
        return {
            "kind": kind,
            "id": step.id,
            "name": built.problem.locations[step.location].name,
            "lon": round(snap.lon, 7),
            "lat": round(snap.lat, 7),
            "arrival": step.arrival_s,
            "start": step.start_s,
            "departure": step.departure_s,
            "soc_wh": round(step.soc_wh, 1) if isfinite(step.soc_wh) else None,
            "charge_wh": round(step.charge_wh, 1),
            "window": _window(order.promised[0 if step.kind == "pickup" else -1]) if order else None,
            "done": is_over,
        }

    def _line(self, van: VanDay) -> list[list[float]]:
        """The rest of the round along the streets."""
        if van.is_home:
            return []
        line = [[round(x, 6), round(y, 6)] for x, y in van.drive.ahead(self.day.now_s)] if van.drive else []
        rest = van.steps[van.at :]
        for before, after in pairwise(rest):
            line += self._leg(van.vehicle, before.location, after.location)
        return line

    def _leg(self, vehicle: Vehicle, source: int, target: int) -> list[list[float]]:
        built = self.day.built
        if built.road_metrics is not self._metrics:
            self._lines.clear()
            self._metrics = built.road_metrics
        key = vehicle.profile, source, target
        if key not in self._lines:
            drive = drive_along(built, vehicle, built.places[source].snap, target, self.day.now_s, 0.0)
            self._lines[key] = [[round(float(x), 6), round(float(y), 6)] for x, y in drive.lonlat]
        return self._lines[key] if source != target else []


def _status(order: OrderDay, carriers: Mapping[str, str]) -> str:
    if order.cancelled:
        return "failed"
    if order.done_s is not None:
        return "done"
    if order.order.id in carriers:
        return "onboard"
    if order.van_id is not None:
        return "planned"
    return "unserved" if order.reason else "waiting"


def _move(told: ExplainedMove, before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, Any]:
    move = told.move
    was, will = before.get(move.order_id), after.get(move.order_id)
    kind = {"added": "added", "dropped": "removed", "to_van": "moved"}.get(move.kind, "")
    if not kind:
        kind = "earlier" if was is not None and will is not None and will < was else "later"
    return {
        "order": move.order_id,
        "kind": kind,
        "from_van": move.from_van,
        "to_van": move.to_van,
        "from_eta": was,
        "to_eta": will,
        "code": told.reason.code,
        "reason": told.reason.text,
    }


def _place(place: Place) -> dict[str, Any]:
    return {"lon": place.lon, "lat": place.lat, "address": place.address}


def _window(windows: tuple[tuple[float, float], ...]) -> list[float | None] | None:
    if not windows:
        return None
    return [edge if isfinite(edge) else None for edge in (windows[0][0], windows[-1][1])]

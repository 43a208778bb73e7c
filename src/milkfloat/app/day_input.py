"""Files of a day into orders, vans, chargers and conditions: which day it is, and everything wrong with the files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from milkfloat.app.conditions import Conditions
from milkfloat.app.maps import City
from milkfloat.app.solve import read_file
from milkfloat.errors import Fault, InputError
from milkfloat.fleet.orders import Order
from milkfloat.fleet.places import Charger
from milkfloat.fleet.read import read_orders, read_vans
from milkfloat.fleet.read_chargers import read_chargers
from milkfloat.fleet.table import Read
from milkfloat.fleet.times import zone_of
from milkfloat.fleet.vans import Van
from milkfloat.roads.feeds import read_geojson_lines, read_speed_csv
from milkfloat.routing.formats.text import decode

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DayInput:
    """
    What the files of a day hold.

    Attributes
    ----------
    faults
        What is wrong with rows that were left out.
    notes
        Remarks: columns that were ignored, the day that was taken.
    """

    orders: tuple[Order, ...]
    vans: tuple[Van, ...]
    chargers: tuple[Charger, ...]
    conditions: Conditions
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def read_day(
    city: City,
    orders: Path,
    vans: Path,
    *,
    chargers: Path | None = None,
    traffic: Path | None = None,
    depart: datetime | None = None,
    now: datetime | None = None,
    conditions: Callable[[Conditions], Conditions] = lambda conditions: conditions,
) -> DayInput:
    """
    Read the files of a day; they may be packed by gzip or xz.

    Parameters
    ----------
    traffic
        Measured speeds in OSRM's CSV, or closures, jams and speeds as GeoJSON lines.
    depart
        The plan begins then, and its day is planned. Without it the day is the one that the vans' shifts or the
        orders' windows name; where they name none, the next one whose shifts have not begun.
    now
        The present instant; None: the clock's.
    conditions
        Changes the conditions of the day: weather, prices, depots.

    Raises
    ------
    InputError
        When a file cannot be read at all.
    """
    texts = [_text(path) for path in (orders, vans)]
    zone = zone_of(city.timezone)
    if depart is not None and depart.tzinfo is None:
        depart = depart.replace(tzinfo=zone)
    now = now or datetime.now(UTC)
    notes: list[str] = []
    if depart is not None:
        day = depart.astimezone(zone).date()
    else:
        day = _named_day(city, texts, orders, vans) or _next_day(city, texts[1], vans, now, notes)
    earliest_s = None if depart is None else depart.timestamp()
    found_orders = read_orders(texts[0], timezone=city.timezone, date=day, earliest_s=earliest_s, source=orders.name)
    found_vans = read_vans(texts[1], timezone=city.timezone, date=day, source=vans.name)
    found_chargers: Read[Charger] = Read(())
    if chargers is not None:
        found_chargers = read_chargers(_text(chargers), source=chargers.name)
    of_day = conditions(Conditions(day, city.timezone, earliest_s=earliest_s))
    faults = [*found_orders.faults, *found_vans.faults, *found_chargers.faults]
    if traffic is not None:
        of_day = _with_traffic(of_day, city, traffic, faults)
    notes = [*found_orders.notes, *found_vans.notes, *found_chargers.notes, *notes]
    return DayInput(found_orders.rows, found_vans.rows, found_chargers.rows, of_day, tuple(faults), tuple(notes))


def _text(path: Path) -> str:
    return decode(read_file(path), path.name)


def _named_day(city: City, texts: list[str], orders: Path, vans: Path) -> date | None:
    """The day of the first shift, else of the first window, that is written with its date."""
    zone = zone_of(city.timezone)
    # Without a day only times with a date can be read; what cannot is no fault yet.
    shifts = read_vans(texts[1], timezone=city.timezone, source=vans.name).rows
    instants = [van.shift.start_s for van in shifts]
    if not instants:
        found = read_orders(texts[0], timezone=city.timezone, source=orders.name).rows
        instants = [w.start_s for order in found for stop in order.stops for w in stop.windows if w.start_s > 0]
    return datetime.fromtimestamp(min(instants), zone).date() if instants else None


def _next_day(city: City, text: str, vans: Path, now: datetime, notes: list[str]) -> date:
    zone = zone_of(city.timezone)
    today = now.astimezone(zone).date()
    shifts = read_vans(text, timezone=city.timezone, date=today, source=vans.name).rows
    has_begun = any(van.shift.start_s < now.timestamp() for van in shifts)
    day = today + timedelta(days=1) if has_begun else today
    notes.append(f"no day is named: {day.isoformat()} is planned; name another by --depart")
    return day


def _with_traffic(conditions: Conditions, city: City, path: Path, faults: list[Fault]) -> Conditions:
    text = _text(path)
    if text.lstrip("\ufeff\x1e \t\r\n").startswith(("{", "[")):
        midnight = datetime.fromtimestamp(conditions.midnight_s, UTC)
        read = read_geojson_lines(text, city.graph, city.snaps, midnight=midnight, source=path.name)
    else:
        read = read_speed_csv(text, city.graph, source=path.name)
    faults += read.faults
    return replace(conditions, overrides=conditions.overrides.with_more(read.overrides))


def departure_of(text: str | None) -> datetime | None:
    """
    The instant of ``--depart``; one without an offset is taken in the map's zone by `read_day`.

    Raises
    ------
    InputError
        When it is no RFC 3339 date and time.
    """
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no date and time; write 2026-01-15T06:00 or 2026-01-15T06:00+02:00"
        raise InputError(Fault("--depart", message)) from None

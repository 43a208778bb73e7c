"""
Orders, vans and chargers out of tables. Good rows go on; every fault names its row, column, value and limit.

The columns stand in docs/reference/input.md. Texts come in unpacked; nothing here opens a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, tzinfo
from difflib import get_close_matches
from itertools import pairwise
from math import inf
from typing import cast, get_args

from milkfloat.errors import Fault
from milkfloat.fleet.catalogue import load_models, model_key
from milkfloat.fleet.orders import Demand, Order, OrderKind, OrderStop, TimeWindow
from milkfloat.fleet.places import Address, Depot, Place, Spot, place_fault
from milkfloat.fleet.table import Read, Row, read_rows, read_table
from milkfloat.fleet.times import wall_text, zone_of
from milkfloat.fleet.vans import Van, VanBreak, VanModel

ORDER_COLUMNS = (
    *("id", "lon", "lat", "address", "demand_kg", "demand_l", "window_start", "window_end", "service_s", "type"),
    *("priority", "skills", "release_at", "prize", "window_start_*", "window_end_*"),
    *("to_lon", "to_lat", "to_address", "to_window_start", "to_window_end", "to_service_s"),
)
VAN_COLUMNS = (
    *("id", "model", "depot", "depot_lon", "depot_lat", "depot_address", "depot_power_kw", "shift_start", "shift_end"),
    *("soc_pct", "soh_pct", "capacity_kg", "capacity_l", "skills", "max_trips", "break_start", "break_end", "break_s"),
)
# What nobody means: heavier than a lorry may be, longer than a day.
MASS_KG_MAX = 44_000
VOLUME_L_MAX = 150_000
SERVICE_S_MAX = 86_400
PRIORITY_MAX = 100


def read_orders(
    text: str,
    *,
    timezone: str,
    date: date | None = None,
    earliest_s: float | None = None,
    source: str = "orders.csv",
) -> Read[Order]:
    """
    Orders out of a table.

    Parameters
    ----------
    timezone
        Zone of times without an offset.
    date
        Day of clock times.
    earliest_s
        Unix instant at which the plan begins: a window that ends before it is past, which is a fault.
    """
    zone = zone_of(timezone)
    table = read_table(text, source=source, known=ORDER_COLUMNS, needed=("id",), zone=zone, day=date)
    if table.columns and not ({"lon", "lat"} <= set(table.columns) or "address" in table.columns):
        missing = Fault(f"{source}:1", "there is no place: columns lon and lat, or address, are needed")
        return Read((), (*table.faults, missing), table.notes)
    return read_rows(table, lambda row: _order(row, zone, earliest_s))


def read_vans(
    text: str,
    *,
    timezone: str,
    date: date | None = None,
    models: Mapping[str, VanModel] | None = None,
    source: str = "vans.csv",
) -> Read[Van]:
    """
    Vans out of a table.

    Parameters
    ----------
    timezone
        Zone of times without an offset.
    date
        Day of clock times.
    models
        Types of vans by id; None: the catalogue.
    """
    zone = zone_of(timezone)
    table = read_table(text, source=source, known=VAN_COLUMNS, needed=("id", "model"), zone=zone, day=date)
    known = load_models() if models is None else models
    depots: dict[Spot, Depot] = {}
    return read_rows(table, lambda row: _van(row, known, depots))


def _order(row: Row, zone: tzinfo, earliest_s: float | None) -> Order | None:
    kind = row.text("type").lower() or "delivery"
    if kind not in get_args(OrderKind):
        row.fault("type", f"{kind!r} is not one of {' '.join(get_args(OrderKind))}")
        kind = "delivery"
    stops = [_stop(row, "", zone, earliest_s)]
    if kind == "shipment":
        stops.append(_stop(row, "to_", zone, earliest_s))
    elif any(row.text(f"to_{column}") for column in ("lon", "lat", "address")):
        row.fault("type", f"a {kind} goes to one place only; with to_lon and to_lat it must be a shipment")
    mass_kg = row.number("demand_kg", least=0, most=MASS_KG_MAX, default=0, unit=" kg")
    volume_l = row.number("demand_l", least=0, most=VOLUME_L_MAX, default=0, unit=" l")
    priority = row.whole("priority", least=0, most=PRIORITY_MAX, default=0)
    prize = row.number("prize", least=0, most=1e9, default=-1)
    release_s = row.instant("release_at")
    if row.faults:
        return None
    return Order(
        id=row.text("id"),
        stops=tuple(stop for stop in stops if stop is not None),
        demand=Demand(round(mass_kg * 1_000), round(volume_l * 1_000)),
        kind=cast(OrderKind, kind),
        priority=priority,
        skills=row.words("skills"),
        release_s=release_s,
        prize=None if prize < 0 else prize,
        where=row.where,
    )


def _stop(row: Row, prefix: str, zone: tzinfo, earliest_s: float | None) -> OrderStop | None:
    """One stop; its columns begin with ``prefix``."""
    spot = read_spot(row, prefix)
    windows = _windows(row, prefix, zone, earliest_s)
    service_s = row.number(f"{prefix}service_s", least=0, most=SERVICE_S_MAX, default=0, unit=" s")
    return None if spot is None else OrderStop(spot, windows, service_s)


def read_spot(row: Row, prefix: str = "") -> Spot | None:
    """A place by coordinates, else an address; a fault where there is neither."""
    lon_text, lat_text, address = (row.text(f"{prefix}{name}") for name in ("lon", "lat", "address"))
    if not lon_text and not lat_text:
        if address:
            return Address(address)
        row.fault(f"{prefix}lon", "there is no place: lon and lat, or an address, are needed")
        return None
    before = len(row.faults)
    if not (lon_text and lat_text):
        row.fault(f"{prefix}{'lat' if lon_text else 'lon'}", "is empty, but the other coordinate is not")
    lon = row.number(f"{prefix}lon", least=-inf, most=inf, default=0.0)
    lat = row.number(f"{prefix}lat", least=-inf, most=inf, default=0.0)
    wrong = place_fault(lon, lat)
    if wrong:
        row.fault(f"{prefix}{'lat' if 'latitude' in wrong[:9] else 'lon'}", wrong)
    return None if len(row.faults) > before else Place(lon, lat, address or None)


def _windows(row: Row, prefix: str, zone: tzinfo, earliest_s: float | None) -> tuple[TimeWindow, ...]:
    """Windows of a stop: ``window_start, window_end``, then ``window_start_2, window_end_2`` and so on."""
    found: list[tuple[TimeWindow, str]] = []
    head = f"{prefix}window_start"
    endings = [name.removeprefix(head) for name in row.cells if name.startswith(head)]
    if f"{prefix}window_end" in row.cells and "" not in endings:
        endings.append("")
    for ending in endings:
        begin, end = f"{prefix}window_start{ending}", f"{prefix}window_end{ending}"
        start_s, end_s = row.instant(begin), row.instant(end)
        if start_s is None and end_s is None:
            continue
        window = span(row, begin, end, start_s, end_s)
        if window is None:
            continue
        if earliest_s is not None and window.end_s < earliest_s:
            row.fault(end, f"{row.text(end)!r} is past: the plan begins at {wall_text(earliest_s, zone)}")
        found.append((window, begin))
    found.sort(key=lambda entry: entry[0].start_s)
    for (before, _), (after, column) in pairwise(found):
        if after.start_s <= before.end_s:
            row.fault(
                column, f"{row.text(column)!r} lies in another window, which ends {wall_text(before.end_s, zone)}"
            )
    return tuple(window for window, _ in found)


def span(row: Row, begin: str, end: str, start_s: float | None, end_s: float | None) -> TimeWindow | None:
    """From one instant to another; a fault where the second is before the first."""
    if start_s is not None and end_s is not None and end_s < start_s:
        hint = "; past midnight, write hours above 23 or dates" if len(row.text(end)) <= len("00:00:00") else ""
        row.fault(end, f"{row.text(end)!r} is before {begin} {row.text(begin)!r}{hint}")
        return None
    return TimeWindow(-inf if start_s is None else start_s, inf if end_s is None else end_s)


def _van(row: Row, models: Mapping[str, VanModel], depots: dict[Spot, Depot]) -> Van | None:
    model = _model(row, models)
    depot = _depot(row, depots)
    for column in ("shift_start", "shift_end"):
        row.needed(column)
    start_s, end_s = row.instant("shift_start"), row.instant("shift_end")
    shift = span(row, "shift_start", "shift_end", start_s, end_s)
    if start_s is not None and start_s == end_s:
        row.fault("shift_end", f"{row.text('shift_end')!r} is shift_start: the shift lasts no time")
    soc_pct = row.number("soc_pct", least=0, most=100, default=100, unit=" %")
    soh_pct = row.number("soh_pct", least=30, most=100, default=100, unit=" %")
    payload_g = _capacity(row, "capacity_kg", None if model is None else model.payload_g, MASS_KG_MAX, model)
    volume_ml = _capacity(row, "capacity_l", None if model is None else model.volume_ml, VOLUME_L_MAX, model)
    trips = row.whole("max_trips", least=1, most=100, default=0)
    breaks = _breaks(row)
    if row.faults or model is None or depot is None or shift is None:
        return None
    return Van(
        id=row.text("id"),
        model=model,
        depot=depot,
        shift=shift,
        soc=soc_pct / 100,
        soh=soh_pct / 100,
        skills=row.words("skills"),
        payload_g=payload_g,
        volume_ml=volume_ml,
        breaks=breaks,
        max_trips=trips or None,
        where=row.where,
    )


def _model(row: Row, models: Mapping[str, VanModel]) -> VanModel | None:
    name = row.needed("model")
    by_key = {model_key(alias): model for model in models.values() for alias in (model.id, model.name)}
    found = by_key.get(model_key(name))
    if found is None and name:
        near = get_close_matches(model_key(name), [model_key(known) for known in models], 3, 0.3)
        hint = f"nearest: {', '.join(by_key[key].id for key in near)}" if near else f"there are {', '.join(models)}"
        row.fault("model", f"{name!r} is not in the catalogue; {hint}")
    return found


def _depot(row: Row, depots: dict[Spot, Depot]) -> Depot | None:
    """The depot of a van; vans at one place share it."""
    spot = read_spot(row, "depot_")
    power_kw = row.number("depot_power_kw", least=0, most=1_000, default=-1, unit=" kW")
    if spot is None:
        return None
    if spot not in depots:
        name = row.text("depot")
        ids = {depot.id for depot in depots.values()}
        depot_id = name if name and name not in ids else f"depot-{len(depots) + 1}"
        depots[spot] = Depot(depot_id, spot, name, None if power_kw < 0 else power_kw * 1_000, row.where)
    return depots[spot]


def _capacity(row: Row, column: str, of_model: int | None, most: float, model: VanModel | None) -> int | None:
    """Grams or millilitres stated for one van; None where the model's count."""
    if not row.text(column):
        return None
    unit = column.rpartition("_")[2]
    value = round(row.number(column, least=0, most=most, default=0, unit=f" {unit}") * 1_000)
    if model is not None and of_model is not None and value > of_model:
        row.fault(
            column,
            f"{row.text(column)} is more than the {of_model / 1_000:g} {unit} that a van of type {model.name} carries",
        )
    return value


def _breaks(row: Row) -> tuple[VanBreak, ...]:
    if not any(row.text(column) for column in ("break_start", "break_end", "break_s")):
        return ()
    start_s, end_s = row.instant("break_start"), row.instant("break_end")
    window = span(row, "break_start", "break_end", start_s, end_s)
    row.needed("break_s")
    duration_s = row.number("break_s", least=60, most=SERVICE_S_MAX, default=0, unit=" s")
    return () if window is None else (VanBreak(window, duration_s),)

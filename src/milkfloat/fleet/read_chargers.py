"""Chargers out of a table, or out of JSON: a list of objects with the same keys, or GeoJSON points."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any, cast, get_args

from milkfloat.errors import Fault
from milkfloat.fleet.places import POWER_W_MAX, Address, Charger, Current
from milkfloat.fleet.read import read_spot
from milkfloat.fleet.table import ALIASES, Read, Row, Table, read_rows, read_table

CHARGER_COLUMNS = ("id", "lon", "lat", "power_kw", "plugs", "tariff", "current", "access_s")
PLUGS_MAX = 1_000


def read_chargers(text: str, *, source: str = "chargers.csv") -> Read[Charger]:
    """Chargers out of a table or JSON, told by the first character."""
    if text.lstrip("\ufeff \t\r\n")[:1] in ("[", "{"):
        table = _json_table(text, source)
    else:
        needed = ("id", "lon", "lat", "power_kw")
        table = read_table(text, source=source, known=CHARGER_COLUMNS, needed=needed, zone=UTC)
    return read_rows(table, _charger)


def _charger(row: Row) -> Charger | None:
    spot = read_spot(row)
    row.needed("power_kw")
    limit_kw = POWER_W_MAX / 1_000
    power_kw = row.number("power_kw", least=0, most=limit_kw, default=1, unit=" kW")
    if power_kw == 0:
        row.fault(
            "power_kw", f"{row.text('power_kw')} is no power: a charger gives more than 0 and at most {limit_kw:g} kW"
        )
    plugs = row.whole("plugs", least=1, most=PLUGS_MAX, default=1)
    current = row.text("current").lower() or None
    if current is not None and current not in get_args(Current):
        row.fault("current", f"{current!r} is not one of {' '.join(get_args(Current))}")
    access_s = row.number("access_s", least=0, most=3_600, default=-1, unit=" s")
    if row.faults or spot is None or isinstance(spot, Address):
        return None
    more = {} if access_s < 0 else {"access_s": access_s}
    return Charger(
        id=row.text("id"),
        place=spot,
        power_w=power_kw * 1_000,
        current=cast(Current | None, current),
        plugs=plugs,
        tariff=row.text("tariff") or None,
        where=row.where,
        **more,
    )


def _json_table(text: str, source: str) -> Table:
    """The objects of a JSON document as rows; ``line`` is the number of the object, from 1."""
    try:
        document = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        return Table((), (), (Fault(source, f"is not JSON: {error}"),), ())
    objects = document.get("features", document.get("chargers")) if isinstance(document, Mapping) else document
    if not isinstance(objects, list):
        message = "holds no chargers: a list of objects or a GeoJSON FeatureCollection is needed"
        return Table((), (), (Fault(source, message),), ())
    rows, faults, unknown = [], [], dict[str, None]()
    for number, value in enumerate(objects, 1):
        cells = _cells(value)
        if cells is None:
            faults.append(Fault(f"{source}:{number}", "is no object with id, lon, lat and power_kw"))
            continue
        unknown |= dict.fromkeys(name for name in cells if name not in CHARGER_COLUMNS)
        rows.append(Row(source, number, cells, UTC))
    notes = (f"{source}: unknown keys were ignored: {', '.join(unknown)}",) if unknown else ()
    return Table(CHARGER_COLUMNS, tuple(rows), tuple(faults), notes)


def _cells(value: Any) -> dict[str, str] | None:
    """Text by column of a JSON object or a GeoJSON point."""
    if not isinstance(value, Mapping):
        return None
    values = dict(value)
    if value.get("type") == "Feature":
        geometry = value.get("geometry")
        point = geometry.get("coordinates") if isinstance(geometry, Mapping) else None
        properties = value.get("properties")
        values = dict(properties) if isinstance(properties, Mapping) else {}
        values.setdefault("id", value.get("id"))
        if isinstance(point, list) and len(point) >= 2:
            values |= {"lon": point[0], "lat": point[1]}
    return {
        ALIASES.get(str(key).lower(), str(key).lower()): str(cell)
        for key, cell in values.items()
        if cell is not None and not isinstance(cell, dict | list)
    }

"""A grid town to plan in, and its fleet."""

from __future__ import annotations

from datetime import date

import pytest
from tests.unit.roads.tiny_maps import Extract, lonlat

from milkfloat.app.conditions import Conditions
from milkfloat.app.maps import City, open_map
from milkfloat.fleet.catalogue import load_models
from milkfloat.fleet.orders import Demand, Order, OrderStop, TimeWindow
from milkfloat.fleet.places import Charger, Depot, Place
from milkfloat.fleet.times import midnight_s
from milkfloat.fleet.vans import Van
from milkfloat.roads.traffic import flat_profile

DAY = date(2026, 1, 15)
ZONE = "Europe/Helsinki"
SIDE = 6
BLOCK_M = 400


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """Six by six junctions, 400 m apart, with named streets and a few house numbers."""
    folder = tmp_path_factory.mktemp("town")
    extract = Extract()
    for row in range(SIDE):
        for column in range(SIDE):
            extract.node(row * SIDE + column + 1, column * BLOCK_M, row * BLOCK_M)
    for k in range(SIDE):
        extract.way(*(k * SIDE + j + 1 for j in range(SIDE)), tags={"name": f"Row {chr(65 + k)}"}, highway="tertiary")
        extract.way(*(j * SIDE + k + 1 for j in range(SIDE)), tags={"name": f"Lane {chr(65 + k)}"})
    for house in (1, 3, 5):
        extract.node(900 + house, 100 * house, 10, addr__street="Row A", addr__housenumber=str(house))
    path = folder / "town.osm.pbf"
    path.write_bytes(extract.pbf())
    return open_map(path, timezone=ZONE, cache=folder / "cache")


def at(column: float, row: float) -> Place:
    """A place in blocks from the south-west corner."""
    return Place(*lonlat(column * BLOCK_M, row * BLOCK_M))


def clock(hours: float) -> float:
    """Unix seconds of an hour of the planned day, on the clock of the town."""
    from zoneinfo import ZoneInfo

    return midnight_s(DAY, ZoneInfo(ZONE)) + hours * 3_600


def order(id: str, place: Place, *, kg: float = 10, window: tuple[float, float] | None = None, **more: object) -> Order:
    windows = () if window is None else (TimeWindow(clock(window[0]), clock(window[1])),)
    return Order(id, (OrderStop(place, windows, 120.0),), Demand(round(kg * 1_000), 10_000), **more)  # type: ignore[arg-type]


def van(id: str = "v1", *, model: str = "addax-mt10", home: Place | None = None, **more: object) -> Van:
    depot = Depot("hub", home or at(0, 0))
    shift = TimeWindow(clock(8), clock(16))
    return Van(**{"id": id, "model": load_models()[model], "depot": depot, "shift": shift} | more)  # type: ignore[arg-type]


def charger(id: str, place: Place, kw: float = 11) -> Charger:
    return Charger(id, place, kw * 1_000)


def calm(**more: object) -> Conditions:
    """A mild day without rush hours."""
    return Conditions(**{"day": DAY, "timezone": ZONE, "profile": flat_profile()} | more)  # type: ignore[arg-type]

"""A day of a seed is believable, and always the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from milkfloat.app.maps import City, open_map
from milkfloat.errors import InputError
from milkfloat.sim import demo_map
from milkfloat.sim.city import Scenario, scenario


@pytest.fixture(scope="module")
def day(helsinki: City) -> Scenario:
    return scenario(helsinki, seed=1)


def test_the_same_seed_makes_the_same_day(helsinki: City, day: Scenario) -> None:
    again = scenario(helsinki, seed=1)
    assert (again.orders, again.vans, again.incidents) == (day.orders, day.vans, day.incidents)
    assert scenario(helsinki, seed=2).orders != day.orders


def test_a_small_map_in_the_north_has_a_micro_hub_and_light_vans_in_the_cold(day: Scenario) -> None:
    assert day.conditions.temperature_c == -15.0
    assert day.depot.name == "Micro-hub"
    assert all(8_000 <= van.model.battery_wh <= 14_000 for van in day.vans)
    assert all(van.soc < 1.0 for van in day.vans)


def test_orders_come_in_through_the_day_and_can_be_brought(helsinki: City, day: Scenario) -> None:
    assert len({order.id for order in day.orders}) == len(day.orders)
    assert {order.kind for order in day.orders} == {"delivery", "pickup", "shipment"}
    assert list(day.announced_s) == sorted(day.announced_s)
    early = day.known(day.starts_s)
    assert 0.4 < len(early) / len(day.orders) < 0.7
    assert day.known(day.ends_s) == day.orders
    west, south, east, north = helsinki.bbox
    for order, announced_s in zip(day.orders, day.announced_s, strict=True):
        for stop in order.stops:
            assert west - 0.01 < stop.place.lon < east + 0.01  # type: ignore[union-attr]
            assert south - 0.01 < stop.place.lat < north + 0.01  # type: ignore[union-attr]
            for window in stop.windows:
                # Nobody waits for something that nobody knows of yet, and time is left to bring it.
                assert window.end_s >= max(announced_s, day.starts_s) + 3_600
                assert window.end_s <= day.ends_s
        if order.release_s is not None:
            assert order.release_s >= announced_s


def test_there_are_jams_and_the_hub_loses_its_power_for_a_while(helsinki: City, day: Scenario) -> None:
    assert [i.kind for i in day.incidents] == ["jam", "charger_failed", "charger_works", "jam"]
    assert all(day.starts_s < i.at_s < day.ends_s for i in day.incidents)
    jam = day.incidents[0]
    assert {helsinki.graph.names[helsinki.graph.edge_name[edge]] for edge in jam.edges} == {jam.text[len("jam on ") :]}
    # Nobody knows of a jam before it is there.
    assert day.overrides(jam.at_s - 1).slowdowns == ()
    assert len(day.overrides(jam.at_s).slowdowns) == 1
    assert len(day.overrides().slowdowns) == 2


def test_a_large_map_has_full_size_vans_on_rounds_of_a_day(milkfloat_data: Path) -> None:
    porto = open_map(milkfloat_data / "data" / "osm_extracts" / "porto.osm.pbf")
    day = scenario(porto)
    assert day.depot.name == "Depot"
    assert all(van.model.battery_wh >= 30_000 for van in day.vans)
    assert day.conditions.temperature_c == 4.0
    assert len(day.orders) == 300


def test_the_demo_map_is_the_one_it_was_made_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert demo_map.demo_map().name == "Helsinki.osm.pbf"
    monkeypatch.setattr(demo_map, "SHA256", "0" * 64)
    with pytest.raises(InputError, match="not the demo's map"):
        demo_map.demo_map()
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(InputError, match="make demo"):
        demo_map.demo_map()

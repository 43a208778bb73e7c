"""What moves a day on: a clock, a speed, and whether it plays; told by steps, not by waiting."""

from __future__ import annotations

import pytest
from tests.unit.app.conftest import at, clock, order
from tests.unit.app.conftest import city as _city
from tests.unit.app.test_day import START, make

from milkfloat.app.maps import City
from milkfloat.errors import InputError
from milkfloat.server.day_host import DayHost

city = _city


def test_the_day_runs_as_fast_as_it_is_told(city: City) -> None:
    host = DayHost(make(city), speed=30.0)
    host._step(2.0)
    assert host.day.now_s == START + 60.0
    assert host.positions()["time"] == START + 60.0
    host.speed = 600.0
    host._step(1.0)
    assert host.day.now_s == START + 660.0


def test_a_day_that_stands_plans_all_the_same(city: City) -> None:
    host = DayHost(make(city), playing=False)
    place = at(2.5, 2)
    host.day.close_road(place.lon, place.lat)
    told = []
    host.on_news = lambda: told.append(host.version)
    host._step(60.0)
    assert host.day.now_s == START
    assert [event.kind for event in host.day.changes[-1].events] == ["closure"]
    assert told == [host.version]
    host._step(60.0)
    assert len(told) == 1, "nothing is told when nothing has changed"


def test_a_snapshot_is_made_once_per_version(city: City) -> None:
    host = DayHost(make(city), playing=False)
    first = host.snapshot()
    assert host.snapshot()["orders"] is first["orders"]
    host.day.add_orders([order("n", at(1, 1))])
    assert host.snapshot()["orders"] is not first["orders"]
    assert host.snapshot()["version"] > first["version"]


def test_playing_and_speed_are_news(city: City) -> None:
    host = DayHost(make(city), playing=False)
    before = host.version
    host.playing = True
    host.speed = 2.0
    assert host.version == before + 2
    assert (host.snapshot()["playing"], host.snapshot()["speed"]) == (True, 2.0)


@pytest.mark.parametrize("speed", [0.0, -1.0, 601.0, float("nan")])
def test_speeds_out_of_bounds_are_refused(city: City, speed: float) -> None:
    with pytest.raises(InputError, match="speed"):
        DayHost(make(city), speed=speed)


def test_a_long_step_shows_as_planning(city: City) -> None:
    now = 100.0
    host = DayHost(make(city), seconds=lambda: now)
    seen = []

    def slow(until_s: float) -> None:
        nonlocal now
        seen.append(host.positions()["replanning"])
        now += 1.0
        seen.append(host.positions()["replanning"])

    host._advance = slow
    host._step(0.25)
    assert seen == [False, True]
    assert not host.is_busy


def test_a_day_that_breaks_stands_and_can_still_be_seen(city: City, caplog: pytest.LogCaptureFixture) -> None:
    def broken(until_s: float) -> None:
        raise RuntimeError("out of paper")

    host = DayHost(make(city), advance=broken)
    host._step(1.0)
    assert not host.playing
    assert host.snapshot()["time"] == START
    assert f"the day stops at {host.day.clock(clock(7.5))}" in caplog.text


def test_the_thread_ends_with_the_host(city: City) -> None:
    host = DayHost(make(city))
    host.start()
    host.close()
    assert not host._thread.is_alive()

"""Parts of the pages by themselves, in a browser: how numbers are written, and how vans go round corners."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.browser.conftest import Site, Visitor


@pytest.fixture
def page(quiet_site: Site, visitor: Visitor) -> Iterator[Any]:
    """Any document of the service, for its modules can be imported there; this one has no map to draw."""
    yield visitor.open(quiet_site.url + "/openapi.json")
    visitor.forgive("404")  # A document without an icon has the browser ask for one.


def ask(page: Any, module: str, expression: str) -> Any:
    """The value of an expression in which ``m`` is a module of the pages."""
    return page.evaluate(f"async () => {{ const m = await import('{module}'); return {expression}; }}")


def test_clocks_show_the_depots_zone_in_the_night_they_change(page: Any) -> None:
    # In Helsinki 2026-10-25 04:00 summer time is 03:00 winter time: 03:30 comes twice, an hour apart.
    for hour, minute, shown in ((0, 30, "03:30"), (1, 30, "03:30"), (2, 30, "04:30")):
        instant = datetime(2026, 10, 25, hour, minute, tzinfo=UTC).timestamp()
        assert ask(page, "/shared/format.js", f"m.clock({instant}, 'Europe/Helsinki')") == shown
    assert ask(page, "/shared/format.js", "m.clock(null, 'UTC')") == "\u2013"


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("m.duration(29)", "0 min"),
        ("m.duration(-600)", "10 min"),
        ("m.duration(3600)", "1 h"),
        ("m.duration(4830)", "1 h 21 min"),  # 80.5 min
        ("m.percent(3, 9)", "33 %"),
        ("m.percent(1, 0)", "\u2013"),
        ("m.kwh(12345)", "12.3 kWh"),
        ("m.kw(3700)", "3.7 kW"),
        ("m.kw(11000)", "11 kW"),
        ("m.size({ mass_g: 7500, volume_ml: 80000 })", "7.5 kg · 80 l"),
        ("m.size({ mass_g: 0, volume_ml: 0 })", ""),
        ("m.count(1, 'stop')", "1 stop"),
        ("m.count(3, 'stop')", "3 stops"),
        ("m.window([0, 3600], 'UTC')", "00:00\u201301:00"),
        ("m.window(null, 'UTC')", "any time"),
    ],
)
def test_numbers_as_people_read_them(page: Any, expression: str, text: str) -> None:
    assert ask(page, "/shared/format.js", expression) == text


def test_a_van_goes_round_the_corner(page: Any) -> None:
    # An L: east, then north. From the middle of one leg to the middle of the other the bend lies between.
    line = "[[0, 0], [0.002, 0], [0.002, 0.002]]"
    way = ask(page, "/console/motion.js", f"m.between({line}, [0.001, 0], [0.002, 0.001], 0)")
    assert way == {"path": [[0.001, 0], [0.002, 0], [0.002, 0.001]], "passed": 0}
    # On one leg there is none.
    way = ask(page, "/console/motion.js", f"m.between({line}, [0.0005, 0], [0.001, 0], 0)")
    assert way["path"] == [[0.0005, 0], [0.001, 0]]
    # A van without a line goes straight.
    assert ask(page, "/console/motion.js", "m.between([], [0, 0], [1, 1], 0)")["path"] == [[0, 0], [1, 1]]


def test_every_number_on_a_van_can_be_read(page: Any) -> None:
    colours = ask(page, "/shared/van_colours.js", "m.vanColours()")
    assert len(set(colours)) == len(colours)
    for colour in colours:
        # White on it: contrast of at least 4.5 to 1 (WCAG 2.2, success criterion 1.4.3).
        assert 1.05 / (light(colour) + 0.05) >= 4.5, colour


def light(colour: str) -> float:
    parts = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

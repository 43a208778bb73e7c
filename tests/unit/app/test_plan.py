from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser

import numpy as np
import pytest
from tests.unit.app.conftest import DAY, at, calm, charger, clock, order, van

from milkfloat.app import draw
from milkfloat.app.figures import duration_text, figures, lowest_charges
from milkfloat.app.maps import City
from milkfloat.app.plan import Planned, plan_day
from milkfloat.app.report.charge import points_of
from milkfloat.app.report.page import report_html, sheets_html
from milkfloat.app.report.street_map import Frame, path_data
from milkfloat.errors import Fault
from milkfloat.fleet.catalogue import load_models
from milkfloat.routing.check import violations
from milkfloat.routing.formats.milkfloat import read_problem
from milkfloat.routing.formats.plan import read_plan


@pytest.fixture(scope="session")
def planned(city: City) -> Planned:
    """Twelve orders, one of them with a name that is markup and one that nobody can serve; a van that must charge."""
    thirsty = replace(load_models()["goupil-g4-7"], id="thirsty", battery_wh=700.0)
    orders = [order(f"o{k}", at(k % 6, 1 + k // 6), kg=90, window=(8 + k % 3, 14)) for k in range(11)]
    orders.append(order("<b>&'\"", at(5, 5), kg=5))
    orders.append(order("never", at(5, 4), window=(8, 8.05)))
    vans = [replace(van("v/1", soc=0.6), model=thirsty), replace(van("v2", soc=0.6), model=thirsty)]
    return plan_day(
        city,
        orders,
        vans,
        [charger("fast", at(3, 3))],
        calm(temperature_c=-15.0),
        iterations=400,
        faults=[Fault("orders.csv:7.lat", "<script>alert(1)</script>")],
        notes=["a note"],
    )


def test_the_document_and_the_problem_can_be_read_back_and_checked(planned: Planned) -> None:
    problem = read_problem(planned.problem_json)
    plan = read_plan(problem, planned.document)
    assert violations(problem, plan) == ()
    assert planned.document["faults"] == [{"where": "orders.csv:7.lat", "message": "<script>alert(1)</script>"}]
    assert planned.document["notes"][0] == "a note"
    assert planned.document["timezone"] == "Europe/Helsinki"
    assert [unserved["id"] for unserved in planned.document["unassigned"]] == ["never"]
    assert planned.document["unassigned"][0]["reasons"]


def test_legs_follow_the_streets_on_the_clock_of_the_plan(planned: Planned) -> None:
    for route, legs in zip(planned.plan.routes, planned.legs, strict=True):
        assert len(legs) == len(route.steps) - 1
        for leg in legs:
            before, after = route.steps[leg.step - 1], route.steps[leg.step]
            assert leg.times_s[0] == pytest.approx(before.departure)
            assert leg.times_s[-1] == pytest.approx(after.arrival)
            assert (np.diff(leg.times_s) >= -1e-9).all()
            if leg.path is not None:
                assert leg.distance_m == pytest.approx(after.distance - before.distance, abs=2)
                assert leg.instructions(planned.built)[0].maneuver_type == "depart"
        assert any(leg.path is not None and len(leg.lonlat) > 2 for leg in legs)


def test_geojson_has_a_line_per_leg_and_a_point_per_step(planned: Planned) -> None:
    document = draw.geojson(planned)
    kinds = [feature["properties"]["kind"] for feature in document["features"]]
    steps = sum(len(route.steps) for route in planned.plan.routes)
    driven = sum(leg.path is not None for legs in planned.legs for leg in legs)
    assert (kinds.count("leg"), kinds.count("step"), kinds.count("unserved")) == (driven, steps, 1)
    line = next(f for f in document["features"] if f["properties"]["kind"] == "leg")
    assert line["properties"]["departure"].endswith("+02:00")
    windows = [f["properties"]["windows"] for f in document["features"] if "windows" in f["properties"]]
    assert len(windows) == 11


def test_the_table_has_a_row_per_step(planned: Planned) -> None:
    rows = list(csv.DictReader(io.StringIO(draw.csv_text(planned))))
    assert len(rows) == sum(len(route.steps) for route in planned.plan.routes)
    assert {row["id"] for row in rows if row["type"] == "job"} == {o.id for o in planned.built.orders} - {"never"}
    first = rows[0]
    assert first["type"] == "start"
    assert datetime.fromisoformat(first["departure"]).timestamp() >= clock(8)
    charged = [row for row in rows if row["type"] == "charge"]
    assert charged
    assert all(float(row["charge_kwh"]) > 0 for row in charged)


def test_gpx_has_a_waypoint_per_stop_and_a_track_with_times(planned: Planned) -> None:
    spaces = {"g": "http://www.topografix.com/GPX/1/1"}
    for k, route in enumerate(planned.plan.routes):
        root = ET.fromstring(draw.gpx(planned, k))
        assert len(root.findall("g:wpt", spaces)) == len(route.steps)
        times = [point.text for point in root.findall(".//g:trkpt/g:time", spaces)]
        assert times == sorted(times)  # type: ignore[type-var]
        assert str(times[0]).endswith("Z")


def test_a_vans_name_becomes_the_name_of_a_file() -> None:
    assert draw.file_name("v/1") == "v-1"
    assert draw.file_name("../../etc") == "-..-etc"
    assert draw.file_name("Jürgen 2") == "Jürgen-2"
    assert draw.file_name("..") == "van"


def test_figures_add_up(planned: Planned) -> None:
    rows = dict(figures(planned.built.problem, planned.plan))
    assert rows["orders served"] == "12 of 13"
    assert rows["distance"] == f"{sum(r.distance for r in planned.plan.routes) / 1000:,.1f} km"
    reserve = {v.id: v.battery.reserve / v.battery.capacity for v in planned.built.problem.vehicles if v.battery}
    for share, name in lowest_charges(planned.built.problem, planned.plan):
        assert share >= reserve[name] - 1e-6


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 min"), (3_599, "1 h 00 min"), (25_500, "7 h 05 min")])
def test_durations_are_hours_and_minutes(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


class _Links(HTMLParser):
    """Everything on a page that a browser would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.scripts = 0
        self.bold: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.found += [str(value) for name, value in attrs if name in ("src", "href", "xlink:href", "srcset", "data")]


def test_the_report_needs_nothing_but_itself_and_runs_nothing_from_the_files(planned: Planned) -> None:
    for page in (report_html(planned), sheets_html(planned)):
        links = _Links()
        links.feed(page)
        assert links.found == []
        assert not re.search(r"url\((?!#)|@import|https?://(?!www\.w3\.org)", page)
        assert "<script>alert" not in page
        assert "<b>&'" not in page
        assert "&lt;b&gt;&amp;" in page
    assert links.scripts == 0
    report = report_html(planned)
    assert "&lt;script&gt;alert(1)" in report
    assert report.count('class="route"') == len(planned.plan.routes)
    assert report.count('<section class="sheet"') == len(planned.plan.routes)
    assert "1 orders are not served" not in report
    assert "1 order is not served" in report


def test_a_sheet_tells_the_driver_every_step(planned: Planned) -> None:
    page = sheets_html(planned)
    for route in planned.plan.routes:
        for step in route.steps:
            if step.kind == "job":
                assert f"deliver {planned.built.problem.orders[step.index].id}".replace("<b>&'\"", "&lt;b&gt;") in page
    assert "charge at " in page
    assert f"{DAY:%A} {DAY.day} {DAY:%B %Y}" in page


def test_the_line_of_charge_goes_through_every_step(planned: Planned) -> None:
    for route in planned.plan.routes:
        battery = planned.built.problem.vehicles[route.vehicle].battery
        assert battery is not None
        points = points_of(planned, route, battery)
        assert [at for at, _ in points] == sorted(at for at, _ in points)
        assert min(level for _, level in points) >= battery.reserve - 1e-6
        assert max(level for _, level in points) <= battery.capacity + 1e-6
        for step in route.steps:
            assert (step.departure, step.soc + step.charge) in points  # type: ignore[operator]


def test_a_frame_keeps_shapes_and_is_never_empty() -> None:
    frame = Frame.around(np.array([10.0]), np.array([60.0]))
    # 300 m at least, with a margin of 6 % on each side.
    assert frame.metres == pytest.approx(0.0027 * 1.12 * 111_195, rel=1e-6)
    assert frame.height == 4_000
    middle = frame.xy(np.array([10.0]), np.array([60.0]))[0].tolist()
    assert middle == [2_000, 2_000]


def test_a_line_is_drawn_in_steps_and_without_crowded_points() -> None:
    assert path_data(np.array([[10.0, 10.0], [11.0, 10.0], [20.0, 30.0]])) == "M10 10l10 20"
    assert path_data(np.array([[10.0, 10.0], [14.0, 10.0], [20.0, 30.0]])) == "M10 10l4 0 6 20"

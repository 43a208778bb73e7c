"""OSRM's dialect: what its documentation promises, on a square whose figures are known."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
import pytest
from tests.unit.roads.tiny_maps import lonlat

from milkfloat.roads.polyline import decode, encode

# 26 km/h is 7.22 m/s.
S_PER_M = 3.6 / 26.0


def text(*points: tuple[float, float]) -> str:
    return ";".join("{:.6f},{:.6f}".format(*lonlat(*point)) for point in points)


SOUTH, NORTH, DEAD_END = (50.0, -5.0), (50.0, 205.0), (-15.0, 3.0)


def ask(client: httpx.Client, service: str, points: str, **options: Any) -> dict[str, Any]:
    answer = client.get(f"/{service}/v1/driving/{points}", params=options)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["code"] == "Ok"
    return found


def refusal(client: httpx.Client, service: str, points: str, **options: Any) -> str:
    answer = client.get(f"/{service}/v1/driving/{points}", params=options)
    assert answer.status_code == 400
    assert answer.json()["message"]
    code: str = answer.json()["code"]
    return code


def test_a_route_has_the_figures_of_the_streets(client: httpx.Client) -> None:
    found = ask(client, "route", text(SOUTH, NORTH))
    (route,) = found["routes"]
    # 50 + 200 + 50 m; at the corner with the dead end a right angle to the right: 3 s.
    assert route["distance"] == pytest.approx(300, abs=0.2)
    assert route["duration"] == pytest.approx(300 * S_PER_M + 3.0, abs=0.2)
    assert route["weight_name"] == "duration"
    (leg,) = route["legs"]
    assert (leg["distance"], leg["duration"]) == (route["distance"], route["duration"])
    assert leg["steps"] == []
    first, last = found["waypoints"]
    assert first["name"] == "Ring"
    assert first["distance"] == pytest.approx(5.0, abs=0.1)
    assert first["location"] == pytest.approx(lonlat(50, 0), abs=2e-6)
    assert last["location"] == pytest.approx(lonlat(50, 200), abs=2e-6)


def test_lines_come_in_every_form(client: httpx.Client) -> None:
    forms = {
        form: ask(client, "route", text(SOUTH, NORTH), geometries=form, overview="full")["routes"][0]["geometry"]
        for form in ("polyline", "polyline6", "geojson")
    }
    expected = [pytest.approx(lonlat(*p), abs=1.5e-5) for p in ((50, 0), (0, 0), (0, 200), (50, 200))]
    assert decode(forms["polyline"]).tolist() == expected
    assert decode(forms["polyline6"], digits=6).tolist() == expected
    assert forms["geojson"]["type"] == "LineString"
    assert forms["geojson"]["coordinates"] == expected
    assert "geometry" not in ask(client, "route", text(SOUTH, NORTH), overview="false")["routes"][0]


def test_steps_turn_where_the_streets_do(client: httpx.Client) -> None:
    found = ask(client, "route", text(DEAD_END, SOUTH, NORTH), steps="true", geometries="geojson")
    (route,) = found["routes"]
    assert len(route["legs"]) == 2
    assert route["distance"] == pytest.approx(sum(leg["distance"] for leg in route["legs"]), abs=0.1)
    depart, arrive = route["legs"][0]["steps"]
    assert depart["maneuver"]["type"] == "depart"
    assert depart["maneuver"]["bearing_after"] == 90
    assert arrive["maneuver"]["type"] == "arrive"
    assert depart["intersections"][0]["out"] == 0
    for leg in route["legs"]:
        assert sum(step["distance"] for step in leg["steps"]) == pytest.approx(leg["distance"], abs=0.2)
        assert sum(step["duration"] for step in leg["steps"]) == pytest.approx(leg["duration"], abs=0.2)
        assert leg["summary"] == "Ring"
    turn = route["legs"][1]["steps"][1]
    assert (turn["maneuver"]["type"], turn["maneuver"]["modifier"]) == ("continue", "right")
    junction = turn["intersections"][0]
    assert junction["bearings"][junction["out"]] == turn["maneuver"]["bearing_after"]


def test_a_waypoint_may_be_left_straight_on_only(client: httpx.Client) -> None:
    # East along the south side, then back to the dead end: round the block instead of turning.
    points = text(DEAD_END, SOUTH, DEAD_END)
    back = ask(client, "route", points)["routes"][0]
    straight = ask(client, "route", points, continue_straight="true")["routes"][0]
    assert back["distance"] == pytest.approx(65 + 65, abs=0.5)
    assert straight["distance"] == pytest.approx(65 + 150 + 600 + 15, abs=0.5)


def test_annotations_have_a_value_per_piece_of_the_line(client: httpx.Client) -> None:
    (leg,) = ask(client, "route", text(SOUTH, NORTH), annotations="true", overview="full")["routes"][0]["legs"]
    found = leg["annotation"]
    assert found["nodes"] == [2, 1, 4, 3]
    assert found["distance"] == pytest.approx([50, 200, 50], abs=0.1)
    assert sum(found["duration"]) == pytest.approx(leg["duration"], abs=0.2)
    assert found["datasources"] == [0, 0, 0]
    (leg,) = ask(client, "route", text((60, 0), (150, 0)), annotations="nodes")["routes"][0]["legs"]
    assert leg["annotation"] == {"nodes": [1, 2]}


def test_a_table_has_rows_of_sources_and_columns_of_destinations(client: httpx.Client) -> None:
    points = text(SOUTH, NORTH, DEAD_END)
    whole = ask(client, "table", points, annotations="duration,distance")
    assert len(whole["sources"]) == len(whole["destinations"]) == 3
    assert [whole["durations"][k][k] for k in range(3)] == [0, 0, 0]
    assert whole["distances"][0][2] == pytest.approx(65, abs=0.2)
    part = ask(client, "table", points, sources="1", destinations="0;2")
    assert part["durations"] == [[whole["durations"][1][0], whole["durations"][1][2]]]
    assert "distances" not in part
    assert part["sources"] == [whole["sources"][1]]
    doubled = ask(client, "table", points, scale_factor=2)
    assert doubled["durations"][0][2] == pytest.approx(2 * whole["durations"][0][2], abs=0.1)


def test_a_table_and_a_route_agree(client: httpx.Client) -> None:
    points = text(SOUTH, NORTH)
    route = ask(client, "route", points)["routes"][0]
    table = ask(client, "table", points, annotations="duration,distance")
    assert table["durations"][0][1] == pytest.approx(route["duration"], abs=0.1)
    assert table["distances"][0][1] == pytest.approx(route["distance"], abs=0.1)


def test_the_nearest_streets_come_in_order(client: httpx.Client) -> None:
    (one,) = ask(client, "nearest", text(SOUTH))["waypoints"]
    assert one["distance"] == pytest.approx(5.0, abs=0.05)
    assert set(one["nodes"]) == {1, 2}
    four = ask(client, "nearest", text(SOUTH), number=4)["waypoints"]
    # South side, dead end, west side, east side.
    assert [w["distance"] for w in four] == pytest.approx([5.0, 50.25, 50.25, 150.1], abs=0.1)
    assert four[0] == one


def test_the_rush_is_slower_than_the_night(client: httpx.Client) -> None:
    points = text(SOUTH, NORTH)
    night = ask(client, "route", points)["routes"][0]["duration"]
    rush = ask(client, "route", points, depart="08:00")["routes"][0]["duration"]
    assert rush > 1.05 * night
    dated = ask(client, "route", points, depart="2026-01-15T09:00:00+01:00")["routes"][0]["duration"]
    assert dated == rush


def test_bearings_and_radiuses_choose_the_street(client: httpx.Client) -> None:
    there = ask(client, "route", text((60, 0), (150, 0)), bearings="270,20;")["routes"][0]
    # Westwards first: 60 m to the corner, 2 * 30 m into the dead end and back, 150 m east.
    assert there["distance"] == pytest.approx(270, abs=0.5)
    assert refusal(client, "route", text(SOUTH, NORTH), radiuses="1;unlimited") == "NoSegment"
    assert refusal(client, "route", text(SOUTH, NORTH), bearings="45,5;") == "NoSegment"


def test_coordinates_may_be_an_encoded_line(client: httpx.Client) -> None:
    line = quote(encode([lonlat(*SOUTH), lonlat(*NORTH)]))
    found = ask(client, "route", f"polyline({line})")
    assert found["routes"][0]["distance"] == pytest.approx(300, abs=2)
    assert ask(client, "route", text(SOUTH, NORTH) + ".json")["routes"]


@pytest.mark.parametrize(
    ("service", "points", "options", "code"),
    [
        ("route", "10,0", {}, "InvalidOptions"),
        ("route", "10,0;abc", {}, "InvalidQuery"),
        ("route", "10,0;10,95", {}, "InvalidValue"),
        ("route", "10,0;50,50", {}, "NoSegment"),
        ("route", "10,0;10,0", {"steps": "yes"}, "InvalidQuery"),
        ("route", "10,0;10,0", {"geometries": "wkt"}, "InvalidQuery"),
        ("route", "10,0;10,0", {"overview": "true"}, "InvalidQuery"),
        ("route", "10,0;10,0", {"annotations": "colour"}, "InvalidQuery"),
        ("route", "10,0;10,0", {"radiuses": "10"}, "InvalidOptions"),
        ("route", "10,0;10,0", {"bearings": "400,10;"}, "InvalidQuery"),
        ("route", "10,0;10,0", {"exclude": "toll"}, "InvalidOptions"),
        ("route", "10,0;10,0", {"depart": "noon"}, "InvalidQuery"),
        ("route", "polyline(]]])", {}, "InvalidQuery"),
        ("table", "10,0;10,0", {"sources": "2"}, "InvalidOptions"),
        ("table", "10,0;10,0", {"sources": "x"}, "InvalidQuery"),
        ("table", "10,0;10,0", {"annotations": "speed"}, "InvalidQuery"),
        ("nearest", "10,0;10,0", {}, "TooBig"),
        ("nearest", "10,0", {"number": "0"}, "InvalidOptions"),
    ],
)
def test_what_cannot_be_answered_has_its_code(
    client: httpx.Client, service: str, points: str, options: dict[str, str], code: str
) -> None:
    assert refusal(client, service, points, **options) == code

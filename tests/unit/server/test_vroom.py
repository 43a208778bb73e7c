"""VROOM's dialect at its address."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.unit.roads.tiny_maps import lonlat

from milkfloat.roads.polyline import decode

QUICK = {"iterations": "200"}


def question(**more: Any) -> dict[str, Any]:
    hub = list(lonlat(-15, 0))
    return {
        "vehicles": [{"id": 7, "start": hub, "end": hub, "capacity": [2]}],
        "jobs": [{"id": k, "location": list(lonlat(50 * k, 0)), "delivery": [1], "service": 30} for k in (1, 2, 3)],
        **more,
    }


def test_a_question_with_coordinates_is_answered_on_the_map(client: httpx.Client) -> None:
    answer = client.post("/vroom", json=question(options={"g": True}), params=QUICK)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["code"], found["summary"]["unassigned"], found["summary"]["routes"]) == (0, 1, 1)
    (route,) = found["routes"]
    assert route["vehicle"] == 7
    # To 100 m and back into the dead end; the way back needs no turning round, there is a block to go round or a
    # street to leave either way: 2 * 115 m at 26 km/h.
    assert route["distance"] == pytest.approx(230, abs=2)
    assert route["duration"] == pytest.approx(230 * 3.6 / 26, abs=2)
    line = decode(route["geometry"])
    assert line[0].tolist() == pytest.approx(lonlat(-15, 0), abs=1e-5)
    assert line[-1].tolist() == pytest.approx(lonlat(-15, 0), abs=1e-5)


def test_a_question_with_a_matrix_needs_no_map(mapless: httpx.Client) -> None:
    asked = {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0}],
        "jobs": [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2}],
        "matrices": {"car": {"durations": [[0, 10, 20], [10, 0, 10], [20, 10, 0]]}},
    }
    found = mapless.post("/vroom", json=asked, params=QUICK).json()
    assert found["code"] == 0
    assert found["summary"]["duration"] == 40


def test_without_map_and_matrix_only_the_crow_flies_and_the_answer_says_so(mapless: httpx.Client) -> None:
    refused = mapless.post("/vroom", json=question(), params=QUICK)
    assert (refused.status_code, refused.json()["code"]) == (400, 2)
    assert "metric=great-circle" in refused.json()["error"]
    found = mapless.post("/vroom", json=question(), params=QUICK | {"metric": "great-circle"}).json()
    assert found["code"] == 0
    # 230 m x 1.35.
    assert found["summary"]["distance"] == pytest.approx(230 * 1.35, abs=2)
    assert any("crow" in note for note in found["notes"])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[]", "question"),
        (b'{"vehicles": [], "jobs": []}', "vehicles"),
        (b'{"vehicles": [{"id": 1, "start": [0.0, 10.0]}], "jobs": [{"id": 1, "location": [10.0, 0.0]}]}', "swapped"),
    ],
)
def test_a_faulty_question_gets_the_code_for_it(client: httpx.Client, body: bytes, said: str) -> None:
    answer = client.post("/vroom", content=body, params=QUICK)
    assert answer.status_code == 400
    assert answer.json()["code"] == 2
    assert said in answer.json()["error"]


def test_who_asks_whether_it_is_there_gets_an_answer(client: httpx.Client) -> None:
    assert client.get("/health").status_code == 200

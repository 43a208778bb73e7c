"""Whatever happens to a file, a reader answers with a problem or with named faults, never with another exception."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milkfloat.errors import InputError
from milkfloat.routing.formats import evrpnl, lilim, milkfloat, schneider, solomon, vroom, vrplib

_OWN = {
    "format": "milkfloat-problem",
    "schema_version": 1,
    "locations": [{"name": "depot"}, {"name": "a", "x": 3.0}],
    "orders": [{"id": "o", "stops": [{"location": 1, "windows": [[0, "inf"]]}], "delivery": [5]}],
    "vehicles": [{"count": 2, "id": "van", "start": 0, "end": 0, "capacity": [9]}],
    "metrics": [{"kind": "matrix", "time": {"array": 0}, "distance": {"array": 0}}],
    "arrays": [[[0, 3], [4, 0]]],
}
_VROOM = {
    "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [4], "skills": [1], "time_window": [0, 99]}],
    "jobs": [{"id": 1, "location_index": 1, "service": 60, "delivery": [1], "time_windows": [[0, 50]]}],
    "shipments": [
        {"amount": [1], "pickup": {"id": 1, "location_index": 1}, "delivery": {"id": 8, "location_index": 0}}
    ],
    "matrices": {"car": {"durations": [[0, 10], [11, 0]], "distances": [[0, 10], [11, 0]]}},
}
_JUNK = [
    "",
    "-1",
    "nan",
    "inf",
    "1e999",
    "1e300",
    "x",
    "999999999999",
    "0",
    "[]",
    "{}",
    "null",
    "true",
    '""',
    "-",
    "1.5",
]
_READERS: dict[str, Callable[..., object]] = {
    "solomon_text": solomon.read,
    "cvrp_text": vrplib.read,
    "schneider_text": schneider.read,
    "lilim_text": lilim.read,
    "evrpnl_text": evrpnl.read,
}


@pytest.fixture(params=[*_READERS, "own", "vroom"])
def sample(request: pytest.FixtureRequest) -> tuple[str, Callable[..., object]]:
    if request.param == "own":
        return json.dumps(_OWN), milkfloat.read
    if request.param == "vroom":
        return json.dumps(_VROOM), vroom.read
    return request.getfixturevalue(request.param), _READERS[request.param]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_mutated_file_is_read_or_refused(sample: tuple[str, Callable[..., object]], data: st.DataObject) -> None:
    text, read = sample
    tokens = [match.span() for match in re.finditer(r"[-\w.]+", text)]
    first, last = data.draw(st.sampled_from(tokens))
    mutated = text[:first] + data.draw(st.sampled_from(_JUNK)) + text[last:]
    if data.draw(st.booleans()):
        mutated = mutated[: data.draw(st.integers(0, len(mutated)))]
    raw = bytearray(mutated.encode())
    if raw and data.draw(st.booleans()):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(raw), source="t")
    except InputError as error:
        faults = error.faults
    else:
        return
    assert faults
    assert all(fault.where.startswith("t") and fault.message for fault in faults)


def test_what_was_mutated_is_readable_to_begin_with(sample: tuple[str, Callable[..., object]]) -> None:
    text, read = sample
    assert read(text.encode(), source="t") is not None

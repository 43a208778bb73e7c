from __future__ import annotations

import gzip
import lzma
from collections.abc import Callable

import pytest

from milkfloat.routing.formats.detect import detect
from milkfloat.routing.formats.text import unpack


@pytest.mark.parametrize(
    ("fixture", "expected"),
    [
        ("solomon_text", "solomon"),
        ("cvrp_text", "vrplib"),
        ("schneider_text", "schneider"),
        ("lilim_text", "lilim"),
        ("evrpnl_text", "evrpnl"),
    ],
)
def test_formats_are_told_from_their_content(request: pytest.FixtureRequest, fixture: str, expected: str) -> None:
    text: str = request.getfixturevalue(fixture)
    assert detect(text.encode()) == expected
    assert detect(text.replace("\n", "\r\n").encode()) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"matrices": {}, "jobs": [], "vehicles": []}', "vroom"),
        ('{"format":"milkfloat-problem","vehicles":[],"jobs":1}', "milkfloat"),
        ('{"instance_name": "x", "vehicle_capacity": 1}', "mamut"),
        ('{"format": "mamut-td-atf", "instance_name": "x", "arcs": []}', None),
        ('{"schema_version": 1, "problem_hash": "", "routes": []}', None),
        ("instance,cost\nA,1\n", None),
        ("# A read me about VEHICLES\n", None),
        ("", None),
    ],
)
def test_documents_are_told_by_their_keys(text: str, expected: str | None) -> None:
    assert detect(text.encode()) == expected


def test_packed_files_are_unpacked_by_their_first_bytes(faults_of: Callable[..., list[str]]) -> None:
    for packed in (gzip.compress(b"text"), lzma.compress(b"text"), b"text"):
        assert unpack(packed, "f") == b"text"
    (fault,) = faults_of(unpack, gzip.compress(b"text" * 100)[:-9], "f.gz")
    assert fault.startswith("f.gz: the packed file is broken: ")
    (fault,) = faults_of(unpack, lzma.compress(b"text" * 100)[:-9], "f.xz")
    assert fault.startswith("f.xz: the packed file is broken: ")

"""Every published instance parses to the numbers its set is known for."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from milkfloat.routing.formats import evrpnl, lilim, mamut, schneider, solomon, vrplib
from milkfloat.routing.formats.detect import detect
from milkfloat.routing.formats.instance import Instance
from milkfloat.routing.formats.text import unpack

_READERS = {
    "solomon": solomon.read,
    "vrplib": vrplib.read,
    "schneider": schneider.read,
    "evrpnl": evrpnl.read,
    "lilim": lilim.read,
}
_SETS = {
    "vrptw": "solomon",
    "pdptw": "lilim",
    "evrptw": "schneider",
    "evrpnl": "evrpnl",
    "cvrp-x": "vrplib",
    "hfvrp": "vrplib",
    "mdvrptw": "vrplib",
    "mtvrptwr": "vrplib",
    "euro-neurips-2022": "vrplib",
    "td": "mamut",
}


def _read(path: Path) -> Instance | None:
    data = unpack(path.read_bytes(), path.name)
    kind = detect(data)
    if kind is None:
        return None
    if kind == "mamut":
        return mamut.read(data, source=path.name, companion=lambda name: (path.parent / name).read_bytes())
    return _READERS[kind](data, source=path.name)


@pytest.mark.parametrize("name", sorted(_SETS))
def test_a_set_parses_whole(milkfloat_data: Path, name: str) -> None:
    folder = milkfloat_data / "bench" / name
    formats: Counter[str] = Counter()
    with (folder / "bks.csv").open(newline="") as table:
        published = {row["instance"] for row in csv.DictReader(table)}
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".csv", ".md") or not path.is_file():
            continue
        instance = _read(path)
        if instance is None:
            assert not re.search(r"\.(vrp|vrp\.json|xml|txt|txt\.xz)$", path.name) or path.name == "FORMAT.txt", path
            continue
        problem = instance.problem
        formats[_SETS[name]] += 1
        # The size stands in the names of most sets; the X set counts the depot.
        if size := re.match(r"X(?:-n)?(\d+)-", path.name):
            assert len(problem.orders) == int(size[1]) - 1, path
        elif size := re.match(r"(?:tc\dc|ORTEC\S*-n)(\d+)[s-]", path.name):
            assert len(problem.orders) == int(size[1]), path
        assert len(set(instance.names.vehicles)) == len(problem.vehicles)
    # Second files and routes of the set are no instances; each instance has at least one published figure.
    assert formats.total() > 0
    assert formats.total() <= len(published)

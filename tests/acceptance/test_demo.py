"""`milkfloat demo --headless`: the day of a seed as figures beside hand plans, the same ones every time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from milkfloat.cli.main import main


def run(*args: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["demo", *(str(arg) for arg in args)])
    return int(ended.value.code or 0)


def figures(capsys: pytest.CaptureFixture[str], *args: str) -> list[dict[str, Any]]:
    assert run("--headless", "--json", *args) == 0
    columns: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["columns"]
    return columns


def test_a_winter_day_is_run_better_than_by_hand(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--headless") == 0
    told = capsys.readouterr().out
    for part in ("Helsinki, 14 January 2026 until 20:00, -15 degrees", "Milkfloat", "by hand", "OpenStreetMap"):
        assert part in told
    names = ("orders served", "late", "distance", "lowest charge", "empty without charging")
    rows = {n: line[len(n) :].split() for n in names for line in told.splitlines() if line.startswith(n + "  ")}
    assert rows["orders served"][:3] == ["230", "of", "230"]
    assert int(rows["late"][0]) <= int(rows["late"][1])
    assert float(rows["distance"][0]) < float(rows["distance"][2])
    # The battery binds: without charging vans would have stopped on the street.
    assert int(rows["empty without charging"][0]) > 0
    assert float(rows["lowest charge"][0].rstrip("%")) >= 5.0


def test_the_same_seed_gives_the_same_figures(capsys: pytest.CaptureFixture[str]) -> None:
    first = figures(capsys, "--until", "09:30", "--seed", "7")
    assert figures(capsys, "--until", "09:30", "--seed", "7") == first
    ours, by_hand = first[:2]
    assert (ours["name"], by_hand["name"]) == ("Milkfloat", "by hand")
    assert 0 < ours["served"] < ours["orders"] < by_hand["orders"] == 230


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--headless", "--until", "noon"), "--until: 'noon' is no time of day; write 12:00"),
        (("--headless", "--until", "12:75"), "--until: '12:75' is no time of day"),
        (("--headless", "--map", "missing.osm.pbf"), "missing.osm.pbf"),
    ],
)
def test_what_is_asked_wrongly_is_told(args: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*args) == 2
    assert told in capsys.readouterr().err

"""Measures the speeds Milkfloat starts from, each beside its limit; see README.md beside this file."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def _row(name: str, value: float, unit: str, limit: float, note: str = "") -> None:
    verdict = "ok" if value <= limit else "MISSED"
    print(f"{name:<28}{value:9.2f} {unit:<3} limit {limit:g} {unit:<3} {verdict}  {note}", flush=True)


class _NoDataError(Exception):
    """A figure needs data that are not here."""


def _data() -> Path:
    folder = os.environ.get("MILKFLOAT_DATA")
    if not folder:
        raise _NoDataError
    return Path(folder) / "data"


def first_plan() -> None:
    """First feasible plan for 200 orders with batteries."""
    from milkfloat.app.adapters import jd
    from milkfloat.app.adapters.rows import read_rows
    from milkfloat.routing.solve import solve

    folder = _data() / "jd_beijing_ev"
    problem = jd.read(read_rows(folder / "nodes.csv"), read_rows(folder / "vehicle_types.csv"))
    problem = replace(problem, orders=problem.orders[:200])
    times = []
    for _ in range(5):
        began = time.perf_counter()
        plan = solve(problem, iterations=1)
        times.append(time.perf_counter() - began)
    left = f"{200 - len(plan.unserved)} served, {len(plan.unserved)} explained"
    _row("first plan, 200 orders", float(np.median(times)), "s", 0.5, left)


def jd() -> None:
    """1,000 JD orders in 30 s of search."""
    from milkfloat.app.adapters import jd as adapter
    from milkfloat.app.adapters.rows import read_rows
    from milkfloat.routing.solve import solve

    folder = _data() / "jd_beijing_ev"
    problem = adapter.read(read_rows(folder / "nodes.csv"), read_rows(folder / "vehicle_types.csv"))
    plan = solve(problem, time_limit_s=30)
    explained = sum(bool(unserved.reasons) for unserved in plan.unserved)
    served = len(problem.orders) - len(plan.unserved)
    note = f"{served} served, {explained} explained, {plan.vehicles} vans, cost {plan.cost:.0f}"
    _row("JD, 1,000 orders", plan.elapsed_s, "s", 30.5, note)


_OPEN = """
import sys, time
from pathlib import Path
from milkfloat.app.maps import open_map
began = time.perf_counter()
city = open_map(sys.argv[1], cache=Path(sys.argv[2]), timezone="Europe/Lisbon")
print(time.perf_counter() - began)
"""


def porto() -> None:
    """Build Porto once, load it after."""
    path = _data() / "osm_extracts" / "porto.osm.pbf"
    with tempfile.TemporaryDirectory() as cache:
        for name, limit in (("Porto, build", 60.0), ("Porto, load", 2.0)):
            ran = subprocess.run(
                [sys.executable, "-c", _OPEN, str(path), cache], check=True, capture_output=True, text=True
            )
            _row(name, float(ran.stdout), "s", limit)


def matrix() -> None:
    """500 x 500 x 3 on Porto."""
    from milkfloat.app.conditions import Conditions
    from milkfloat.app.day_metrics import day_metric, van_metric
    from milkfloat.app.maps import open_map
    from milkfloat.fleet.catalogue import load_models
    from milkfloat.roads.matrix import road_matrix
    from milkfloat.roads.snap import Snap, snap

    city = open_map(_data() / "osm_extracts" / "porto.osm.pbf", timezone="Europe/Lisbon")
    graph = city.graph
    rng = np.random.default_rng(1)
    nodes = rng.choice(graph.node_count, 500, replace=False)
    found = snap(graph, np.column_stack([graph.node_lon[nodes], graph.node_lat[nodes]]))
    snaps = [each for each in found if isinstance(each, Snap)]
    conditions = Conditions(date(2026, 11, 24), city.timezone)
    model = next(iter(load_models().values()))
    metric = van_metric(graph, day_metric(graph, conditions, until_s=86_400.0), model, conditions.temperature_c)
    began = time.perf_counter()
    road_matrix(graph, metric, snaps, bins=(28, 48, 68), threads=1)
    _row("matrix 500 x 500 x 3", time.perf_counter() - began, "s", 12.0, f"{len(snaps)} places, one thread")


def imports() -> None:
    """Import of the package."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import milkfloat"], check=True)
        times.append(time.perf_counter() - began)
    _row("import milkfloat", min(times), "s", 0.3, "with the start of Python")


def install() -> None:
    """Size of the core install."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder]
        subprocess.run([*pip, *wanted], check=True)
        libraries = _bytes(Path(folder))
    own = _bytes(ROOT / "src" / "milkfloat")
    note = f"libraries {libraries / 1e6:.0f} MB, our own {own / 1e6:.0f} MB with the pages"
    _row("core install", (libraries + own) / 1e6, "MB", 150.0, note)


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


_FIGURES: dict[str, Callable[[], None]] = {
    "first-plan": first_plan,
    "jd": jd,
    "map": porto,
    "matrix": matrix,
    "import": imports,
    "install": install,
}


def main() -> None:
    """Measure what the arguments name, or everything."""
    names = sys.argv[1:] or list(_FIGURES)
    unknown = [name for name in names if name not in _FIGURES]
    if unknown:
        sys.exit(f"{' '.join(unknown)}: none of {' '.join(_FIGURES)}")
    for name in names:
        try:
            _FIGURES[name]()
        except _NoDataError:
            print(f"{name}: not measured; set MILKFLOAT_DATA (docs/reference/data.md)")


if __name__ == "__main__":
    main()

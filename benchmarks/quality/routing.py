"""
How far plans are from the best ones published, set by set.

``python benchmarks/quality/routing.py [--time-limit 10] [--most 4] [SET ...]`` solves an evenly spread choice of every
set's instances and prints gaps in cost (and in vans, where vans come first). Needs MILKFLOAT_DATA.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from milkfloat.app.solve import load
from milkfloat.routing.formats.instance import PUBLISHED, Options
from milkfloat.routing.solve import solve

DIMACS = Options(rounding="dimacs", objective="distance")
FULL = Options(charging="full")


@dataclass(frozen=True, slots=True)
class Published:
    """A best known plan: ``vans`` None where only the cost counts; ``scale`` turns our cost into theirs."""

    instance: str
    cost: float
    vans: int | None = None
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Set:
    """A benchmark set: where its instances are, how they are read, and what is known of them."""

    name: str
    folder: str
    pattern: str
    published: Callable[[dict[str, str]], Published | None]
    options: Options = PUBLISHED


def _plain(scale: float) -> Callable[[dict[str, str]], Published | None]:
    return lambda row: Published(row["instance"], float(row["cost"]), scale=scale)


def _vrptw(objective: str) -> Callable[[dict[str, str]], Published | None]:
    def read(row: dict[str, str]) -> Published | None:
        if row["objective"] != objective:
            return None
        vans = int(row["vehicles"]) if objective == "vehicles-then-distance" else None
        return Published(row["instance"], float(row["distance"]), vans)

    return read


def _evrptw(policy: str) -> Callable[[dict[str, str]], Published | None]:
    def read(row: dict[str, str]) -> Published | None:
        if row["policy"] != policy:
            return None
        return Published(row["instance"], float(row["distance"]), int(row["vehicles"]))

    return read


SETS = (
    Set("vrptw (vans first)", "vrptw", "instances/*/*.txt", _vrptw("vehicles-then-distance")),
    Set("vrptw (dimacs)", "vrptw", "instances/*/*.txt", _vrptw("distance-dimacs"), DIMACS),
    Set("cvrp-x", "cvrp-x", "instances/*.vrp", _plain(1.0)),
    Set("hfvrp", "hfvrp", "instances/*.vrp", _plain(1.0)),
    Set("mdvrptw", "mdvrptw", "instances/*.vrp", _plain(1000.0)),
    Set("mtvrptwr", "mtvrptwr", "instances/*.vrp", _plain(10.0)),
    Set(
        "pdptw",
        "pdptw",
        "instances/*/*.txt",
        lambda row: Published(row["instance"], float(row["distance"]), int(row["vehicles"])),
    ),
    Set("evrptw (partial)", "evrptw", "instances/*/*.txt", _evrptw("partial")),
    Set("evrptw (full)", "evrptw", "instances/*/*.txt", _evrptw("full"), FULL),
    Set("evrpnl", "evrpnl", "instances/*.xml", lambda row: Published(row["instance"], float(row["hours"]))),
    Set("td", "td", "**/*.vrp.json", _plain(1.0)),
    Set("xxl", "xxl", "instances/*.vrp*", _plain(1.0)),
)


def _best(folder: Path, read: Callable[[dict[str, str]], Published | None]) -> dict[str, Published]:
    """The best known figure of every instance: fewest vans, then least cost."""
    best: dict[str, Published] = {}
    with (folder / "bks.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            found = read(row)
            if found is not None:
                before = best.get(found.instance.lower())
                if before is None or (found.vans or 0, found.cost) < (before.vans or 0, before.cost):
                    best[found.instance.lower()] = found
    return best


def _instances(root: Path, chosen: Set, most: int) -> Iterator[tuple[Path, Published]]:
    folder = root / chosen.folder
    best = _best(folder, chosen.published)
    paths = [path for path in sorted(folder.glob(chosen.pattern)) if _stem(path) in best]
    step = max(1, len(paths) // most)
    for path in paths[step // 2 :: step][:most]:
        yield path, best[_stem(path)]


def _stem(path: Path) -> str:
    name = path.name
    for ending in (".xz", ".gz", ".vrp", ".vrp.json", ".txt", ".xml"):
        name = name.removesuffix(ending)
    return name.lower()


def main() -> None:
    """Measure the sets named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", help="names of sets or of their folders; default: all")
    parser.add_argument("--time-limit", type=float, default=10.0)
    parser.add_argument("--most", type=int, default=4, help="instances of each set")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    data = os.environ.get("MILKFLOAT_DATA")
    if not data:
        print("not measured; set MILKFLOAT_DATA (docs/reference/data.md)")
        return
    for chosen in SETS:
        if given.sets and not {chosen.name, chosen.folder} & set(given.sets):
            continue
        gaps = []
        for path, known in _instances(Path(data) / "bench", chosen, given.most):
            loaded = load(path, options=chosen.options)
            plan = solve(
                loaded.problem, time_limit_s=given.time_limit, seed=given.seed, initial=loaded.instance.initial
            )
            gap = 100.0 * (plan.cost * known.scale / known.cost - 1.0)
            vans = "" if known.vans is None else f"  vans {plan.vehicles} to {known.vans}"
            left = f"  {len(plan.unserved)} unserved" if plan.unserved else ""
            if known.vans is None or known.vans == plan.vehicles:
                gaps.append(gap)
            print(
                f"  {_stem(path):<28} {plan.cost * known.scale:14.2f} to {known.cost:14.2f}  {gap:+7.2f} %{vans}{left}"
                f"  {plan.iterations} iterations",
                flush=True,
            )
        mean = f"{statistics.fmean(gaps):+.2f} %" if gaps else "none with as many vans"
        print(f"{chosen.name}: mean gap {mean} over {len(gaps)} instances, {given.time_limit:g} s each", flush=True)


if __name__ == "__main__":
    main()

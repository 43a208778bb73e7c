"""
Plans beside PyVRP's: the same instances, seconds and core, one after the other.

``make peers``, then ``python benchmarks/quality/beside_pyvrp.py [--time-limit 10] [--most 3]`` with MILKFLOAT_DATA set.
PyVRP (0.14) runs in an environment of its own and reads the files by itself.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from pathlib import Path

from milkfloat.app.solve import load
from milkfloat.routing.formats import vrplib_write
from milkfloat.routing.formats.instance import PUBLISHED, Options
from milkfloat.routing.solve import solve

ROOT = Path(__file__).resolve().parents[2]
PEER = """
import sys
from pyvrp import read, solve
from pyvrp.stop import MaxRuntime
path, seconds, rounding, seed = sys.argv[1], float(sys.argv[2]), sys.argv[3], int(sys.argv[4])
result = solve(read(path, round_func=rounding), MaxRuntime(seconds), seed=seed, display=False)
print(result.cost() / (10 if rounding == "dimacs" else 1))
"""
SETS = (
    ("cvrp-x", "cvrp-x/instances/*.vrp", PUBLISHED, "round"),
    ("vrptw (dimacs)", "vrptw/instances/homberger_*/*.txt", Options(rounding="dimacs", objective="distance"), "dimacs"),
)


def _for_pyvrp(path: Path) -> str:
    """The file as it is, or a text in Solomon's form, which PyVRP does not read, as VRPLIB."""
    if path.suffix == ".vrp":
        return path.read_text()
    written = vrplib_write.write(load(path, options=Options(objective="distance", rounding="exact")).problem)
    return written.decode().replace("EXACT_2D", "EUC_2D").replace("TYPE : CVRP", "TYPE : VRPTW")


def main() -> None:
    """Measure and print costs and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--time-limit", type=float, default=10.0)
    parser.add_argument("--most", type=int, default=3, help="instances of each set")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    data = os.environ.get("MILKFLOAT_DATA")
    peer = ROOT / ".peers" / "bin" / "python"
    if not data or not peer.exists():
        print("not measured; set MILKFLOAT_DATA (docs/reference/data.md) and run `make peers`")
        return
    for name, pattern, options, rounding in SETS:
        paths = sorted((Path(data) / "bench").glob(pattern))
        step = max(1, len(paths) // given.most)
        for path in paths[step // 2 :: step][: given.most]:
            plan = solve(load(path, options=options).problem, time_limit_s=given.time_limit, seed=given.seed)
            with tempfile.NamedTemporaryFile("w", suffix=".vrp") as copy:
                copy.write(_for_pyvrp(path))
                copy.flush()
                ran = subprocess.run(
                    [str(peer), "-c", PEER, copy.name, str(given.time_limit), rounding, str(given.seed)],
                    capture_output=True,
                    text=True,
                    check=True,
                )
            theirs = float(ran.stdout)
            print(
                f"  {path.stem:<20} {plan.cost:12.1f}  PyVRP {theirs:12.1f}  ratio {plan.cost / theirs:.4f}", flush=True
            )
        print(f"{name}: {given.time_limit:g} s each, seed {given.seed}")


if __name__ == "__main__":
    main()

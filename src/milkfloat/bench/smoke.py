"""
Smoke test over any folder: whether every instance parses, solves and passes the checker.

Nothing about quality is claimed; an instance passes when the plan found in the time given is feasible. Orders that
the plan leaves out, each with its reason, are counted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from milkfloat.app.solve import load, read_file, solve_loaded
from milkfloat.errors import Fault, InputError
from milkfloat.routing.formats.detect import detect


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one instance, or a folder that has none; ``path`` is relative to the folder walked."""

    status: Literal["ok", "FAIL", "skip"]
    path: str
    format: str = ""
    orders: int = 0
    vehicles: int = 0
    unserved: int = 0
    cost: float = 0.0
    elapsed_s: float = 0.0
    message: str = ""

    def line(self) -> str:
        """The outcome for people."""
        if self.status == "skip":
            return f"skip  {self.path}/: {self.message}"
        if self.status == "FAIL":
            return f"FAIL  {self.path}: {self.message}"
        left = f", {self.unserved} unserved" if self.unserved else ""
        return (
            f"ok    {self.path}  {self.format}, {self.orders} orders: {self.vehicles} vans, cost {self.cost:.10g}{left}"
            f"  ({self.elapsed_s:.1f} s)"
        )


def run(folder: Path, *, time_limit_s: float = 1.0, seed: int = 1) -> Iterator[Outcome]:
    """
    Outcomes of all instances below ``folder``, in order of their names, as they finish.

    Raises
    ------
    InputError
        When ``folder`` is no folder that can be read.
    """
    if not folder.is_dir():
        raise InputError(Fault(str(folder), "this is no folder"))
    yield from _walk(folder, folder, _instances(folder), time_limit_s, seed)


def _walk(root: Path, folder: Path, instances: list[Path], time_limit_s: float, seed: int) -> Iterator[Outcome]:
    if not instances:
        name = "." if folder == root else str(folder.relative_to(root))
        yield Outcome("skip", name, message="no instances in or below this folder")
        return
    here = set(instances)
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            yield from _walk(root, entry, [path for path in instances if entry in path.parents], time_limit_s, seed)
        elif entry in here:
            yield _try(root, entry, time_limit_s, seed)


def _instances(folder: Path) -> list[Path]:
    """Files below ``folder`` that are in a format we read; second files of an instance and tables are not."""
    found: list[Path] = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            try:
                known = detect(read_file(path)) is not None
            except InputError:
                # A broken archive under an instance's name is a failure to be told, not a file to be passed over.
                known = path.suffix in (".gz", ".xz")
            if known:
                found.append(path)
    return found


def _try(root: Path, path: Path, time_limit_s: float, seed: int) -> Outcome:
    name = str(path.relative_to(root))
    began = time.perf_counter()
    try:
        loaded = load(path)
        solved = solve_loaded(loaded, time_limit_s=time_limit_s, seed=seed)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong with one, the others are still to be tried
        return Outcome("FAIL", name, elapsed_s=time.perf_counter() - began, message=f"{type(error).__name__}: {error}")
    plan = solved.plan
    return Outcome(
        "ok",
        name,
        format=loaded.format,
        orders=len(loaded.problem.orders),
        vehicles=plan.vehicles,
        unserved=len(plan.unserved),
        cost=plan.cost,
        elapsed_s=time.perf_counter() - began,
    )

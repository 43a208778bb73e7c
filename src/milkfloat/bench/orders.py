"""Real orders: what each published set of them becomes as a plan, checked, beside what was really driven if known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from milkfloat.app.adapters import amazon, jd, lade
from milkfloat.app.adapters.rows import read_rows
from milkfloat.errors import Fault, InputError
from milkfloat.routing.evaluate import plan_of
from milkfloat.routing.plan import Plan
from milkfloat.routing.problem import Problem
from milkfloat.routing.solve import solve

_LADE_CITIES = ("Chongqing", "Jilin", "Shanghai", "Yantai")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One set's plan; ``driven_m`` is what was driven, by the same rule, where the set tells."""

    name: str
    orders: int
    served: int
    vans: int
    distance_m: float
    charges: int
    elapsed_s: float
    reasons: tuple[tuple[str, int], ...] = ()
    driven_m: float | None = None

    def line(self) -> str:
        """The outcome for people."""
        text = (
            f"ok    {self.name}: {self.served} of {self.orders} orders served, {self.vans} vans, "
            f"{self.distance_m / 1000:.1f} km, {self.charges} charges  ({self.elapsed_s:.1f} s)"
        )
        if self.reasons:
            text += "; unserved: " + ", ".join(f"{count} {code}" for code, count in self.reasons)
        if self.driven_m:
            text += f"; driven {self.driven_m / 1000:.1f} km: {self.distance_m / self.driven_m - 1:+.1%}"
        return text


def run(folder: Path, *, time_limit_s: float = 30.0, routes: int = 20, seed: int = 1) -> Iterator[Outcome]:
    """
    Plan every set that lies in ``folder``, as they finish.

    Parameters
    ----------
    routes
        How many of Amazon's routes; they share the time limit.

    Raises
    ------
    InputError
        When none of the sets is there, or one of them is broken.
    """
    sets: tuple[tuple[str, Callable[[Path], Iterator[Outcome]]], ...] = (
        ("jd_beijing_ev", lambda path: _jd(path, time_limit_s, seed)),
        ("amazon_van_routes", lambda path: _amazon(path, time_limit_s, routes, seed)),
        ("lade_pickup_one_day", lambda path: _lade_pickups(path, time_limit_s, seed)),
        ("lade_yantai_one_day", lambda path: _lade_deliveries(path, time_limit_s, seed)),
    )
    found = [(folder / name, plan) for name, plan in sets if (folder / name).is_dir()]
    if not found:
        names = ", ".join(name for name, _ in sets)
        raise InputError(Fault(str(folder), f"holds none of {names}"))
    for path, plan in found:
        yield from plan(path)


def _jd(path: Path, time_limit_s: float, seed: int) -> Iterator[Outcome]:
    problem = jd.read(read_rows(path / "nodes.csv"), read_rows(path / "vehicle_types.csv"))
    yield _outcome(problem, solve(problem, time_limit_s=time_limit_s, seed=seed))


def _amazon(path: Path, time_limit_s: float, routes: int, seed: int) -> Iterator[Outcome]:
    chosen = amazon.read(read_rows(path / "austin_stops.parquet"))[:routes]
    orders = served = 0
    distance = driven = elapsed = 0.0
    for route in chosen:
        plan = solve(route.problem, time_limit_s=time_limit_s / len(chosen), seed=seed, initial=[route.driven])
        driven += plan_of(route.problem, [route.driven]).distance
        distance += plan.distance
        elapsed += plan.elapsed_s
        orders += len(route.problem.orders)
        served += len(route.problem.orders) - len(plan.unserved)
    yield Outcome("Amazon Austin", orders, served, len(chosen), distance, 0, elapsed, driven_m=driven)


def _lade_pickups(path: Path, time_limit_s: float, seed: int) -> Iterator[Outcome]:
    rows = read_rows(path / "pickups.parquet")
    for city in _LADE_CITIES:
        problem = lade.pickups(rows, city)
        yield _outcome(problem, solve(problem, time_limit_s=time_limit_s / len(_LADE_CITIES), seed=seed))


def _lade_deliveries(path: Path, time_limit_s: float, seed: int) -> Iterator[Outcome]:
    problem = lade.deliveries(read_rows(path / "deliveries.parquet"))
    yield _outcome(problem, solve(problem, time_limit_s=time_limit_s, seed=seed))


def _outcome(problem: Problem, plan: Plan) -> Outcome:
    counts: dict[str, int] = {}
    for unserved in plan.unserved:
        code = unserved.reasons[0].code
        counts[code] = counts.get(code, 0) + 1
    return Outcome(
        problem.name,
        len(problem.orders),
        len(problem.orders) - len(plan.unserved),
        plan.vehicles,
        plan.distance,
        sum(step.kind == "charge" for route in plan.routes for step in route.steps),
        plan.elapsed_s,
        tuple(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))),
    )

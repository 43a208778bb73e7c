"""The figures of a simulated day beside those of hand plans for the same day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from milkfloat.app.day_figures import DayFigures, day_figures, plan_figures
from milkfloat.app.maps import City
from milkfloat.sim.handplan import hand_plan
from milkfloat.sim.world import World, whole_day
from milkfloat.units import M_PER_KM, WH_PER_KWH


@dataclass(frozen=True, slots=True)
class Column:
    """The figures of one way to run the day."""

    name: str
    figures: DayFigures


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    A day, run live and by hand.

    Attributes
    ----------
    columns
        Ours first.
    """

    columns: tuple[Column, ...]

    @property
    def rows(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The table."""
        return tuple((name, tuple(text(column.figures) for column in self.columns)) for name, text in _ROWS)

    @property
    def document(self) -> list[dict[str, Any]]:
        """As JSON."""
        return [{"name": column.name} | column.figures.document for column in self.columns]


_ROWS: tuple[tuple[str, Callable[[DayFigures], str]], ...] = (
    ("orders served", lambda f: f"{f.served} of {f.orders}"),
    ("late", lambda f: str(f.late)),
    ("vans", lambda f: str(f.vans)),
    ("distance", lambda f: f"{f.distance_m / M_PER_KM:.1f} km"),
    ("energy", lambda f: f"{f.drawn_wh / WH_PER_KWH:.1f} kWh"),
    ("charges", lambda f: f"{f.charges}, {f.charged_wh / WH_PER_KWH:.1f} kWh"),
    ("lowest charge", lambda f: f"{f.lowest_share:.0%} ({f.lowest_van})" if f.lowest_van else "-"),
    ("empty without charging", lambda f: f"{f.ran_empty} of {f.vans} vans"),
)


def compare(city: City, world: World, *, until_s: float = inf) -> Comparison:
    """
    The day of a world as it is now beside hand plans for it.

    The hand plan knows every order and jam in the morning, and its chargers never fail. A second one is given as many
    vans as the day used, where it would take another number.
    """
    live = day_figures(world.day)
    problem = whole_day(city, world)
    by_hand = hand_plan(problem)
    columns = [Column("Milkfloat", live), Column("by hand", plan_figures(problem, by_hand, until_s=until_s))]
    if 0 < live.vans != by_hand.vehicles:
        same = hand_plan(problem, vans=live.vans)
        columns.append(Column(f"by hand, {live.vans} vans", plan_figures(problem, same, until_s=until_s)))
    return Comparison(tuple(columns))


def notes(world: World, columns: Sequence[Column]) -> list[str]:
    """What has to be said beside the table."""
    scenario = world.scenario
    figures = columns[0].figures
    total = len(scenario.orders)
    found = [
        f"{figures.orders} of {total} orders had come in; the hand plan knows all {total} in the morning, and the jams"
        if figures.orders < total
        else f"all {total} orders came in during the day; the hand plan knows them and the jams in the morning",
        "empty without charging: vans that would have run empty on the same rounds without their charge stops",
        "the same map and seed give the same figures everywhere",
    ]
    if figures.unserved:
        found.append(f"{figures.unserved} orders cannot be served; the console says why")
    return found

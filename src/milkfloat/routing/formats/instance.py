"""What every reader answers with: the problem, the names its file used, and what could not be carried over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from milkfloat.routing.problem import Objective, Problem, Visit

RoundingName: TypeAlias = Literal["exact", "dimacs", "integer"]
Charging: TypeAlias = Literal["full", "partial"]


@dataclass(frozen=True, slots=True)
class Options:
    """
    What the caller asks for instead of the set's published convention; None keeps the convention.

    Attributes
    ----------
    objective
        What is minimised.
    rounding
        ``exact`` doubles, ``dimacs`` truncated to one decimal, ``integer`` to the nearest whole number.
    charging
        ``partial`` (any amount, the default) or ``full``.
    """

    objective: Objective | None = None
    rounding: RoundingName | None = None
    charging: Charging | None = None


PUBLISHED = Options()
"""Every convention as published."""


@dataclass(frozen=True, slots=True)
class Names:
    """
    Names under which files speak of vans and stops; all strings, or whole numbers where the format has those.

    Attributes
    ----------
    vehicles
        One per vehicle, all different.
    stops
        Per order one name for each of its stops; the pickup and the delivery of a shipment may share one.
    """

    vehicles: tuple[str | int, ...]
    stops: tuple[tuple[str | int, ...], ...]

    @classmethod
    def of(cls, problem: Problem) -> Names:
        """The ids in ``problem``; vans of one type that share an id are numbered from 1."""
        ids = [vehicle.id for vehicle in problem.vehicles]
        shared = {name for name, count in Counter(ids).items() if count > 1}
        seen: Counter[str] = Counter()
        vehicles: list[str] = []
        for name in ids:
            seen[name] += 1
            vehicles.append(f"{name}-{seen[name]}" if name in shared else name)
        return cls(tuple(vehicles), tuple((order.id,) * len(order.stops) for order in problem.orders))


@dataclass(frozen=True, slots=True)
class Instance:
    """
    A problem as read from a file.

    Attributes
    ----------
    notes
        What the file asks for that the problem carries only approximately, one sentence each.
    initial
        The visits each van is given to begin with, where the file has them.
    source
        The parsed document, kept by formats whose answers repeat parts of the question.
    """

    problem: Problem
    names: Names
    notes: tuple[str, ...] = ()
    initial: tuple[tuple[Visit, ...], ...] | None = None
    source: Any = field(default=None, repr=False, compare=False)


Companion: TypeAlias = Callable[[str], bytes]
"""Bytes of a file named in another one, relative to it."""

Table: TypeAlias = Callable[[Sequence[tuple[float, float]]], tuple[Any, Any]]
"""Travel times in seconds and distances in metres between (lon, lat) points, two arrays of shape (n, n)."""

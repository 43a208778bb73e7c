"""What differs from the usual traffic: measured speeds, jams and closed roads, by edge and time."""

from __future__ import annotations

import math
from dataclasses import dataclass

from milkfloat.errors import Fault, InputError

# A road slower than this stands: 1 % of the usual speed.
FACTOR_MIN = 0.01
FACTOR_MAX = 5.0
SPEED_KMH_MAX = 200.0


@dataclass(frozen=True, slots=True)
class MeasuredSpeeds:
    """
    Speeds between signals and signs that replace the usual ones for a while; the later of two for one edge counts.

    Attributes
    ----------
    edges, speeds_kmh
        One speed per edge, above 0 and at most 200 km/h. Copies of an edge follow it.
    from_s, until_s
        On the metric's time axis; every bin that overlaps counts.
    """

    edges: tuple[int, ...]
    speeds_kmh: tuple[float, ...]
    from_s: float = -math.inf
    until_s: float = math.inf

    def __post_init__(self) -> None:
        assert len(self.edges) == len(self.speeds_kmh)
        wrong = next((speed for speed in self.speeds_kmh if not 0.0 < speed <= SPEED_KMH_MAX), None)
        if wrong is not None:
            raise InputError(Fault("speed_kmh", f"{wrong:g} km/h is not above 0 and at most {SPEED_KMH_MAX:g}"))


@dataclass(frozen=True, slots=True)
class Slowdown:
    """
    Edges driven at a share of their speed for a while; several on one edge multiply.

    Attributes
    ----------
    edges
        Copies of an edge follow it.
    factor
        Multiplies the speed: 0.3 is a jam, 1 the usual traffic.
    from_s, until_s
        On the metric's time axis; every bin that overlaps counts.
    """

    edges: tuple[int, ...]
    factor: float
    from_s: float = -math.inf
    until_s: float = math.inf

    def __post_init__(self) -> None:
        if not FACTOR_MIN <= self.factor <= FACTOR_MAX:
            raise InputError(Fault("factor", f"{self.factor:g} is not within {FACTOR_MIN:g} to {FACTOR_MAX:g}"))


@dataclass(frozen=True, slots=True)
class Closure:
    """Edges that may not be entered from ``from_s`` until ``until_s``; who stands on one may leave it."""

    edges: tuple[int, ...]
    from_s: float = -math.inf
    until_s: float = math.inf


@dataclass(frozen=True, slots=True)
class Overrides:
    """Everything that is known now; speeds come first, slowdowns multiply them."""

    speeds: tuple[MeasuredSpeeds, ...] = ()
    slowdowns: tuple[Slowdown, ...] = ()
    closures: tuple[Closure, ...] = ()

    def with_more(self, other: Overrides) -> Overrides:
        """These and others after them."""
        return Overrides(self.speeds + other.speeds, self.slowdowns + other.slowdowns, self.closures + other.closures)

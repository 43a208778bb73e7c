"""Problems on a line, small enough to compute by hand: location k lies at x = k, speed 1, energy 1 per distance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from milkfloat.routing.metric import CoordinateMetric
from milkfloat.routing.problem import Location, Order, Problem, Stop, Vehicle


@pytest.fixture
def line() -> Callable[..., Problem]:
    """A problem on the line; ``at`` are the orders' places, further fields as in `Problem`."""

    def make(at: tuple[float, ...] = (), van: Vehicle | None = None, **fields: Any) -> Problem:
        places = tuple(Location(f"p{k}", float(k)) for k in range(21))
        orders = tuple(Order(f"o{k}", (Stop(int(x)),)) for k, x in enumerate(at))
        given: dict[str, Any] = {
            "locations": places,
            "orders": orders,
            "vehicles": (van or Vehicle("v", 0, 0),),
            "metrics": (CoordinateMetric(energy_per_distance=1.0),),
        }
        return Problem(**(given | fields))

    return make

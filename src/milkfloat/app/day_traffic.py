"""Jams and closed roads of a running day: each by its own name, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

import numpy as np

from milkfloat.app.maps import City
from milkfloat.errors import InputError
from milkfloat.roads.feeds import read_geojson_lines
from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.lines import edge_lines
from milkfloat.roads.overrides import Closure, Overrides, Slowdown


@dataclass(frozen=True, slots=True)
class Disturbance:
    """
    A stretch of road where traffic is not as usual.

    Attributes
    ----------
    factor
        What is left of the speed; 0 for a closed road.
    from_s, until_s
        Unix seconds; ``until_s`` is infinite where nobody knows.
    """

    id: str
    kind: Literal["closure", "jam"]
    name: str
    edges: tuple[int, ...]
    factor: float
    from_s: float
    until_s: float

    @property
    def text(self) -> str:
        """In words."""
        street = self.name or "a street without a name"
        return f"{street} is closed" if self.kind == "closure" else f"jam on {street}"

    def document(self, graph: RoadGraph) -> dict[str, Any]:
        """As JSON, with its lines."""
        return {
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "text": self.text,
            "from": self.from_s,
            "until": self.until_s if isfinite(self.until_s) else None,
            "factor": self.factor,
            "lines": lines_of(graph, self.edges),
        }


def overrides_of(base: Overrides, disturbances: Iterable[Disturbance], zero_s: float) -> Overrides:
    """What was known in the morning, and the disturbances, in seconds since ``zero_s``."""
    closures, slowdowns = [], []
    for one in disturbances:
        from_s, until_s = one.from_s - zero_s, one.until_s - zero_s
        if one.kind == "closure":
            closures.append(Closure(one.edges, from_s, until_s))
        else:
            slowdowns.append(Slowdown(one.edges, one.factor, from_s, until_s))
    return base.with_more(Overrides(slowdowns=tuple(slowdowns), closures=tuple(closures)))


def street_at(city: City, lon: float, lat: float) -> tuple[int, ...]:
    """
    Edges of the stretch of street beside a point, in both directions.

    Raises
    ------
    InputError
        When no street a van may use is near.
    """
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"closed": True},
    }
    read = read_geojson_lines(feature, city.graph, city.snaps, source="road")
    if read.faults:
        raise InputError(read.faults)
    return tuple(edge for closure in read.overrides.closures for edge in closure.edges)


def street_name(graph: RoadGraph, edges: Sequence[int]) -> str:
    """The commonest name of some edges; empty where they have none."""
    names = graph.edge_name[np.asarray(edges, np.int64)]
    named = names[names > 0]
    return graph.names[int(np.bincount(named).argmax())] if len(named) else ""


def lines_of(graph: RoadGraph, edges: Sequence[int]) -> list[list[list[float]]]:
    """The edges as lines of longitude and latitude; one for both directions of a street."""
    once = {int(graph.edge_shape[edge]): edge for edge in reversed(edges)}
    lines = edge_lines(graph, sorted(once.values()))
    return [
        [[round(float(x), 6), round(float(y), 6)] for x, y in zip(lines.lon[a:b], lines.lat[a:b], strict=True)]
        for a, b in zip(lines.first[:-1].tolist(), lines.first[1:].tolist(), strict=True)
    ]

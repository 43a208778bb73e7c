"""
Mapped turn restrictions turned into rules on edges.

A restriction by a via node forbids pairs of edges. One by via ways forbids longer sequences: the graph remembers such a
sequence with copies of the edges on the via ways, entered only from where the restriction begins.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from milkfloat.roads.geometry import turn_deg
from milkfloat.roads.osm import Restriction
from milkfloat.roads.shapes import Streets
from milkfloat.roads.types import Int32, Int64

# More edges than this between `from` and `to` of a restriction are a mapping mistake.
_VIA_EDGES_MAX = 30


@dataclass(frozen=True)
class Rules:
    """Sequences of edges that may not be driven; ``ignored`` counts restrictions that fit no edges of the map."""

    pairs: frozenset[tuple[int, int]]
    sequences: frozenset[tuple[int, ...]]
    applied: int
    ignored: int

    def forbidden_pairs(self, edge_count: int) -> Int64:
        """Forbidden pairs as ``from * edge_count + to``, shape (k,)."""
        return np.array([a * edge_count + b for a, b in sorted(self.pairs)], np.int64)

    def remember_ways(self, source: Int32, target: Int32, *, edge_count: int) -> tuple[Int32, Int32, Int32]:
        """
        Turns between search edges that obey the forbidden sequences, and the street edge of each search edge.

        Search edges are the prefixes of forbidden sequences, as in the automaton of Aho & Corasick (1975): being on a
        copy means having driven its prefix; a turn leads to the copy of the longest suffix that is a prefix again.
        """
        prefixes = sorted({seq[:k] for seq in self.sequences for k in range(2, len(seq))})
        if not prefixes:
            return source, target, np.arange(edge_count, dtype=np.int32)
        copy_of = {prefix: edge_count + k for k, prefix in enumerate(prefixes)}
        base = np.concatenate([np.arange(edge_count), [prefix[-1] for prefix in prefixes]]).astype(np.int32)
        touched = {prefix[-1] for prefix in prefixes} | {prefix[0] for prefix in prefixes}
        onward: dict[int, list[int]] = defaultdict(list)
        concerned = np.isin(source, list(touched))
        for a, b in zip(source[concerned].tolist(), target[concerned].tolist(), strict=True):
            onward[a].append(b)
        turns = []
        for history in [(edge,) for edge in sorted(touched)] + prefixes:
            state = copy_of.get(history, history[0])
            for after in onward[history[-1]]:
                driven = (*history, after)
                suffixes = [driven[k:] for k in range(len(driven) - 1)]
                if any(suffix in self.sequences for suffix in suffixes):
                    continue
                turns.append((state, next((copy_of[s] for s in suffixes if s in copy_of), after)))
        added = np.array(turns, np.int32).reshape(-1, 2)
        return (
            np.concatenate([source[~concerned], added[:, 0]]),
            np.concatenate([target[~concerned], added[:, 1]]),
            base,
        )


def rules_from(streets: Streets, way_id: Int64, restrictions: Sequence[Restriction]) -> Rules:
    """The rules that a map's restrictions set for its edges; ``way_id`` are the ids of the ways as read."""
    edges = _EdgesOfWays(streets, way_id, restrictions)
    pairs: set[tuple[int, int]] = set()
    sequences: set[tuple[int, ...]] = set()
    applied = 0
    for restriction in restrictions:
        found = edges.sequences(restriction)
        applied += bool(found)
        for driven in found:
            if restriction.only:
                forbidden = [(*driven[:-1], other) for other in edges.leaving(driven[-2]) if other != driven[-1]]
            else:
                forbidden = [driven]
            for sequence in forbidden:
                if len(sequence) == 2:
                    pairs.add((sequence[0], sequence[1]))
                else:
                    sequences.add(sequence)
    return Rules(frozenset(pairs), frozenset(sequences), applied, len(restrictions) - applied)


class _EdgesOfWays:
    """Edges by way, for the few ways that restrictions name."""

    def __init__(self, streets: Streets, way_id: Int64, restrictions: Sequence[Restriction]) -> None:
        named = {way for r in restrictions for way in (*r.from_ways, *r.via_ways, *r.to_ways)}
        osm_way = way_id[streets.edge_way]
        self.streets = streets
        self.by_way: dict[int, list[int]] = defaultdict(list)
        for edge in np.flatnonzero(np.isin(osm_way, list(named))).tolist():
            self.by_way[int(osm_way[edge])].append(edge)
        nodes = [r.via_node for r in restrictions if r.via_node is not None]
        at = np.flatnonzero(np.isin(streets.node_osm, nodes))
        self.node_of = dict(zip(streets.node_osm[at].tolist(), at.tolist(), strict=True))

    def leaving(self, edge: int) -> list[int]:
        """Edges that begin where this one ends."""
        node = self.streets.edge_target[edge]
        first, last = np.searchsorted(self.streets.edge_source, [node, node + 1])
        return list(range(int(first), int(last)))

    def sequences(self, restriction: Restriction) -> list[tuple[int, ...]]:
        """Edges from `from` over `via` to `to`, one tuple per way to drive what the restriction names."""
        from_edges = [edge for way in restriction.from_ways for edge in self.by_way[way]]
        to_edges = [edge for way in restriction.to_ways for edge in self.by_way[way]]
        if restriction.via_ways:
            via = {edge for way in restriction.via_ways for edge in self.by_way[way]}
            paths = [self._over(edge, via, set(to_edges)) for edge in from_edges]
            found = [path for path in paths if path is not None]
            # A `from` way touches the via way at one end only; where both do, the shorter path is the one meant.
            shortest = min(map(len, found), default=0)
            return [path for path in found if len(path) == shortest]
        node = self.node_of.get(restriction.via_node or 0)
        if node is None:
            return []
        pairs = [
            (a, b)
            for a in from_edges
            if self.streets.edge_target[a] == node
            for b in to_edges
            if self.streets.edge_source[b] == node and self._same_street(a, b) == (restriction.word == "u_turn")
        ]
        if not pairs and restriction.word == "u_turn":
            pairs = [
                (a, b)
                for a in from_edges
                if self.streets.edge_target[a] == node
                for b in to_edges
                if self.streets.edge_source[b] == node
            ]
        return list(self._meant(pairs, restriction.word))

    def _meant(self, pairs: list[tuple[int, int]], word: str) -> list[tuple[int, int]]:
        """Where a way goes through the via node, the word of the restriction tells which of its halves is meant."""
        senses = {"left_turn": (-180.0, -10.0), "right_turn": (10.0, 180.0), "straight_on": (-60.0, 60.0)}
        if len(pairs) <= 1 or word not in senses:
            return pairs
        low, high = senses[word]
        return [pair for pair in pairs if low <= self._angle(*pair) <= high]

    def _angle(self, a: int, b: int) -> float:
        streets = self.streets
        return float(turn_deg(streets.edge_bearing_end[a : a + 1], streets.edge_bearing_start[b : b + 1])[0])

    def _same_street(self, a: int, b: int) -> bool:
        return bool(self.streets.edge_shape[a] == self.streets.edge_shape[b])

    def _over(self, start: int, via: set[int], goals: set[int]) -> tuple[int, ...] | None:
        """The shortest sequence of edges from `start` over at least one via edge to a goal."""
        waiting: deque[tuple[int, ...]] = deque([(start,)])
        seen = {start}
        while waiting:
            path = waiting.popleft()
            if len(path) > _VIA_EDGES_MAX:
                return None
            for after in self.leaving(path[-1]):
                if self._same_street(path[-1], after):
                    continue
                if after in goals and len(path) > 1:
                    return (*path, after)
                if after in via and after not in seen:
                    seen.add(after)
                    waiting.append((*path, after))
        return None

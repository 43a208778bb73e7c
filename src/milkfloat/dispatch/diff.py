"""
What one set of rounds changes in another: a patch that can be applied, and taken back exactly.

Per van the longest common subsequence of visits stays; everything else is taken out at its old position or put in at
its new one. No patch moves fewer visits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from milkfloat.dispatch.rounds import Rounds, RoundVisit
from milkfloat.errors import ConflictError

MoveKind: TypeAlias = Literal["added", "dropped", "to_van", "reordered"]
Placed: TypeAlias = tuple[int, RoundVisit]


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes to the round of one van: positions of ``removed`` count before the change, of ``inserted`` after it."""

    van: str
    removed: tuple[Placed, ...]
    inserted: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """
    The difference of two rounds.

    Attributes
    ----------
    edits
        One per van whose round changes, by name of the van.
    unserved_before, unserved_after
        Orders that are unserved only before, or only after.
    """

    edits: tuple[Edit, ...] = ()
    unserved_before: frozenset[str] = frozenset()
    unserved_after: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not (self.edits or self.unserved_before or self.unserved_after)


@dataclass(frozen=True, slots=True)
class Move:
    """
    One stop of an order that changes its place.

    Attributes
    ----------
    order_id, stop
        Which stop.
    kind
        ``to_van`` changes vans, ``reordered`` its place in one van's round.
    from_van, from_position, to_van, to_position
        Where it was and is; None where it was or is in no round.
    """

    order_id: str
    stop: int
    kind: MoveKind
    from_van: str | None = None
    from_position: int | None = None
    to_van: str | None = None
    to_position: int | None = None


def diff(before: Rounds, after: Rounds) -> Diff:
    """The patch that makes ``after`` out of ``before``."""
    edits = []
    for van in sorted(before.by_van.keys() | after.by_van.keys()):
        old, new = before.of(van), after.of(van)
        if old != new:
            kept_old, kept_new = common_positions(old, new)
            edits.append(
                Edit(
                    van,
                    tuple((k, visit) for k, visit in enumerate(old) if k not in kept_old),
                    tuple((k, visit) for k, visit in enumerate(new) if k not in kept_new),
                )
            )
    return Diff(tuple(edits), before.unserved - after.unserved, after.unserved - before.unserved)


def inverse(change: Diff) -> Diff:
    """The patch that takes ``change`` back."""
    return Diff(
        tuple(Edit(edit.van, edit.inserted, edit.removed) for edit in change.edits),
        change.unserved_after,
        change.unserved_before,
    )


def apply(change: Diff, rounds: Rounds) -> Rounds:
    """
    The rounds with a patch applied.

    Raises
    ------
    ConflictError
        When the rounds are not those the patch was made for.
    """
    by_van = dict(rounds.by_van)
    for edit in change.edits:
        visits = list(by_van.get(edit.van, ()))
        for position, visit in reversed(edit.removed):
            if position >= len(visits) or visits[position] != visit:
                there = visits[position].id if position < len(visits) else "nothing"
                raise ConflictError(f"van {edit.van}: visit {position + 1} is {there}, the change expects {visit.id}")
            del visits[position]
        for position, visit in edit.inserted:
            if position > len(visits):
                raise ConflictError(f"van {edit.van}: no place {position + 1} in a round of {len(visits)} visits")
            visits.insert(position, visit)
        by_van[edit.van] = tuple(visits)
    if not change.unserved_before <= rounds.unserved:
        gone = ", ".join(sorted(change.unserved_before - rounds.unserved))
        raise ConflictError(f"orders {gone} are no longer unserved")
    return Rounds(by_van, (rounds.unserved - change.unserved_before) | change.unserved_after)


def moves(change: Diff) -> tuple[Move, ...]:
    """The stops of orders that change their place, each once, in the order of the vans they come to."""
    removed = {(v.id, v.stop): (edit.van, k) for edit in change.edits for k, v in edit.removed if v.kind == "stop"}
    found = []
    for edit in change.edits:
        for position, visit in edit.inserted:
            if visit.kind != "stop":
                continue
            old = removed.pop((visit.id, visit.stop), None)
            if old is None:
                found.append(Move(visit.id, visit.stop, "added", to_van=edit.van, to_position=position))
            else:
                kind: MoveKind = "reordered" if old[0] == edit.van else "to_van"
                found.append(Move(visit.id, visit.stop, kind, *old, edit.van, position))
    found += [Move(order, stop, "dropped", *old) for (order, stop), old in removed.items()]
    return tuple(found)


def common_positions(old: Sequence[RoundVisit], new: Sequence[RoundVisit]) -> tuple[frozenset[int], frozenset[int]]:
    """Positions in each of the longest common subsequence; the first such by position in ``old``."""
    # length[i][j] is that of the longest common subsequence of old[i:] and new[j:].
    length = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            same = old[i] == new[j]
            length[i][j] = length[i + 1][j + 1] + 1 if same else max(length[i + 1][j], length[i][j + 1])
    i = j = 0
    kept: list[tuple[int, int]] = []
    while i < len(old) and j < len(new):
        if old[i] == new[j]:
            kept.append((i, j))
            i, j = i + 1, j + 1
        elif length[i + 1][j] >= length[i][j + 1]:
            i += 1
        else:
            j += 1
    return frozenset(i for i, _ in kept), frozenset(j for _, j in kept)

"""
Exactly one reason for every stop that moves.

The reason is the nearest cause: what happened to the order itself, then what happened to the round it leaves, then what
the rounds concerned had to make room for; and where nothing happened, that a better round was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Literal, TypeAlias

from milkfloat.dispatch.diff import Move
from milkfloat.dispatch.events import PERSONAL, TRAFFIC, Event, EventKind
from milkfloat.dispatch.rounds import Rounds

ReasonCode: TypeAlias = EventKind | Literal["battery", "would_be_late", "unserved", "better_round"]

# A round that became slower by less than this did not become slower: times are interpolated between slices.
SLOWER_S = 5.0


@dataclass(frozen=True, slots=True)
class Setback:
    """
    What became of an old round under what is known now.

    Attributes
    ----------
    slower_s
        How much later it ends; infinity where it can no longer be driven.
    cause
        What it breaks, where it can no longer be driven.
    """

    slower_s: float = 0.0
    cause: Literal["none", "battery", "time_window"] = "none"


@dataclass(frozen=True, slots=True)
class ChangeReason:
    """Why a stop moves: a code, and a sentence for people."""

    code: ReasonCode
    text: str


@dataclass(frozen=True, slots=True)
class ExplainedMove:
    """A moved stop and its reason."""

    move: Move
    reason: ChangeReason


@dataclass(frozen=True, slots=True)
class Circumstances:
    """
    What a reason is looked for in.

    Attributes
    ----------
    before, after
        The rounds.
    events
        What happened in between.
    setbacks
        By van, what became of its old round; vans whose round holds as it was are left out.
    unserved_texts
        By order that is unserved now, why.
    """

    before: Rounds
    after: Rounds
    events: Sequence[Event]
    setbacks: Mapping[str, Setback] = field(default_factory=dict)
    unserved_texts: Mapping[str, str] = field(default_factory=dict)


def explain(moves: Iterable[Move], known: Circumstances) -> tuple[ExplainedMove, ...]:
    """The moves with their reasons, in the same order."""
    told = tuple(moves)
    newcomers = _newcomers(told, known.events)
    return tuple(ExplainedMove(move, _reason(move, known, newcomers)) for move in told)


def _reason(move: Move, known: Circumstances, newcomers: Mapping[str, tuple[str, Event]]) -> ChangeReason:
    return (
        _own(move, known)
        or _charger(move, known)
        or _traffic(move, known)
        or _late(move, known)
        or _battery(move, known)
        or _room(move, newcomers)
        or _unserved(move, known)
        or _window(move, known)
        or _better(move)
    )


def _own(move: Move, known: Circumstances) -> ChangeReason | None:
    for kind in PERSONAL:
        for event in known.events:
            if event.kind == kind and move.order_id in event.orders:
                return ChangeReason(kind, event.text)
    return None


def _charger(move: Move, known: Circumstances) -> ChangeReason | None:
    for event in known.events:
        if event.kind != "charger_failed":
            continue
        for van in (move.from_van, move.to_van):
            if van is not None and any(v.kind == "charge" and v.id in event.stations for v in known.before.of(van)):
                return ChangeReason("charger_failed", f"{event.text}: van {van} was to charge there")
    return None


def _traffic(move: Move, known: Circumstances) -> ChangeReason | None:
    if move.from_van is None:
        return None
    slower_s = known.setbacks.get(move.from_van, Setback()).slower_s
    if slower_s < SLOWER_S:
        return None
    # The latest message is the one that was answered; closures first, for they leave no choice.
    for event in sorted(known.events, key=lambda e: e.kind != "closure"):
        if event.kind in TRAFFIC:
            loss = "cannot drive its round" if slower_s == inf else f"would lose {_duration(slower_s)}"
            return ChangeReason(event.kind, f"{event.text}: van {move.from_van} {loss}")
    return None


def _late(move: Move, known: Circumstances) -> ChangeReason | None:
    for event in known.events:
        if event.kind == "van_late" and event.vans & {move.from_van, move.to_van}:
            return ChangeReason("van_late", event.text)
    return None


def _battery(move: Move, known: Circumstances) -> ChangeReason | None:
    if move.from_van is None or known.setbacks.get(move.from_van, Setback()).cause != "battery":
        return None
    return ChangeReason("battery", f"the battery of van {move.from_van} no longer lasts for its round")


def _room(move: Move, newcomers: Mapping[str, tuple[str, Event]]) -> ChangeReason | None:
    for van in (move.from_van, move.to_van):
        if van is not None and van in newcomers:
            order_id, event = newcomers[van]
            return ChangeReason(event.kind, f"makes room in the round of van {van} for order {order_id}: {event.text}")
    return None


def _unserved(move: Move, known: Circumstances) -> ChangeReason | None:
    text = known.unserved_texts.get(move.order_id)
    return None if text is None else ChangeReason("unserved", text)


def _window(move: Move, known: Circumstances) -> ChangeReason | None:
    if move.from_van is None or known.setbacks.get(move.from_van, Setback()).cause != "time_window":
        return None
    return ChangeReason("would_be_late", f"van {move.from_van} would come too late in its old round")


def _better(move: Move) -> ChangeReason:
    if move.from_van is None:
        return ChangeReason("better_round", f"van {move.to_van} now has time for it")
    if move.to_van is None:
        return ChangeReason("better_round", f"van {move.from_van} no longer has time for it")
    if move.kind == "reordered":
        return ChangeReason("better_round", f"a better order of stops for van {move.to_van}")
    return ChangeReason("better_round", f"fits better into the round of van {move.to_van} than of van {move.from_van}")


def _newcomers(moves: Iterable[Move], events: Sequence[Event]) -> dict[str, tuple[str, Event]]:
    """By van, an order that an event brought into or took out of its round, and that event."""
    personal = {order: event for event in events if event.kind in PERSONAL for order in sorted(event.orders)}
    found: dict[str, tuple[str, Event]] = {}
    for move in moves:
        event = personal.get(move.order_id)
        if event is not None:
            for van in (move.to_van, move.from_van):
                if van is not None:
                    found.setdefault(van, (move.order_id, event))
    return found


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes else f"{round(seconds)} s"

"""What happened since the last plan, as far as a reason for a moved stop can lie in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

EventKind: TypeAlias = Literal[
    "new_order",
    "cancelled",
    "manual_move",
    "lock",
    "unlock",
    "issue",
    "closure",
    "jam",
    "traffic_clears",
    "charger_failed",
    "charger_works",
    "van_late",
    "routine",
]
TRAFFIC: frozenset[EventKind] = frozenset({"closure", "jam", "traffic_clears"})
# Events about single orders: they alone are the reason for what happens to these.
PERSONAL: tuple[EventKind, ...] = ("cancelled", "manual_move", "lock", "unlock", "issue", "new_order")


@dataclass(frozen=True, slots=True)
class Event:
    """
    One thing that happened.

    Attributes
    ----------
    kind
        What.
    text
        For people: "Mannerheimintie closed until 11:30".
    orders, vans, stations
        Ids of those it is about; empty where it is about none in particular.
    """

    kind: EventKind
    text: str
    orders: frozenset[str] = frozenset()
    vans: frozenset[str] = frozenset()
    stations: frozenset[str] = frozenset()

"""
What a clock is. Code that needs the time takes a clock or an instant; only the ``app`` layer owns a real one.

That is what lets a day be replayed and simulated with production code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from milkfloat.errors import InputError


class Clock(Protocol):
    """Tells the present instant."""

    def now(self) -> datetime:
        """Present instant, aware and in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class FixedClock:
    """
    A clock that stands still.

    Attributes
    ----------
    instant
        Aware instant that ``now`` returns, in UTC.

    Raises
    ------
    InputError
        When ``instant`` has no time zone.
    """

    instant: datetime

    def __post_init__(self) -> None:
        if self.instant.tzinfo is None:
            raise InputError(f"instant {self.instant.isoformat()} of a clock needs a time zone")

    def now(self) -> datetime:
        """Return the fixed instant, in UTC."""
        return self.instant.astimezone(UTC)

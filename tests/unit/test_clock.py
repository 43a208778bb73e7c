"""The clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from milkfloat.clock import Clock, FixedClock
from milkfloat.errors import InputError


def test_a_fixed_clock_tells_its_instant_in_utc() -> None:
    helsinki = timezone(timedelta(hours=2))
    clock: Clock = FixedClock(datetime(2026, 1, 15, 8, tzinfo=helsinki))
    assert clock.now() == datetime(2026, 1, 15, 6, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(InputError, match="time zone"):
        FixedClock(datetime(2026, 1, 15, 8))  # noqa: DTZ001 - the missing zone is the point

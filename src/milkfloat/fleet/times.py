"""Instants as people write them into tables: a clock time of the planned day, or a date and time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from milkfloat.errors import Fault, InputError

_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})(?::(\d{2}))?$")
# A day's plan may run into the next night: 26:30 is half past two.
_HOURS_MAX = 48


def zone_of(name: str) -> ZoneInfo:
    """
    The time zone of an IANA name.

    Raises
    ------
    InputError
        When there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(Fault("timezone", f"{name!r} is no time zone; names are like Europe/Helsinki")) from None


def instant_s(text: str, zone: tzinfo, day: date | None) -> float:
    """
    Unix seconds of ``HH:MM[:SS]`` on ``day``, or of an RFC 3339 date and time, with or without an offset.

    Hours above 23 lie in the next day. What has no offset is wall time in ``zone``: of a time that the clocks show
    twice in an autumn night, the first counts.

    Raises
    ------
    ValueError
        Saying what is wrong: no time, a clock time without a day, or a wall time that a spring night skips.
    """
    clock = _CLOCK.match(text)
    if clock:
        if day is None:
            raise ValueError(f"{text!r} has no date, and the day to be planned is not known")
        hours, minutes, seconds = int(clock[1]), int(clock[2]), int(clock[3] or 0)
        if hours >= _HOURS_MAX or minutes > 59 or seconds > 59:
            raise ValueError(
                f"{text!r} is no time of day: hours go to 47 (26:30 is 02:30 of the next day), minutes to 59"
            )
        days, hour = divmod(hours, 24)
        wall = datetime(day.year, day.month, day.day, hour, minutes, seconds) + timedelta(days=days)  # noqa: DTZ001
        return _unix_s(wall, zone, text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time; write 08:30, 2026-01-15 08:30 or 2026-01-15T08:30+02:00") from None
    if moment.tzinfo is not None:
        return moment.timestamp()
    if len(text) <= len("2026-01-15"):
        raise ValueError(f"{text!r} is a date without a time")
    return _unix_s(moment, zone, text)


def midnight_s(day: date, zone: tzinfo) -> float:
    """Unix seconds of the first instant of a day; in zones that skip it, of the first that exists."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()


def wall_text(instant: float, zone: tzinfo) -> str:
    """An instant for people, in a zone: ``2026-01-15 08:30``."""
    return datetime.fromtimestamp(instant, zone).strftime("%Y-%m-%d %H:%M")


def _unix_s(wall: datetime, zone: tzinfo, text: str) -> float:
    aware = wall.replace(tzinfo=zone)
    back = aware.astimezone(UTC).astimezone(zone)
    if back.replace(tzinfo=None) != wall:
        raise ValueError(f"{text!r} does not exist: the clocks are put forward that night")
    return aware.timestamp()

"""A day out of files, ready to run in the service."""

from __future__ import annotations

from dataclasses import replace

from milkfloat.app.build import build_problem
from milkfloat.app.day import LiveDay
from milkfloat.app.day_input import DayInput
from milkfloat.app.day_state import Policy
from milkfloat.app.maps import City
from milkfloat.clock import Clock
from milkfloat.errors import Fault, InputError
from milkfloat.server.day_host import DayHost

# A day that is not today begins so long before the first van does.
_BEFORE_S = 900.0


def open_own_day(
    city: City, given: DayInput, clock: Clock, *, confirm: bool = False
) -> tuple[DayHost, tuple[Fault, ...], tuple[str, ...]]:
    """
    The day that files hold, with its first plan, at the speed of the clock.

    Today's begins now; another one before its first shift does.

    Parameters
    ----------
    confirm
        Stops are over when the driver says so, not when the plan does.

    Returns
    -------
    host, faults, notes
        The day, the rows that were left out, and remarks.

    Raises
    ------
    InputError
        When no order or no van can be planned.
    """
    now_s = clock.now().timestamp()
    begins = min((van.shift.start_s for van in given.vans), default=now_s)
    ends = max((van.shift.end_s for van in given.vans), default=now_s)
    if not begins - _BEFORE_S <= now_s < ends:
        now_s = begins - _BEFORE_S
    built = build_problem(city, given.orders, given.vans, given.chargers, given.conditions)
    faults = (*given.faults, *built.faults)
    if not built.orders:
        raise InputError(faults)
    day = LiveDay(
        built,
        now_s=now_s,
        policy=replace(Policy(), confirm=confirm),
        name=f"{city.name} {given.conditions.day:%Y-%m-%d}",
    )
    day.begin()
    return DayHost(day), faults, (*given.notes, *built.notes)

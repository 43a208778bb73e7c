"""What the parts of a report share: colours of vans, clock times, and how numbers are written into drawings."""

from __future__ import annotations

from datetime import datetime

from milkfloat.app.plan import Planned

# Dark enough for thin lines on white, neighbours in the list far apart, and no green: that is charging.
COLOURS = (
    "#0072b2",
    "#d55e00",
    "#7a3db8",
    "#8a6d00",
    "#b0468b",
    "#00808c",
    "#a8323e",
    "#3a3ad6",
    "#8c4a1e",
    "#5a5f66",
)


def colour(route: int) -> str:
    """Colour of the route at a place in the plan."""
    return COLOURS[route % len(COLOURS)]


def clock(planned: Planned, instant: float) -> str:
    """Time of day in the zone of the plan, ``08:05``; with the day where that is another than the planned one."""
    at = datetime.fromtimestamp(round(instant), planned.built.conditions.zone)
    day = "" if at.date() == planned.built.conditions.day else f"{at.day}.{at.month}. "
    return f"{day}{at:%H:%M}"


def number(value: float) -> str:
    """A coordinate of a drawing, to a tenth."""
    text = f"{value:.1f}"
    return text.removesuffix(".0")

"""What a day is planned under: the date and its zone, the weather, the traffic, the depot's habits and the prices."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from milkfloat.energy.battery import RESERVE_SHARE
from milkfloat.errors import Fault, InputError
from milkfloat.fleet.times import midnight_s
from milkfloat.roads.overrides import Overrides
from milkfloat.roads.traffic import SpeedProfile, default_profile


@dataclass(frozen=True, slots=True)
class Costs:
    """
    What the plan weighs against each other. The defaults are round figures for a van and a driver in Europe.

    Attributes
    ----------
    per_van
        For every van that leaves the depot at all.
    per_km, per_h
        For driving, and for the time from departure to return.
    """

    currency: str = "EUR"
    per_van: float = 60.0
    per_km: float = 0.20
    per_h: float = 24.0


@dataclass(frozen=True, slots=True)
class Conditions:
    """
    Conditions of a day.

    Attributes
    ----------
    day
        The planned day, in ``timezone``.
    timezone
        IANA name.
    earliest_s
        Unix instant before which no van leaves; None: the start of the shifts.
    temperature_c
        Outside.
    profile
        Usual speeds by time of day.
    overrides
        Measured speeds, jams and closures, in seconds since midnight of ``day``.
    depot_power_w
        What a charge point at a depot gives where the depot does not say; 0: there is none.
    reserve_share
        Part of a battery that is never touched.
    load_s, reload_s
        Time to load before the first trip and between two.
    max_trips
        Trips a day where the van does not say.
    """

    day: date
    timezone: str
    earliest_s: float | None = None
    temperature_c: float = 20.0
    profile: SpeedProfile = field(default_factory=default_profile)
    overrides: Overrides = field(default_factory=Overrides)
    depot_power_w: float = 11_000.0
    reserve_share: float = RESERVE_SHARE
    load_s: float = 600.0
    reload_s: float = 600.0
    max_trips: int = 6
    costs: Costs = field(default_factory=Costs)

    def __post_init__(self) -> None:
        faults = []
        if not -50.0 <= self.temperature_c <= 60.0:
            faults.append(Fault("temperature", f"{self.temperature_c:g} degrees are not within -50 to 60"))
        if not 0.0 <= self.reserve_share <= 0.9:
            faults.append(Fault("reserve", f"{self.reserve_share:g} is not within 0 to 0.9"))
        if faults:
            raise InputError(faults)

    @property
    def zone(self) -> tzinfo:
        """The zone of the day."""
        return ZoneInfo(self.timezone)

    @property
    def midnight_s(self) -> float:
        """Unix seconds of the zero of the road metrics' time axis: the midnight the day begins with."""
        return midnight_s(self.day, self.zone)

    def axis_s(self, unix_s: float) -> float:
        """An instant on the road metrics' time axis."""
        return unix_s - self.midnight_s

    def wall_bin(self, axis_s: float, bin_s: float) -> int:
        """Bin of the day that the clocks on the wall show at an instant of the axis, on days of 23 and 25 hours too."""
        wall = datetime.fromtimestamp(self.midnight_s + axis_s, UTC).astimezone(self.zone)
        seconds = wall.hour * 3_600 + wall.minute * 60 + wall.second
        return int(seconds // bin_s)

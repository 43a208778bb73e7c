"""Vans and their types: what they carry, how much energy they hold, how they charge and what driving costs them."""

from __future__ import annotations

from dataclasses import dataclass

from milkfloat.errors import Fault, InputError
from milkfloat.fleet.orders import TimeWindow
from milkfloat.fleet.places import Depot


@dataclass(frozen=True, slots=True)
class VanModel:
    """
    A type of van.

    Attributes
    ----------
    battery_wh
        Usable energy when new and warm.
    payload_g, volume_ml
        What it may carry.
    curb_mass_g
        Without driver and load.
    drag_area_m2
        Drag coefficient times frontal area.
    rolling
        Coefficient of rolling resistance.
    top_speed_kmh
        It drives no faster, whatever the road allows.
    ac_w
        Most its own charger takes from the grid.
    dc_curve
        Most the battery takes from a direct current charger, as (state of charge 0 to 1, watts), ascending; empty
        where it has no such inlet.
    drive_efficiency
        Work at the wheels over energy out of the battery.
    recuperation
        Energy back into the battery over work at the wheels when braking.
    cabin_w_per_k
        Heat the cabin loses per kelvin, doors opened at every stop included.
    base_w
        Drawn while driving by lights, pumps and electronics.
    published_wh_per_km, published_basis
        A published consumption from the battery and how it was found; 0 where none is known. Only tests read them.
    sources
        Pages the figures come from.
    assumed
        Names of the attributes that no source gives.
    """

    id: str
    name: str
    battery_wh: float
    payload_g: int
    volume_ml: int
    curb_mass_g: int
    drag_area_m2: float
    top_speed_kmh: float
    ac_w: float
    dc_curve: tuple[tuple[float, float], ...] = ()
    rolling: float = 0.009
    drive_efficiency: float = 0.90
    recuperation: float = 0.70
    cabin_w_per_k: float = 60.0
    base_w: float = 300.0
    published_wh_per_km: float = 0.0
    published_basis: str = ""
    sources: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        above_zero = ("battery_wh", "curb_mass_g", "drag_area_m2", "top_speed_kmh", "ac_w", "rolling")
        faults = [
            Fault(f"van model {self.id}.{name}", f"{getattr(self, name):g} is not more than 0")
            for name in above_zero
            if not getattr(self, name) > 0
        ]
        states = [soc for soc, _ in self.dc_curve]
        if states and (states != sorted(set(states)) or states[0] != 0 or states[-1] != 1):
            faults.append(Fault(f"van model {self.id}.dc_curve", f"{states} does not ascend from 0 to 1"))
        if any(power <= 0 for _, power in self.dc_curve):
            faults.append(Fault(f"van model {self.id}.dc_curve", "a power is not more than 0"))
        if faults:
            raise InputError(faults)


@dataclass(frozen=True, slots=True)
class VanBreak:
    """A pause the driver must have: starts inside the window, lasts ``duration_s``."""

    window: TimeWindow
    duration_s: float


@dataclass(frozen=True, slots=True)
class Van:
    """
    A van with its shift.

    Attributes
    ----------
    shift
        Earliest departure and latest return.
    soc
        State of charge at the start, 0 to 1 of what the battery holds now.
    soh
        State of health, 0 to 1: what the battery holds now over what it held when new.
    payload_g, volume_ml
        What it may carry, where that is less than its model's; None: as the model.
    max_trips
        Trips a day, 1 without reloads; None: as the plan's conditions say.
    where
        Row it was read from, for messages.
    """

    id: str
    model: VanModel
    depot: Depot
    shift: TimeWindow
    soc: float = 1.0
    soh: float = 1.0
    skills: frozenset[str] = frozenset()
    payload_g: int | None = None
    volume_ml: int | None = None
    breaks: tuple[VanBreak, ...] = ()
    max_trips: int | None = None
    where: str = ""

    def __post_init__(self) -> None:
        for name, low in (("soc", 0.0), ("soh", 0.3)):
            value = getattr(self, name)
            if not low <= value <= 1.0:
                raise InputError(Fault(f"{self.where or f'van {self.id}'}.{name}", f"{value:g} is not {low:g} to 1"))

    @property
    def capacity(self) -> tuple[int, int]:
        """Grams and millilitres it may carry."""
        payload_g = self.model.payload_g if self.payload_g is None else self.payload_g
        volume_ml = self.model.volume_ml if self.volume_ml is None else self.volume_ml
        return payload_g, volume_ml

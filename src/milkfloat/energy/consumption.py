"""
Energy that driving draws from the battery, by longitudinal dynamics.

On an edge driven at speed v, a van of mass m overcomes rolling, the slope and the air,
``F = m g (c_r cos s + sin s) + rho/2 c_d A v^2``; the battery gives ``F d / efficiency``, or gets
``F d * recuperation`` back where F is negative. Each full stop loses ``m v^2 / 2 (1 / efficiency - recuperation)``, and
so does, by parts, the uneven driving between stops. Heating and electronics are counted by time, see `aux_power_w`.

What an edge does not know, the uneven driving, is fitted to the driving cycles WLTC 3b, its city part, UDDS and HWFET:
edges and second-by-second integration agree within 15 % there (tests/unit/energy).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from milkfloat.fleet.vans import VanModel

Float32: TypeAlias = npt.NDArray[np.float32]
Float64: TypeAlias = npt.NDArray[np.float64]

GRAVITY_MPS2 = 9.81
DRIVER_KG = 75.0
# Wheels and motor turn, and turning takes energy as if the van were this much heavier.
ROTATING_SHARE = 1.04
# Air at sea level: 353 / T[K] kg/m3 (ideal gas, 101.3 kPa).
_AIR_KG_K_PER_M3 = 353.0
_KELVIN = 273.15
# Tyres roll harder in the cold: half a percent per kelvin below 20 degrees, an assumption on the low side.
_ROLLING_PER_K = 0.005
# Uneven driving, as full stops per metre: 1.5 a kilometre up to 30 km/h, falling to 0.1 at 80 km/h.
_UNEVEN_MOST, _UNEVEN_LEAST = 0.0015, 0.0001
_UNEVEN_FROM_MPS, _UNEVEN_UNTIL_MPS = 30 / 3.6, 80 / 3.6
# The cabin is heated up to, and cooled down to.
_HEAT_BELOW_C, _COOL_ABOVE_C = 18.0, 24.0
# Heat moved per energy drawn by the air conditioning. Heating is resistive: light vans have no heat pump.
_COOLING_PERFORMANCE = 2.5


def air_density_kg_m3(temperature_c: float) -> float:
    """Density of air at sea level."""
    return _AIR_KG_K_PER_M3 / (temperature_c + _KELVIN)


def rolling_at(model: VanModel, temperature_c: float) -> float:
    """Coefficient of rolling resistance at an outside temperature."""
    return model.rolling * (1.0 + _ROLLING_PER_K * max(0.0, 20.0 - temperature_c))


def empty_mass_kg(model: VanModel) -> float:
    """Mass of the van with its driver and no load."""
    return model.curb_mass_g / 1_000.0 + DRIVER_KG


def edge_energy(
    model: VanModel,
    *,
    length_m: npt.ArrayLike,
    speed_mps: npt.ArrayLike,
    grade: npt.ArrayLike,
    stops: npt.ArrayLike,
    temperature_c: float = 20.0,
) -> tuple[Float32, Float32]:
    """
    Energy of the empty van with its driver on each edge, and the energy that each further kilogram takes.

    Parameters
    ----------
    length_m, grade, stops
        Shape (E,): length, rise over length, expected full stops.
    speed_mps
        Shape (S, E) or (E,): speed while moving, in S time slices.

    Returns
    -------
    base_j
        Shape of ``speed_mps``, in joules, without auxiliaries; negative where a slope gives more than it takes.
    per_kg_j
        Shape (E,), in joules per kilogram, at the mean speed of the slices. Where a slope is so steep that load turns
        drawing into recovering, the load is credited with recuperation only: never too much.
    """
    length, slope, stop = (np.asarray(values, np.float64) for values in (length_m, grade, stops))
    speed = np.asarray(speed_mps, np.float64)
    mass_kg = empty_mass_kg(model)
    angle = np.arctan(slope)
    pull = GRAVITY_MPS2 * (rolling_at(model, temperature_c) * np.cos(angle) + np.sin(angle))
    drag = 0.5 * air_density_kg_m3(temperature_c) * model.drag_area_m2 * speed * speed
    base = from_battery(model, (mass_kg * pull + drag) * length) + mass_kg * _lost_per_kg(model, length, speed, stop)
    mean = speed.reshape(-1, speed.shape[-1]).mean(axis=0)
    per_kg = from_battery(model, pull * length) + _lost_per_kg(model, length, mean, stop)
    return base.astype(np.float32), per_kg.astype(np.float32)


def from_battery(model: VanModel, work_j: Float64) -> Float64:
    """Energy out of the battery for work at the wheels; into it where the work is negative."""
    return np.where(work_j > 0.0, work_j / model.drive_efficiency, work_j * model.recuperation)


def _lost_per_kg(model: VanModel, length_m: Float64, speed_mps: Float64, stops: Float64) -> Float64:
    """Energy lost per kilogram by stopping and starting again, and by uneven driving in between."""
    part = (_UNEVEN_UNTIL_MPS - speed_mps) / (_UNEVEN_UNTIL_MPS - _UNEVEN_FROM_MPS)
    uneven = np.clip(_UNEVEN_MOST * part, _UNEVEN_LEAST, _UNEVEN_MOST) * length_m
    kinetic = 0.5 * ROTATING_SHARE * speed_mps * speed_mps
    return kinetic * (1.0 / model.drive_efficiency - model.recuperation) * (stops + uneven)


def cycle_energy_j(
    model: VanModel,
    time_s: npt.ArrayLike,
    speed_mps: npt.ArrayLike,
    *,
    load_kg: float = 0.0,
    temperature_c: float = 20.0,
) -> float:
    """
    Energy for driving a speed profile on the flat, second by second, without auxiliaries.

    Parameters
    ----------
    time_s, speed_mps
        Shape (n,): the profile, straight between its points.
    """
    time, speed = np.asarray(time_s, np.float64), np.asarray(speed_mps, np.float64)
    step_s, mean = np.diff(time), (speed[1:] + speed[:-1]) / 2.0
    mass_kg = empty_mass_kg(model) + load_kg
    rolling = mass_kg * GRAVITY_MPS2 * rolling_at(model, temperature_c)
    drag = 0.5 * air_density_kg_m3(temperature_c) * model.drag_area_m2 * mean * mean
    force = rolling + drag + mass_kg * ROTATING_SHARE * np.diff(speed) / step_s
    return float(from_battery(model, force * mean * step_s).sum())


def aux_power_w(model: VanModel, temperature_c: float) -> float:
    """Power drawn while driving beside the motor: electronics, and heating or cooling by the outside temperature."""
    heating_w = model.cabin_w_per_k * max(0.0, _HEAT_BELOW_C - temperature_c)
    cooling_w = model.cabin_w_per_k * max(0.0, temperature_c - _COOL_ABOVE_C) / _COOLING_PERFORMANCE
    return model.base_w + heating_w + cooling_w

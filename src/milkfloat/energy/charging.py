"""How fast a battery fills: the charger's power, the van's limits, and a taper towards the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from milkfloat.energy.battery import usable_wh
from milkfloat.energy.consumption import Float64
from milkfloat.fleet.places import AC_POWER_W_MAX, Current
from milkfloat.fleet.vans import VanModel
from milkfloat.units import J_PER_WH

# From the plug into the battery: the van's own charger loses a tenth, a direct current charger loses before the plug
# and the battery a twentieth.
AC_EFFICIENCY = 0.90
DC_EFFICIENCY = 0.95
# The own charger slows down over the last tenth, to this share of its power.
_AC_TAPER_FROM, _AC_TAPER_TO = 0.90, 0.30
# Fast charging at 0 degrees brings 36 % less in the same time than at 25 (Motoaki, Yi, Salisbury: Empirical analysis of
# electric vehicle fast charging under cold temperatures, Energy Policy 122, 2018); straight in between, and no worse
# than this share.
_DC_LOSS_PER_K = 0.36 / 25.0
_DC_SHARE_MIN = 0.45
# Width of the steps of state of charge in which the power is taken to be constant.
_STEP = 0.05


@dataclass(frozen=True, slots=True)
class Curve:
    """
    Energy in the battery after charging from empty: piecewise linear, concave.

    Attributes
    ----------
    time_s, energy_wh
        Breakpoints, ascending, the first (0, 0); the last is the full battery.
    """

    time_s: tuple[float, ...]
    energy_wh: tuple[float, ...]

    def energy_at(self, time_s: float) -> float:
        """Energy after charging from empty for a while."""
        return float(np.interp(time_s, self.time_s, self.energy_wh))

    def duration_s(self, from_wh: float, to_wh: float) -> float:
        """Time from one energy in the battery to another."""
        times = np.interp([from_wh, to_wh], self.energy_wh, self.time_s)
        return float(times[1] - times[0])


def charge_curve(
    model: VanModel,
    charger_power_w: float,
    soh: float = 1.0,
    temperature_c: float = 20.0,
    *,
    current: Current | None = None,
) -> Curve | None:
    """
    How a van charges at a charger.

    Parameters
    ----------
    charger_power_w
        What the plug gives.
    current
        ``ac`` or ``dc``; None: direct current above 22 kW.

    Returns
    -------
    None where the charger gives direct current and the van has no inlet for it.
    """
    is_dc = charger_power_w > AC_POWER_W_MAX if current is None else current == "dc"
    if is_dc and not model.dc_curve:
        return None
    full_wh = usable_wh(model, soh, temperature_c=temperature_c)
    edges = np.arange(0.0, 1.0 + _STEP / 2, _STEP)
    middle = (edges[1:] + edges[:-1]) / 2.0
    power_w = _dc_w(model, middle, charger_power_w, temperature_c) if is_dc else _ac_w(model, middle, charger_power_w)
    # Never faster than before: what rises again is cut, so the curve is concave and promises too little, if anything.
    power_w = np.minimum.accumulate(power_w)
    time_s = np.concatenate([[0.0], np.cumsum(_STEP * full_wh * J_PER_WH / power_w)])
    # Breakpoints only where the power changes.
    keep = np.concatenate([[True], np.diff(power_w) < 0.0, [True]])
    energy_wh = edges * full_wh
    return Curve(tuple(time_s[keep].tolist()), tuple(energy_wh[keep].tolist()))


def _ac_w(model: VanModel, soc: Float64, charger_power_w: float) -> Float64:
    """Power into the battery by the own charger."""
    taper = np.interp(soc, (0.0, _AC_TAPER_FROM, 1.0), (1.0, 1.0, _AC_TAPER_TO))
    power_w: Float64 = min(charger_power_w, model.ac_w) * AC_EFFICIENCY * taper
    return power_w


def _dc_w(
    model: VanModel,
    soc: Float64,
    charger_power_w: float,
    temperature_c: float,
) -> Float64:
    """Power into the battery from a direct current charger."""
    states, powers = zip(*model.dc_curve, strict=True)
    accepted = np.interp(soc, states, powers) * dc_share(temperature_c)
    power_w: Float64 = np.minimum(accepted, charger_power_w) * DC_EFFICIENCY
    return power_w


def dc_share(temperature_c: float) -> float:
    """Share of its power at which a cold battery takes direct current."""
    return float(np.clip(1.0 - _DC_LOSS_PER_K * (25.0 - temperature_c), _DC_SHARE_MIN, 1.0))

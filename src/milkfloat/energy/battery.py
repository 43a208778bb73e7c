"""What a battery holds: less with age, less in the cold, and never to be emptied."""

from __future__ import annotations

import numpy as np

from milkfloat.fleet.vans import VanModel

# A part of the usable energy that a plan never touches: estimates of consumption are off by 10 to 15 %.
RESERVE_SHARE = 0.10
# Share of the usable energy that can be drawn, by outside temperature: an assumption for a van that stands outside;
# a battery that was warmed at the plug gives more.
_COLD_C = (-20.0, 0.0, 15.0)
_COLD_SHARE = (0.85, 0.94, 1.0)


def usable_wh(model: VanModel, soh: float = 1.0, *, temperature_c: float = 20.0) -> float:
    """
    Energy that a full battery gives.

    Parameters
    ----------
    soh
        State of health, 0 to 1.
    """
    return model.battery_wh * soh * cold_share(temperature_c)


def cold_share(temperature_c: float) -> float:
    """Share of a battery's energy that can be drawn at an outside temperature."""
    return float(np.interp(temperature_c, _COLD_C, _COLD_SHARE))


def reserve_wh(usable: float, share: float = RESERVE_SHARE) -> float:
    """Energy of ``usable`` watt-hours that a plan never touches."""
    return usable * share

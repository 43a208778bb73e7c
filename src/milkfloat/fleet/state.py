"""Where a van is and what it has on board, at one instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from milkfloat.fleet.places import Place


@dataclass(frozen=True, slots=True)
class VanState:
    """
    What a van reported, or what the plan says it would.

    Attributes
    ----------
    captured_at
        Aware instant the rest is true for.
    charge_wh
        Energy in the battery.
    mass_g, volume_ml
        Load on board.
    """

    van_id: str
    captured_at: datetime
    place: Place
    charge_wh: float
    mass_g: int = 0
    volume_ml: int = 0

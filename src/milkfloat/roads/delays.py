"""
What a point on the road costs: signals, signs, crossings and bumps, as seconds lost and expected full stops.

The figures are assumptions about daytime traffic in a town. A van meets a red light at about every second signal
node and waits some ten seconds there; large junctions carry several signal nodes that show one phase, hence 5 s per
node rather than the 15 to 20 s a whole signalised junction costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Delay(NamedTuple):
    """
    Seconds lost and expected full stops when passing a point.

    ``direction`` is +1 or -1 where only traffic along or against the way is concerned, 0 for both, and None where
    the sign stands for the traffic that approaches the nearer junction.
    """

    delay_s: float
    stops: float
    direction: int | None


SIGNALS = (5.0, 0.45)
STOP_SIGN = (5.0, 1.0)
GIVE_WAY = (2.0, 0.4)
SIGNAL_CROSSING = (3.0, 0.25)
MARKED_CROSSING = (1.0, 0.1)
LEVEL_CROSSING = (4.0, 0.1)
BUMP = (2.0, 0.2)
GATE = (8.0, 1.0)

_DIRECTIONS = {"forward": 1, "backward": -1, "both": 0}
_BUMPS = frozenset({"bump", "hump", "table", "cushion", "rumble_strip", "mini_bumps", "yes"})
_GATES = frozenset({"gate", "lift_gate", "swing_gate", "sliding_gate", "toll_booth", "border_control"})


def delay_of(tags: Mapping[str, str]) -> Delay | None:
    """Delay of a node with these tags, or None where passing it costs nothing."""
    highway = tags.get("highway")
    if highway == "traffic_signals":
        return Delay(*SIGNALS, _DIRECTIONS.get(tags.get("traffic_signals:direction", ""), 0))
    if highway == "stop":
        return Delay(*STOP_SIGN, _sign_direction(tags))
    if highway == "give_way":
        return Delay(*GIVE_WAY, _sign_direction(tags))
    if highway == "crossing":
        if tags.get("crossing") == "traffic_signals" or tags.get("crossing:signals") == "yes":
            return Delay(*SIGNAL_CROSSING, 0)
        if tags.get("crossing") not in ("no", "unmarked", None):
            return Delay(*MARKED_CROSSING, 0)
    if tags.get("railway") == "level_crossing":
        return Delay(*LEVEL_CROSSING, 0)
    if tags.get("traffic_calming") in _BUMPS:
        return Delay(*BUMP, 0)
    if tags.get("barrier") in _GATES:
        return Delay(*GATE, 0)
    return None


def _sign_direction(tags: Mapping[str, str]) -> int | None:
    return _DIRECTIONS.get(tags.get("direction", ""))

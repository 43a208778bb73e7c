"""Chargers and the depots' charge points as stations of a problem, and how every van charges at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from milkfloat.energy.charging import charge_curve
from milkfloat.fleet.places import AC_POWER_W_MAX, Charger, Depot
from milkfloat.fleet.vans import Van
from milkfloat.routing.problem import ChargeCurve, Station

# At the depot a plug is at hand where the van stands.
DEPOT_ACCESS_S = 60.0


@dataclass(frozen=True, slots=True)
class Plug:
    """What a charge point gives; stations with equal plugs share a charging curve per van."""

    power_w: float
    is_dc: bool


@dataclass(frozen=True, slots=True)
class StationTable:
    """
    The stations of a plan.

    Attributes
    ----------
    stations
        Chargers in their order, then one per depot that has charge points.
    plugs
        By ``Station.kind``.
    """

    stations: tuple[Station, ...]
    plugs: tuple[Plug, ...]

    def curves(self, van: Van, temperature_c: float) -> tuple[ChargeCurve | None, ...]:
        """How a van charges at every kind of station; None where it cannot."""
        curves = []
        for plug in self.plugs:
            curve = charge_curve(van.model, plug.power_w, van.soh, temperature_c, current="dc" if plug.is_dc else "ac")
            curves.append(None if curve is None else ChargeCurve(curve.time_s, curve.energy_wh))
        return tuple(curves)


def station_table(
    chargers: Sequence[Charger], charger_at: Sequence[int], depots: Mapping[int, Depot], depot_power_w: float
) -> StationTable:
    """
    Stations for chargers on the way and for depots.

    Parameters
    ----------
    charger_at
        Location of every charger.
    depots
        Depots by location.
    depot_power_w
        Power of a charge point at depots that do not say; 0: they have none.
    """
    plugs: dict[Plug, int] = {}

    def kind(power_w: float, *, is_dc: bool) -> int:
        return plugs.setdefault(Plug(power_w, is_dc), len(plugs))

    stations = [
        Station(charger.id, at, kind(charger.power_w, is_dc=charger.is_dc), charger.access_s)
        for charger, at in zip(chargers, charger_at, strict=True)
    ]
    taken = {charger.id for charger in chargers}
    for at, depot in depots.items():
        power_w = depot_power_w if depot.power_w is None else depot.power_w
        if power_w > 0:
            name = depot.id if depot.id not in taken else f"depot {depot.id}"
            stations.append(Station(name, at, kind(power_w, is_dc=power_w > AC_POWER_W_MAX), DEPOT_ACCESS_S))
    return StationTable(tuple(stations), tuple(plugs))

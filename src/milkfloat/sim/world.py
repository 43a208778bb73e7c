"""
The streets a simulated day happens in: drivers take as long as people do, orders come in, things break.

The day itself is the production code of `milkfloat.app.day`; the world only does to it what a city would.
"""

from __future__ import annotations

from dataclasses import replace
from zlib import crc32

import numpy as np

from milkfloat.app.build import Built, build_problem, with_overrides
from milkfloat.app.day import LiveDay, Policy
from milkfloat.app.day_motion import RoadMotion
from milkfloat.app.maps import City
from milkfloat.errors import InputError
from milkfloat.routing.plan import Step
from milkfloat.routing.problem import Problem
from milkfloat.sim.city import Incident, Scenario

# Spread of the time at a door around the planned one, as the standard deviation of its logarithm.
_SPREAD = 0.25


class DriverMotion(RoadMotion):
    """Vans on the fastest streets, with drivers who are now quicker, now slower than planned."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def standing_s(self, van_id: str, step: Step, planned_s: float) -> float:
        """Time at a door; the same for the same seed, van, place and plan, whatever else happens."""
        key = crc32(f"{van_id} {step.location} {round(planned_s)}".encode())
        # The mean of the factor is 1: plans are right on the whole.
        draw = np.random.default_rng([self._seed, key]).normal(-_SPREAD * _SPREAD / 2.0, _SPREAD)
        return planned_s * float(np.exp(draw))


class World:
    """
    A scenario happening to a day.

    Attributes
    ----------
    day
        The running day.
    morning
        The problem of the whole day with the usual traffic, where it was made.
    """

    def __init__(self, scenario: Scenario, day: LiveDay, morning: Built | None = None) -> None:
        self.scenario = scenario
        self.day = day
        self.morning = morning
        orders = [(at, order) for at, order in zip(scenario.announced_s, scenario.orders, strict=True)]
        self._orders = [(at, order) for at, order in orders if order.id not in day.orders]
        self._incidents = [incident for incident in scenario.incidents if incident.at_s > day.now_s]

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens by itself."""
        return not self._orders and not self._incidents and all(van.is_home for van in self.day.vans.values())

    def advance(self, now_s: float) -> None:
        """Let the day run on until an instant, with everything that happens until then."""
        while True:
            order_s = self._orders[0][0] if self._orders else np.inf
            incident_s = self._incidents[0].at_s if self._incidents else np.inf
            if min(order_s, incident_s) > now_s:
                break
            self.day.advance(min(order_s, incident_s))
            if order_s <= incident_s:
                _, order = self._orders.pop(0)
                try:
                    self.day.add_orders([order])
                except InputError as error:
                    self.day.log.add(self.day.now_s, "fault", str(error))
            else:
                self._happen(self._incidents.pop(0))
        self.day.advance(now_s)

    def _happen(self, incident: Incident) -> None:
        if incident.kind == "jam":
            self.day.jam(incident.edges, factor=incident.factor, until_s=incident.until_s)
        elif incident.kind == "charger_failed":
            self.day.fail_charger(incident.charger_id)
        else:
            self.day.repair_charger(incident.charger_id)


def open_day(city: City, scenario: Scenario, *, seed: int = 1, policy: Policy | None = None) -> World:
    """The world of a scenario before its first van leaves, with the first plan made."""
    built = build_problem(city, scenario.orders, scenario.vans, scenario.chargers, scenario.conditions, threads=2)
    now_s = scenario.starts_s - 1_800.0
    day = LiveDay(
        built,
        now_s=now_s,
        known=[order.id for order in scenario.known(now_s)],
        motion=DriverMotion(seed),
        policy=policy,
        name=scenario.name,
    )
    day.begin()
    return World(scenario, day, built)


def whole_day(city: City, world: World) -> Problem:
    """The same day known in advance: every order, every jam; chargers never fail."""
    scenario = world.scenario
    if world.morning is not None:
        return with_overrides(world.morning, scenario.overrides(), threads=2).problem
    conditions = replace(scenario.conditions, overrides=scenario.overrides())
    return build_problem(city, scenario.orders, scenario.vans, scenario.chargers, conditions, threads=2).problem

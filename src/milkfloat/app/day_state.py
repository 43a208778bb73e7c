"""What a running day knows: its orders, its vans, its plan, and what the next plan will have to know."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from math import inf

from milkfloat.app.build import Built
from milkfloat.app.day_log import DayLog, LogEntry
from milkfloat.app.day_motion import Motion, RoadMotion
from milkfloat.app.day_traffic import Disturbance
from milkfloat.app.day_van import STOPS, VanDay
from milkfloat.dispatch.events import Event
from milkfloat.dispatch.reasons import ExplainedMove
from milkfloat.dispatch.replan import Effort
from milkfloat.dispatch.rounds import Rounds
from milkfloat.fleet.orders import Order
from milkfloat.roads.overrides import Overrides
from milkfloat.routing.plan import Plan, Step
from milkfloat.routing.problem import Window

# What no van can serve in time may be so much late, step by step: better late than not at all.
GRACE_S = (1_800.0, 7_200.0, 86_400.0)


@dataclass(frozen=True, slots=True)
class Policy:
    """
    When to plan anew, and how hard to think.

    Attributes
    ----------
    batch_s
        New orders wait so long for others to be planned with.
    late_s, late_every_s
        Vans that will be so much late are a reason to plan anew, but not again before so long.
    first, effort
        For the first plan, and for those of the day.
    confirm
        Stops are over when the driver says so; otherwise when the plan does.
    """

    batch_s: float = 300.0
    late_s: float = 180.0
    late_every_s: float = 900.0
    first: Effort = field(default_factory=lambda: Effort(iterations=600))
    effort: Effort = field(default_factory=lambda: Effort(iterations=300, grace_s=GRACE_S))
    confirm: bool = False


@dataclass(slots=True)
class OrderDay:
    """
    An order on this day.

    Attributes
    ----------
    locations, promised
        Of each stop: where it is, and the windows as the customer was told.
    done_s, late_s
        When the last stop was over, and how late it began; None while it is not.
    van_id
        Who serves or served it.
    """

    order: Order
    announced_s: float
    locations: tuple[int, ...]
    promised: tuple[tuple[Window, ...], ...]
    van_id: str | None = None
    locked: bool = False
    done_s: float | None = None
    late_s: float = 0.0
    issue: str = ""
    cancelled: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """
    A change of the plan, for those who look at it, and to be taken back.

    Attributes
    ----------
    events, moves
        What happened, and the stops that moved with their reasons.
    before
        The rounds as they were.
    etas_before
        When each order was to be served.
    locked
        Orders that were locked to vans.
    took_s
        Seconds it took to plan.
    """

    id: int
    time_s: float
    events: tuple[Event, ...]
    before: Rounds
    moves: tuple[ExplainedMove, ...]
    etas_before: Mapping[str, float]
    locked: frozenset[str]
    took_s: float = 0.0


@dataclass(slots=True)
class Pending:
    """What the next plan will have to know."""

    orders: list[str] = field(default_factory=list)
    cancelled: set[str] = field(default_factory=set)
    locks: dict[str, str | None] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    works: set[str] = field(default_factory=set)
    traffic: bool = False
    events: list[Event] = field(default_factory=list)
    due_s: float = inf


class DayState:
    """
    The state of a day, and what can be read from it.

    Parameters
    ----------
    built
        The day's problem. It may hold orders that are not known yet: their places are then no news later.
    known
        Ids of the orders that are known; None: all.
    now_s
        Unix instant at which the day begins to run.
    motion
        How vans move.
    """

    def __init__(
        self,
        built: Built,
        *,
        now_s: float,
        known: Iterable[str] | None = None,
        motion: Motion | None = None,
        policy: Policy | None = None,
        name: str = "",
    ) -> None:
        ids = {order.id for order in built.orders}
        chosen = ids if known is None else ids & set(known)
        self.first_counts = len(built.orders), len(built.places)
        self.built = built
        self.name = name or built.problem.name
        self.policy = policy or Policy()
        self.motion = motion or RoadMotion()
        self.log = DayLog()
        self.problem = replace(built.problem, orders=tuple(o for o in built.problem.orders if o.id in chosen))
        self.plan = Plan((), (), 0.0, 0.0, 0.0, 0)
        self.vans = {
            vehicle.id: VanDay(k, vehicle, vehicle.battery.start if vehicle.battery else inf)
            for k, vehicle in enumerate(built.problem.vehicles)
        }
        self.orders: dict[str, OrderDay] = {}
        self.disturbances: dict[str, Disturbance] = {}
        self.broken: set[str] = set()
        self.changes: list[Change] = []
        self.version = 0
        self._morning = built.conditions.overrides
        self._stations = {station.id: station for station in built.problem.stations}
        self._now_s = now_s
        self.late_replan_s = -inf
        self.pending = Pending()
        self._lock = threading.RLock()
        for order in built.orders:
            if order.id in chosen:
                self.announce(order, now_s)

    @property
    def now_s(self) -> float:
        """The instant the day has come to."""
        return self._now_s

    @property
    def lock_of_day(self) -> threading.RLock:
        """Held while something is read that must not change meanwhile."""
        return self._lock

    def events_since(self, last_id: int) -> tuple[LogEntry, ...]:
        """What happened after entry ``last_id`` of the log."""
        return self.log.since(last_id)

    def clock(self, unix_s: float) -> str:
        """An instant as the clock at the depot shows it."""
        return datetime.fromtimestamp(unix_s, UTC).astimezone(self.built.conditions.zone).strftime("%H:%M")

    def etas(self) -> dict[str, float]:
        """When service at the last stop of each open order is expected to begin."""
        found = {}
        for van in self.vans.values():
            for step in van.steps[van.at :]:
                if step.kind in STOPS:
                    found[self.problem.orders[step.index].id] = step.start
        return found

    def carriers(self) -> dict[str, str]:
        """The van of every order whose parcel is on board."""
        under_way = {vehicle.id for vehicle in self.problem.vehicles if vehicle.under_way}
        found = {}
        for van in self.vans.values():
            is_loaded = van.id in under_way or van.phase(self._now_s) == "loading"
            ahead = van.trip_ahead(is_loaded=is_loaded)
            to_collect = {step.index for step in ahead if step.kind == "pickup"}
            for step in ahead:
                order = self.problem.orders[step.index] if step.kind in STOPS else None
                if order is None or step.kind == "pickup" or step.index in to_collect:
                    continue
                if order.is_shipment or any(order.delivery):
                    found[order.id] = van.id
        return found

    def name_of(self, step: Step) -> str:
        """Id of the order or the station of a step of the present plan; empty for others."""
        if step.kind in STOPS:
            return self.problem.orders[step.index].id
        return self.problem.stations[step.index].id if step.kind == "charge" else ""

    def announce(self, order: Order, now_s: float) -> None:
        """An order of the problem is known from now on."""
        routing = next(o for o in self.built.problem.orders if o.id == order.id)
        locations = tuple(stop.location for stop in routing.stops)
        self.orders[order.id] = OrderDay(order, now_s, locations, tuple(stop.windows for stop in routing.stops))

    def _tell(self, kind: str, text: str, **data: object) -> None:
        self.version += 1
        self.log.add(self._now_s, kind, text, **data)

    @property
    def morning(self) -> Overrides:
        """Traffic beyond the usual as it was known when the day began."""
        return self._morning

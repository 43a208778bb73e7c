"""What requests are answered with: made once when the service starts, reached through the application."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from fastapi import Request

from milkfloat.app.jobs import Jobs
from milkfloat.app.maps import City
from milkfloat.app.tasks import TASKS
from milkfloat.app.workers import MapFile, Workers
from milkfloat.clock import Clock
from milkfloat.errors import Fault, InputError
from milkfloat.ids import ID_RANDOM_BYTES, new_id
from milkfloat.roads.metric import MetricHolder
from milkfloat.roads.traffic import base_metric, default_profile
from milkfloat.server.day_host import DayHost
from milkfloat.server.day_keeper import DayKeeper
from milkfloat.server.stream import Topics
from milkfloat.store import days
from milkfloat.store.database import Database

# Bins of a day, and of the night after it: a departure before midnight arrives in the next day.
BINS = range(96 + 24)

# Streams that follow the running day wait on this.
DAY_TOPIC = "day"


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Present instant."""
        return datetime.now(UTC)


@dataclass(slots=True)
class Services:
    """
    What the service works with.

    Attributes
    ----------
    city
        The map; None for a service that only answers questions with matrices.
    roads
        The travel times in force, on an axis of seconds since midnight in the map's zone; swapped as traffic changes.
    topics
        Tells streams that something new can be read.
    day
        The day that runs; None where none does.
    closing
        Run, last one first, when the service ends.
    """

    db: Database
    jobs: Jobs
    workers: Workers
    topics: Topics
    clock: Clock
    city: City | None = None
    roads: MetricHolder | None = None
    day: DayHost | None = None
    closing: list[Callable[[], None]] = field(default_factory=list)

    def need_city(self) -> City:
        """
        The map.

        Raises
        ------
        InputError
            When the service was started without one.
        """
        if self.city is None:
            raise InputError(Fault("map", "the service was started without a map"))
        return self.city

    def need_roads(self) -> MetricHolder:
        """The travel times in force; raises InputError when the service was started without a map."""
        self.need_city()
        assert self.roads is not None
        return self.roads

    def day_second(self) -> float:
        """Seconds since midnight in the map's zone, now."""
        now = self.clock.now().astimezone(self.need_city().zone)
        return now.hour * 3_600.0 + now.minute * 60.0 + now.second

    def run_day(self, host: DayHost, *, keep: bool = True) -> None:
        """
        Have a day run in this service, from now until the service ends; streams are told its news.

        Parameters
        ----------
        keep
            Write it to the store as it goes on, so that the next service resumes it.
        """
        assert self.day is None
        now = self.clock.now()
        if not host.id:
            host.id = str(new_id(at=now, random=os.urandom(ID_RANDOM_BYTES)))
            days.add(self.db, host.id, name=host.day.name, at=now)
        host.on_news = partial(self.topics.tell, DAY_TOPIC)
        self.day = host
        if keep:
            keeper = DayKeeper(self.db, host, self.clock)
            host.keep = keeper.keep
            self.closing.append(keeper.close)
            keeper.start()
        self.closing.append(host.close)
        host.start()

    def close(self) -> None:
        """End everything."""
        self.topics.close()
        for end in reversed(self.closing):
            end()


def make_services(
    db: Database,
    *,
    map_file: MapFile | None = None,
    city: City | None = None,
    worker_count: int | None = None,
    clock: Clock | None = None,
) -> Services:
    """
    Services on a database, with worker processes of their own.

    Parameters
    ----------
    map_file, city
        The file that workers open, and the same map opened here.
    worker_count
        Default: one per processor but one, for the service itself.
    """
    clock = clock or SystemClock()
    count = worker_count or max(1, (os.cpu_count() or 2) - 1)
    topics = Topics()
    workers = Workers(TASKS, count=count, map_file=map_file)
    jobs = Jobs(db, workers, clock, on_event=partial(_tell, topics))
    roads = None
    if city is not None:
        roads = MetricHolder(base_metric(city.graph, default_profile(), bins=BINS))
    # Jobs first learn that they are interrupted, then their processes end.
    closing = [db.close, workers.close, jobs.close]
    return Services(db, jobs, workers, topics, clock, city, roads, closing=closing)


def services_of(request: Request) -> Services:
    """The services of the application a request came to; a dependency of endpoints."""
    services: Services = request.app.state.services
    return services


def _tell(topics: Topics, job_id: str) -> None:
    topics.tell(f"job:{job_id}")

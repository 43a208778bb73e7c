"""
Keeps the running day in the store, so that a service that is started again goes on with it.

What somebody was told to be done is written before they are told. Besides, the day is written every few seconds while
it changes: after a crash vans stand a few seconds behind where they were.
"""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime
from typing import Any

from milkfloat.app.day_document import from_document, to_document
from milkfloat.app.day_motion import Motion
from milkfloat.app.maps import City
from milkfloat.clock import Clock
from milkfloat.errors import MilkfloatError
from milkfloat.server.day_host import DayHost
from milkfloat.store import days
from milkfloat.store.database import Database

log = logging.getLogger("milkfloat.server")

# Between two looks at whether there is something to write.
EVERY_S = 5.0


class DayKeeper:
    """Writes one day, which is in the store already, as it goes on."""

    def __init__(self, db: Database, host: DayHost, clock: Clock, *, every_s: float = EVERY_S) -> None:
        self._db = db
        self._host = host
        self._clock = clock
        self._every_s = every_s
        self._written = days.last_number(db, host.id)
        self._kept: tuple[int, float] | None = None
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="milkfloat-day-keeper", daemon=True)

    def start(self) -> None:
        """Keep the day from now on."""
        self.keep()
        self._thread.start()

    def close(self) -> None:
        """Write the day once more and end."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join()
        self.keep()

    def keep(self) -> None:
        """Write what happened since the last time, and the day as it is now."""
        host = self._host
        with self._lock, host.day.lock_of_day:
            state = (host.version, host.day.now_s)
            if state == self._kept:
                return
            news = host.day.log.since(self._written)
            document = to_document(host.day)
            document["host"] = {
                "speed": host.speed,
                "playing": host.playing,
                "taps_heard": sorted(host.taps_heard),
                "kept_at": self._clock.now().timestamp(),
            }
            at = self._clock.now()
            events = [
                days.NewEvent(entry.kind, entry.document, datetime.fromtimestamp(entry.time_s, UTC)) for entry in news
            ]
            days.append(self._db, host.id, events, after=self._written, at=at)
            self._written += len(events)
            days.save_snapshot(self._db, host.id, self._written, document, at=at)
            self._kept = state

    def _run(self) -> None:
        while not self._ended.wait(self._every_s):
            if self._host.is_busy:
                continue
            try:
                self.keep()
            except Exception:
                # A full disk must not stop the vans; the next time may succeed.
                log.exception("the day could not be written")


def resume_day(db: Database, city: City, clock: Clock, *, motion: Motion | None = None) -> DayHost | None:
    """
    The open day of the store, where it was; None where there is none.

    A day at the speed of the clock catches up with what passed while nobody ran it.

    Raises
    ------
    InputError
        When it was begun on another map, or by a version that wrote it otherwise.
    """
    day = days.latest_open(db)
    snapshot = None if day is None else days.latest_snapshot(db, day.id)
    if day is None or snapshot is None:
        return None
    document: dict[str, Any] = snapshot.document
    pace = document["host"]
    live = from_document(document, city, motion=motion)
    host = DayHost(live, speed=pace["speed"], playing=pace["playing"], id=day.id)
    host.taps_heard.update(pace["taps_heard"])
    if pace["playing"] and pace["speed"] == 1.0:
        missed_s = max(0.0, clock.now().timestamp() - pace["kept_at"])
        try:
            live.advance(live.now_s + missed_s)
        except MilkfloatError:
            log.exception("the day could not catch up")
    return host

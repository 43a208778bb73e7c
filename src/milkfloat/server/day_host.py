"""
A day that runs in the service: a thread moves it on by the clock, and everybody who follows it is told.

Time is a day's own: it stands while the day is paused, and it does not run on while a plan is being made, however fast
it runs otherwise. A day at real speed that was never paused keeps to the wall: what a plan took is caught up.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from milkfloat.app.day import LiveDay
from milkfloat.app.day_view import DayView
from milkfloat.errors import Fault, InputError

log = logging.getLogger("milkfloat.server")

# Between two steps: positions are sent so often.
TICK_S = 0.25
# Nothing moves in steps this long at real speed; a day that plans shows it.
BUSY_S = 0.4
SPEED_MAX = 600.0


class DayHost:
    """
    Runs one day.

    Parameters
    ----------
    day
        The day; it is not moved on by anybody else.
    advance
        Moves it on until an instant; default: the day itself. A simulation puts its world here.
    speed
        Seconds of the day per second.
    seconds
        A clock that never goes back.

    Attributes
    ----------
    id
        Of the day in the store; driver tokens name it.
    on_news
        Called, from the thread of the day, when there is something new to see.
    keep
        Called before somebody is told that what they asked for is done.
    taps_heard
        Names of the taps of drivers that counted already.
    """

    def __init__(
        self,
        day: LiveDay,
        *,
        advance: Callable[[float], None] | None = None,
        speed: float = 1.0,
        playing: bool = True,
        seconds: Callable[[], float] = time.monotonic,
        id: str = "",
    ) -> None:
        self.day = day
        self.id = id
        self.view = DayView(day)
        self.on_news: Callable[[], None] = _nobody
        self.keep: Callable[[], None] = _nobody
        self.taps_heard: set[str] = set()
        self._advance = advance or day.advance
        self._seconds = seconds
        self._speed = _checked(speed)
        self._playing = playing
        self._revision = 0
        self._stepping_since: float | None = None
        self._positions = self.view.positions()
        self._shown: tuple[int, dict[str, Any]] | None = None
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="milkfloat-day", daemon=True)

    def start(self) -> None:
        """Let the day run."""
        self._thread.start()

    def close(self) -> None:
        """End the thread; the day stands where it is."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def version(self) -> int:
        """Grows with everything that changes but the positions of vans."""
        return self.day.version + self._revision

    @property
    def playing(self) -> bool:
        """Whether time passes."""
        return self._playing

    @playing.setter
    def playing(self, playing: bool) -> None:
        self._playing = playing
        self._changed()

    @property
    def speed(self) -> float:
        """Seconds of the day per second."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._speed = _checked(speed)
        self._changed()

    @property
    def is_busy(self) -> bool:
        """Whether a step of the day takes long: a plan is being made."""
        since = self._stepping_since
        return since is not None and self._seconds() - since > BUSY_S

    def snapshot(self) -> dict[str, Any]:
        """Everything there is to see; made once per version, for all who look at it."""
        with self._lock:
            if self._shown is None or self._shown[0] != self.version:
                with self.day.lock_of_day:
                    version = self.version
                    self._shown = version, self.view.snapshot() | {"version": version}
            shown = self._shown[1]
        # What moves between two versions is told as it is now.
        return shown | self._pace() | {"time": self._positions["time"]}

    def positions(self) -> dict[str, Any]:
        """Where the vans were at the last step; never waits, not even for a plan."""
        return self._positions | self._pace()

    def _pace(self) -> dict[str, Any]:
        return {"playing": self._playing, "speed": self._speed, "replanning": self.is_busy}

    def _changed(self) -> None:
        self._revision += 1
        self.on_news()

    def _run(self) -> None:
        last = self._seconds()
        while not self._ended.wait(max(TICK_S - (self._seconds() - last), 0.0)):
            now = self._seconds()
            self._step(now - last)
            # At real speed what a plan took has passed outside too.
            last = now if self._speed == 1.0 else max(now, self._seconds() - TICK_S)

    def _step(self, passed_s: float) -> None:
        before = self.version
        self._stepping_since = self._seconds()
        try:
            # A paused day plans what it was asked to; only its time stands still.
            self._advance(self.day.now_s + (passed_s * self._speed if self._playing else 0.0))
            self._positions = self.view.positions()
        except Exception:
            # The console stays: it shows a day that stands, and what it knows can still be read.
            log.exception("the day stops at %s", self.day.clock(self.day.now_s))
            self._playing = False
        finally:
            self._stepping_since = None
        if self._playing or self.version != before:
            self.on_news()


def _checked(speed: float) -> float:
    if not 0.1 <= speed <= SPEED_MAX:
        raise InputError(Fault("speed", f"{speed:g} is not within 0.1 to {SPEED_MAX:g}"))
    return speed


def _nobody() -> None:
    """Nobody follows the day."""

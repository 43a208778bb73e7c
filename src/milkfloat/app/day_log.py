"""What happened on a running day, numbered, for those who follow it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class LogEntry:
    """
    One thing that happened.

    Attributes
    ----------
    id
        Counts from 1 without gaps.
    time_s
        Unix instant on the clock of the day.
    kind
        What.
    text
        For people.
    data
        What it is about, as JSON.
    """

    id: int
    time_s: float
    kind: str
    text: str
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {"id": self.id, "time": self.time_s, "kind": self.kind, "text": self.text, **self.data}


class DayLog:
    """The log of a day; readers wait for news in their own threads."""

    def __init__(self, entries: list[LogEntry] | None = None) -> None:
        self._entries = list(entries or ())
        self._news = threading.Condition()

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, time_s: float, kind: str, text: str, **data: Any) -> LogEntry:
        """Write something down."""
        with self._news:
            entry = LogEntry(len(self._entries) + 1, time_s, kind, text, data)
            self._entries.append(entry)
            self._news.notify_all()
        return entry

    def since(self, last_id: int = 0) -> tuple[LogEntry, ...]:
        """What happened after entry ``last_id``."""
        with self._news:
            return tuple(self._entries[max(last_id, 0) :])

    def wait(self, last_id: int, timeout_s: float) -> tuple[LogEntry, ...]:
        """The same, once there is something, or after a while."""
        with self._news:
            self._news.wait_for(lambda: len(self._entries) > last_id, timeout_s)
            return tuple(self._entries[max(last_id, 0) :])

"""
Server-sent events (HTML standard, section 9.2) out of numbered records: a client that was away names the last it saw.

A stream reads from the store and waits on a topic in between, so that nothing is lost between reading and waiting, and
a stream that fell asleep misses nothing but time.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

# Proxies give up on a silent connection after half a minute, and a page says "lost" after a quarter.
HEARTBEAT_S = 5.0
BEAT = "beat"
# A client whose connection broke tries again after this long.
RETRY_MS = 1_000
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Topics:
    """Wakes the streams that wait for news; may be told from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[str, int] = {}
        self._waiting: dict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = {}
        self.is_closed = False

    def count(self, topic: str) -> int:
        """How often there was news: read it before looking, and give it to `wait`."""
        with self._lock:
            return self._told.get(topic, 0)

    def tell(self, topic: str) -> None:
        """There is news."""
        with self._lock:
            self._told[topic] = self._told.get(topic, 0) + 1
            waiting = [*self._waiting.get(topic, ())]
        for loop, event in waiting:
            # A loop that has ended has no streams.
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    async def wait(self, topic: str, count: int, timeout_s: float) -> bool:
        """Wait until there is news since ``count``; False when the time passed without."""
        event = asyncio.Event()
        entry = (asyncio.get_running_loop(), event)
        with self._lock:
            if self._told.get(topic, 0) != count or self.is_closed:
                return True
            self._waiting.setdefault(topic, set()).add(entry)
        try:
            await asyncio.wait_for(event.wait(), timeout_s)
        except TimeoutError:
            return False
        finally:
            with self._lock:
                self._waiting[topic].discard(entry)
                if not self._waiting[topic]:
                    del self._waiting[topic]
        return True

    def close(self) -> None:
        """End all streams."""
        with self._lock:
            self.is_closed = True
            topics = [*self._waiting]
        for topic in topics:
            self.tell(topic)


@dataclass(frozen=True, slots=True)
class Message:
    """One event of a stream; ``number`` is what a client names when it comes back, None where it need not."""

    number: int | None
    kind: str
    document: Any


def last_seen(request: Request) -> int | None:
    """
    Number of the last event a client saw, by its header ``Last-Event-ID`` (or the parameter ``last_event_id``).

    None where it names none, or one that is no number.
    """
    text = request.headers.get("last-event-id") or request.query_params.get("last_event_id") or ""
    return int(text) if text.isascii() and text.isdigit() else None


def event_stream(
    topics: Topics,
    topic: str,
    read: Callable[[int], Sequence[Message]],
    *,
    after: int,
    is_last: Callable[[Message], bool] = lambda message: False,  # noqa: ARG005 - the shape of the callable
) -> StreamingResponse:
    """
    A response that sends what ``read`` finds after a number, and goes on as there is news on the topic.

    Parameters
    ----------
    read
        The messages after a number, in order; called in another thread.
    is_last
        Whether nothing comes after a message: the stream then ends.
    """
    return StreamingResponse(
        _events(topics, topic, read, after, is_last), media_type="text/event-stream", headers=HEADERS
    )


async def _events(
    topics: Topics,
    topic: str,
    read: Callable[[int], Sequence[Message]],
    after: int,
    is_last: Callable[[Message], bool],
) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    while not topics.is_closed:
        count = topics.count(topic)
        for message in await run_in_threadpool(read, after):
            if message.number is not None:
                after = message.number
            yield written(message)
            if is_last(message):
                return
        if not await topics.wait(topic, count, HEARTBEAT_S):
            # An event of its own, not a comment: a page cannot hear those.
            yield written(Message(None, BEAT, {}))


def written(message: Message) -> str:
    """A message as the lines of a stream."""
    number = "" if message.number is None else f"id: {message.number}\n"
    data = json.dumps(message.document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return f"{number}event: {message.kind}\ndata: {data}\n\n"

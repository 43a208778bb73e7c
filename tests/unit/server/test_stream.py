"""Streams: what was missed comes first, what is new follows, and nobody sleeps through it."""

from __future__ import annotations

import asyncio
import threading

from milkfloat.server.stream import Message, Topics, event_stream, written


def test_a_message_is_written_as_the_standard_wants() -> None:
    assert written(Message(3, "moved", {"text": "Straße\nnew"})) == (
        'id: 3\nevent: moved\ndata: {"text":"Straße\\nnew"}\n\n'
    )
    assert written(Message(None, "tick", None)) == "event: tick\ndata: null\n\n"


def test_a_stream_sends_what_was_and_what_comes_from_another_thread() -> None:
    topics = Topics()
    records = [Message(k, "note", k) for k in (1, 2, 3)]
    response = event_stream(
        topics,
        "t",
        lambda after: [message for message in records if (message.number or 0) > after],
        after=1,
        is_last=lambda message: message.document == 5,
    )

    def write() -> None:
        for k in (4, 5):
            records.append(Message(k, "note", k))
            topics.tell("t")

    async def read() -> list[str]:
        got = []
        async for part in response.body_iterator:
            assert isinstance(part, str)
            got.append(part)
            if part.startswith("id: 3"):
                threading.Thread(target=write).start()
        return got

    parts = asyncio.run(asyncio.wait_for(read(), 10))
    assert [part.split("\n")[0] for part in parts] == ["retry: 1000", "id: 2", "id: 3", "id: 4", "id: 5"]


def test_news_between_looking_and_waiting_is_not_missed() -> None:
    topics = Topics()
    count = topics.count("t")
    topics.tell("t")
    assert asyncio.run(topics.wait("t", count, 5.0))
    assert not asyncio.run(topics.wait("t", topics.count("t"), 0.01))


def test_closing_ends_every_stream() -> None:
    topics = Topics()
    response = event_stream(topics, "t", lambda _: (), after=0)

    async def read() -> list[str]:
        got = []
        async for part in response.body_iterator:
            assert isinstance(part, str)
            got.append(part)
            threading.Timer(0.05, topics.close).start()
        return got

    assert asyncio.run(asyncio.wait_for(read(), 10)) == ["retry: 1000\n\n"]

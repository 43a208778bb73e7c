"""Processes that do tasks: their answers, their faults, their ends."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import pytest

from milkfloat.app.workers import Document, Report, WorkerLost, Workers, Workplace
from milkfloat.errors import Fault, InputError


def echo(_: Workplace, request: Document, report: Report) -> Document:
    report({"part": 0.5})
    return {"said": request["say"], "pid": os.getpid()}


def refuse(_: Workplace, request: Document, report: Report) -> Document:
    raise InputError([Fault("orders.csv:3", "is wrong"), Fault("vans.csv:1", "is missing")])


def fail(_: Workplace, request: Document, report: Report) -> Document:
    raise ValueError("a bug")


def die(_: Workplace, request: Document, report: Report) -> Document:
    os._exit(3)


def go_on(_: Workplace, request: Document, report: Report) -> Document:
    count = 0
    while report({"count": count}):
        count += 1
        time.sleep(0.01)
    return {"count": count}


def need_map(workplace: Workplace, request: Document, report: Report) -> Document:
    return {"name": workplace.city().name}


TASKS = {"echo": echo, "refuse": refuse, "fail": fail, "die": die, "go_on": go_on, "need_map": need_map}


def on(progress: Document) -> bool:
    return True


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    made = Workers(TASKS)
    yield made
    made.close()


def test_a_task_is_done_in_another_process_which_does_the_next_one_too(workers: Workers) -> None:
    seen: list[Document] = []

    def listen(progress: Document) -> bool:
        seen.append(progress)
        return True

    first = workers.submit("echo", {"say": "a"}, listen).result(30)
    second = workers.submit("echo", {"say": "b"}, on).result(30)
    assert (first["said"], second["said"]) == ("a", "b")
    assert first["pid"] == second["pid"] != os.getpid()
    assert seen == [{"part": 0.5}]


def test_faults_and_failures_come_back(workers: Workers) -> None:
    with pytest.raises(InputError) as caught:
        workers.submit("refuse", {}, on).result(30)
    assert [fault.where for fault in caught.value.faults] == ["orders.csv:3", "vans.csv:1"]
    with pytest.raises(RuntimeError, match="ValueError: a bug"):
        workers.submit("fail", {}, on).result(30)
    with pytest.raises(InputError, match="started without a map"):
        workers.submit("need_map", {}, on).result(30)


def test_a_task_ends_when_its_asker_says_so_and_the_next_one_is_not_ended(workers: Workers) -> None:
    counts: list[int] = []

    def until_three(progress: Document) -> bool:
        counts.append(progress["count"])
        return counts[-1] < 3

    ended = workers.submit("go_on", {}, until_three).result(30)
    assert ended["count"] >= 3
    again = workers.submit("go_on", {}, lambda p: p["count"] < 5).result(30)
    assert again["count"] >= 5


def test_a_process_that_dies_loses_its_task_and_nothing_else(workers: Workers) -> None:
    before = workers.submit("echo", {"say": ""}, on).result(30)["pid"]
    with pytest.raises(WorkerLost, match="code 3"):
        workers.submit("die", {}, on).result(30)
    after = workers.submit("echo", {"say": "still here"}, on).result(30)
    assert after["said"] == "still here"
    assert after["pid"] != before


def test_closing_ends_what_runs_and_what_waits() -> None:
    workers = Workers(TASKS)
    has_begun = threading.Event()

    def listen(progress: Document) -> bool:
        has_begun.set()
        return True

    running = workers.submit("go_on", {}, listen)
    waiting = workers.submit("echo", {"say": ""}, on)
    assert has_begun.wait(30)
    workers.close()
    with pytest.raises(WorkerLost):
        running.result(30)
    assert waiting.cancelled() or isinstance(waiting.exception(), WorkerLost)

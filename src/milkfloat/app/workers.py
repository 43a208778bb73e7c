"""
Processes that solve. The service hands them tasks and hears how far they are; one that dies takes nothing along.

A worker opens the map once and then waits for tasks. It ends by itself when the service does, however that came about.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeAlias

from milkfloat.app.maps import City, open_map
from milkfloat.errors import Fault, InputError, UnavailableError

Document: TypeAlias = dict[str, Any]
# Called by a task with how far it is; False ends it with what it has.
Report: TypeAlias = Callable[[Document], bool]
Task: TypeAlias = Callable[["Workplace", Document, Report], Document]

# A worker that does not end within this time after it was told to is ended.
_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class MapFile:
    """The map that workers open; as in `milkfloat.app.maps.open_map`."""

    path: Path
    cache: Path | None = None
    elevation: Path | None = None
    timezone: str | None = None

    def open(self) -> City:
        """The map, out of the cache where it was opened before."""
        return open_map(self.path, cache=self.cache, elevation=self.elevation, timezone=self.timezone)


@dataclass(slots=True)
class Workplace:
    """What tasks of one process share."""

    map_file: MapFile | None = None
    _city: City | None = field(default=None, repr=False)

    def city(self) -> City:
        """
        The map, opened on first use.

        Raises
        ------
        InputError
            When the service has none.
        """
        if self.map_file is None:
            raise InputError(Fault("map", "the service was started without a map"))
        if self._city is None:
            self._city = self.map_file.open()
        return self._city


class WorkerLost(UnavailableError):
    """The process that solved this ended before it was done."""


class Workers:
    """
    A number of processes and the tasks that wait for them.

    Parameters
    ----------
    tasks
        What they can do, by name; functions of modules, so that another process finds them.
    """

    def __init__(self, tasks: Mapping[str, Task], *, count: int = 1, map_file: MapFile | None = None) -> None:
        self._tasks = dict(tasks)
        self._map_file = map_file
        self._context = multiprocessing.get_context("spawn")
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="worker")
        # Each thread speaks with one process.
        self._own = threading.local()
        self._all: list[_Process] = []
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, name: str, request: Document, report: Report) -> Future[Document]:
        """
        Queue a task.

        Parameters
        ----------
        report
            Called from another thread, a few times a second; its answer False ends the task.

        Returns
        -------
        The result to come. It raises InputError when the request is faulty, WorkerLost when the process died.
        """
        assert name in self._tasks
        return self._threads.submit(self._run, name, request, report)

    def close(self) -> None:
        """End all processes; what runs is lost, what waits is not begun."""
        with self._lock:
            self._closed = True
            processes, self._all = self._all, []
        for process in processes:
            process.end()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _run(self, name: str, request: Document, report: Report) -> Document:
        process = self._process()
        try:
            return process.run(name, request, report)
        except WorkerLost:
            with self._lock:
                if process in self._all:
                    self._all.remove(process)
            process.end()
            self._own.process = None
            raise

    def _process(self) -> _Process:
        process: _Process | None = getattr(self._own, "process", None)
        if process is None:
            with self._lock:
                if self._closed:
                    raise WorkerLost("the service is ending")
                process = _Process(self._context, self._tasks, self._map_file)
                self._all.append(process)
            self._own.process = process
        return process


class _Process:
    """One process, seen from the service."""

    def __init__(
        self,
        context: multiprocessing.context.SpawnContext,
        tasks: Mapping[str, Task],
        map_file: MapFile | None,
    ) -> None:
        self._here, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, dict(tasks), map_file), daemon=True)
        self._process.start()
        there.close()

    def run(self, name: str, request: Document, report: Report) -> Document:
        told_to_end = False
        try:
            self._here.send((name, request))
            while True:
                kind, value = self._here.recv()
                if kind == "progress":
                    if not report(value) and not told_to_end:
                        told_to_end = True
                        self._here.send("end")
                elif kind == "done":
                    result: Document = value
                    return result
                elif kind == "faults":
                    raise InputError([Fault(where, message) for where, message in value])
                else:
                    raise RuntimeError(value)
        except (EOFError, OSError) as error:
            self._process.join(_PATIENCE_S)
            raise WorkerLost(f"the process ended with code {self._process.exitcode}") from error

    def end(self) -> None:
        self._process.terminate()
        self._process.join(_PATIENCE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._here.close()


def _serve(there: Connection, tasks: Mapping[str, Task], map_file: MapFile | None) -> None:
    """Do one task after the other, until the service is gone."""
    # An interrupt from the keyboard reaches every process of the terminal; the service decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    workplace = Workplace(map_file)
    with contextlib.suppress(EOFError, OSError):
        while True:
            message = there.recv()
            if message != "end":
                there.send(_done(workplace, tasks, message, there))


def _done(
    workplace: Workplace, tasks: Mapping[str, Task], message: tuple[str, Document], there: Connection
) -> tuple[str, Any]:
    def report(document: Document) -> bool:
        there.send(("progress", document))
        # The only word from the service while a task runs is that it shall end.
        return not there.poll()

    name, request = message
    try:
        return "done", tasks[name](workplace, request, report)
    except InputError as error:
        return "faults", [(fault.where, fault.message) for fault in error.faults]
    except (EOFError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - told to the service, whose log it belongs to
        return "error", f"{type(error).__name__}: {error}"

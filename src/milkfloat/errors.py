"""
Every error Milkfloat raises on purpose; each answers one question: who can act.

MilkfloatError
├── InputError            the caller: something given is wrong; carries *all* faults found
├── ConflictError         nobody alone: two facts disagree (a stop both done and moved)
├── UnavailableError      time: an outside thing does not answer now
└── InvariantViolation    us: something that must hold does not; always a bug
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One thing wrong with an input.

    Attributes
    ----------
    where
        Path of the faulty thing, such as ``orders.csv:17.window_start`` or ``vehicles[3].capacity``.
    message
        What is wrong, naming the value and the limit.
    """

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


class MilkfloatError(Exception):
    """Base of every error that Milkfloat raises on purpose."""


class InputError(MilkfloatError):
    """The input is wrong; ``faults`` names each fault with its place, value and limit."""

    def __init__(self, faults: Iterable[Fault] | Fault | str) -> None:
        if isinstance(faults, str):
            faults = Fault("input", faults)
        if isinstance(faults, Fault):
            faults = (faults,)
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class ConflictError(MilkfloatError):
    """Two facts disagree, and neither caller nor service may decide alone."""


class UnavailableError(MilkfloatError):
    """Something outside does not answer now; trying later may help."""


class InvariantViolation(MilkfloatError):
    """Something that must always hold does not: a bug in Milkfloat."""

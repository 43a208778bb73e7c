"""
Jams and closures on matrices: what becomes of travel times where a problem has no map behind it.

Legs are pairs of places. A slower leg takes its time divided by what is left of the speed; over a closed one a van
waits until it opens. Nobody who leaves later arrives earlier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite

import numpy as np

from milkfloat.errors import Fault, InputError
from milkfloat.routing.metric import CoordinateMetric, FloatArray, MatrixMetric, Metric

# Longer than any shift: a leg that never opens again.
_NEVER = 10 * 86_400.0


@dataclass(frozen=True, slots=True)
class Slowed:
    """
    Legs that are not as usual for a while.

    Attributes
    ----------
    factor
        What is left of the speed; 0 closes them.
    from_at, until_at
        On the problem's clock.
    legs
        Pairs of locations; None: all there are.
    """

    factor: float
    from_at: float = -inf
    until_at: float = inf
    legs: tuple[tuple[int, int], ...] | None = None


def slowed(metric: Metric, news: Sequence[Slowed], where: str) -> Metric:
    """
    The metric with the news in it.

    Raises
    ------
    InputError
        When the metric has no matrix to change and the news are more than a slowdown of everything.
    """
    for one in news:
        if isinstance(metric, MatrixMetric):
            metric = _matrix(metric, one)
        elif isinstance(metric, CoordinateMetric) and one.legs is None and one.factor > 0 and one.from_at == -inf:
            metric = replace(metric, speed=metric.speed * one.factor)
        else:
            raise InputError(Fault(where, "jams and closures need a problem with matrices of travel times"))
    return metric


def _matrix(metric: MatrixMetric, news: Slowed) -> MatrixMetric:
    time = metric.time if metric.time.ndim == 3 else metric.time[None]
    if metric.time.ndim == 2 and (isfinite(news.from_at) or isfinite(news.until_at)):
        metric = _sliced(metric, news)
        time = metric.time
    starts = metric.slice_start + np.arange(len(time)) * metric.slice_width
    # A slice is the instant of a departure: who leaves within the time is slowed for the whole leg.
    during = (starts >= news.from_at - metric.slice_width) & (starts < news.until_at)
    if len(time) == 1:
        during = np.ones(1, bool)
    on = np.ones(time.shape[1:], bool)
    if news.legs is not None:
        on[:] = False
        on[tuple(np.array(news.legs, np.int64).reshape(-1, 2).T)] = True
    np.fill_diagonal(on, val=False)
    changed = time.copy()
    for k in np.flatnonzero(during).tolist():
        usual = changed[k][on]
        if news.factor > 0:
            changed[k][on] = usual / news.factor
        else:
            wait = news.until_at - starts[k] if isfinite(news.until_at) else _NEVER
            changed[k][on] = usual + max(wait, 0.0)
    for k in range(1, len(changed)):
        np.maximum(changed[k], changed[k - 1] - metric.slice_width, out=changed[k])
    return replace(metric, time=changed if metric.time.ndim == 3 else changed[0])


def _sliced(metric: MatrixMetric, news: Slowed) -> MatrixMetric:
    """A metric for all times as one with slices around the time of the news."""
    width = 900.0
    first = news.from_at if isfinite(news.from_at) else news.until_at - width
    last = news.until_at if isfinite(news.until_at) else news.from_at + width
    count = int(np.ceil((last - first) / width)) + 3
    time: FloatArray = np.repeat(metric.time[None], count, axis=0)
    return replace(metric, time=time, slice_start=first - width, slice_width=width)

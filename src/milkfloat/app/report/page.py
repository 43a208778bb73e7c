"""The pages: a report with map, timeline, charge and sheets, and the sheets alone. No request leaves them."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from importlib.resources import files

from milkfloat.app.figures import duration_text, figures, stops_of
from milkfloat.app.maps import ATTRIBUTION
from milkfloat.app.plan import Planned
from milkfloat.app.report.charge import charge_charts
from milkfloat.app.report.look import clock, colour
from milkfloat.app.report.sheet import sheet
from milkfloat.app.report.street_map import street_map
from milkfloat.app.report.timeline import timeline
from milkfloat.units import M_PER_KM

# Faults and unserved orders listed; the plan's document has all of them.
_LISTED_MAX = 200
_KEYS = (
    *(("drive", "driving"), ("wait", "waiting"), ("job", "at a stop"), ("start", "loading"), ("charge", "charging")),
    ("break", "break"),
)


def report_html(planned: Planned) -> str:
    """The report: key figures, what is left out, the map, the timeline, the batteries, and a sheet per driver."""
    sheets = "".join(sheet(planned, k) for k in range(len(planned.plan.routes)))
    charts = "".join(charge_charts(planned))
    keys = "".join(f'<li><span class="key {kind}"></span>{text}</li>' for kind, text in _KEYS)
    body = [
        _head(planned),
        f'<dl class="figures">{_figures(planned)}</dl>',
        _left_out(planned),
        f'<section class="where"><div class="frame">{street_map(planned)}</div>{_legend(planned)}</section>',
        f'<section><h2>Day</h2><div class="wide">{timeline(planned)}</div><ul class="keys">{keys}</ul></section>',
        f'<section><h2>Charge</h2><div class="charts">{charts}</div></section>' if charts else "",
        f'<section class="sheets"><h2>Drivers</h2>{sheets}</section>',
        _foot(planned),
    ]
    return _page(f"{planned.built.problem.name}: plan", "".join(body), script=True)


def sheets_html(planned: Planned) -> str:
    """The drivers' sheets alone, a page each on paper."""
    sheets = "".join(sheet(planned, k) for k in range(len(planned.plan.routes)))
    body = f'{_head(planned)}<section class="sheets alone">{sheets}</section>{_foot(planned)}'
    return _page(f"{planned.built.problem.name}: sheets", body, script=False)


def _head(planned: Planned) -> str:
    conditions = planned.built.conditions
    day = conditions.day
    facts = f"{day:%A} {day.day} {day:%B %Y}, {conditions.timezone}, {conditions.temperature_c:g} °C"
    return f"<header><h1>{escape(planned.built.city.name)}</h1><p>{escape(facts)}</p></header>"


def _figures(planned: Planned) -> str:
    rows = dict(figures(planned.built.problem, planned.plan))
    # How long was searched is no figure of the day.
    del rows["search"]
    return "".join(f"<div><dt>{escape(name)}</dt>{_value(value)}</div>" for name, value in rows.items())


def _value(text: str) -> str:
    """A figure, and in small what stands behind a comma or in brackets."""
    head, detail = re.fullmatch(r"(.*?)(?:(?:, | \()(.*?)\)?)?", text).groups()  # type: ignore[union-attr]
    small = f"<small>{escape(detail)}</small>" if detail else ""
    return f"<dd>{escape(head)}{small}</dd>"


def _legend(planned: Planned) -> str:
    """The vans in use, each with a switch for its line on the map."""
    rows = []
    for k, route in enumerate(planned.plan.routes):
        van = planned.built.problem.vehicles[route.vehicle].id
        span = f"{clock(planned, route.steps[0].departure)} to {clock(planned, route.steps[-1].arrival)}"
        facts = f"{stops_of(route)} stops, {route.distance / M_PER_KM:.1f} km, {span}, {duration_text(route.duration)}"
        rows.append(
            f'<li style="--van:{colour(k)}"><label><input type="checkbox" checked data-route="route-{k}">'
            f'<span class="dot"></span><b>{escape(van)}</b> <small>{escape(facts)}</small></label></li>'
        )
    return f'<ul class="legend">{"".join(rows)}</ul>'


def _left_out(planned: Planned) -> str:
    """Orders without a stop and rows with faults, with their reasons."""
    problem = planned.built.problem
    parts = []
    if planned.plan.unserved:
        rows = []
        for unserved in planned.plan.unserved[:_LISTED_MAX]:
            reasons = "; ".join(reason.text for reason in unserved.reasons) or "no reason found"
            rows.append(f"<li><b>{escape(problem.orders[unserved.order].id)}</b> {escape(reasons)}</li>")
        count = len(planned.plan.unserved)
        parts.append(_list(f"{count} {'order is' if count == 1 else 'orders are'} not served", rows, count))
    if planned.faults:
        rows = [f"<li><b>{escape(f.where)}</b> {escape(f.message)}</li>" for f in planned.faults[:_LISTED_MAX]]
        count = len(planned.faults)
        parts.append(_list(f"{count} {'fault' if count == 1 else 'faults'} in the files, not planned", rows, count))
    if planned.notes:
        rows = [f"<li>{escape(note)}</li>" for note in planned.notes[:_LISTED_MAX]]
        parts.append(_list("Notes", rows, len(planned.notes), kind="notes"))
    return "".join(parts)


def _list(title: str, rows: list[str], count: int, *, kind: str = "left-out") -> str:
    more = f"<li>and {count - len(rows)} more, in the plan's file</li>" if count > len(rows) else ""
    is_open = " open" if kind == "left-out" and count <= 8 else ""
    return (
        f'<details class="{kind}"{is_open}><summary>{escape(title)}</summary><ul>{"".join(rows)}{more}</ul></details>'
    )


def _foot(planned: Planned) -> str:
    search = dict(figures(planned.built.problem, planned.plan))["search"]
    return f"<footer>Planned by Milkfloat: {escape(search)}. Streets: {escape(ATTRIBUTION)}, ODbL.</footer>"


def _page(title: str, body: str, *, script: bool) -> str:
    code = f"<script>{_resource('script.js')}</script>" if script else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # No image, font, style or script may be asked for, whatever a cell of a table holds.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{_resource('style.css')}</style></head><body>{body}{code}</body></html>\n"
    )


@cache
def _resource(name: str) -> str:
    return files("milkfloat.app.report").joinpath(name).read_text(encoding="utf-8")

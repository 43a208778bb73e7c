"""Every moved stop has exactly one reason: the nearest cause."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milkfloat.dispatch.diff import Move, apply, diff, inverse, moves
from milkfloat.dispatch.events import Event
from milkfloat.dispatch.reasons import Circumstances, Setback, explain
from milkfloat.dispatch.rounds import Rounds, RoundVisit

STOPS = {name: RoundVisit("stop", name) for name in "abcdef"}
BEFORE = Rounds({"v1": (STOPS["a"], STOPS["b"], RoundVisit("charge", "s1")), "v2": (STOPS["c"],)})
CLOSURE = Event("closure", "Mannerheimintie is closed until 11:30")
JAM = Event("jam", "slow traffic on Hämeentie")
TO_VAN = Move("a", 0, "to_van", "v1", 0, "v2", 1)


def reason(move: Move, *events: Event, **known: object) -> tuple[str, str]:
    """Code and text of the only reason of a move."""
    circumstances = Circumstances(BEFORE, BEFORE, events, **known)  # type: ignore[arg-type]
    (told,) = explain([move], circumstances)
    return told.reason.code, told.reason.text


def test_what_happened_to_the_order_itself_comes_first() -> None:
    lock = Event("lock", "order a is locked to van v2", orders=frozenset({"a"}))
    assert reason(TO_VAN, CLOSURE, lock, setbacks={"v1": Setback(inf, "time_window")}) == ("lock", lock.text)
    cancelled = Event("cancelled", "order a was cancelled", orders=frozenset({"a"}))
    assert reason(Move("a", 0, "dropped", "v1", 0), lock, cancelled)[0] == "cancelled"


def test_a_charger_that_failed_moves_stops_of_vans_that_were_to_charge_there() -> None:
    failed = Event("charger_failed", "charger s1 is out of order", stations=frozenset({"s1"}))
    assert reason(TO_VAN, failed, JAM) == (
        "charger_failed",
        "charger s1 is out of order: van v1 was to charge there",
    )
    elsewhere = Move("c", 0, "reordered", "v2", 0, "v2", 1)
    assert reason(elsewhere, failed)[0] == "better_round"


def test_a_slower_round_moves_by_traffic_and_tells_the_loss() -> None:
    assert reason(TO_VAN, JAM, setbacks={"v1": Setback(190.0)}) == ("jam", f"{JAM.text}: van v1 would lose 3 min")
    assert reason(TO_VAN, JAM, setbacks={"v1": Setback(12.0)})[1] == f"{JAM.text}: van v1 would lose 12 s"
    # A closure leaves no choice, a jam does.
    assert reason(TO_VAN, JAM, CLOSURE, setbacks={"v1": Setback(inf, "time_window")}) == (
        "closure",
        f"{CLOSURE.text}: van v1 cannot drive its round",
    )


def test_traffic_elsewhere_is_no_reason() -> None:
    assert reason(TO_VAN, JAM, setbacks={"v1": Setback(2.0)})[0] == "better_round"
    assert reason(Move("d", 0, "added", to_van="v1", to_position=0), JAM, setbacks={"v1": Setback(99.0)})[0] == (
        "better_round"
    )


def test_a_late_van_a_short_battery_and_a_lost_window() -> None:
    late = Event("van_late", "van v2 is 6 min late", vans=frozenset({"v2"}))
    assert reason(TO_VAN, late) == ("van_late", late.text)
    assert reason(TO_VAN, setbacks={"v1": Setback(inf, "battery")})[0] == "battery"
    assert reason(TO_VAN, setbacks={"v1": Setback(inf, "time_window")})[0] == "would_be_late"


def test_stops_make_room_for_an_order_that_came_in() -> None:
    new = Event("new_order", "order d came in at 10:05", orders=frozenset({"d"}))
    added = Move("d", 0, "added", to_van="v2", to_position=0)
    told = explain([added, TO_VAN], Circumstances(BEFORE, BEFORE, [new]))
    assert [t.reason.code for t in told] == ["new_order", "new_order"]
    assert told[0].reason.text == new.text
    assert told[1].reason.text == "makes room in the round of van v2 for order d: order d came in at 10:05"


def test_an_order_that_is_dropped_says_why_it_cannot_be_served() -> None:
    dropped = Move("a", 0, "dropped", "v1", 0)
    assert reason(dropped, unserved_texts={"a": "no van is back before 12:00"}) == (
        "unserved",
        "no van is back before 12:00",
    )


@pytest.mark.parametrize(
    ("move", "text"),
    [
        (TO_VAN, "fits better into the round of van v2 than of van v1"),
        (Move("a", 0, "reordered", "v1", 0, "v1", 1), "a better order of stops for van v1"),
        (Move("d", 0, "added", to_van="v1", to_position=0), "van v1 now has time for it"),
        (Move("a", 0, "dropped", "v1", 0), "van v1 no longer has time for it"),
    ],
)
def test_where_nothing_happened_a_better_round_was_found(move: Move, text: str) -> None:
    assert reason(move) == ("better_round", text)


_rounds = st.permutations(sorted(STOPS)).flatmap(
    lambda ids: st.lists(st.sampled_from(("v1", "v2", "unserved")), min_size=6, max_size=6).map(
        lambda places: Rounds(
            {van: tuple(STOPS[i] for i, p in zip(ids, places, strict=True) if p == van) for van in ("v1", "v2")},
            frozenset(i for i, p in zip(ids, places, strict=True) if p == "unserved"),
        )
    )
)
_events = st.lists(
    st.builds(
        Event,
        st.sampled_from(("new_order", "lock", "closure", "jam", "charger_failed", "van_late", "routine")),
        st.just("it happened"),
        st.frozensets(st.sampled_from(sorted(STOPS)), max_size=2),
        st.frozensets(st.sampled_from(("v1", "v2")), max_size=1),
        st.frozensets(st.just("s1"), max_size=1),
    ),
    max_size=3,
)
_setbacks = st.dictionaries(
    st.sampled_from(("v1", "v2")),
    st.sampled_from((Setback(1.0), Setback(60.0), Setback(inf, "battery"), Setback(inf, "time_window"))),
)


@given(_rounds, _rounds, _events, _setbacks)
def test_every_moved_stop_has_exactly_one_reason_and_the_patch_leads_back(
    before: Rounds, after: Rounds, events: list[Event], setbacks: dict[str, Setback]
) -> None:
    change = diff(before, after)
    told = explain(moves(change), Circumstances(before, after, events, setbacks))
    assert [t.move for t in told] == list(moves(change))
    assert len({(t.move.order_id, t.move.stop) for t in told}) == len(told)
    assert all(t.reason.text for t in told)
    assert apply(inverse(change), apply(change, before)) == before

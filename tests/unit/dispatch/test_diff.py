"""A diff is a patch: it leads from one set of rounds to the other, back again, and moves no more than it must."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milkfloat.dispatch.diff import Diff, Move, apply, common_positions, diff, inverse, moves
from milkfloat.dispatch.rounds import Rounds, RoundVisit
from milkfloat.errors import ConflictError

ORDERS = tuple("abcdefgh")


@st.composite
def rounds(draw: st.DrawFn) -> Rounds:
    """Each order at most once, in one of three rounds or unserved; charges and reloads anywhere, repeated at will."""
    order_ids = draw(st.permutations(ORDERS))
    by_van: dict[str, list[RoundVisit]] = {"v1": [], "v2": [], "v3": []}
    unserved = set()
    for order_id in order_ids:
        place = draw(st.sampled_from(("v1", "v2", "v3", "unserved", "nowhere")))
        if place == "unserved":
            unserved.add(order_id)
        elif place != "nowhere":
            by_van[place].append(RoundVisit("stop", order_id))
    for visits in by_van.values():
        for extra in draw(
            st.lists(st.sampled_from((RoundVisit("charge", "c"), RoundVisit("reload", "hub"))), max_size=3)
        ):
            visits.insert(draw(st.integers(0, len(visits))), extra)
    return Rounds({van: tuple(visits) for van, visits in by_van.items()}, frozenset(unserved))


@given(rounds(), rounds())
def test_applied_to_the_old_rounds_it_gives_the_new(before: Rounds, after: Rounds) -> None:
    assert apply(diff(before, after), before) == after


@given(rounds(), rounds())
def test_the_inverse_gives_the_old_rounds_back(before: Rounds, after: Rounds) -> None:
    change = diff(before, after)
    assert apply(inverse(change), after) == before
    assert inverse(inverse(change)) == change


@given(rounds())
def test_nothing_changes_between_equal_rounds(same: Rounds) -> None:
    assert diff(same, same) == Diff()
    assert diff(same, same).is_empty


@given(rounds(), rounds())
def test_every_stop_that_changed_its_place_is_one_move(before: Rounds, after: Rounds) -> None:
    told = moves(diff(before, after))
    assert len({(m.order_id, m.stop) for m in told}) == len(told)
    old_van, new_van = before.van_of(), after.van_of()
    by_order = {m.order_id: m for m in told}
    for order_id in ORDERS:
        old, new = old_van.get(order_id), new_van.get(order_id)
        move = by_order.get(order_id)
        if old != new:
            assert move is not None
            assert (move.from_van, move.to_van) == (old, new)
            assert move.kind == ("added" if old is None else "dropped" if new is None else "to_van")
        elif move is not None:
            assert move.kind == "reordered"


@given(st.lists(st.sampled_from("abc"), max_size=6), st.lists(st.sampled_from("abc"), max_size=6))
def test_no_longer_common_sequence_exists(old: list[str], new: list[str]) -> None:
    a, b = ([RoundVisit("stop", x) for x in seq] for seq in (old, new))
    kept_old, kept_new = common_positions(a, b)
    assert [a[k] for k in sorted(kept_old)] == [b[k] for k in sorted(kept_new)]
    longest = max(
        size for size in range(len(a) + 1) if any(c in set(combinations(b, size)) for c in combinations(a, size))
    )
    assert len(kept_old) == longest


def test_a_stop_that_changes_vans_and_one_that_changes_places() -> None:
    before = Rounds({"v1": tuple(RoundVisit("stop", x) for x in "abc"), "v2": (RoundVisit("stop", "d"),)})
    after = Rounds({"v1": tuple(RoundVisit("stop", x) for x in "bac"), "v2": ()}, frozenset({"d"}))
    told = moves(diff(before, after))
    assert told == (Move("a", 0, "reordered", "v1", 0, "v1", 1), Move("d", 0, "dropped", "v2", 0))


def test_a_change_made_for_other_rounds_is_refused() -> None:
    before = Rounds({"v1": (RoundVisit("stop", "a"), RoundVisit("stop", "b"))})
    after = Rounds({"v1": (RoundVisit("stop", "b"),)}, frozenset({"a"}))
    change = diff(before, after)
    with pytest.raises(ConflictError, match="visit 1 is b, the change expects a"):
        apply(change, after)
    with pytest.raises(ConflictError, match="no longer unserved"):
        apply(inverse(change), Rounds({"v1": (RoundVisit("stop", "b"),)}))

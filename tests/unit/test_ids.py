"""Ids that sort by time, and tokens that nobody guesses."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from uuid import RFC_4122, UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milkfloat.errors import InputError
from milkfloat.ids import TOKEN_LENGTH, created_at, new_id, new_token

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_an_id_matches_the_example_of_the_standard() -> None:
    # RFC 9562, appendix A.6: 2022-02-22 14:22:22 at -05:00, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F.
    at = datetime(2022, 2, 22, 14, 22, 22, tzinfo=timezone(timedelta(hours=-5)))
    random = (0xCC3 << 68 | 0x18C4DC0C0C07398F).to_bytes(10)
    assert new_id(at=at, random=random) == UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")


def test_an_id_made_later_sorts_later_whatever_the_random_bytes() -> None:
    early = new_id(at=NOON, random=b"\xff" * 10)
    late = new_id(at=NOON + timedelta(milliseconds=1), random=b"\x00" * 10)
    assert early < late
    assert str(early) < str(late)


@given(
    # Hypothesis takes bounds without a zone, and puts on the zone itself.
    st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.binary(min_size=10, max_size=10),
)
def test_an_id_keeps_its_instant_version_and_variant(at: datetime, random: bytes) -> None:
    """Any instant and any bytes give a valid id from which the millisecond can be read back."""
    identifier = new_id(at=at, random=random)
    assert identifier.version == 7
    assert identifier.variant == RFC_4122
    assert timedelta(0) <= at - created_at(identifier) < timedelta(milliseconds=1)


def test_same_bytes_and_instant_give_the_same_id() -> None:
    assert new_id(at=NOON, random=bytes(range(10))) == new_id(at=NOON, random=bytes(range(10)))


@pytest.mark.parametrize(
    ("at", "random"),
    [(NOON.replace(tzinfo=None), bytes(10)), (datetime(1969, 12, 31, tzinfo=UTC), bytes(10)), (NOON, bytes(9))],
)
def test_an_id_without_zone_or_with_too_few_bytes_is_refused(at: datetime, random: bytes) -> None:
    with pytest.raises(InputError):
        new_id(at=at, random=random)


def test_a_random_id_of_another_version_has_no_instant() -> None:
    with pytest.raises(InputError, match="version"):
        created_at(uuid4())


@given(st.sets(st.binary(min_size=16, max_size=16), min_size=2, max_size=4))
def test_tokens_are_safe_in_addresses_and_lose_no_bit(randoms: set[bytes]) -> None:
    """Different bytes give different tokens, each of 22 harmless characters."""
    tokens = {new_token(random) for random in randoms}
    assert len(tokens) == len(randoms)
    assert all(re.fullmatch(rf"[A-Za-z0-9_-]{{{TOKEN_LENGTH}}}", token) for token in tokens)


def test_a_token_of_fewer_than_128_bits_is_refused() -> None:
    with pytest.raises(InputError, match="15 random bytes"):
        new_token(bytes(15))

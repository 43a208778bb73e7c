"""
Identifiers and tokens, as plain functions of the bytes and the instant they are given.

Nothing here asks the system for randomness or time: the caller passes both, so a day that is replayed gives the same
ids. Production passes ``os.urandom``; a simulation passes its seeded generator.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID

from milkfloat.errors import InputError

ID_RANDOM_BYTES = 10
TOKEN_RANDOM_BYTES = 16  # 128 bits: nobody guesses one, not even with a million tries a second for an age.
TOKEN_LENGTH = 22  # 16 bytes in base 64 without padding: ceil(16 * 4 / 3).

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_TIMESTAMP_BITS = 48
_VERSION = 7
_VARIANT = 0b10


def new_id(*, at: datetime, random: bytes) -> UUID:
    """
    UUID of version 7 (RFC 9562, section 5.7): ids made later sort later, to the millisecond.

    Parameters
    ----------
    at
        Aware instant of creation, from 1970 to the year 10889.
    random
        Ten bytes; 74 of their 80 bits end up in the id.

    Raises
    ------
    InputError
        When ``at`` has no zone or lies before 1970, or ``random`` has another length.
    """
    _require_length(random, ID_RANDOM_BYTES)
    if at.tzinfo is None:
        raise InputError(f"instant {at.isoformat()} of an id needs a time zone")
    timestamp_ms = (at - _EPOCH) // _MILLISECOND
    if not 0 <= timestamp_ms < 1 << _TIMESTAMP_BITS:
        raise InputError(f"instant {at.isoformat()} of an id must not be before 1970")
    # Layout, most significant first: 48 bits of time, 4 of version, 12 random, 2 of variant, 62 random.
    bits = int.from_bytes(random)
    rand_a = bits >> 68
    rand_b = bits & ((1 << 62) - 1)
    return UUID(int=timestamp_ms << 80 | _VERSION << 76 | rand_a << 64 | _VARIANT << 62 | rand_b)


def created_at(identifier: UUID) -> datetime:
    """Aware UTC instant, to the millisecond, at which ``new_id`` made ``identifier``."""
    if identifier.version != _VERSION:
        raise InputError(f"id {identifier} is not of version {_VERSION} and carries no instant")
    return _EPOCH + (identifier.int >> 80) * _MILLISECOND


def new_token(random: bytes) -> str:
    """
    Bearer token of 22 characters, safe in addresses (A-Z a-z 0-9 - _), holding all 128 given bits.

    Raises
    ------
    InputError
        When ``random`` is not 16 bytes long.
    """
    _require_length(random, TOKEN_RANDOM_BYTES)
    return urlsafe_b64encode(random).rstrip(b"=").decode("ascii")


def _require_length(random: bytes, byte_count: int) -> None:
    if len(random) != byte_count:
        raise InputError(f"{len(random)} random bytes were given where {byte_count} are needed")

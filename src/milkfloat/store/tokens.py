"""
Tokens of drivers: one per van and day, revocable.

Only a digest is kept, so that who reads the database cannot open a driver's page. A token holds 128 random bits; such
a one needs no salt and no slow hash, for nobody can try them out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from milkfloat.store.database import Database
from milkfloat.store.schema import driver_tokens


@dataclass(frozen=True, slots=True)
class DriverToken:
    """Whose page a token opens; ``digest`` names the token without giving it away."""

    digest: str
    day_id: str
    van_id: str
    driver: str
    created_at: datetime
    revoked_at: datetime | None


def digest_of(token: str) -> str:
    """SHA-256 of a token, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def add(db: Database, token: str, *, day_id: str, van_id: str, driver: str, at: datetime) -> DriverToken:
    """Keep the digest of a new token."""
    issued = DriverToken(digest_of(token), day_id, van_id, driver, at, None)
    with db.write() as connection:
        connection.execute(
            sa.insert(driver_tokens).values(
                tenant=db.tenant,
                digest=issued.digest,
                day_id=day_id,
                van_id=van_id,
                driver=driver,
                created_at=at,
            )
        )
    return issued


def find(db: Database, token: str) -> DriverToken | None:
    """What a token opens; None where it is unknown or revoked."""
    with db.read() as connection:
        row = connection.execute(
            _columns().where(
                driver_tokens.c.tenant == db.tenant,
                driver_tokens.c.digest == digest_of(token),
                driver_tokens.c.revoked_at.is_(None),
            )
        ).first()
    return None if row is None else DriverToken(*row)


def of_day(db: Database, day_id: str) -> tuple[DriverToken, ...]:
    """All tokens of a day, revoked ones too, in the order they were issued."""
    with db.read() as connection:
        rows = connection.execute(
            _columns()
            .where(driver_tokens.c.tenant == db.tenant, driver_tokens.c.day_id == day_id)
            .order_by(driver_tokens.c.created_at, driver_tokens.c.digest)
        ).all()
    return tuple(DriverToken(*row) for row in rows)


def revoke(db: Database, digest: str, *, at: datetime) -> bool:
    """End a token; False when it is unknown or was ended before."""
    with db.write() as connection:
        changed = connection.execute(
            sa.update(driver_tokens)
            .where(
                driver_tokens.c.tenant == db.tenant,
                driver_tokens.c.digest == digest,
                driver_tokens.c.revoked_at.is_(None),
            )
            .values(revoked_at=at)
        )
        return changed.rowcount == 1


def _columns() -> sa.Select[Any]:
    names = ("digest", "day_id", "van_id", "driver", "created_at", "revoked_at")
    return sa.select(*(driver_tokens.c[name] for name in names))

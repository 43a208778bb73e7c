"""Jobs, plans, days and tokens: each query does what its sentence says, on every database."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from milkfloat.errors import ConflictError
from milkfloat.store import days, jobs, plans, tokens
from milkfloat.store.database import Database

AT = datetime(2026, 1, 15, 8, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


# Jobs.


def test_a_job_goes_from_queued_over_running_to_its_end(db: Database) -> None:
    job = jobs.add(db, "j1", kind="plan", request={"x": 1}, at=AT)
    assert jobs.get(db, "j1") == job
    assert (job.state, job.attempt, job.has_ended) == ("queued", 0, False)
    assert jobs.start(db, "j1", at=later(1))
    assert not jobs.start(db, "j1", at=later(2))
    assert jobs.finish(db, "j1", "done", at=later(3), result={"y": 2})
    found = jobs.get(db, "j1")
    assert found is not None
    assert (found.state, found.result, found.attempt, found.has_ended) == ("done", {"y": 2}, 1, True)
    assert (found.started_at, found.finished_at) == (later(1), later(3))
    assert not jobs.finish(db, "j1", "cancelled", at=later(4))
    assert jobs.get(db, "nobody") is None


def test_waiting_jobs_are_taken_in_order_and_running_ones_wait_again_after_a_restart(db: Database) -> None:
    for k in (2, 1, 3):
        jobs.add(db, f"j{k}", kind="plan", request={}, at=later(k))
    assert jobs.queued(db) == ("j1", "j2", "j3")
    jobs.start(db, "j1", at=later(10))
    jobs.start(db, "j2", at=later(10))
    jobs.finish(db, "j2", "failed", at=later(11), error={"title": "no"})
    assert jobs.queued(db) == ("j3",)
    assert jobs.requeue(db) == ("j1",)
    assert jobs.queued(db) == ("j1", "j3")
    assert jobs.start(db, "j1", at=later(20))
    found = jobs.get(db, "j1")
    assert found is not None
    assert found.attempt == 2


def test_the_same_key_asks_for_the_same_job(db: Database) -> None:
    first = jobs.add(db, "j1", kind="plan", request={"a": [1]}, at=AT, idempotency_key="k")
    again = jobs.add(db, "j2", kind="plan", request={"a": [1]}, at=later(5), idempotency_key="k")
    assert again == first
    assert jobs.queued(db) == ("j1",)
    with pytest.raises(ConflictError, match="another request"):
        jobs.add(db, "j3", kind="plan", request={"a": [2]}, at=AT, idempotency_key="k")
    # Without a key equal requests are two jobs.
    jobs.add(db, "j4", kind="plan", request={"a": [1]}, at=AT)
    jobs.add(db, "j5", kind="plan", request={"a": [1]}, at=AT)


def test_events_of_a_job_are_numbered_and_read_from_any_point(db: Database) -> None:
    jobs.add(db, "j1", kind="plan", request={}, at=AT)
    for k in range(4):
        event = jobs.add_event(db, "j1", "progress", {"part": k / 4}, at=later(k))
        assert event.number == k + 1
    assert [e.number for e in jobs.events_since(db, "j1", 0)] == [1, 2, 3, 4]
    assert [e.document["part"] for e in jobs.events_since(db, "j1", 2)] == [0.5, 0.75]
    assert jobs.events_since(db, "j1", 99) == ()
    assert jobs.events_since(db, "other", 0) == ()


def test_recent_jobs_come_newest_first_without_their_documents(db: Database) -> None:
    for k in range(5):
        jobs.add(db, f"j{k}", kind="plan" if k != 2 else "other", request={"big": 1}, at=later(k))
    found = jobs.recent(db, kind="plan", limit=3)
    assert [job.id for job in found] == ["j4", "j3", "j1"]
    assert {job.request for job in found} == {None}


# Plans.


def test_plans_are_found_by_id_and_by_job(db: Database) -> None:
    stored = plans.StoredPlan("p1", "j1", {"orders": []}, {"routes": [1.5]}, {"type": "FeatureCollection"}, AT)
    plans.add(db, stored)
    assert plans.get(db, "p1") == stored
    assert plans.of_job(db, "j1") == stored
    assert plans.get(db, "p2") is None
    assert plans.of_job(db, "j2") is None
    with pytest.raises(sa.exc.IntegrityError):
        plans.add(db, stored)


# Days.


def happened(kind: str, seconds: float) -> days.NewEvent:
    return days.NewEvent(kind, {"s": seconds}, later(seconds))


def test_events_of_a_day_are_appended_in_order_and_read_from_any_point(db: Database) -> None:
    days.add(db, "d1", name="Thursday", at=AT)
    assert days.last_number(db, "d1") == 0
    first = days.append(db, "d1", [happened("order", 1), happened("jam", 2)], after=0, at=later(3))
    assert [event.number for event in first] == [1, 2]
    (third,) = days.append(db, "d1", [happened("order", 4)], at=later(5))
    assert days.events_since(db, "d1", 0) == (*first, third)
    assert days.events_since(db, "d1", 2) == (third,)
    assert [event.number for event in days.events_since(db, "d1", 0, limit=2)] == [1, 2]
    assert third.effective_at == later(4)
    assert third.recorded_at == later(5)
    assert days.append(db, "d1", [], at=AT) == ()


def test_two_writers_of_one_day_are_noticed(db: Database) -> None:
    days.add(db, "d1", name="Thursday", at=AT)
    days.append(db, "d1", [happened("order", 1)], after=0, at=AT)
    with pytest.raises(ConflictError, match="at event 1, not at 0"):
        days.append(db, "d1", [happened("order", 2)], after=0, at=AT)
    assert days.last_number(db, "d1") == 1


def test_appending_from_many_threads_leaves_no_gap(db: Database) -> None:
    days.add(db, "d1", name="Thursday", at=AT)
    failures: list[BaseException] = []

    def write(name: str) -> None:
        try:
            for k in range(10):
                jobs_like = [days.NewEvent(name, k, later(k))]
                days.append(db, "d1", jobs_like, at=AT)
        except sa.exc.IntegrityError as error:
            # Two writers of PostgreSQL took the same number: one is refused, nothing is lost or doubled.
            failures.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = [event.number for event in days.events_since(db, "d1", 0)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert failures or len(numbers) == 20


@pytest.mark.parametrize("change", ["UPDATE day_events SET kind = 'x'", "DELETE FROM day_events"])
def test_what_happened_cannot_be_changed(db: Database, change: str) -> None:
    days.add(db, "d1", name="Thursday", at=AT)
    days.append(db, "d1", [happened("order", 1)], at=AT)
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), db.write() as connection:
        connection.execute(sa.text(f"{change} WHERE tenant = :tenant"), {"tenant": db.tenant})
    assert days.last_number(db, "d1") == 1


def test_an_event_of_a_day_that_is_not_is_refused(db: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        days.append(db, "nowhere", [happened("order", 1)], at=AT)


def test_a_day_is_resumed_from_its_latest_snapshot(db: Database) -> None:
    days.add(db, "d1", name="Thursday", at=AT)
    assert days.latest_snapshot(db, "d1") is None
    for number in (3, 7, 12):
        days.save_snapshot(db, "d1", number, {"after": number}, at=later(number))
    latest = days.latest_snapshot(db, "d1")
    assert latest == days.Snapshot(12, {"after": 12}, later(12))
    # Saved again for the same event: the newer one counts.
    days.save_snapshot(db, "d1", 12, {"after": "again"}, at=later(13))
    latest = days.latest_snapshot(db, "d1")
    assert latest is not None
    assert latest.document == {"after": "again"}
    with db.read() as connection:
        kept = connection.execute(
            sa.text("SELECT number FROM day_snapshots WHERE tenant = :tenant ORDER BY number"), {"tenant": db.tenant}
        )
        assert kept.scalars().all() == [7, 12]


def test_the_open_day_begun_last_is_the_one_to_resume(db: Database) -> None:
    assert days.latest_open(db) is None
    for k in range(3):
        days.add(db, f"d{k}", name=f"day {k}", at=later(k))
    assert days.close(db, "d2", at=later(10))
    assert not days.close(db, "d2", at=later(11))
    found = days.latest_open(db)
    assert found is not None
    assert found.id == "d1"
    closed = days.get(db, "d2")
    assert closed is not None
    assert closed.closed_at == later(10)


# Tokens of drivers.


def test_a_token_opens_its_van_until_it_is_revoked(db: Database) -> None:
    days.add(db, "d1", name="Thursday", at=AT)
    issued = tokens.add(db, "secret-token", day_id="d1", van_id="van-1", driver="Aino", at=AT)
    assert tokens.find(db, "secret-token") == issued
    assert tokens.find(db, "secret-toke") is None
    assert tokens.find(db, issued.digest) is None
    assert tokens.revoke(db, issued.digest, at=later(1))
    assert not tokens.revoke(db, issued.digest, at=later(2))
    assert tokens.find(db, "secret-token") is None
    (kept,) = tokens.of_day(db, "d1")
    assert kept.revoked_at == later(1)


def test_the_database_does_not_know_the_token(db: Database) -> None:
    days.add(db, "d1", name="Thursday", at=AT)
    tokens.add(db, "secret-token", day_id="d1", van_id="van-1", driver="Aino", at=AT)
    with db.read() as connection:
        rows = connection.execute(sa.text("SELECT * FROM driver_tokens WHERE tenant = :t"), {"t": db.tenant}).all()
    assert "secret-token" not in str(rows)

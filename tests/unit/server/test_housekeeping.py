"""What a round of housekeeping takes away, and what it leaves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.platform.auth import Logins, RevokedError, Tokens, UnknownCredentialError
from tallystick.platform.jobs import Jobs
from tallystick.platform.wiring import Platform, PlatformSettings, open_platform
from tallystick.server.housekeeping import KIND, Chore, Housekeeping, chores
from tallystick.server.settings import HousekeepingSettings

LONG_AGO = 1_000


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    opened = open_platform(PlatformSettings(), tmp_path, [])
    yield opened
    opened.close()


def keep_house(platform: Platform, **more: Chore) -> None:
    """Do the round that is due now."""
    rounds = {**chores(platform, HousekeepingSettings()), **more}
    platform.jobs.submit(KIND, key="now")
    Housekeeping(platform, rounds, every_s=3600).look()


def test_tokens_that_were_over_long_ago_are_forgotten(platform: Platform) -> None:
    old = Tokens(platform.store, clock=lambda: LONG_AGO)
    old.issue("expired", ["a:b"], lifetime_ms=1)
    old.revoke(old.issue("revoked", ["a:b"]).id)
    old.issue("lasting", ["a:b"])
    tokens = Tokens(platform.store)
    tokens.revoke(tokens.issue("revoked today", ["a:b"]).id)
    keep_house(platform)
    assert {record.name for record in tokens.list()} == {"lasting", "revoked today"}


def test_links_are_forgotten_and_a_used_one_stays_used(platform: Platform) -> None:
    expired = Logins(platform.store, clock=lambda: LONG_AGO).issue("ann", ["*"])
    logins = Logins(platform.store)
    used = logins.issue("ann", ["*"])
    logins.open(used.reveal())
    keep_house(platform)
    with pytest.raises(UnknownCredentialError):
        logins.open(expired.reveal())
    with pytest.raises(RevokedError):
        logins.open(used.reveal())


def test_ended_jobs_go_and_others_stay(platform: Platform) -> None:
    old = Jobs(platform.store, clock=lambda: LONG_AGO)
    old.cancel(old.submit("x"))
    kept = {old.submit("x"), platform.jobs.cancel(platform.jobs.submit("x")).id}
    keep_house(platform)
    assert {job.id for job in platform.jobs.list(kind="x")} == kept


def test_one_round_is_announced_however_many_look(platform: Platform) -> None:
    house = Housekeeping(platform, {}, every_s=86_400)
    house.look()
    house.look()
    assert len(platform.jobs.list(kind=KIND)) == 1


def test_a_failing_chore_keeps_no_other_undone_and_is_told(platform: Platform) -> None:
    done: list[str] = []

    def fail() -> None:
        raise OSError("disk full")

    keep_house(platform, broken=fail, later=lambda: done.append("later"))
    assert done == ["later"]
    job = next(job for job in platform.jobs.list(kind=KIND) if job.key == "now")
    assert job.error == "broken: OSError: disk full"

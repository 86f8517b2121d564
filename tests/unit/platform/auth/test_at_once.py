"""What can be done once is done once, however many try at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tallystick.platform.auth import Audit, Logins, RevokedError, Tokens
from tallystick.platform.store import Store

MANY = 6
ROUNDS = 5


def at_once(attempt: Callable[[], bool]) -> list[bool]:
    """Call `attempt` in many threads at the same moment."""
    start = Barrier(MANY)

    def one(_: int) -> bool:
        start.wait()
        return attempt()

    with ThreadPoolExecutor(MANY) as threads:
        return list(threads.map(one, range(MANY)))


def deeds(store: Store, action: str) -> int:
    return sum(entry.action == action for entry in Audit(store).entries())


def test_a_login_link_opens_one_session(any_store: Store) -> None:
    logins = Logins(any_store)

    def opened(link: str) -> bool:
        try:
            return bool(logins.open(link).cookie)
        except RevokedError:
            return False

    for number in range(1, ROUNDS + 1):
        link = logins.issue("ann", ["*"]).reveal()
        assert sorted(at_once(lambda link=link: opened(link))) == [False] * (MANY - 1) + [True]  # type: ignore[misc]
        assert deeds(any_store, "login") == number


def test_one_revokes_a_token(any_store: Store) -> None:
    tokens = Tokens(any_store)
    for number in range(1, ROUNDS + 1):
        issued = tokens.issue("north", ["*"])
        assert sum(at_once(lambda identity=issued.id: tokens.revoke(identity))) == 1  # type: ignore[misc]
        assert deeds(any_store, "token.revoke") == number

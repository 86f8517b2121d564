"""The audit shows every change that was made to it."""

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError

from tallystick.platform.auth import Audit, AuditBrokenError, AuditHead, Tokens
from tallystick.platform.auth.tables import audit as table
from tallystick.platform.store import Store


def filled(store: Store) -> Audit:
    audit = Audit(store)
    for number in range(5):
        audit.append("ann", "token.issue", f"t{number}", {"name": "north"})
    return audit


def without_guards(store: Store) -> None:
    with store.write() as connection:
        for verb in ("UPDATE", "DELETE", "INSERT"):
            connection.execute(text(f"DROP TRIGGER auth_audit_{verb}"))


def test_an_untouched_audit_is_whole(any_store: Store) -> None:
    audit = filled(any_store)
    head = audit.verify()
    assert head.count == 5
    audit.append("ann", "token.revoke", "t0")
    assert audit.verify(head).count == 6


@pytest.mark.parametrize("statement", [update(table).values(actor="bob"), delete(table)])
def test_the_database_refuses_changes(any_store: Store, statement: object) -> None:
    filled(any_store)
    with pytest.raises(DatabaseError, match="append-only"), any_store.write() as connection:
        connection.execute(statement)  # type: ignore[call-overload]


@pytest.mark.parametrize("column", ["at_ms", "actor", "action", "target", "detail"])
def test_a_changed_entry_is_found(store: Store, column: str) -> None:
    audit = filled(store)
    without_guards(store)
    value = {"at_ms": 1, "detail": "{}"}.get(column, "bob")
    with store.write() as connection:
        connection.execute(update(table).where(table.c.number == 3).values({column: value}))
    with pytest.raises(AuditBrokenError, match="entry 3"):
        audit.verify()


@pytest.mark.parametrize("detail", ["{", "[]", '{"name": 1}'])
def test_a_damaged_detail_is_found_and_shown(store: Store, detail: str) -> None:
    audit = filled(store)
    without_guards(store)
    with store.write() as connection:
        connection.execute(update(table).where(table.c.number == 3).values(detail=detail))
    with pytest.raises(AuditBrokenError, match="entry 3"):
        audit.verify()
    assert audit.latest()[2].detail == {"unreadable": detail}


ENTRY = {"at_ms": 1, "actor": "bob", "action": "login", "target": "bob", "detail": "{}", "hash": "0" * 64}


@pytest.mark.parametrize("number", [-7, 0, 3, 7])
def test_the_database_takes_the_next_entry_alone(any_store: Store, number: int) -> None:
    filled(any_store)
    with pytest.raises(DatabaseError, match="append-only"), any_store.write() as connection:
        connection.execute(table.insert(), ENTRY | {"number": number})


def test_no_entry_is_put_in_the_place_of_another(store: Store) -> None:
    audit = filled(store)
    with pytest.raises(DatabaseError, match="append-only"), store.write() as connection:
        connection.execute(table.insert().prefix_with("OR REPLACE"), ENTRY | {"number": 3})
    assert audit.verify().count == 5


@pytest.mark.parametrize("number", [-7, 0])
def test_an_entry_before_the_first_is_found(store: Store, number: int) -> None:
    audit = filled(store)
    without_guards(store)
    with store.write() as connection:
        connection.execute(table.insert(), ENTRY | {"number": number})
    with pytest.raises(AuditBrokenError, match=f"entry {number} "):
        audit.verify()


def test_a_removed_entry_is_found(store: Store) -> None:
    audit = filled(store)
    without_guards(store)
    with store.write() as connection:
        connection.execute(delete(table).where(table.c.number == 2))
    with pytest.raises(AuditBrokenError, match="entry 2 is missing"):
        audit.verify()


def test_a_cut_tail_is_found_by_an_earlier_head(store: Store) -> None:
    audit = filled(store)
    head = audit.verify()
    without_guards(store)
    with store.write() as connection:
        connection.execute(delete(table).where(table.c.number == 5))
    assert audit.verify() != head
    with pytest.raises(AuditBrokenError, match="no longer holds"):
        audit.verify(head)


def test_an_empty_audit_is_whole(store: Store) -> None:
    assert Audit(store).verify() == AuditHead(0, "0" * 64)


def test_a_deed_that_fails_leaves_no_entry(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as connection:
        assert Audit(store).append("ann", "token.issue", within=connection).number / 0
    assert Audit(store).entries() == []


def test_a_token_s_life_stands_in_the_audit(store: Store) -> None:
    issued = Tokens(store).issue("north", ["*"], by="ann")
    Tokens(store).revoke(issued.id, by="bob")
    deeds = [(entry.actor, entry.action, entry.target) for entry in Audit(store).entries()]
    assert deeds == [("ann", "token.issue", issued.id), ("bob", "token.revoke", issued.id)]

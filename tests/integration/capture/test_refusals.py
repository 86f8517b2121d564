"""What a database refuses is said in words that name what to change; what is lost is never passed over."""

import os
import signal
import time

import msgspec
import pytest
from tests.vocabulary.capture import Bench, eventually
from tests.vocabulary.postgres import Postgres

from tallystick.capture.domain.offset import SourceOffset
from tallystick.capture.errors import InvalidConfiguration

PERSON = "CREATE TABLE person (id serial PRIMARY KEY, name text)"
TOPIC = "p.public.person"


def refusal(bench: Bench, **changes: str) -> str:
    with pytest.raises(InvalidConfiguration) as caught:
        bench.capture.service.create("c", bench.configuration(**changes))
    return str(caught.value)


def test_nobody_listens(bench: Bench) -> None:
    assert "no database answers at" in refusal(bench, database__hostname="127.0.0.1", database__port="1")


def test_the_database_is_missing(bench: Bench) -> None:
    assert "change database.dbname" in refusal(bench, database__dbname="nowhere")


def test_the_password_is_wrong(bench: Bench, postgres: Postgres) -> None:
    with postgres.asking_for_passwords("carol"):
        text = refusal(bench, database__user="carol", database__password="distinctive-mistake")
    assert "change database.user or database.password" in text
    assert "distinctive-mistake" not in text


def test_the_password_is_right(bench: Bench, postgres: Postgres) -> None:
    bench.execute(PERSON)
    with postgres.asking_for_passwords("dora"):
        bench.capture.service.create("c", bench.configuration(database__user="dora", database__password="correct"))
    assert bench.capture.service.connector("c").texts["database.password"] == "********"


def test_no_table_is_selected(bench: Bench) -> None:
    assert "table.include.list" in refusal(bench, table__include__list="public.nobody")


def test_a_table_without_a_key_would_be_frozen(bench: Bench) -> None:
    bench.execute("CREATE TABLE loose (n int)")
    bench.capture.service.create("c", bench.configuration())
    with bench.working():
        assert "replica.identity.autoset.values=public.loose:FULL" in bench.task_fails("c")


def test_a_replica_identity_is_set_on_request(bench: Bench) -> None:
    bench.execute("CREATE TABLE loose (n int); INSERT INTO loose VALUES (1)")
    bench.capture.service.create("c", bench.configuration(replica__identity__autoset__values="public.loose:FULL"))
    with bench.working():
        bench.wait_for("p.public.loose", 1)
        bench.execute("UPDATE loose SET n = 2")
        bench.wait_for("p.public.loose", 2)
    assert bench.events("p.public.loose")[1]["before"] == {"n": 1}


SLOT = "FROM pg_replication_slots WHERE slot_name = current_database()"


def create_and_lose_the_slot(bench: Bench, mode: str) -> None:
    bench.execute(PERSON)
    bench.capture.service.create("c", bench.configuration(snapshot__mode=mode))
    with bench.working():
        bench.snapshot(TOPIC)
    eventually(lambda: bench.value(f"SELECT bool_or(active) {SLOT}"), lambda active: not active)
    bench.value(f"SELECT count(pg_drop_replication_slot(slot_name)) {SLOT}")


def test_a_lost_slot_is_said(bench: Bench) -> None:
    create_and_lose_the_slot(bench, "initial")
    with bench.working():
        assert "PositionLost: replication slot" in bench.task_fails("c")


def test_a_lost_slot_may_mean_a_new_snapshot(bench: Bench) -> None:
    create_and_lose_the_slot(bench, "when_needed")
    bench.execute("INSERT INTO person (name) VALUES ('Ann')")
    with bench.working():
        bench.wait_for(TOPIC, 1)
        bench.snapshot(TOPIC, generation=2)


def test_a_foreign_slot_is_left_alone(bench: Bench) -> None:
    bench.execute(PERSON)
    bench.value("SELECT pg_create_logical_replication_slot(current_database(), 'pgoutput')::text")
    bench.capture.service.create("c", bench.configuration())
    with bench.working():
        assert "slot.name" in bench.task_fails("c")


def test_another_cluster_is_noticed(bench: Bench) -> None:
    bench.execute(PERSON)
    bench.capture.service.create("c", bench.configuration())
    with bench.working():
        bench.snapshot(TOPIC)
    saved = bench.platform.log.source_offset("capture/c")
    assert saved is not None
    moved = msgspec.structs.replace(SourceOffset.decode(saved), system="1")
    with bench.platform.store.write() as connection:
        bench.platform.log.save_source_offset("capture/c", moved.encode(), within=connection)
    with bench.working():
        assert "another database cluster" in bench.task_fails("c")


def test_a_name_that_no_path_can_hold(bench: Bench) -> None:
    with pytest.raises(InvalidConfiguration, match="a path cannot name it"):
        bench.capture.service.create("a/b", bench.configuration())


def test_a_broken_connection_is_made_again(bench: Bench) -> None:
    bench.execute(PERSON)
    bench.capture.service.create("c", bench.configuration())
    with bench.working():
        bench.snapshot(TOPIC)
        eventually(lambda: bench.value(f"SELECT bool_or(active) {SLOT}"), bool)
        bench.value("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_replication")
        bench.execute("INSERT INTO person (name) VALUES ('Ann')")
        bench.wait_for(TOPIC, 1)


def test_a_server_that_falls_silent_is_left(bench: Bench) -> None:
    bench.execute(PERSON)
    bench.capture.service.create("c", bench.configuration())
    walsender = f"SELECT (SELECT pid FROM pg_stat_replication WHERE pid = active_pid AND state = 'streaming') {SLOT}"
    with bench.working():
        first = eventually(lambda: bench.value(walsender), bool)
        os.kill(first, signal.SIGSTOP)
        try:
            bench.execute("INSERT INTO person (name) VALUES ('Ann')")
            time.sleep(4.5)
        finally:
            os.kill(first, signal.SIGCONT)
        bench.wait_for(TOPIC, 1)
        eventually(lambda: bench.value(walsender), lambda second: second not in (None, first))
    assert len(bench.records(TOPIC)) == 1

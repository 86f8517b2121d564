"""No connector takes changes from another, or from whoever else uses a slot or a publication."""

import pytest
from tests.vocabulary.capture import Bench, eventually

from tallystick.capture.errors import InvalidConfiguration

TABLES = "CREATE TABLE person (id int PRIMARY KEY); CREATE TABLE pet (id int PRIMARY KEY)"
PUBLISHED = "SELECT string_agg(tablename, ',' ORDER BY tablename) FROM pg_publication_tables"


def pets(bench: Bench, **changes: str) -> dict[str, str]:
    """Describe a connector of the other table, to be told apart by its topics."""
    return bench.configuration(table__include__list="public.pet", topic__prefix="q", **changes)


def elsewhere(bench: Bench) -> str:
    """Name the server in another way."""
    return bench.configuration()["database.hostname"] + "/."


def slot(bench: Bench, name: str) -> str:
    """Name a slot of this test's own, as the whole server shares their names."""
    return f"{bench.configuration()['slot.name']}_{name}"


def test_what_another_connector_uses_is_refused(bench: Bench) -> None:
    bench.execute(TABLES)
    service = bench.capture.service
    service.create("person", bench.configuration(table__include__list="public.person"))
    with pytest.raises(InvalidConfiguration, match=r"'slot\.name'.*connector person uses it"):
        service.create("pet", pets(bench, publication__name="pets"))
    with pytest.raises(InvalidConfiguration, match=r"'publication\.name'.*connector person uses it"):
        service.create("pet", pets(bench, slot__name=slot(bench, "pet")))
    service.create("pet", pets(bench, slot__name=slot(bench, "pet"), publication__name="pets"))
    with pytest.raises(InvalidConfiguration, match=r"'slot\.name'"):
        service.patch("pet", {"slot.name": bench.configuration()["slot.name"]})
    assert service.put("person", bench.configuration(table__include__list="public.person"))[1] is False


def test_a_publication_that_nobody_alters_may_serve_two(bench: Bench) -> None:
    bench.execute(f"{TABLES}; CREATE PUBLICATION dbz_publication FOR TABLE person, pet")
    for name in ("one", "two"):
        changes = {"slot__name": slot(bench, name), "publication__autocreate__mode": "disabled"}
        bench.capture.service.create(name, bench.configuration(topic__prefix=name, **changes))
    with bench.working():
        bench.snapshot("one.public.person")
        bench.snapshot("two.public.pet")


@pytest.mark.parametrize("shared", ["slot.name", "publication.name"])
def test_a_refused_connector_leaves_the_other_its_tables(bench: Bench, shared: str) -> None:
    bench.execute(TABLES)
    bench.capture.service.create("person", bench.configuration(table__include__list="public.person"))
    own = {"publication__name": "pets"} if shared == "slot.name" else {"slot__name": slot(bench, "pet")}
    with bench.working():
        bench.snapshot("p.public.person")
        bench.capture.service.create("pet", pets(bench, database__hostname=elsewhere(bench), **own))
        assert shared in bench.task_fails("pet")
        bench.execute("INSERT INTO person VALUES (1)")
        bench.wait_for("p.public.person", 1)
    assert bench.value(PUBLISHED) == "person"


def test_of_two_that_begin_at_once_one_has_the_slot(bench: Bench) -> None:
    bench.execute(TABLES)
    service = bench.capture.service
    service.create("person", bench.configuration(table__include__list="public.person"))
    service.create("pet", pets(bench, database__hostname=elsewhere(bench), publication__name="pets"))
    names = ("person", "pet")
    with bench.working():
        eventually(lambda: [service.task(name) for name in names], lambda tasks: None not in tasks)
        bench.execute("INSERT INTO person VALUES (1); INSERT INTO pet VALUES (1)")
        eventually(lambda: bench.end("p.public.person") + bench.end("q.public.pet"), lambda events: events == 1)
        failed = eventually(
            lambda: [task.trace for name in names if (task := service.task(name)) and task.state == "FAILED"], bool
        )
    assert len(failed) == 1
    assert "slot.name" in failed[0]


def test_a_foreign_publication_is_left_alone(bench: Bench) -> None:
    bench.execute(f"{TABLES}; CREATE PUBLICATION dbz_publication FOR TABLE person")
    bench.capture.service.create("pet", pets(bench))
    with bench.working():
        assert "publication.name" in bench.task_fails("pet")
    assert bench.value(PUBLISHED) == "person"


def test_a_connector_may_turn_to_another_publication(bench: Bench) -> None:
    bench.execute(TABLES)
    bench.capture.service.create("pet", pets(bench))
    with bench.working():
        bench.snapshot("q.public.pet")
        bench.capture.service.patch("pet", {"publication.name": "pets"})
        eventually(lambda: bench.value("SELECT count(*) FROM pg_publication"), lambda made: made == 2)
        bench.execute("INSERT INTO pet VALUES (1)")
        bench.wait_for("q.public.pet", 1)


def test_a_new_snapshot_drops_no_foreign_slot(bench: Bench) -> None:
    bench.execute(TABLES)
    foreign = slot(bench, "foreign")
    service = bench.capture.service
    service.create("pet", pets(bench))
    with bench.working():
        bench.snapshot("q.public.pet")
        service.aim("pet", "STOPPED")
        found = f"FROM pg_replication_slots WHERE slot_name IN ('{foreign}', current_database())"
        eventually(lambda: bench.value(f"SELECT bool_or(active) {found}"), lambda active: not active)
    bench.value(f"SELECT pg_create_logical_replication_slot('{foreign}', 'pgoutput')::text")
    service.reset_offset("pet")
    service.patch("pet", {"slot.name": foreign})
    service.aim("pet", "RUNNING")
    with bench.working():
        assert "slot.name" in bench.task_fails("pet")
    assert bench.value(f"SELECT count(*) {found}") == 2

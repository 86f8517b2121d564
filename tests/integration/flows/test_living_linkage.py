"""From rows in two databases to matches at both registries, through the unit's TLS door."""

from base64 import b64encode

import pytest
from sqlalchemy import select
from tests.vocabulary.parties import Hospital, Study, linkage_schema_of
from tests.vocabulary.processes import eventually

from tallystick.flows.living_linkage.adapters import unit_door
from tallystick.flows.living_linkage.domain.unit import Encoded
from tallystick.flows.living_linkage.errors import UnitRefused
from tallystick.linkage.living.errors import UnknownParty
from tallystick.platform.store.contents import contents
from tallystick.platform.wiring import Platform


def both_know(north: Hospital, south: Hospital, *people: int) -> None:
    eventually(lambda: north.matched() == south.matched() == set(people))


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_matches_follow_both_tables(study: Study, north: Hospital, south: Hospital) -> None:
    north.founded(3).joins(study)
    south.founded(2).joins(study)
    with north.working(), south.working():
        both_know(north, south, 0, 1)
        south.admits(2)
        both_know(north, south, 0, 1, 2)
        north.database.execute("DELETE FROM person WHERE id = 0")
        eventually(lambda: north.matched() == {1, 2})
        eventually(lambda: south.matched() == {1, 2})


def test_a_date_is_the_same_as_text_and_as_date(study: Study, north: Hospital, south: Hospital) -> None:
    north.founded(1, born="text").joins(study)
    south.founded(1, born="date").joins(study)
    with north.working(), south.working():
        both_know(north, south, 0)
    [match] = south.registry.people.latest(limit=10)
    assert match.row is not None
    assert (match.match.score, match.row["born"]) == (1.0, "1900-02-03")


def test_an_epoch_goes_live_with_an_empty_table(study: Study, north: Hospital, south: Hospital) -> None:
    north.founded(2).joins(study)
    south.founded().joins(study)
    with north.working(), south.working():
        eventually(study.is_live)
        south.admits(1)
        both_know(north, south, 1)


def test_the_first_batch_may_hold_deletions_alone(study: Study, north: Hospital, south: Hospital) -> None:
    north.founded(1).joins(study)
    south.founded().joins(study)
    with south.capturing():
        eventually(lambda: (found := south.capture.service.snapshot(south.registry.topic)) and found.complete)
        south.database.execute("INSERT INTO person VALUES (9); DELETE FROM person")
        eventually(lambda: south.recorded() >= 2)
    with north.working(), south.working():
        eventually(study.is_live)
    assert study.status().parties[1].records == 0


@pytest.mark.parametrize("left", [0, 1])
def test_a_new_snapshot_deletes_the_keys_it_lacks(study: Study, north: Hospital, south: Hospital, left: int) -> None:
    north.founded(3).joins(study)
    south.founded(3).joins(study)
    with north.working(), south.working():
        both_know(north, south, 0, 1, 2)
    south.loses_its_slot()
    south.database.execute("DELETE FROM person WHERE id >= %s", (left,))
    with north.working(), south.working():
        both_know(north, south, *range(left))
    assert study.status().parties[1].records == left
    assert len(south.registry.people.record_keys()) == left


def test_a_batch_that_was_not_committed_is_applied_once(
    study: Study, north: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    north.founded(3).joins(study)
    with north.capturing():
        eventually(lambda: (found := north.capture.service.snapshot(north.registry.topic)) and found.complete)
    encoder, records = north.registry.encoder(north.capture), north.platform.log.read(north.registry.topic, 0)
    monkeypatch.setattr(encoder.registry, "remember", killed)
    with pytest.raises(KeyboardInterrupt):
        encoder.hand_over(records)
    monkeypatch.undo()
    assert (study.status().received, len(north.registry.people.record_keys())) == (1, 0)
    encoder.hand_over(records)
    assert (study.status().received, len(north.registry.people.record_keys())) == (1, 3)


def test_a_change_that_comes_late_is_ignored(study: Study, north: Hospital, south: Hospital) -> None:
    north.founded(1).joins(study)
    south.founded(1).joins(study)
    with north.working(), south.working():
        both_know(north, south, 0)
    [key] = north.registry.people.record_keys()
    received = study.status().received
    north.registry.encoder(north.capture).unit.upsert("late", [Encoded(key, (1, 0, 0), None)])
    eventually(lambda: study.status().linked == received + 1)
    assert (study.status().parties[0].records, study.status().matches) == (1, {"accepted": 1})


def test_a_new_epoch_is_built_beside_the_old_one(study: Study, north: Hospital, south: Hospital) -> None:
    north.founded(3).joins(study)
    south.founded(2).joins(study)
    with north.working(), south.working():
        both_know(north, south, 0, 1)
    north.secret = "another secret"
    with north.working(), south.working():
        eventually(lambda: len(study.status().epochs) == 2)
        south.admits(2)
        both_know(north, south, 0, 1, 2)
        assert [epoch.state for epoch in study.status().epochs] == ["live", "building"]
    before = {each.match.match for each in north.registry.people.latest(limit=10)}
    late = south.registry.encoder(south.capture).unit
    south.secret = "another secret"
    with north.working(), south.working():
        eventually(lambda: study.is_live(epochs=2))
        north.admits(3)
        south.admits(3)
        both_know(north, south, 0, 1, 2, 3)
    assert before <= {each.match.match for each in north.registry.people.latest(limit=10)}
    with pytest.raises(UnitRefused, match="409"):
        late.complete_snapshot(2)


def test_encodings_of_two_epochs_never_meet(study: Study, north: Hospital, south: Hospital) -> None:
    north.founded(2).joins(study)
    south.founded(2).joins(study)
    south.schema = linkage_schema_of("given_name", "surname")
    with north.working(), south.working():
        eventually(lambda: len([each for each in study.status().parties if each.streams]) == 2)
        eventually(lambda: study.status().linked == study.status().received >= 4)
    status = study.status()
    assert ([epoch.state for epoch in status.epochs], status.matches) == (["building", "building"], {})


def test_matches_are_pulled_page_by_page_and_told_of_own_people(
    study: Study, north: Hospital, south: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    north.founded(5).joins(study)
    south.founded(5).joins(study)
    with north.capturing(), south.capturing():
        eventually(lambda: north.recorded() == south.recorded() == 5)
        north.hands_over()
        south.hands_over()
    eventually(lambda: study.status().matches == {"accepted": 5})
    monkeypatch.setattr(unit_door, "PAGE", 2)
    pulled = []
    for _ in range(3):
        north.registry.collector().collect()
        pulled.append(len(north.matched()))
    assert pulled == [2, 4, 5]
    for each in north.registry.people.latest(limit=10):
        assert each.row is not None
        assert each.row["surname"] == f"sur{each.row['id'] * 104729}"


def everything(platform: Platform) -> bytes:
    """Return all rows of a store and all records of its log, uncompressed."""
    with platform.store.read() as connection:
        rows = [row for table in contents(connection) for row in connection.execute(select(table))]
    records = [
        part
        for topic in platform.log.topics()
        for record in platform.log.read(topic.name, 0, limit=10_000)
        for part in (record.key, record.value)
    ]
    values = [*(value for row in rows for value in row), *records]
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


def test_encodings_lie_in_segments_alone(study: Study, north: Hospital, south: Hospital) -> None:
    north.founded(2).joins(study)
    south.founded(2).joins(study)
    with north.working(), south.working():
        both_know(north, south, 0, 1)
    [encoding] = north.registry.encoder(north.capture).encode([["given7919", "sur104729", "1901-02-03"]])
    assert isinstance(encoding, bytes)
    for party in (study, north, south):
        held = everything(party.platform)
        assert [form for form in (encoding, encoding.hex().encode(), b64encode(encoding)) if form in held] == []
    assert b"given7919" in everything(north.platform), "the search finds what is there"
    assert encoding in b"".join(path.read_bytes() for path in study.directory.rglob("*.segment"))


def test_a_party_that_the_linkage_lacks_is_not_invited(study: Study) -> None:
    with pytest.raises(UnknownParty, match="no party nroth, but north, south"):
        study.invitation("nroth")

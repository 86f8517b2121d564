import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.vocabulary.living import EPOCH, LINKAGE, Unit, bits, change, key_of

from tallystick.linkage.adapters.linker_store import LinkerStore
from tallystick.linkage.adapters.living_store import LivingStore
from tallystick.linkage.domain.living.judge import JudgeUnavailable
from tallystick.linkage.domain.living.linkages import GreyZone
from tallystick.linkage.domain.living.matches import Match, MatchEvent, Member, match_id
from tallystick.linkage.living.errors import EpochRetired
from tallystick.linkage.living.service import topic_of


@pytest.fixture
def unit(tmp_path: Path) -> Unit:
    unit = Unit.at(tmp_path).founded()
    unit.send("north", "n1", change("ann", bits(1, 2, 3)), change("bob", bits(10, 11, 12)))
    unit.send("south", "s1", change("anne", bits(1, 2, 3)), change("rob", bits(10, 11, 13)))
    unit.complete()
    return unit


def operations(unit: Unit) -> list[str]:
    return [
        msgspec.json.decode(record.value or b"")["operation"]
        for record in unit.log.read(f"linkage.{LINKAGE}.matches", 0)
    ]


def test_records_that_look_alike_match(unit: Unit) -> None:
    unit.link()
    assert unit.pairs("ann", "anne", "bob", "rob") == {("ann", "anne"), ("bob", "rob")}


def test_nothing_is_published_before_every_party_is_complete(tmp_path: Path) -> None:
    unit = Unit.at(tmp_path).founded()
    unit.send("north", "n1", change("ann", bits(1, 2, 3)))
    unit.send("south", "s1", change("anne", bits(1, 2, 3)))
    unit.complete("north")
    unit.link()
    assert unit.matches() == {}
    unit.complete("south")
    unit.link()
    assert len(unit.matches()) == 1


def test_a_change_rescores_a_match_and_a_deletion_ends_it(unit: Unit) -> None:
    linker = unit.link()
    unit.send("north", "n2", change("ann", bits(1, 2, 4), 2))
    unit.link(linker)
    assert unit.matches()[key_of("ann"), key_of("anne")] == pytest.approx(2 / 3)
    unit.send("north", "n3", change("ann", None, 3))
    unit.link(linker)
    assert unit.pairs("bob", "rob") == {("bob", "rob")}
    assert operations(unit) == ["made", "made", "rescored", "ended"]


def test_an_older_position_changes_nothing(unit: Unit) -> None:
    unit.send("north", "n2", change("ann", bits(1, 2, 3), 5))
    unit.send("north", "n3", change("ann", None, 4))
    unit.link()
    assert ("ann", "anne") in unit.pairs("ann", "anne", "bob", "rob")


def test_a_complete_snapshot_deletes_what_it_lacks(unit: Unit) -> None:
    unit.link()
    unit.send("north", "n2", change("bob", bits(10, 11, 12), 9, generation=2))
    unit.complete("north", generation=2)
    unit.link()
    assert unit.pairs("bob", "rob") == {("bob", "rob")}


def test_a_new_linker_goes_on_where_the_old_one_stopped(unit: Unit) -> None:
    unit.link()
    unit.send("south", "s2", change("anne", None, 2), change("annie", bits(1, 2, 3), 2))
    unit.link()
    assert unit.pairs("ann", "annie", "bob", "rob") == {("ann", "annie"), ("bob", "rob")}
    assert operations(unit) == ["made", "made", "ended", "made"]


def test_events_tell_positions_but_no_encoding(unit: Unit) -> None:
    unit.link()
    event = msgspec.json.decode(unit.log.read(f"linkage.{LINKAGE}.matches", 0)[0].value or b"")
    assert event["members"][0] == {"party": "north", "key": key_of("ann"), "position": [1, 1, 0]}
    assert "encoding" not in event


def test_a_new_epoch_replaces_the_old_one_at_once(unit: Unit) -> None:
    linker = unit.link()
    fresh = unit.declare("k2")
    unit.send("north", "n1", change("ann", bits(5, 6)), epoch=fresh)
    unit.complete("north", epoch=fresh)
    unit.send("south", "s1", change("anne", bits(5, 6)), epoch=fresh)
    unit.send("north", "n2", change("cid", bits(20, 21), 2))
    unit.send("south", "s2", change("cyd", bits(20, 21), 2))
    unit.link(linker)
    assert ("cid", "cyd") in unit.pairs("ann", "anne", "bob", "rob", "cid", "cyd")
    unit.complete("south", epoch=fresh)
    unit.link(linker)
    assert unit.pairs("ann", "anne") == {("ann", "anne")}
    with pytest.raises(EpochRetired):
        unit.send("north", "n3", change("bob", bits(1), 9), epoch=EPOCH)
    assert unit.link().step() is False


def test_a_third_party_may_join_a_live_linkage(unit: Unit) -> None:
    linker = unit.link()
    unit.service.add_party(LINKAGE, "east")
    unit.send("east", "e1", change("anna", bits(1, 2, 3)))
    unit.link(linker)
    both = {("ann", "anne"), ("ann", "anna"), ("anne", "anna"), ("bob", "rob")}
    assert unit.pairs("ann", "anne", "anna", "bob", "rob") == both
    unit.send("south", "s2", change("anne", None, 2))
    unit.link()
    assert unit.pairs("ann", "anna", "bob", "rob") == {("ann", "anna"), ("bob", "rob")}


class Doubting:
    """Judges by a table of scores; unavailable without one."""

    def __init__(self) -> None:
        self.probability: float | None = None
        self.asked = 0

    def judge(self, pairs: NDArray[np.float32]) -> NDArray[np.float64]:
        if self.probability is None:
            raise JudgeUnavailable
        self.asked += 1
        return np.full(len(pairs), self.probability)


def verdicts(unit: Unit) -> dict[str, str]:
    return {match.left.key.hex(): match.verdict for match in LinkerStore(unit.store).standing(LINKAGE)}


def test_the_judge_decides_the_grey_zone_alone(tmp_path: Path) -> None:
    judge = Doubting()
    unit = Unit.at(tmp_path, judge=judge).founded(zone=GreyZone(0.6, 0.9))
    unit.send("north", "n1", change("ann", bits(1, 2, 3)), change("bob", bits(10, 11, 12)))
    unit.send("south", "s1", change("anne", bits(1, 2, 3)), change("rob", bits(10, 11, 13)))
    unit.complete()
    unit.link()
    assert verdicts(unit) == {key_of("ann"): "accepted", key_of("bob"): "pending"}
    judge.probability = 0.2
    linker = unit.link()
    assert verdicts(unit) == {key_of("ann"): "accepted", key_of("bob"): "rejected"}
    assert linker.step() is False
    assert unit.linker().step() is False


def test_a_judge_who_says_the_same_of_new_evidence_makes_no_event(tmp_path: Path) -> None:
    judge = Doubting()
    judge.probability = 0.8
    unit = Unit.at(tmp_path, judge=judge).founded(zone=GreyZone(0.6, 0.9))
    unit.send("north", "n1", change("bob", bits(10, 11, 12)))
    unit.send("south", "s1", change("rob", bits(10, 11, 13)))
    unit.complete()
    linker = unit.link()
    told = unit.log.end(topic_of(LINKAGE))
    asked = judge.asked
    unit.send("north", "n2", change("bo", bits(10, 13, 30, 31)))  # rob's next best candidate, which lessens the margin
    unit.link(linker)
    assert judge.asked == asked + 1
    assert unit.log.end(topic_of(LINKAGE)) == told
    judge.probability = 0.3
    unit.send("north", "n3", change("bo", None, 2))
    unit.link(linker)
    assert verdicts(unit)[key_of("bob")] == "rejected"


def test_a_cursor_is_unknown_to_a_unit_that_has_lived_through_other_events_since(tmp_path: Path) -> None:
    def paired(unit: Unit, bit: int) -> None:
        unit.send("north", f"n{bit}", change(f"n{bit}", bits(bit)))
        unit.send("south", f"s{bit}", change(f"s{bit}", bits(bit)))
        unit.link()

    def feed(unit: Unit, after: str) -> tuple[int, bool, str]:
        page = unit.service.feed(LINKAGE, "north", after=after, limit=10)
        return len(page.matches), page.anew, page.cursor

    (tmp_path / "first").mkdir()
    unit = Unit.at(tmp_path / "first").founded()
    unit.complete()
    paired(unit, 1)
    _, _, at_one = feed(unit, "")
    unit.store.close()
    shutil.copytree(tmp_path / "first", tmp_path / "restored")
    unit = Unit.at(tmp_path / "first")
    paired(unit, 2)
    seen, anew, at_two = feed(unit, at_one)
    assert (seen, anew) == (1, False)
    restored = Unit.at(tmp_path / "restored")
    assert feed(restored, at_two)[:2] == (1, True)
    paired(restored, 3)
    paired(restored, 4)
    assert feed(restored, at_two)[:2] == (3, True)
    assert feed(restored, at_one)[:2] == (2, False)
    assert feed(restored, feed(restored, at_one)[2])[:2] == (0, False)


def test_a_batch_with_too_many_candidates_is_withheld_and_the_others_are_linked(unit: Unit) -> None:
    unit.most_candidates = 20
    alike = [bits(20, 21)] * 10
    unit.send("north", "n2", *(change(f"n{number}", each) for number, each in enumerate(alike)))
    unit.send("south", "s2", change("sid", bits(20, 21)))
    unit.send("south", "s3", *(change(f"s{number}", each) for number, each in enumerate(alike)))
    unit.send("south", "s4", change("rob", None, 2))
    unit.send("north", "n3", change("eve", bits(30, 31)))
    linker = unit.link()
    unit.send("south", "s5", change("eva", bits(30, 31)))
    unit.link(linker)
    names = ["ann", "anne", "bob", "rob", "sid", "eve", "eva", *(f"n{number}" for number in range(10))]
    first = min((f"n{number}" for number in range(10)), key=key_of)
    assert unit.pairs(*names) == {("ann", "anne"), ("eve", "eva"), (first, "sid")}
    assert LivingStore(unit.store).withheld(LINKAGE) == {"south": 1}
    unit.send("south", "s6", change("eva", None, 2))
    unit.link()
    assert unit.pairs(*names) == {("ann", "anne"), (first, "sid")}


def test_a_new_linker_ends_what_an_older_version_decided_otherwise(unit: Unit) -> None:
    unit.link()
    ann, rob = Member("north", bytes.fromhex(key_of("ann"))), Member("south", bytes.fromhex(key_of("rob")))
    made = MatchEvent("made", Match(match_id(LINKAGE, ann, rob), ann, rob, 0.9, "accepted"))
    linked = LinkerStore(unit.store)
    with unit.store.write() as connection:
        linked.publish(connection, LINKAGE, [(1, made)], 0)
    assert len(unit.matches()) == 3
    unit.linker()
    assert unit.pairs("ann", "anne", "bob", "rob") == {("ann", "anne"), ("bob", "rob")}
    assert operations(unit)[2:] == ["ended"]

from tests.vocabulary.living import ENCODING_BYTES, bits, change, key_of

from tallystick.linkage.domain.living.changes import EncodingChange, columns
from tallystick.linkage.domain.living.roster import Difference, Roster


def apply(roster: Roster, *changes: EncodingChange) -> Difference:
    return roster.apply(columns(changes, ENCODING_BYTES))


def test_slots_follow_first_appearance() -> None:
    roster = Roster(ENCODING_BYTES)
    apply(roster, change("b", bits(1)), change("a", bits(2)), change("b", bits(3), 2))
    apply(roster, change("c", bits(4)), change("a", bits(5), 2))
    assert [roster.key(slot).hex() for slot in range(3)] == [key_of(name) for name in "bac"]
    assert roster.filters[:, 0].tolist() == [1 << 3, 1 << 5, 1 << 4]


def test_the_newest_position_wins_within_a_batch() -> None:
    roster = Roster(ENCODING_BYTES)
    apply(roster, change("a", bits(2), 7, row=2), change("a", bits(1), 7, row=1), change("a", bits(3), 7, row=2))
    assert roster.filters[0, 0] == 1 << 2
    assert roster.position(0) == (1, 7, 2)


def test_an_unchanged_encoding_is_no_difference() -> None:
    roster = Roster(ENCODING_BYTES)
    apply(roster, change("a", bits(1)))
    assert not apply(roster, change("a", bits(1), 2))
    assert roster.position(0) == (1, 2, 0)


def test_a_record_can_come_back() -> None:
    roster = Roster(ENCODING_BYTES)
    apply(roster, change("a", bits(1)))
    assert apply(roster, change("a", None, 2)).removed.tolist() == [0]
    assert roster.filters[0, 0] == 0
    assert apply(roster, change("a", bits(1), 3)).changed.tolist() == [0]


def test_changes_older_than_a_complete_snapshot_come_too_late() -> None:
    roster = Roster(ENCODING_BYTES)
    apply(roster, change("a", bits(1)), change("b", bits(2)), change("b", bits(2), 5, generation=2))
    assert roster.complete(2).removed.tolist() == [0]
    assert not apply(roster, change("a", bits(1), 99))
    assert roster.alive.tolist() == [False, True]


def test_a_roster_is_rebuilt_from_its_own_changes() -> None:
    roster, copy = Roster(ENCODING_BYTES), Roster(ENCODING_BYTES)
    apply(roster, change("a", bits(1)), change("b", bits(2)), change("a", None, 2))
    copy.apply(roster.changes(0, 1))
    copy.apply(roster.changes(1, 99))
    assert [copy.key(slot) for slot in range(2)] == [roster.key(slot) for slot in range(2)]
    assert copy.filters.tolist() == roster.filters.tolist()

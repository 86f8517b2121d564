from tallystick.demo.changes import Change, Life
from tallystick.demo.febrl import COLUMNS, Person


def person(truth: int, surname: str = "smith") -> Person:
    return Person(truth, ("ann", surname, *("x" for _ in COLUMNS[2:])))


def life() -> Life:
    rows = {
        "north": {n: person(n, "smith") for n in range(1, 30)},
        "south": {n + 100: person(n, "smyth") for n in range(1, 30)},
    }
    return Life(rows, set(range(1, 30)), seed=1)


def lived(changes: int) -> list[Change]:
    course, told = life(), []
    for serial in range(1000, 1000 + changes):
        change = course.next()
        course.record(change, change.number or serial)
        told.append(change)
    return told


def test_all_kinds_of_change_happen() -> None:
    assert {c.kind for c in lived(30)} == {"new person", "corrected surname", "deletion"}


def test_a_new_person_is_one_who_was_deleted_there() -> None:
    told = lived(60)
    deleted = [(c.registry, c.person.truth) for c in told if c.kind == "deletion"]
    assert all((c.registry, c.person.truth) in deleted for c in told if c.kind == "new person")


def test_a_correction_changes_the_surname() -> None:
    change = next(c for c in lived(5) if c.kind == "corrected surname")
    assert change.person.value("surname") == ("smyth" if change.registry == "north" else "smith")


def test_the_same_seed_lives_the_same_life() -> None:
    assert lived(40) == lived(40)

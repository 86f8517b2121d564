"""A unit knows when each party was last heard of."""

from tests.vocabulary.living import BRANCH

from tallystick.linkage.adapters.contact_store import EVERY_MS, ContactStore
from tallystick.platform.store import Store


def test_the_latest_word_of_a_party_counts(any_store: Store) -> None:
    any_store.upgrade([BRANCH])
    now = 1_000_000
    contacts = ContactStore(any_store, lambda: now)
    contacts.heard("people", "north")
    now += EVERY_MS - 1
    contacts.heard("people", "north")
    assert contacts.heard_ms("people") == {"north": 1_000_000}
    now += 1
    contacts.heard("people", "north")
    contacts.heard("others", "north")
    assert contacts.heard_ms("people") == {"north": now}

"""What the demo's unit must come to: the people of both tables linked once, in one process, with nothing in the way."""

from pathlib import Path

import msgspec
import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tests.vocabulary.living import Unit

from tallystick.demo.febrl import Person
from tallystick.demo.schema import COLUMNS_ENCODED, linkage_schema
from tallystick.demo.sites import LINKAGE, REGISTRIES, Sites
from tallystick.flows.living_linkage import pair_model
from tallystick.flows.living_linkage.domain.record_keys import RecordKeys
from tallystick.linkage.adapters.linker_store import LinkerStore
from tallystick.linkage.domain.living.changes import EncodingChange, Position
from tallystick.linkage.domain.living.linkages import GreyZone
from tallystick.linkage.living.service import topic_of
from tallystick.native.linkage import ClkEncoder
from tallystick.platform.log import Log
from tallystick.platform.store import Store

__all__ = ["Standing", "folded", "quiet_matches", "standing"]

STUDY = "study"
ENCODING_BYTES = 128

Standing = set[tuple[frozenset[tuple[str, str]], float, str]]
"""Each match: party and record key of both sides, score, verdict."""


class PairModel:
    """Judges by the packaged model without a server."""

    def __init__(self) -> None:
        self._session = onnxruntime.InferenceSession(pair_model.MODEL)

    def judge(self, pairs: NDArray[np.float32]) -> NDArray[np.float64]:
        (probabilities,) = self._session.run([pair_model.OUTPUT], {pair_model.INPUT: pairs})
        return np.asarray(probabilities, np.float64)


def quiet_matches(sites: Sites, people: dict[str, dict[int, Person]], directory: Path) -> Standing:
    """Link the given people as they are, under the secrets of the demo's registries."""
    directory.mkdir()
    unit = Unit.at(directory, judge=PairModel())
    unit.service.create(STUDY, parties=REGISTRIES, threshold=0.7, grey_zone=GreyZone(0.72, 0.85))
    unit.declare(encoding_bytes=ENCODING_BYTES)
    for registry in REGISTRIES:
        unit.send(registry, "all", *_encoded(sites, registry, people[registry]))
        unit.complete(registry)
    unit.link()
    return standing(unit.store, STUDY)


def standing(store: Store, linkage: str = LINKAGE) -> Standing:
    """Return the matches that stand at a unit."""
    return {
        (frozenset((side.party, side.key.hex()) for side in (match.left, match.right)), match.score, match.verdict)
        for match in LinkerStore(store).standing(linkage)
    }


def folded(log: Log, linkage: str = LINKAGE) -> Standing:
    """Fold a unit's match events, from the first on, into what stands."""
    known: dict[str, tuple[frozenset[tuple[str, str]], float, str]] = {}
    offset = 0
    while records := log.read(topic_of(linkage), offset):
        for record in records:
            event = msgspec.json.decode(record.value or b"")
            assert (event["match"] in known) == (event["operation"] != "made")
            sides = frozenset((member["party"], member["key"]) for member in event["members"])
            known[event["match"]] = (sides, event["score"], event["verdict"])
            if event["operation"] == "ended":
                del known[event["match"]]
        offset = records[-1].offset + 1
    return set(known.values())


def _encoded(sites: Sites, registry: str, people: dict[int, Person]) -> list[EncodingChange]:
    site = sites.site(registry)
    keys = RecordKeys(site.secret("record-key").read_bytes())
    encoder = ClkEncoder(linkage_schema(), site.secret("linkage").read_bytes())
    encodings = encoder.encode([[person.value(column) for column in COLUMNS_ENCODED] for person in people.values()])
    return [
        EncodingChange(
            keys.of({"id": number}), Position(1, 1, row), encodings[row * ENCODING_BYTES : (row + 1) * ENCODING_BYTES]
        )
        for row, number in enumerate(people)
    ]

"""The tables of living linkages; `migrations/` makes them. Encodings are not among them: they lie in segments."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
)

__all__ = [
    "contacts",
    "entries",
    "epochs",
    "graphs",
    "linkages",
    "matches",
    "metadata",
    "parties",
    "progress",
    "snapshots",
    "streams",
]

metadata = MetaData()

# `sequence` is the number of the latest entry.
linkages = Table(
    "living_linkage",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("threshold", Float, nullable=False),
    Column("grey_low", Float, nullable=False),
    Column("grey_high", Float, nullable=False),
    Column("schema_hash", Text),
    Column("created_ms", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)

parties = Table(
    "living_party",
    metadata,
    Column("linkage", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("ordinal", Integer, nullable=False),
    Column("joined_ms", BigInteger),
    Index("living_party_by_ordinal", "linkage", "ordinal", unique=True),
)

# When a party was last heard of: it spoke with its own credentials.
contacts = Table(
    "living_contact",
    metadata,
    Column("linkage", Text, primary_key=True),
    Column("party", Text, primary_key=True),
    Column("heard_ms", BigInteger, nullable=False),
)

epochs = Table(
    "living_epoch",
    metadata,
    Column("linkage", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("schema_hash", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("encoding_bytes", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("live_ms", BigInteger),
    Column("declared_by", Text),
    Index("living_epoch_by_ordinal", "linkage", "ordinal", unique=True),
)

# Where a party's next batch of an epoch goes: `length` bytes of segment number `segment` are visible.
streams = Table(
    "living_stream",
    metadata,
    Column("linkage", Text, primary_key=True),
    Column("party", Text, primary_key=True),
    Column("epoch", Text, primary_key=True),
    Column("segment", Integer, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("complete_generation", BigInteger),
    Column("newest_generation", BigInteger),
    Column("newest_lsn", BigInteger),
    Column("newest_row", BigInteger),
)

# What a party handed over, in the order in which it became visible; compaction takes the segment from old ones.
entries = Table(
    "living_entry",
    metadata,
    Column("linkage", Text, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("party", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("records", Integer, nullable=False),
    Column("generation", BigInteger),
    Column("segment", Integer),
    Column("start", BigInteger),
    Column("end", BigInteger),
    Column("received_ms", BigInteger, nullable=False),
    Column("withheld", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("linkage", "party", "epoch", "batch"),
)

# A compacted roster: it stands for every entry of its party and epoch up to `sequence`.
snapshots = Table(
    "living_snapshot",
    metadata,
    Column("linkage", Text, primary_key=True),
    Column("party", Text, primary_key=True),
    Column("epoch", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("complete_generation", BigInteger, nullable=False),
)

# How far the linker is: which entry was the last one, and which cursor its events have reached.
progress = Table(
    "living_progress",
    metadata,
    Column("linkage", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("figures", LargeBinary, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
)

# Which linker made the events after a cursor, by a random name: a restored unit gives the same cursors anew.
incarnations = Table(
    "living_incarnation",
    metadata,
    Column("linkage", Text, primary_key=True),
    Column("after", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
)
# An epoch's candidate graph: `length` bytes of its file of steps number `file` are visible.
graphs = Table(
    "living_graph",
    metadata,
    Column("linkage", Text, primary_key=True),
    Column("epoch", Text, primary_key=True),
    Column("file", Integer, nullable=False),
    Column("length", BigInteger, nullable=False),
)

# Each match once, with its latest event: `cursor` orders the feed, ended matches stay as its tombstones.
matches = Table(
    "living_match",
    metadata,
    Column("linkage", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("cursor", BigInteger, nullable=False),
    Column("operation", Text, nullable=False),
    Column("left_party", Text, nullable=False),
    Column("left_key", LargeBinary, nullable=False),
    Column("right_party", Text, nullable=False),
    Column("right_key", LargeBinary, nullable=False),
    Column("score", Float, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("probability", Float),
    Column("evidence", LargeBinary),
    Column("ended", Boolean, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Index("living_match_by_cursor", "linkage", "cursor"),
)

"""The jobs' table; `migrations/` makes it."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text

__all__ = ["jobs", "metadata"]

metadata = MetaData()

jobs = Table(
    "job",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("key", Text, unique=True),
    Column("attempts", Integer, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("max_attempts", Integer, nullable=False),
    Column("first_wait_ms", BigInteger, nullable=False),
    Column("longest_wait_ms", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("worker", Text),
    Column("cancel_asked", Boolean, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger),
    Column("unit", Text, nullable=False),
    Column("error", Text),
    Column("created", BigInteger, nullable=False),
    Column("started", BigInteger),
    Column("ended", BigInteger),
    Column("payload", LargeBinary, nullable=False),
    Column("result", LargeBinary),
    Index("job_state_due", "state", "due"),
)

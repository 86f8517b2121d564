"""Turn row changes of databases into ordered, durable change events.

A **connector** (configured as Debezium's are, over Kafka Connect's REST API) reads one database: first a **snapshot**
of its tables, then the **stream** of commits. Each row change becomes a record in topic `<prefix>.<schema>.<table>`
of the event log, with a **position** in its header `tallystick-position`.

Invariants: records and the source offset commit in one transaction; the database is told of a position only after
that; positions sort as commits do, and a new snapshot generation sorts above all before it.
"""

from tallystick.capture.domain.change import Change, MalformedChange, read_change
from tallystick.capture.domain.connector import Snapshot
from tallystick.capture.domain.position import POSITION_HEADER, Position
from tallystick.capture.domain.semantics import readable

__all__ = ["POSITION_HEADER", "Change", "MalformedChange", "Position", "Snapshot", "read_change", "readable"]

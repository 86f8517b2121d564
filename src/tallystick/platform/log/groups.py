"""Where groups go on reading, kept in the store whichever log they read."""

from sqlalchemy import Connection

from tallystick.platform.log.errors import InvalidOffsetError
from tallystick.platform.log.tables import groups
from tallystick.platform.store import upsert

__all__ = ["go_on_at"]


def go_on_at(connection: Connection, group: str, topic: str, partition: int, offset: int, *, end: int) -> None:
    """Save where a group goes on reading; `end` is the next offset that the partition gives."""
    if not 0 <= offset <= end:
        place = f"topic {topic}, partition {partition}"
        raise InvalidOffsetError(f"{place}: group {group} cannot go on at {offset}, only at 0 to {end}")
    row = {"name": group, "topic": topic, "partition": partition, "offset": offset}
    upsert(connection, groups, [row], key=("name", "topic", "partition"))

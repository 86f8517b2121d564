"""Which source an entry belongs to, when a container ended before its own content was known."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tallystick.catalog.domain.found import Container

__all__ = ["Owner", "judged", "members_of", "owners"]


_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


class Owner(NamedTuple):
    """The container whose source takes the entries, and what stands before their paths there."""

    container: Container
    prefix: bytes


def owners(containers: Sequence[Container]) -> Mapping[int, Owner]:
    """Give each container's entries to itself, or to the nearest container around it whose content is known."""
    found: dict[int, Owner] = {}
    for container in sorted(containers, key=lambda container: container.number):
        if container.content is not None or container.parent is None:
            found[container.number] = Owner(container, b"")
        else:
            outer = found[container.parent]
            found[container.number] = Owner(outer.container, outer.prefix + container.path + b"/")
    return found


def members_of(containers: Sequence[Container]) -> Mapping[int, Sequence[Container]]:
    """Give the containers right inside each container, by its number; a number without any has none."""
    found: defaultdict[int, list[Container]] = defaultdict(list)
    for container in containers:
        if container.parent is not None:
            found[container.parent].append(container)
    return found


def judged(container: Container, members: Sequence[Container]) -> Container:
    """Call a package no more whole than its members are; any other container answers for itself alone."""
    if container.kind != "deb" or container.integrity != "complete":
        return container
    for member in members:
        if member.integrity != "complete":
            return Container(
                number=container.number,
                parent=container.parent,
                path=container.path,
                kind=container.kind,
                depth=container.depth,
                integrity=member.integrity,
                problem=f"{_printable(member.path)}: {member.problem}",
                position=None,
                content=container.content,
            )
    return container


def _printable(path: bytes) -> str:
    """Escape what a terminal or a database would not take as text, as the compiled core does in problems."""
    return _CONTROL.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", path.decode(errors="replace"))

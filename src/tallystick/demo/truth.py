"""Which real person stands behind each row: a file that only the demo reads."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Truth"]


@dataclass(frozen=True)
class Truth:
    """Lines of registry, serial number and real person; appended when a row is made, never changed."""

    file: Path

    def add(self, registry: str, people: Mapping[int, int]) -> None:
        """Note the real person behind each serial number."""
        lines = [json.dumps([registry, number, person]) + "\n" for number, person in people.items()]
        with self.file.open("a") as file:
            file.write("".join(lines))

    def read(self) -> dict[str, dict[int, int]]:
        """Return, by registry, the real person behind each serial number."""
        found: dict[str, dict[int, int]] = {}
        if self.file.exists():
            for line in self.file.read_text().splitlines():
                registry, number, person = json.loads(line)
                found.setdefault(registry, {})[number] = person
        return found

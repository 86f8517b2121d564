"""How far a reader of a feed is, and in which history: a number alone would be a restored unit's as well."""

from typing import Annotated, NamedTuple, Self

from msgspec import Meta

from tallystick.linkage.domain.texts import END

__all__ = ["Cursor", "CursorText"]

CursorText = Annotated[str, Meta(pattern=f"^([0-9]{{1,18}}(-[0-9a-f]{{16}})?)?{END}")]


class Cursor(NamedTuple):
    """An event's number, and the random name of the linker that made it; the beginning is 0 and nobody.

    >>> Cursor.read("41-00ff00ff00ff00ff"), Cursor.read("")
    (Cursor(number=41, incarnation='00ff00ff00ff00ff'), Cursor(number=0, incarnation=''))
    >>> Cursor(41, "00ff00ff00ff00ff").text
    '41-00ff00ff00ff00ff'
    """

    number: int
    incarnation: str

    @classmethod
    def read(cls, text: CursorText) -> Self:
        """Read a cursor as readers keep it."""
        number, _, incarnation = text.partition("-")
        return cls(int(number or 0), incarnation)

    @property
    def text(self) -> str:
        """Write the cursor as readers keep it."""
        return f"{self.number}-{self.incarnation}"

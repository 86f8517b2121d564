"""The vocabulary in which settings are declared."""

from typing import Any

import msgspec

__all__ = ["Secret", "Section", "about"]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of settings: one TOML table.

    >>> from typing import Annotated
    >>> class Door(Section, frozen=True, kw_only=True):
    ...     listen: Annotated[str, about("Address of the TLS door.")] = "127.0.0.1:8443"
    >>> Door().listen
    '127.0.0.1:8443'
    """


class Secret:
    """A text that no log, error or page may show; only `reveal` gives it out.

    >>> str(Secret("hunter2"))
    '********'
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "Secret(********)" if self._text else "Secret()"

    def __str__(self) -> str:
        return "********" if self._text else ""


def about(sentence: str, **bounds: Any) -> msgspec.Meta:  # noqa: ANN401 -- the bounds that msgspec.Meta knows
    """Describe a setting: a sentence of help and its bounds (`ge`, `le`, `pattern`, ...), for use in `Annotated`."""
    return msgspec.Meta(description=sentence, **bounds)

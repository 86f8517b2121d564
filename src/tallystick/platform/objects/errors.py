"""What can go wrong with stored bytes.

ObjectsError                    base of all
├── InvalidObjectsUrlError      the settings' fault: the URL names no store that is known
├── InvalidKeyError             the caller's fault: the key cannot name an object
├── ObjectNotFoundError         nothing is stored under the key or digest
├── CorruptObjectError          stored contents differ from their digest: restore them from a backup
├── ObjectsDeniedError          the store refuses: check the credentials and its policy
└── ObjectsUnavailableError     the store does not answer, or is full: try again later
"""

from collections.abc import Iterator
from contextlib import contextmanager

from obstore import exceptions

__all__ = [
    "CorruptObjectError",
    "InvalidKeyError",
    "InvalidObjectsUrlError",
    "ObjectNotFoundError",
    "ObjectsDeniedError",
    "ObjectsError",
    "ObjectsUnavailableError",
    "translated",
]


class ObjectsError(Exception):
    """Base of the object store's errors."""


class InvalidObjectsUrlError(ObjectsError, ValueError):
    """The URL names no store that is known."""


class InvalidKeyError(ObjectsError, ValueError):
    """The key cannot name an object."""


class ObjectNotFoundError(ObjectsError, LookupError):
    """Nothing is stored there."""


class CorruptObjectError(ObjectsError, OSError):
    """Stored contents differ from their digest."""


class ObjectsDeniedError(ObjectsError, PermissionError):
    """The store refuses these credentials."""


class ObjectsUnavailableError(ObjectsError, OSError):
    """The store does not answer, or cannot take more."""


@contextmanager
def translated(name: str, *, writing: bool = False) -> Iterator[None]:
    """Turn the library's errors into ours, in one line each, naming the object."""
    try:
        yield
    except (FileNotFoundError, exceptions.NotFoundError) as error:
        if writing:
            raise ObjectsUnavailableError(f"cannot store {name}: there is no such store") from error
        raise ObjectNotFoundError(f"no object {name}") from error
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
        raise ObjectsDeniedError(f"{name}: {_first_line(error)}") from error
    except exceptions.InvalidPathError as error:
        raise InvalidKeyError(f"{name}: {_first_line(error)}") from error
    except exceptions.BaseError as error:
        raise ObjectsUnavailableError(f"{name}: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0]

"""What can go wrong in the catalog.

CatalogError
├── InvalidDigest (ValueError)      the caller's: the text says how many hexadecimal digits it takes
├── UnknownContent (LookupError)    the caller's: no catalogued source holds such a content
├── NotAFile (OSError)              the caller's: only readable regular files are catalogued
└── ReaderFailed (RuntimeError)     the archive's or the reader's: nothing was recorded; the next attempt may succeed
"""

__all__ = ["CatalogError", "InvalidDigest", "NotAFile", "ReaderFailed", "UnknownContent"]


class CatalogError(Exception):
    """Anything that the catalog refuses or fails to do."""


class InvalidDigest(CatalogError, ValueError):
    """A text is not a digest."""


class UnknownContent(CatalogError, LookupError):
    """A digest is not known."""


class NotAFile(CatalogError, OSError):
    """A path is not a regular file, or cannot be read."""


class ReaderFailed(CatalogError, RuntimeError):
    """The process that reads an archive died, took too long, or could not be confined."""

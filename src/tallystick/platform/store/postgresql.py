"""PostgreSQL as the store, by psycopg 3."""

from typing import Final

from psycopg import errors
from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.exc import OperationalError

from tallystick.platform.store.errors import (
    StoreBusyError,
    StoreDiskError,
    StoreError,
    StoreUnreachableError,
    StoreVersionError,
)

__all__ = ["OLDEST", "engines", "translated"]

OLDEST: Final = 13
WORTH_A_RETRY: Final = (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)
OF_THE_DISK: Final = (errors.DiskFull, errors.IoError)
ADVICE: Final = {
    "does not exist": "make it (createdb), or change [store] url",
    "password authentication failed": "change the user or password in [store] url",
    "no password supplied": "add the password to [store] url",
    "Connection refused": "start the server, or change host and port in [store] url",
    "No such file or directory": "start the server, or change the socket directory in [store] url",
    "resolve host": "change the host in [store] url",
    "too many clients": "raise the server's max_connections",
    "No space left": "make room on the server's disk",
}


def engines(url: URL) -> tuple[Engine, Engine]:
    """Connect to the server of `url`, for reading and for writing."""
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=5,
        max_overflow=20,
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,
    )
    try:
        with engine.connect() as connection:
            version = int((connection.dialect.server_version_info or (0,))[0])
    except OperationalError as error:
        raise StoreUnreachableError(_explained(url, str(error.orig))) from error
    if version < OLDEST:
        raise StoreVersionError(f"PostgreSQL {version} is too old; use {OLDEST} or newer")
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True), engine


def translated(url: URL, error: OperationalError) -> StoreError:
    """Say what a failure of the server means for its user."""
    if isinstance(error.orig, WORTH_A_RETRY):
        return StoreBusyError(f"others use the same rows: {str(error.orig).strip()}")
    kind = StoreDiskError if isinstance(error.orig, OF_THE_DISK) else StoreUnreachableError
    return kind(_explained(url, str(error.orig)))


def _explained(url: URL, reason: str) -> str:
    advice = next((advice for clue, advice in ADVICE.items() if clue in reason), "check [store] url")
    return f"{url.render_as_string(hide_password=True)} cannot be used: {reason.strip()}; {advice}"

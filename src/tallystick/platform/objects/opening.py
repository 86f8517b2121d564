"""Turn a URL into a store; each scheme is one short function."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from obstore.store import LocalStore, MemoryStore, ObjectStore, S3Store

from tallystick.platform.objects.errors import InvalidObjectsUrlError, translated
from tallystick.platform.settings import Secret

__all__ = ["opened"]

CONNECT_WITHIN = timedelta(seconds=5)
RETRY_WITHIN = timedelta(seconds=30)
S3_OPTIONS = {"endpoint", "region", "virtual_hosted_style_request"}


def opened(url: str, access_key_id: str, secret_access_key: Secret) -> tuple[ObjectStore, Path | None]:
    """Open the store, and name its directory if it is local; raises InvalidObjectsUrlError."""
    parts = urlsplit(url)
    with translated(_without_query(parts)):
        match parts.scheme:
            case "file":
                directory = _directory(parts)
                return LocalStore(directory), directory
            case "memory":
                return MemoryStore(), None
            case "s3":
                return _s3(parts, access_key_id, secret_access_key), None
    raise InvalidObjectsUrlError(
        f"[objects] url: {_without_query(parts)!r} is no object store: use file:///, memory:/// or s3://"
    )


def _directory(parts: SplitResult) -> Path:
    directory = Path(unquote(parts.path))
    if parts.netloc not in {"", "localhost"} or not directory.is_absolute():
        raise InvalidObjectsUrlError(f"{parts.geturl()!r} needs an absolute path: file:///var/lib/objects")
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidObjectsUrlError(f"cannot use {directory} for objects: {error.strerror}") from error
    return directory


def _s3(parts: SplitResult, access_key_id: str, secret_access_key: Secret) -> S3Store:
    options = {name: values[-1] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
    if unknown := options.keys() - S3_OPTIONS:
        raise InvalidObjectsUrlError(f"an s3:// URL has no option {min(unknown)!r}: it has {sorted(S3_OPTIONS)}")
    if not parts.netloc:
        raise InvalidObjectsUrlError("an s3:// URL needs a bucket: s3://bucket/prefix")
    if access_key_id:
        options |= {"access_key_id": access_key_id, "secret_access_key": secret_access_key.reveal()}
    endpoint = options.get("endpoint", "")
    return S3Store(
        parts.netloc,
        prefix=unquote(parts.path).strip("/") or None,
        config=options,  # type: ignore[arg-type] # the keys were checked above
        client_options={"allow_http": endpoint.startswith("http://"), "connect_timeout": CONNECT_WITHIN},
        retry_config={
            "max_retries": 5,
            "retry_timeout": RETRY_WITHIN,
            "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=5), "base": 2},
        },
    )


def _without_query(parts: SplitResult) -> str:
    return parts._replace(query="", fragment="", netloc=parts.netloc.rpartition("@")[2]).geturl()

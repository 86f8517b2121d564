"""Call another organisation's TLS door: dial an address, ask for a name, believe one authority.

Not every system resolves `unit.localhost`, and a door may be reached through a forwarded port; so the address that is
dialled and the name that is asked for and verified are two settings.
"""

import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2

from tallystick.edge.authority import Credential
from tallystick.edge.errors import DoorError, DoorRefused, DoorTimeout, DoorUnreachable, DoorUntrusted

__all__ = ["Door", "DoorClient", "Timeouts"]

Content = bytes | Iterable[bytes]


@dataclass(frozen=True)
class Door:
    """Another organisation's TLS door and what it must prove."""

    address: str
    """Dialled `HOST:PORT`."""
    name: str
    """Server name that is asked for, verified, and sent as Host."""
    authority: Path
    """PEM file of the certificate authorities that are believed, and no others."""
    credential: Credential | None = None
    """Client certificate, where the door asks for one."""

    def __str__(self) -> str:
        return f"{self.name} at {self.address} (authority {self.authority})"


@dataclass(frozen=True)
class Timeouts:
    """Seconds that one step of a call may take."""

    connect: float = 10.0
    read: float = 60.0
    write: float = 60.0
    pool: float = 10.0


class DoorClient:
    """Keep-alive HTTP calls through one door; safe to share among threads."""

    def __init__(self, door: Door, *, token: str = "", timeouts: Timeouts | None = None) -> None:
        self.door = door
        seconds = timeouts or Timeouts()
        headers = {"Host": door.name} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._client = httpx2.Client(
            base_url=f"https://{door.address}",
            headers=headers,
            verify=_trust(door),
            timeout=httpx2.Timeout(connect=seconds.connect, read=seconds.read, write=seconds.write, pool=seconds.pool),
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the kept connections."""
        self._client.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        content: Content | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        accept: tuple[int, ...] = (),
    ) -> httpx2.Response:
        """Make one call and return its success, or raise a `DoorError`; statuses in `accept` are successes too."""
        with self.stream(method, path, content=content, headers=headers, params=params, accept=accept) as response:
            response.read()
        return response

    @contextmanager
    def stream(
        self,
        method: str,
        path: str,
        *,
        content: Content | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        accept: tuple[int, ...] = (),
    ) -> Iterator[httpx2.Response]:
        """Make one call whose response body is read piece by piece (`response.iter_bytes()`, `iter_lines()`)."""
        request = self._client.build_request(
            method,
            path,
            content=content,
            headers=headers,
            params=params,
            extensions={"sni_hostname": self.door.name},
        )
        with _explained(self.door, f"{method} {path}"):
            response = self._client.send(request, stream=True)
            try:
                if not response.is_success and response.status_code not in accept:
                    raise self._refusal(request, response)
                yield response
            finally:
                response.close()

    def _refusal(self, request: httpx2.Request, response: httpx2.Response) -> DoorRefused:
        body = response.read()
        said = body[:500].decode("utf-8", "replace")
        return DoorRefused(
            f"{self.door} answered {request.method} {request.url.path} with {response.status_code}: {said}",
            status=response.status_code,
            body=body,
        )


def _trust(door: Door) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=str(door.authority))
        if door.credential is not None:
            context.load_cert_chain(door.credential.certificate, door.credential.key)
    except (OSError, ssl.SSLError) as error:
        raise DoorUntrusted(f"{door}: its certificate files cannot be read: {error}") from error
    return context


@contextmanager
def _explained(door: Door, call: str) -> Iterator[None]:
    """Name the door and the call in whatever goes wrong below."""
    try:
        yield
    except httpx2.TimeoutException as error:
        raise DoorTimeout(f"{door}: {call} took too long ({type(error).__name__})") from error
    except httpx2.TransportError as error:
        raise _transport_failure(door, call, error) from error


def _transport_failure(door: Door, call: str, error: httpx2.TransportError) -> DoorError:
    if _certificate_is_refused(error):
        return DoorUntrusted(f"{door}: {call} failed, its certificate is not believed: {error}")
    return DoorUnreachable(f"{door}: {call} failed: {error or type(error).__name__}")


def _certificate_is_refused(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False

"""What an organisation may say about its door."""

from typing import Annotated, Literal

from tallystick.edge.domain.bounds import LONGEST_S, MOST
from tallystick.platform.settings import Section, about

__all__ = ["EdgeSettings"]


class EdgeSettings(Section, frozen=True, kw_only=True):
    """The TLS door of an organisation."""

    listen: Annotated[str, about("Address of the TLS door, IP:PORT.")] = "127.0.0.1:8443"
    names: Annotated[
        tuple[str, ...], about("Server names that the door's certificate proves; the first is the main one.")
    ] = ("localhost",)
    certificate: Annotated[str, about("PEM file of a certificate chain; empty: the local authority issues one.")] = ""
    key: Annotated[str, about("PEM file of the certificate's key.")] = ""
    client_certificates: Annotated[
        Literal["none", "optional", "required"],
        about("Whether clients prove who they are; believed are the local authority and tls/clients/*.pem."),
    ] = "optional"
    workers: Annotated[int, about("Threads that serve connections.", ge=1, le=256)] = 1
    connections: Annotated[int, about("Open connections at most; 0: as file descriptors allow.", ge=0, le=MOST)] = 0
    connections_per_address: Annotated[int, about("Open connections from one address; 0: no bound.", ge=0, le=MOST)] = 0
    upload_rate: Annotated[int, about("Slowest acceptable upload in bytes a second; 0: any.", ge=0, le=MOST)] = 240
    response_s: Annotated[float, about("Seconds a response may take to begin; 0: for ever.", ge=0, le=LONGEST_S)] = 60.0
    idle_s: Annotated[
        float, about("Seconds without a byte after which a connection ends; 0: never.", ge=0, le=LONGEST_S)
    ] = 300.0
    drain_s: Annotated[float, about("Seconds that open connections get at shutdown.", ge=0, le=LONGEST_S)] = 10.0

"""Typed routes over HTTP.

A capability declares `Route`s; `application` makes an ASGI application of them that decodes requests into their types,
answers errors as RFC 9457 problems, describes itself as OpenAPI 3.1, counts and logs; `serve` listens on TCP or on a
unix socket of mode 0600. A handler takes one `Request` and gives back a value, a `Reply`, or raises a `Problem`.
"""

from tallystick.platform.http.application import Application, application
from tallystick.platform.http.body import BodyStream
from tallystick.platform.http.bounds import Bounds
from tallystick.platform.http.decoding import MESSAGE_PACK, decode_json, decode_msgpack
from tallystick.platform.http.errors import AddressRefused, AddressTaken, ListenError
from tallystick.platform.http.gate import EVERYONE, Gate
from tallystick.platform.http.health import Check, failing
from tallystick.platform.http.listener import serve
from tallystick.platform.http.openapi import description, viewer
from tallystick.platform.http.problem import Fault, Origin, Problem
from tallystick.platform.http.reply import Event, Reply, events
from tallystick.platform.http.request import Request
from tallystick.platform.http.route import Failures, Group, RawRoute, Route, Routes
from tallystick.platform.http.wording import ProblemShape, problem_json

__all__ = [
    "EVERYONE",
    "MESSAGE_PACK",
    "AddressRefused",
    "AddressTaken",
    "Application",
    "BodyStream",
    "Bounds",
    "Check",
    "Event",
    "Failures",
    "Fault",
    "Gate",
    "Group",
    "ListenError",
    "Origin",
    "Problem",
    "ProblemShape",
    "RawRoute",
    "Reply",
    "Request",
    "Route",
    "Routes",
    "application",
    "decode_json",
    "decode_msgpack",
    "description",
    "events",
    "failing",
    "problem_json",
    "serve",
    "viewer",
]

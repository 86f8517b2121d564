"""Capture's page on the console."""

from collections.abc import Mapping
from typing import Any, Final

from tallystick.capture.service import Connectors
from tallystick.capture.views import Views
from tallystick.platform.http import Request
from tallystick.platform.web import Page

__all__ = ["capture_pages"]

TONES: Final[Mapping[str, str]] = {"RUNNING": "good", "FAILED": "bad", "RESTARTING": "busy", "UNASSIGNED": "warn"}


def capture_pages(service: Connectors, views: Views) -> tuple[Page, ...]:
    """Declare the pages."""

    def connectors(_: Request[Any]) -> Mapping[str, object]:
        return {"connectors": [_shown(service, views, name) for name in service.names()], "tones": TONES}

    return (
        Page("/capture", "Connectors", "capture/connectors.html", connectors, label="Connectors", section="Capture"),
    )


def _shown(service: Connectors, views: Views, name: str) -> Mapping[str, object]:
    texts = service.connector(name).texts
    status = views.status(name)
    tasks = status["tasks"] or [status["connector"]]
    offset = service.offset(name) or {}
    return {
        "name": name,
        "source": f"{texts.get('database.dbname', '')} at {texts.get('database.hostname', '')}",
        "state": tasks[0]["state"],
        "trace": tasks[0].get("trace", ""),
        "committed_ms": offset.get("ts_usec", 0) // 1000,
        "topics": [_topic(service, topic) for topic in service.topics(name)],
    }


def _topic(service: Connectors, topic: str) -> Mapping[str, object]:
    snapshot = service.snapshot(topic)
    return {
        "name": topic,
        "events": service.recorded(topic),
        "generation": snapshot.generation if snapshot else 0,
        "complete": bool(snapshot and snapshot.complete),
    }

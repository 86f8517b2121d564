"""The pages that every organisation's console has: health, access, audit."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tallystick.platform.auth import Audit, AuditBrokenError, Certificates, Tokens
from tallystick.platform.auth.secrets import now_ms
from tallystick.platform.http import Check, Request, failing
from tallystick.platform.store import Store
from tallystick.platform.supervisor import ChildState, NotRunningError, SupervisorStatus, status
from tallystick.platform.web.overview import Glance
from tallystick.platform.web.page import Page, PageNumber, Paging

__all__ = ["ACCESS_SCOPE", "operations_glance", "operations_pages"]

ACCESS_SCOPE = "access:read"
SECTION = "Operations"
PAGE_SIZE = 50
TONES = {
    ChildState.READY: "good",
    ChildState.STARTING: "busy",
    ChildState.STOPPING: "busy",
    ChildState.WAITING: "warn",
    ChildState.UNREADY: "warn",
    ChildState.CRASH_LOOPING: "bad",
    ChildState.STOPPED: "calm",
}
TOKEN_TONES = {"live": "good", "expired": "warn", "revoked": "calm"}


class AuditQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Which part of the audit, and whether to check all of it."""

    page: PageNumber = 1
    verify: bool = False


def operations_pages(store: Store, data_dir: Path, checks: Mapping[str, Check]) -> Sequence[Page]:
    """Give the pages; `data_dir` is where the supervisor runs, `checks` are what this process depends on."""
    audit = Audit(store)

    def health(_: Request[Any]) -> Mapping[str, object]:
        wrong = failing(checks)
        reasons = {name: wrong.get(name) for name in checks}
        return {"supervisor": _supervisor(data_dir), "checks": reasons, "tones": TONES}

    def access(_: Request[Any]) -> Mapping[str, object]:
        now = now_ms()
        tokens = [(record, record.state(now)) for record in reversed(Tokens(store).list())]
        return {"tokens": tokens, "tones": TOKEN_TONES, "certificates": Certificates(store).list()}

    def audited(request: Request[Any]) -> Mapping[str, object]:
        query: AuditQuery = request.query
        paging = Paging(query.page, PAGE_SIZE, audit.count())
        entries = audit.latest(PAGE_SIZE, before=paging.total - paging.offset + 1)
        return {"entries": entries, "paging": paging, "verdict": _verdict(audit) if query.verify else None}

    return [
        Page("/operations/health", "Health", "platform/web/health.html", health, label="Health", section=SECTION),
        Page(
            "/operations/access",
            "Access",
            "platform/web/access.html",
            access,
            label="Access",
            section=SECTION,
            scope=ACCESS_SCOPE,
        ),
        Page(
            "/operations/audit",
            "Audit",
            "platform/web/audit.html",
            audited,
            label="Audit",
            section=SECTION,
            scope=ACCESS_SCOPE,
            query=AuditQuery,
        ),
    ]


def operations_glance(data_dir: Path) -> Glance:
    """Show how the organisation's processes are."""

    def health(_: Request[Any]) -> Mapping[str, object]:
        return {"supervisor": _supervisor(data_dir), "tones": TONES}

    return Glance("platform/web/health_glance.html", health, place="beside")


def _supervisor(data_dir: Path) -> SupervisorStatus | None:
    try:
        return status(data_dir)
    except NotRunningError:
        return None


def _verdict(audit: Audit) -> tuple[str, str]:
    try:
        return "good", f"every entry follows from the one before it; head {audit.verify()}"
    except AuditBrokenError as error:
        return "bad", str(error)

"""Living linkage built from settings."""

from tallystick.platform.store import Branch

__all__ = ["BRANCH"]

BRANCH = Branch("living_linkage", "tallystick.flows.living_linkage.adapters.migrations")

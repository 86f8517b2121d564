"""Who is asking, and what they may do."""

from tallystick.platform.auth.principal import ANONYMOUS, Principal, Scope

__all__ = ["ANONYMOUS", "Principal", "Scope"]

"""Give up root once the doors are bound."""

import grp
import os
import pwd
from dataclasses import dataclass

from tallystick.edge.errors import ConfigurationInvalid, EdgeStartFailed

__all__ = ["Account"]


@dataclass(frozen=True)
class Account:
    """Whom to serve as: a user with all of its groups, or a group alone."""

    user: pwd.struct_passwd | None
    group: grp.struct_group | None

    @classmethod
    def named(cls, user: str | None, group: str | None) -> "Account":
        """Look names up; as in bud, `group` counts only without `user`."""
        try:
            found = pwd.getpwnam(user) if user else None
        except KeyError:
            raise ConfigurationInvalid("user", f"Invalid user name supplied: {user}") from None
        try:
            return cls(found, grp.getgrnam(group) if group and not user else None)
        except KeyError:
            raise ConfigurationInvalid("group", f"Invalid group name supplied: {group}") from None

    def become(self) -> None:
        """Change this process, every thread of it, for good."""
        try:
            if self.group:
                os.setgid(self.group.gr_gid)
            if self.user:
                os.initgroups(self.user.pw_name, self.user.pw_gid)
                os.setgid(self.user.pw_gid)
                os.setuid(self.user.pw_uid)
        except PermissionError as error:
            raise EdgeStartFailed("only root can serve as another user or group") from error

"""The errors that a person can mend: their text says what to change, and nobody needs to see where they were raised."""

from tallystick.edge.errors import EdgeError
from tallystick.flows.living_linkage.errors import LivingLinkageError
from tallystick.platform.log.errors import LogError
from tallystick.platform.objects import ObjectsError
from tallystick.platform.settings import SettingsError
from tallystick.platform.store import StoreError
from tallystick.platform.supervisor import SupervisorError

__all__ = ["MENDABLE"]

MENDABLE = (SettingsError, StoreError, LogError, ObjectsError, SupervisorError, EdgeError, LivingLinkageError, OSError)

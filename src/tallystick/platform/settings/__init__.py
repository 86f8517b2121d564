"""Settings are frozen declarations with a default, bounds and a sentence of help.

A `Section` declares; `load` reads TOML, then `TALLYSTICK_SECTION__KEY`, then `..._FILE` for secrets, and says of each
effective value where it came from. A misspelt key is an error that names it. A `Secret` never prints itself.
"""

from tallystick.platform.settings.declaration import Secret, Section, about
from tallystick.platform.settings.errors import MissingSetting, SettingsError, UnknownSetting, WrongSetting
from tallystick.platform.settings.loading import Effective, Loaded, load

__all__ = [
    "Effective",
    "Loaded",
    "MissingSetting",
    "Secret",
    "Section",
    "SettingsError",
    "UnknownSetting",
    "WrongSetting",
    "about",
    "load",
]

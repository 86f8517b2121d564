"""What can be wrong with settings; each text names the setting and the place it was read from.

SettingsError (ValueError)      the person who wrote the settings can mend it
├── UnknownSetting              no such key; the nearest one is suggested
├── MissingSetting              a key without a default has no value
└── WrongSetting                the value breaks the setting's type or bounds
"""

__all__ = ["MissingSetting", "SettingsError", "UnknownSetting", "WrongSetting"]


class SettingsError(ValueError):
    """Settings that cannot be used."""


class UnknownSetting(SettingsError):
    """A key that no section declares."""


class MissingSetting(SettingsError):
    """A required key without a value."""


class WrongSetting(SettingsError):
    """A value of the wrong type or out of bounds."""

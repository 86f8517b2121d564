"""What can stop the demo.

DemoError (RuntimeError)         the text says what to install, free or remove
├── MissingExtra                 `tallystick[demo]` is not installed
├── DirectoryInUse               another demo runs on the same directory, or the directory holds something else
└── StepFailed                   an organisation did not reach the state that the next step needs; its log is named
"""

__all__ = ["DemoError", "DirectoryInUse", "MissingExtra", "StepFailed"]


class DemoError(RuntimeError):
    """Any failure of the demo."""


class MissingExtra(DemoError):
    """A package of the demo extra is missing."""


class DirectoryInUse(DemoError):
    """A directory that cannot be taken."""


class StepFailed(DemoError):
    """A step that did not end as it must."""

"""What can go wrong in a living linkage.

LivingError
├── UnknownLinkage (LookupError)   the unit has no such linkage; ask its operator for the right id
├── UnknownParty (LookupError)     the linkage was not made for this party
├── UnknownEpoch (LookupError)     declare the epoch before sending encodings into it
├── LinkageExists (ValueError)     the id is taken by another linkage
├── WrongDefinition (ValueError)   a linkage that cannot work: too few parties, one named twice, or a wrong name
├── WrongEpoch (ValueError)        the epoch contradicts its id, its first declaration or the linkage's schema
├── TooManyEpochs (ValueError)     the party has declared several epochs that are not complete; complete one first
├── EpochRetired (ValueError)      a newer epoch is live; send encodings of that one
└── BatchReused (ValueError)       a batch id came again with other contents; give each batch its own
"""

__all__ = [
    "BatchReused",
    "EpochRetired",
    "LinkageExists",
    "LivingError",
    "TooManyEpochs",
    "UnknownEpoch",
    "UnknownLinkage",
    "UnknownParty",
    "WrongDefinition",
    "WrongEpoch",
]


class LivingError(Exception):
    """Any failure of a living linkage that a caller can do something about."""


class UnknownLinkage(LivingError, LookupError):
    """No linkage has this id."""


class UnknownParty(LivingError, LookupError):
    """The linkage has no such party."""


class UnknownEpoch(LivingError, LookupError):
    """The linkage has no such epoch."""


class LinkageExists(LivingError, ValueError):
    """A linkage of this id was made with another definition."""


class WrongDefinition(LivingError, ValueError):
    """A definition that contradicts itself."""


class WrongEpoch(LivingError, ValueError):
    """A declaration that does not fit."""


class TooManyEpochs(LivingError, ValueError):
    """A party that builds more epochs at once than anybody needs."""


class EpochRetired(LivingError, ValueError):
    """An epoch that takes no more changes."""


class BatchReused(LivingError, ValueError):
    """A batch id with two contents."""

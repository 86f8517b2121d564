"""Living linkages at the unit: parties hand over encodings, the linker follows, everybody reads their own matches.

`LivingService` serves the doors (any number of processes), `Linker` follows one linkage (one process at a time).
Invariants: a batch is durable in its segment before the row that makes it visible; the linker commits what it read,
what came of it and the events about it in one transaction, so a kill at any instant changes nothing in the end.
"""

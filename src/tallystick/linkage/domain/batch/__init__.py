"""A batch linkage: parties upload all their encodings to a project once, and runs compare and solve them.

Nouns: a *project* has *parties*; a party's *upload* is a column of encodings, with its *blocks* where the project uses
blocking; a *run* compares all pairs of parties at one threshold and yields one result of the project's type.

Invariants: records are numbered by their place in the upload; a pair of records is compared once, however many blocks
they share; candidates come by falling score, then by parties, then by records.
"""

"""Living linkage: capture -> encode at the owner -> upsert -> incremental link -> judge -> match events.

At a registry the *encoder* follows the change events of a table, turns rows into encodings and sends them to the
unit's door; the *collector* pulls the matches back and maps this registry's own keys to its people. At the unit the
*judge* asks the served pair model about matches in the grey zone. Invariants: names and secrets never leave the
registry, and an encoding is acknowledged by the unit before its source position is committed.
"""

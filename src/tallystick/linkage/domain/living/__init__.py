"""A living linkage: parties upsert encodings, and the matches follow.

Nouns: a *linkage* has *parties*; a party sends *changes* (key, position, encoding or tombstone) in batches into an
*epoch* (one schema and key); its newest changes are its *roster*. Pairs of records scoring at least the threshold are
*candidates*; solving them gives *matches*, and a *judge* decides those in the *grey zone*.

Invariants: the newest position of a key wins, whatever the order of arrival; the matches are a function of the rosters
alone, so that following changes one by one ends where a full run over the result would.
"""

"""Serve models over the V1 and V2 inference protocols.

A *service* is a name that clients call. Applying a manifest makes a *revision* of it: immutable, its files in the
object store under their digests. The *desired* revision is the newest one applied; the *serving* revision is the newest
that loaded, and it stays until another one has. A *model* is a revision in memory; its *signature* says which tensors
it takes and gives.
"""

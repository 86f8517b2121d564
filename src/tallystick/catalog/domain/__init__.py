"""Digests, and what a reader finds in an archive."""

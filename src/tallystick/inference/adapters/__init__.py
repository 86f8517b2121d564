"""Engines, the revisions' tables and the ways to a model's files."""

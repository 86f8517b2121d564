"""Migrations of a registry's tables."""

"""Migrations of linkage's tables."""

"""Serve models over the V1 and V2 inference protocols."""

"""The largest numbers that may be configured: beyond them the system, or the data plane's arithmetic, gives out."""

__all__ = ["LONGEST_KEEPALIVE_S", "LONGEST_S", "MOST"]

# Linux takes no longer TCP_KEEPIDLE.
LONGEST_KEEPALIVE_S = 32_767
# A year of 365 days; who wants to wait longer says 0, for ever.
LONGEST_S = 31_536_000
MOST = 2**31 - 1

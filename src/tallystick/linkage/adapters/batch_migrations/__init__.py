"""Schema changes of batch linkage's tables."""

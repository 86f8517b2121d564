"""Where linkage meets files and databases."""

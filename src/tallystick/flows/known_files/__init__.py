"""Known files: packages -> catalog -> lookups."""

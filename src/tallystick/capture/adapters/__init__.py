"""What capture stands on: tables of connectors, and PostgreSQL as the source."""

"""What the catalog stands on: its tables, and the sandboxed process that reads archives."""

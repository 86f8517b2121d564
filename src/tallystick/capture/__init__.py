"""Turn row changes of databases into ordered, durable change events."""

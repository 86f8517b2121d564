"""Terminate TLS: certificates by server name, client identities, forwarding to backends."""

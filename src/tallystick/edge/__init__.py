"""Terminate TLS: certificates by server name, client identities, forwarding to backends.

A *door* is a public TLS address. It picks a *context* (certificate, client policy, backends) by the server name
that the client asks for, and forwards to one of the context's *backends* as bytes or as HTTP. What a door does is one
immutable *snapshot*; a reload swaps the snapshot, and every connection keeps the one it began with.

The *authority* makes an organisation's own certificates; a *client* calls another organisation's door.
"""

__all__: list[str] = []

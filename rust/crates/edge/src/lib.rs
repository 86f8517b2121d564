//! TLS data plane: ClientHello parsing, certificate choice, forwarding.

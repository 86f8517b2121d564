"""What capture knows without a socket, clock or disk: positions, changes, offsets, connector configurations."""

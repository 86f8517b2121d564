"""Tensors, protocols, manifests and revisions: pure, without sockets, clocks or disks."""

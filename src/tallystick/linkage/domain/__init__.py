"""What linkage means, without sockets, clocks or disks."""

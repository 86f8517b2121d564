"""What a door does, as data: bud's configuration, and the snapshot that the data plane serves. No files, no sockets."""

//! Change-log readers: replication protocols, row decoding, event rendering.

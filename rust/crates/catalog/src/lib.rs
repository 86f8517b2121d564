//! Readers of archives and packages, and the digests of what they hold.

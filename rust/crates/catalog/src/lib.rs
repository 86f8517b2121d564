//! Readers of archives and packages, and the digests of what they hold.
//!
//! [`scan`] reads a file once for its own digests and once for what is in it; nested archives are told by their magic
//! and opened down to a depth. Nothing is written anywhere, links and devices are named and never followed, and what
//! is foreign meets [`Limits`]. [`sandbox`] takes every right but reading and answering away from the process first.

mod ar;
mod budget;
mod content;
mod entry;
mod error;
mod format;
mod frames;
mod gunzip;
mod members;
pub mod sandbox;
mod scan;
mod stream;
mod tarball;
mod zip;

pub use budget::Limits;
pub use content::Digests;
pub use entry::{Container, Entry, Integrity, Kind};
pub use error::Error;
pub use frames::answer;
pub use scan::{Sink, scan};

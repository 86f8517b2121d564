//! Encoding of records into cryptographic linkage keys, and their exact comparison.

pub mod compare;
pub mod encode;
pub mod error;
pub mod filters;
pub mod kernel;
mod lanes;
mod permutation;
mod prefix;
pub mod score;
pub mod solve;
#[cfg(target_arch = "x86_64")]
mod squares;

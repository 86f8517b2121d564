//! Tensor codecs of the inference protocols: JSON arrays and length-prefixed byte strings, to and from flat buffers.
//!
//! Pure and panic-free on any input; shapes are inferred, and an error names the place in the array.

mod datatype;
mod elements;
mod error;
mod number;
mod render;
mod scan;

pub use datatype::Datatype;
pub use elements::{join_elements, split_elements};
pub use error::Error;
pub use render::render;
pub use scan::{Tensor, scan};

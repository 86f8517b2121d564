//! Bindings: what `tallystick.native` may call, one module a capability. Errors cross in `error` and nowhere else.

mod capture;
mod catalog;
mod edge;
mod error;
mod inference;
mod linkage;

use pyo3::prelude::*;

/// The compiled core of Tallystick; reached through `tallystick.native` alone.
#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    error::register(module)?;
    capture::register(module)?;
    catalog::register(module)?;
    edge::register(module)?;
    inference::register(module)?;
    linkage::register(module)
}

//! Bindings of `tallystick-capture`.

use pyo3::prelude::*;

#[allow(clippy::unnecessary_wraps, reason = "every capability registers with one signature")]
pub(crate) fn register(_module: &Bound<'_, PyModule>) -> PyResult<()> {
    Ok(())
}

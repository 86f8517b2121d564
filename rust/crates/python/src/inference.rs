//! Bindings of `tallystick-inference`.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};
use tallystick_inference::{self as inference, Datatype};

use crate::error::Failure;

/// Below this many bytes the work is shorter than handing the interpreter over.
const DETACH: usize = 16 * 1024;

/// Read a JSON array of numbers: its elements, little-endian, and its shape.
#[pyfunction]
fn scan_tensor<'py>(
    py: Python<'py>,
    text: &[u8],
    datatype: &str,
) -> PyResult<(Bound<'py, PyBytes>, Bound<'py, PyTuple>)> {
    let datatype = Datatype::named(datatype).map_err(Failure::from)?;
    let scan = || inference::scan(text, datatype);
    let tensor = if text.len() < DETACH {
        scan()
    } else {
        py.detach(scan)
    }
    .map_err(Failure::from)?;
    Ok((
        PyBytes::new(py, &tensor.data),
        PyTuple::new(py, tensor.shape)?,
    ))
}

/// Write elements as a JSON array, nested as the shape says.
#[pyfunction]
#[allow(
    clippy::needless_pass_by_value,
    reason = "an argument from Python is owned"
)]
fn render_tensor<'py>(
    py: Python<'py>,
    data: &[u8],
    datatype: &str,
    shape: Vec<usize>,
) -> PyResult<Bound<'py, PyBytes>> {
    let datatype = Datatype::named(datatype).map_err(Failure::from)?;
    let render = || inference::render(data, datatype, &shape);
    let text = if data.len() < DETACH {
        render()
    } else {
        py.detach(render)
    }
    .map_err(Failure::from)?;
    Ok(PyBytes::new(py, &text))
}

/// The elements of a length-prefixed BYTES tensor.
#[pyfunction]
fn split_elements<'py>(py: Python<'py>, data: &[u8]) -> PyResult<Bound<'py, PyList>> {
    let elements = inference::split_elements(data).map_err(Failure::from)?;
    PyList::new(
        py,
        elements
            .into_iter()
            .map(|element| PyBytes::new(py, element)),
    )
}

/// The length-prefixed BYTES tensor of some elements.
#[pyfunction]
#[allow(
    clippy::needless_pass_by_value,
    reason = "an argument from Python is owned"
)]
fn join_elements<'py>(
    py: Python<'py>,
    elements: Vec<Bound<'py, PyBytes>>,
) -> PyResult<Bound<'py, PyBytes>> {
    let data = inference::join_elements(elements.iter().map(PyBytesMethods::as_bytes))
        .map_err(Failure::from)?;
    Ok(PyBytes::new(py, &data))
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(scan_tensor, module)?)?;
    module.add_function(wrap_pyfunction!(render_tensor, module)?)?;
    module.add_function(wrap_pyfunction!(split_elements, module)?)?;
    module.add_function(wrap_pyfunction!(join_elements, module)?)
}

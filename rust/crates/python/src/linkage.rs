//! Bindings of `tallystick-linkage`.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use pyo3::buffer::PyUntypedBuffer;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use tallystick_linkage::compare::{Options, compare};
use tallystick_linkage::encode::{Encoder, Records};
use tallystick_linkage::filters::Filters;
use tallystick_linkage::kernel::Kernel;
use tallystick_linkage::solve::solve;

use crate::error::Failure;

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<ClkEncoder>()?;
    module.add_function(wrap_pyfunction!(linkage_compare, module)?)?;
    module.add_function(wrap_pyfunction!(linkage_solve, module)?)?;
    module.add_function(wrap_pyfunction!(linkage_popcounts, module)?)?;
    module.add_function(wrap_pyfunction!(linkage_kernels, module)?)
}

type Columns<'py> = (
    Bound<'py, PyBytes>,
    Bound<'py, PyBytes>,
    Bound<'py, PyBytes>,
);

#[pyfunction]
#[pyo3(signature = (left, right, *, words, threshold, threads, kernel, limit, watch))]
#[allow(
    clippy::too_many_arguments,
    clippy::needless_pass_by_value,
    reason = "keywords in Python"
)]
fn linkage_compare<'py>(
    py: Python<'py>,
    left: &Bound<'py, PyAny>,
    right: &Bound<'py, PyAny>,
    words: usize,
    threshold: f64,
    threads: usize,
    kernel: Option<&str>,
    limit: Option<usize>,
    watch: Option<Py<PyAny>>,
) -> PyResult<Columns<'py>> {
    let kernel = kernel
        .map_or_else(|| Ok(Kernel::best()), Kernel::named)
        .map_err(Failure::from)?;
    let options = Options {
        kernel,
        threads,
        limit: limit.unwrap_or(usize::MAX),
    };
    let mut raised = None;
    let (left, right) = (Lent::new(left)?, Lent::new(right)?);
    let outcome = py.detach(|| {
        let left = Filters::from_bytes(left.bytes(), words)?;
        let right = Filters::from_bytes(right.bytes(), words)?;
        compare(
            &left,
            &right,
            threshold,
            options,
            &mut |done, total| match Python::attach(|py| report(py, watch.as_ref(), done, total)) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    raised = Some(error);
                    ControlFlow::Break(())
                }
            },
        )
    });
    if let Some(error) = raised {
        return Err(error);
    }
    let candidates = outcome.map_err(Failure::from)?;
    let column = |bytes: Vec<u8>| PyBytes::new(py, &bytes);
    Ok((
        column(
            candidates
                .iter()
                .flat_map(|pair| pair.left.to_ne_bytes())
                .collect(),
        ),
        column(
            candidates
                .iter()
                .flat_map(|pair| pair.right.to_ne_bytes())
                .collect(),
        ),
        column(
            candidates
                .iter()
                .flat_map(|pair| pair.score.to_ne_bytes())
                .collect(),
        ),
    ))
}

fn report(py: Python<'_>, watch: Option<&Py<PyAny>>, done: u64, total: u64) -> PyResult<()> {
    py.check_signals()?;
    watch.map_or(Ok(()), |watch| watch.call1(py, (done, total)).map(|_| ()))
}

#[pyfunction]
fn linkage_solve(
    py: Python<'_>,
    records: u32,
    one: &Bound<'_, PyAny>,
    other: &Bound<'_, PyAny>,
) -> PyResult<Vec<Vec<u32>>> {
    let (one, other) = (Lent::new(one)?, Lent::new(other)?);
    let (one, other) = (one.numbers(), other.numbers());
    Ok(py
        .detach(|| solve(records, one.zip(other)))
        .map_err(Failure::from)?)
}

#[pyfunction]
fn linkage_popcounts<'py>(
    py: Python<'py>,
    filters: &Bound<'py, PyAny>,
    words: usize,
) -> PyResult<Bound<'py, PyBytes>> {
    let filters = Lent::new(filters)?;
    let counts = py
        .detach(|| Filters::from_bytes(filters.bytes(), words).map(|filters| filters.popcounts()));
    let bytes: Vec<u8> = counts
        .map_err(Failure::from)?
        .into_iter()
        .flat_map(u32::to_ne_bytes)
        .collect();
    Ok(PyBytes::new(py, &bytes))
}

#[pyfunction]
fn linkage_kernels() -> Vec<&'static str> {
    Kernel::available().into_iter().map(Kernel::name).collect()
}

#[pyclass(frozen)]
struct ClkEncoder {
    encoder: Mutex<Encoder>,
    #[pyo3(get)]
    identifiers: Vec<String>,
    #[pyo3(get)]
    row_bytes: usize,
    #[pyo3(get)]
    warnings: Vec<String>,
}

#[pymethods]
impl ClkEncoder {
    #[new]
    fn new(schema: &[u8], secret: &[u8]) -> PyResult<Self> {
        let encoder = Encoder::new(schema, secret).map_err(Failure::from)?;
        Ok(Self {
            identifiers: encoder.identifiers().to_vec(),
            row_bytes: encoder.row_bytes(),
            warnings: encoder.warnings().to_vec(),
            encoder: Mutex::new(encoder),
        })
    }

    fn encode<'py>(
        &self,
        py: Python<'py>,
        rows: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let mut records = Records::default();
        for row in rows.try_iter()? {
            for value in row?.try_iter()? {
                records.push_value(value?.cast::<PyString>()?.to_str()?);
            }
            records.end_row();
        }
        let encoded = py.detach(|| {
            self.encoder
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .encode(&records)
        });
        Ok(PyBytes::new(py, &encoded.map_err(Failure::from)?))
    }
}

/// A buffer lent by Python, which must not write to it meanwhile, as `tallystick.native.linkage` says.
struct Lent(PyUntypedBuffer);

impl Lent {
    fn new(holder: &Bound<'_, PyAny>) -> PyResult<Self> {
        let buffer = PyUntypedBuffer::get(holder)?;
        if !buffer.is_c_contiguous() {
            return Err(Failure::Malformed("the buffer is not contiguous".to_owned()).into());
        }
        Ok(Self(buffer))
    }

    fn bytes(&self) -> &[u8] {
        if self.0.len_bytes() == 0 {
            return &[];
        }
        // SAFETY: the buffer is contiguous, so `len_bytes` bytes lie at `buf_ptr`, and `self` holds it.
        unsafe { std::slice::from_raw_parts(self.0.buf_ptr().cast(), self.0.len_bytes()) }
    }

    fn numbers(&self) -> impl Iterator<Item = u32> + Send {
        self.bytes()
            .as_chunks()
            .0
            .iter()
            .map(|&bytes| u32::from_ne_bytes(bytes))
    }
}

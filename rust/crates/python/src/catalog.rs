//! Bindings of `tallystick-catalog`.

use std::fs::File;
use std::os::fd::{FromRawFd, RawFd};

use pyo3::prelude::*;
use tallystick_catalog::sandbox::{Allowance, enter};
use tallystick_catalog::{Limits, answer};

use crate::error::Failure;

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(catalog_enter_sandbox, module)?)?;
    module.add_function(wrap_pyfunction!(catalog_answer, module)?)
}

#[pyfunction]
#[pyo3(signature = (*, memory, cpu_s))]
fn catalog_enter_sandbox(memory: u64, cpu_s: u64) -> PyResult<()> {
    Ok(enter(Allowance { memory, cpu_s }).map_err(Failure::from)?)
}

#[pyfunction]
#[pyo3(signature = (source, output, *, depth, largest_entry, largest_total, largest_ratio, most_entries, spool))]
#[allow(clippy::too_many_arguments, reason = "keywords in Python")]
fn catalog_answer(
    py: Python<'_>,
    source: RawFd,
    output: RawFd,
    depth: u32,
    largest_entry: u64,
    largest_total: u64,
    largest_ratio: u64,
    most_entries: u64,
    spool: u64,
) -> PyResult<()> {
    let limits = Limits {
        depth,
        largest_entry,
        largest_total,
        largest_ratio,
        most_entries,
        spool,
    };
    let answered = py.detach(|| {
        // SAFETY: the caller gives both descriptors up; nobody else closes them.
        let (mut source, output) =
            unsafe { (File::from_raw_fd(source), File::from_raw_fd(output)) };
        answer(&mut source, output, &limits)
    });
    Ok(answered.map_err(Failure::from)?)
}

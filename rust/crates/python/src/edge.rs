//! Bindings of `tallystick-edge`.

use std::time::Duration;

use pyo3::prelude::*;
use tallystick_edge::Server;

use crate::error::Failure;

/// A running TLS data plane.
#[pyclass(frozen)]
struct EdgeServer(Server);

#[pymethods]
impl EdgeServer {
    /// Start to serve a JSON snapshot.
    #[new]
    fn new(py: Python<'_>, snapshot: &[u8]) -> PyResult<Self> {
        Ok(Self(
            py.detach(|| Server::start(snapshot))
                .map_err(Failure::from)?,
        ))
    }

    /// Compile a JSON snapshot without serving it.
    #[staticmethod]
    fn check(py: Python<'_>, snapshot: &[u8]) -> PyResult<()> {
        Ok(py
            .detach(|| Server::check(snapshot))
            .map_err(Failure::from)?)
    }

    /// Apply another snapshot; a failure changes nothing.
    fn apply(&self, py: Python<'_>, snapshot: &[u8]) -> PyResult<()> {
        Ok(py
            .detach(|| self.0.apply(snapshot))
            .map_err(Failure::from)?)
    }

    /// Bound addresses, in the order of the snapshot's doors.
    fn addresses(&self) -> Vec<String> {
        self.0.addresses().iter().map(ToString::to_string).collect()
    }

    /// Counters as Prometheus text.
    fn metrics(&self) -> String {
        self.0.metrics()
    }

    /// Take the events since the last call, each a JSON object.
    fn events(&self) -> Vec<String> {
        self.0.events()
    }

    /// Stop accepting, wait for connections to end, and say how many were cut.
    fn drain(&self, py: Python<'_>, patience_ms: u64) -> u64 {
        py.detach(|| self.0.drain(Duration::from_millis(patience_ms)))
    }
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<EdgeServer>()
}

//! The one place where a Rust error becomes a Python exception.

use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

create_exception!(
    _core,
    NativeError,
    PyException,
    "Any failure inside the compiled core."
);
create_exception!(
    _core,
    MalformedInput,
    NativeError,
    "Foreign bytes or a caller's value break their format; the text names the place."
);
create_exception!(
    _core,
    PeerUnavailable,
    NativeError,
    "A remote system could not be reached, or the connection broke."
);
create_exception!(
    _core,
    PeerRefused,
    NativeError,
    "A remote system answered with a refusal."
);

/// A failure of any of the five pure crates, on its way to Python.
#[allow(
    dead_code,
    reason = "variants are filled in as their crates gain errors"
)]
pub(crate) enum Failure {
    /// The caller or a foreign byte string is wrong.
    Malformed(String),
    /// A peer cannot be reached.
    Unavailable(String),
    /// A peer said no.
    Refused(String),
    /// Nobody outside is at fault.
    Internal(String),
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Malformed(text) => MalformedInput::new_err(text),
            Failure::Unavailable(text) => PeerUnavailable::new_err(text),
            Failure::Refused(text) => PeerRefused::new_err(text),
            Failure::Internal(text) => NativeError::new_err(text),
        }
    }
}

impl From<tallystick_capture::error::Error> for Failure {
    fn from(error: tallystick_capture::error::Error) -> Self {
        use tallystick_capture::error::Error;
        let text = error.to_string();
        match error {
            Error::Unreachable(_) => Self::Unavailable(text),
            Error::Server { .. } | Error::Distrusted(_) => Self::Refused(text),
            Error::Misconfigured(_) | Error::Malformed { .. } => Self::Malformed(text),
        }
    }
}

impl From<tallystick_catalog::Error> for Failure {
    fn from(error: tallystick_catalog::Error) -> Self {
        use tallystick_catalog::Error;
        let text = error.to_string();
        match error {
            Error::Damaged(_) | Error::Encrypted | Error::Unsupported(_) | Error::Limit(_) => {
                Self::Malformed(text)
            }
            Error::Sandbox(_) | Error::Answer(_) => Self::Internal(text),
        }
    }
}

impl From<tallystick_inference::Error> for Failure {
    fn from(error: tallystick_inference::Error) -> Self {
        Self::Malformed(error.to_string())
    }
}

impl From<tallystick_linkage::error::Error> for Failure {
    fn from(error: tallystick_linkage::error::Error) -> Self {
        Self::Malformed(error.to_string())
    }
}

impl From<tallystick_edge::EdgeError> for Failure {
    fn from(error: tallystick_edge::EdgeError) -> Self {
        use tallystick_edge::EdgeError as Edge;
        let text = error.to_string();
        match error {
            Edge::Snapshot(_) | Edge::Value { .. } => Self::Malformed(text),
            Edge::Bind { .. } | Edge::Worker(_) | Edge::Stopped => Self::Internal(text),
        }
    }
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("NativeError", py.get_type::<NativeError>())?;
    module.add("MalformedInput", py.get_type::<MalformedInput>())?;
    module.add("PeerUnavailable", py.get_type::<PeerUnavailable>())?;
    module.add("PeerRefused", py.get_type::<PeerRefused>())
}

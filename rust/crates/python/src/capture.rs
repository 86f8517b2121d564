//! Bindings of `tallystick-capture`.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use tallystick_capture::changes::{Progress, Record};
use tallystick_capture::debezium::{
    ColumnDescription, Rendering, TableDescription, TypeDescription,
};
use tallystick_capture::error::Error;
use tallystick_capture::postgres::options::{Options, TlsMode};
use tallystick_capture::postgres::session::Session;
use tallystick_capture::relation;
use tallystick_capture::snapshot::{Standpoint, TableCopy};
use tallystick_capture::stream::{Limits, ReplicationStream, Start};

use crate::error::Failure;

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PostgresSession>()?;
    module.add_class::<EventRendering>()?;
    module.add_class::<CapturedTable>()?;
    module.add_class::<StreamProgress>()?;
    module.add_class::<NewRelation>()?;
    module.add_class::<ChangeBatch>()?;
    module.add_class::<ChangeStream>()?;
    module.add_class::<SnapshotCopy>()
}

/// A value that one thread uses at a time, and that may be handed on.
struct Held<T>(Mutex<Option<T>>);

impl<T: Send> Held<T> {
    fn new(value: T) -> Self {
        Self(Mutex::new(Some(value)))
    }

    fn with<R: Send>(
        &self,
        py: Python<'_>,
        act: impl FnOnce(&mut T) -> Result<R, Error> + Send,
    ) -> PyResult<R> {
        let outcome = py.detach(|| act(self.lock().as_mut().ok_or_else(closed)?));
        Ok(outcome.map_err(Failure::from)?)
    }

    fn take(&self) -> PyResult<T> {
        Ok(self
            .lock()
            .take()
            .ok_or_else(closed)
            .map_err(Failure::from)?)
    }

    fn lock(&self) -> MutexGuard<'_, Option<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn closed() -> Error {
    Error::Misconfigured("the connection is closed or was handed on".into())
}

#[pyclass(frozen, module = "tallystick.native._core")]
struct PostgresSession(Held<Session>);

#[pymethods]
impl PostgresSession {
    #[new]
    #[pyo3(signature = (*, host, port, user, password, database, tls, root_certificate, replication, timeout_ms))]
    #[allow(clippy::too_many_arguments, reason = "keywords in Python")]
    fn new(
        py: Python<'_>,
        host: String,
        port: u16,
        user: String,
        password: String,
        database: String,
        tls: &str,
        root_certificate: Option<PathBuf>,
        replication: bool,
        timeout_ms: u64,
    ) -> PyResult<Self> {
        let tls = match tls {
            "disable" => TlsMode::Disable,
            "prefer" => TlsMode::Prefer,
            "require" => TlsMode::Require,
            "verify-full" => TlsMode::VerifyFull,
            other => return Err(Failure::Malformed(format!("TLS mode {other:?}")).into()),
        };
        let options = Options {
            host,
            port,
            user,
            password,
            database,
            tls,
            root_certificate,
            replication,
            timeout: Duration::from_millis(timeout_ms),
        };
        let session = py.detach(|| Session::connect(&options));
        Ok(Self(Held::new(session.map_err(Failure::from)?)))
    }

    #[pyo3(signature = (sql, *, timeout_ms=None))]
    fn query(
        &self,
        py: Python<'_>,
        sql: &str,
        timeout_ms: Option<u64>,
    ) -> PyResult<Vec<Vec<Option<String>>>> {
        self.0.with(py, |session| match timeout_ms {
            None => session.query(sql),
            Some(timeout) => session.query_within(sql, Duration::from_millis(timeout)),
        })
    }

    fn close(&self) {
        let _ = self.0.take();
    }
}

#[pyclass(frozen, module = "tallystick.native._core")]
struct EventRendering(Rendering);

#[pymethods]
impl EventRendering {
    #[new]
    #[pyo3(signature = (*, prefix, database, version, key_schemas, value_schemas, tombstones, skipped, unavailable))]
    #[allow(clippy::too_many_arguments, reason = "keywords in Python")]
    fn new(
        prefix: String,
        database: String,
        version: String,
        key_schemas: bool,
        value_schemas: bool,
        tombstones: bool,
        skipped: String,
        unavailable: String,
    ) -> Self {
        Self(Rendering {
            prefix,
            database,
            version,
            key_schemas,
            value_schemas,
            tombstones,
            skipped,
            unavailable,
        })
    }
}

/// Name, type's object id, modifier, optional, default.
type Column = (String, u32, i32, bool, Option<String>);

/// Object id, base type's name, modifier, labels.
type Type = (u32, String, i32, Vec<String>);

#[pyclass(frozen, module = "tallystick.native._core")]
struct CapturedTable(TableDescription);

#[pymethods]
impl CapturedTable {
    #[new]
    #[pyo3(signature = (*, topic, schema, name, columns, types, key))]
    fn new(
        topic: String,
        schema: String,
        name: String,
        columns: Vec<Column>,
        types: Vec<Type>,
        key: Vec<String>,
    ) -> Self {
        let columns = columns
            .into_iter()
            .map(
                |(name, type_id, modifier, optional, default)| ColumnDescription {
                    name,
                    type_id,
                    modifier,
                    optional,
                    default,
                },
            )
            .collect();
        let described = |(type_id, name, modifier, labels)| {
            let described = TypeDescription {
                name,
                modifier,
                labels,
            };
            (type_id, described)
        };
        Self(TableDescription {
            topic,
            schema,
            name,
            columns,
            types: types.into_iter().map(described).collect(),
            key,
        })
    }
}

#[pyclass(
    frozen,
    eq,
    get_all,
    from_py_object,
    module = "tallystick.native._core"
)]
#[derive(Clone, Copy, PartialEq, Eq)]
struct StreamProgress {
    commit: u64,
    row: u64,
    last_commit: u64,
    durable: u64,
    committed_us: i64,
    transaction: u32,
}

#[pymethods]
impl StreamProgress {
    #[new]
    #[pyo3(signature = (*, commit, row, last_commit, durable, committed_us, transaction))]
    fn new(
        commit: u64,
        row: u64,
        last_commit: u64,
        durable: u64,
        committed_us: i64,
        transaction: u32,
    ) -> Self {
        Self {
            commit,
            row,
            last_commit,
            durable,
            committed_us,
            transaction,
        }
    }
}

impl From<Progress> for StreamProgress {
    fn from(progress: Progress) -> Self {
        Self {
            commit: progress.commit,
            row: progress.row,
            last_commit: progress.last_commit,
            durable: progress.durable,
            committed_us: progress.committed_us,
            transaction: progress.transaction,
        }
    }
}

impl From<StreamProgress> for Progress {
    fn from(progress: StreamProgress) -> Self {
        Self {
            commit: progress.commit,
            row: progress.row,
            last_commit: progress.last_commit,
            durable: progress.durable,
            committed_us: progress.committed_us,
            transaction: progress.transaction,
        }
    }
}

#[pyclass(frozen, get_all, module = "tallystick.native._core")]
struct NewRelation {
    id: u32,
    schema: String,
    name: String,
    types: Vec<u32>,
}

impl From<relation::NewRelation> for NewRelation {
    fn from(relation: relation::NewRelation) -> Self {
        Self {
            id: relation.id,
            types: relation.types(),
            schema: relation.schema,
            name: relation.name,
        }
    }
}

#[pyclass(frozen, get_all, module = "tallystick.native._core")]
struct ChangeBatch {
    records: Py<PyList>,
    progress: StreamProgress,
    undescribed: Option<Py<NewRelation>>,
}

#[pyclass(frozen, module = "tallystick.native._core")]
struct ChangeStream(Held<ReplicationStream>);

#[pymethods]
impl ChangeStream {
    #[new]
    #[pyo3(signature = (session, *, slot, publication, generation, progress, rendering, status_interval_ms))]
    #[allow(clippy::too_many_arguments, reason = "keywords in Python")]
    fn new(
        py: Python<'_>,
        session: &PostgresSession,
        slot: String,
        publication: String,
        generation: u32,
        progress: StreamProgress,
        rendering: &EventRendering,
        status_interval_ms: u64,
    ) -> PyResult<Self> {
        let session = session.0.take()?;
        let start = Start {
            slot,
            publication,
            generation,
            progress: progress.into(),
        };
        let (rendering, interval) = (
            rendering.0.clone(),
            Duration::from_millis(status_interval_ms),
        );
        let stream = py.detach(|| ReplicationStream::start(session, &start, rendering, interval));
        Ok(Self(Held::new(stream.map_err(Failure::from)?)))
    }

    #[pyo3(signature = (*, max_events, max_bytes, timeout_ms))]
    fn next_batch(
        &self,
        py: Python<'_>,
        max_events: usize,
        max_bytes: usize,
        timeout_ms: u64,
    ) -> PyResult<ChangeBatch> {
        let limits = Limits {
            records: max_events,
            bytes: max_bytes,
        };
        let wait = Duration::from_millis(timeout_ms);
        let batch = self.0.with(py, |stream| stream.next_batch(limits, wait))?;
        let undescribed = batch
            .undescribed
            .map(|relation| Py::new(py, NewRelation::from(relation)));
        Ok(ChangeBatch {
            records: records(py, batch.records)?,
            progress: batch.progress.into(),
            undescribed: undescribed.transpose()?,
        })
    }

    fn describe(&self, py: Python<'_>, table: &CapturedTable) -> PyResult<Vec<String>> {
        self.0.with(py, |stream| stream.describe(&table.0))
    }

    fn pass_over(&self, py: Python<'_>) -> PyResult<()> {
        self.0.with(py, ReplicationStream::pass_over)
    }

    fn confirm(&self, py: Python<'_>, lsn: u64) -> PyResult<()> {
        self.0.with(py, |stream| stream.confirm(lsn))
    }

    fn close(&self) {
        let _ = self.0.take();
    }
}

#[pyclass(frozen, module = "tallystick.native._core")]
struct SnapshotCopy(Held<TableCopy>);

#[pymethods]
impl SnapshotCopy {
    #[new]
    #[pyo3(signature = (session, *, table, rendering, generation, consistent_point, taken_us, rows_before, first_table, last_table))]
    #[allow(clippy::too_many_arguments, reason = "keywords in Python")]
    fn new(
        py: Python<'_>,
        session: &PostgresSession,
        table: &CapturedTable,
        rendering: &EventRendering,
        generation: u32,
        consistent_point: u64,
        taken_us: i64,
        rows_before: u64,
        first_table: bool,
        last_table: bool,
    ) -> PyResult<Self> {
        let session = session.0.take()?;
        let standpoint = Standpoint {
            generation,
            consistent_point,
            taken_us,
            rows_before,
            first_table,
            last_table,
        };
        let rendering = rendering.0.clone();
        let copy = py.detach(|| TableCopy::start(session, &table.0, rendering, standpoint));
        Ok(Self(Held::new(copy.map_err(Failure::from)?)))
    }

    #[pyo3(signature = (*, max_events, max_bytes))]
    fn next_batch(
        &self,
        py: Python<'_>,
        max_events: usize,
        max_bytes: usize,
    ) -> PyResult<Py<PyList>> {
        let limits = Limits {
            records: max_events,
            bytes: max_bytes,
        };
        records(py, self.0.with(py, |copy| copy.next_batch(limits))?)
    }

    fn left_out(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.0.with(py, |copy| Ok(copy.left_out().to_vec()))
    }

    fn rows(&self, py: Python<'_>) -> PyResult<u64> {
        self.0.with(py, |copy| Ok(copy.rows()))
    }

    fn finish(&self) -> PyResult<PostgresSession> {
        Ok(PostgresSession(Held::new(self.0.take()?.finish())))
    }
}

/// `(topic, key, value, headers, timestamp)` each.
fn records(py: Python<'_>, records: Vec<Record>) -> PyResult<Py<PyList>> {
    let list = PyList::empty(py);
    for record in records {
        let bytes = |bytes: Option<Vec<u8>>| bytes.map(|bytes| PyBytes::new(py, &bytes));
        let headers: Vec<_> = record
            .headers
            .iter()
            .map(|(name, value)| (*name, PyBytes::new(py, value)))
            .collect();
        list.append((
            record.topic,
            bytes(record.key),
            bytes(record.value),
            headers,
            record.timestamp,
        ))?;
    }
    Ok(list.unbind())
}

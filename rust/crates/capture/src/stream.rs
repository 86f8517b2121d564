//! A replication stream: records and their progress out, confirmations in. Pull-based, so memory stays bounded.

use crate::changes::{Changes, Outcome, Progress, Record};
use crate::debezium::{Rendering, TableDescription};
use crate::error::{Error, Result};
use crate::pgoutput;
use crate::postgres::frame;
use crate::postgres::replication::{self, Walsender, lsn_text};
use crate::postgres::session::{Next, Session};
use crate::relation::NewRelation;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Inside a transaction more is sure to come: batches wait so long for it, since each costs a durable commit.
const LINGER: Duration = Duration::from_millis(20);

/// A connection whose other end vanished looks like a quiet one for at least so long.
const SILENCE: Duration = Duration::from_secs(3);

/// Where a stream begins.
#[derive(Debug, Clone)]
pub struct Start {
    /// The replication slot.
    pub slot: String,
    /// The publication.
    pub publication: String,
    /// The snapshot generation that positions carry.
    pub generation: u32,
    /// How far an earlier stream came.
    pub progress: Progress,
}

/// What one call of `next_batch` brought.
#[derive(Debug, Default)]
pub struct Batch {
    /// The records; a message's records are never parted.
    pub records: Vec<Record>,
    /// How far they go.
    pub progress: Progress,
    /// A relation to describe before the next call.
    pub undescribed: Option<NewRelation>,
}

/// How much a batch may hold.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Records, give or take the last message's.
    pub records: usize,
    /// Bytes of keys and values, give or take the last message's.
    pub bytes: usize,
}

/// What one step of a stream took.
#[derive(Debug, PartialEq, Eq)]
enum Taken {
    Message,
    Part,
    Nothing,
}

/// A running stream.
pub struct ReplicationStream {
    session: Session,
    changes: Changes,
    undescribed: Option<NewRelation>,
    received: u64,
    confirmed: u64,
    /// Whether a transaction has begun whose end has not come.
    inside: bool,
    status_interval: Duration,
    last_status: Instant,
    last_heard: Instant,
}

impl ReplicationStream {
    /// Start streaming on a replication session.
    pub fn start(
        mut session: Session,
        start: &Start,
        rendering: Rendering,
        status_interval: Duration,
    ) -> Result<Self> {
        let from = start.progress.durable;
        session.begin_copy(&format!(
            "START_REPLICATION SLOT {} LOGICAL {} (proto_version '1', publication_names {})",
            quoted(&start.slot, '"'),
            lsn_text(from),
            quoted(&quoted(&start.publication, '"'), '\''),
        ))?;
        Ok(Self {
            session,
            changes: Changes::new(rendering, start.generation, start.progress),
            undescribed: None,
            received: from,
            confirmed: from,
            inside: false,
            status_interval,
            last_status: Instant::now(),
            last_heard: Instant::now(),
        })
    }

    /// Describe the relation that the last batch named; returns the columns that are left out.
    pub fn describe(&mut self, description: &TableDescription) -> Result<Vec<String>> {
        let relation = self.waiting()?;
        self.changes.describe(&relation, description)
    }

    /// Pass over the changes of the relation that the last batch named.
    pub fn pass_over(&mut self) -> Result<()> {
        let relation = self.waiting()?;
        self.changes.pass_over(&relation);
        Ok(())
    }

    fn waiting(&mut self) -> Result<NewRelation> {
        self.undescribed
            .take()
            .ok_or_else(|| Error::Misconfigured("no relation waits for a description".into()))
    }

    /// Wait for a first record, then take the rest of its transaction and what else has come, up to the limits and for
    /// about `wait` in all, even where all that comes is passed over.
    pub fn next_batch(&mut self, limits: Limits, wait: Duration) -> Result<Batch> {
        if let Some(relation) = &self.undescribed {
            return Err(Error::Misconfigured(format!(
                "{}.{} is not described yet",
                relation.schema, relation.name
            )));
        }
        let deadline = Instant::now() + wait;
        let mut records = Vec::new();
        let mut bytes = 0;
        while records.len() < limits.records && bytes < limits.bytes && self.undescribed.is_none() {
            self.report_in_time()?;
            let patience = if records.is_empty() {
                deadline.saturating_duration_since(Instant::now())
            } else if self.inside {
                LINGER
            } else {
                Duration::ZERO
            };
            let made = records.len();
            let taken = self.take(patience.min(self.status_interval), &mut records)?;
            if taken == Taken::Nothing {
                self.suspect()?;
            }
            let drained = taken == Taken::Nothing && !records.is_empty();
            if drained || Instant::now() >= deadline {
                break;
            }
            bytes += records[made..].iter().map(Record::size).sum::<usize>();
        }
        Ok(Batch {
            records,
            progress: self.changes.progress(),
            undescribed: self.undescribed.clone(),
        })
    }

    /// Tell the server that everything before `lsn` is durable here.
    pub fn confirm(&mut self, lsn: u64) -> Result<()> {
        self.confirmed = self.confirmed.max(lsn);
        self.report(false)
    }

    /// Take one message, or a part of it: any byte is a sign of life, since a long row takes a slow link a while.
    fn take(&mut self, patience: Duration, records: &mut Vec<Record>) -> Result<Taken> {
        let next = self.session.next(patience)?;
        if next != Next::Nothing {
            self.last_heard = Instant::now();
        }
        let (kind, body) = match next {
            Next::Message(kind, body) => (kind, body),
            Next::Part => return Ok(Taken::Part),
            Next::Nothing => return Ok(Taken::Nothing),
        };
        match kind {
            b'd' => {}
            b'E' => return Err(frame::server_error(body)),
            b'c' | b'Z' | b'C' => {
                return Err(Error::Unreachable("the database ended the stream".into()));
            }
            _ => return Ok(Taken::Message),
        }
        match replication::walsender(body)? {
            Walsender::Data { start, body } => {
                let message = pgoutput::decode(body)?;
                match message {
                    pgoutput::Message::Begin { .. } => self.inside = true,
                    pgoutput::Message::Commit { .. } => self.inside = false,
                    _ => {}
                }
                if let Outcome::Describe(relation) =
                    self.changes.take(&message, start, now_ns(), records)?
                {
                    self.undescribed = Some(relation);
                }
                self.received = self.received.max(start);
            }
            Walsender::Keepalive { end, reply } => {
                self.received = self.received.max(end);
                if !self.inside {
                    self.changes.quiet(end);
                }
                if reply {
                    self.report(false)?;
                }
            }
        }
        Ok(Taken::Message)
    }

    fn report_in_time(&mut self) -> Result<()> {
        if self.last_status.elapsed() >= self.status_interval {
            self.report(true)
        } else {
            Ok(())
        }
    }

    fn report(&mut self, reply: bool) -> Result<()> {
        self.last_status = Instant::now();
        let received = self.received.max(self.confirmed);
        let status = replication::status(received, self.confirmed, now_ns() / 1000, reply);
        self.session.send_copy(&status)
    }

    /// Every periodic status asks for a reply, so a server that stays silent over several is gone.
    fn suspect(&self) -> Result<()> {
        if self.last_heard.elapsed() > SILENCE.max(3 * self.status_interval) {
            return Err(Error::Unreachable("the database has fallen silent".into()));
        }
        Ok(())
    }
}

/// Quote an identifier or a literal.
pub fn quoted(text: &str, mark: char) -> String {
    format!(
        "{mark}{}{mark}",
        text.replace(mark, &format!("{mark}{mark}"))
    )
}

/// The clock, nanoseconds after 1970-01-01.
pub fn now_ns() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
        })
}

//! Noteworthy events on their way to the control plane's log; bounded, the oldest give way.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

const CAPACITY: usize = 1024;

/// One line of the log.
#[derive(Debug, Serialize)]
pub(crate) struct Event {
    #[serde(rename = "event")]
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<SocketAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    pub detail: String,
}

#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<VecDeque<Event>>);

impl Journal {
    pub(crate) fn note(&self, event: Event) {
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if events.len() == CAPACITY {
            events.pop_front();
        }
        events.push_back(event);
    }

    /// Take every event as a JSON object.
    pub(crate) fn take(&self) -> Vec<String> {
        let events = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        events
            .iter()
            .filter_map(|event| serde_json::to_string(event).ok())
            .collect()
    }
}

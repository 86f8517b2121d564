//! Counters of the data plane, rendered as Prometheus text.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! metrics {
    ($($field:ident $name:literal $labels:literal $kind:literal $help:literal;)+) => {
        /// One number each; shared by every worker.
        #[derive(Debug, Default)]
        pub(crate) struct Metrics { $(pub $field: Number,)+ }

        impl Metrics {
            /// Prometheus exposition format; series of one name lie beside each other.
            pub(crate) fn render(&self) -> String {
                let mut text = String::new();
                let mut previous = "";
                $(
                    if previous != $name {
                        let _ = writeln!(text, "# HELP {} {}\n# TYPE {} {}", $name, $help, $name, $kind);
                    }
                    previous = $name;
                    let _ = writeln!(text, "{}{} {}", $name, $labels, self.$field.value());
                )+
                let _ = previous;
                text
            }
        }
    };
}

metrics! {
    accepted "tally_edge_connections_total" "" "counter" "Connections accepted.";
    active "tally_edge_connections_active" "" "gauge" "Connections open now.";
    refused_full "tally_edge_connections_refused_total" "{reason=\"full\"}" "counter" "Connections refused by a limit.";
    refused_address "tally_edge_connections_refused_total" "{reason=\"address\"}" "counter" "Connections refused by a limit.";
    tls12 "tally_edge_handshakes_total" "{version=\"1.2\"}" "counter" "TLS handshakes completed.";
    tls13 "tally_edge_handshakes_total" "{version=\"1.3\"}" "counter" "TLS handshakes completed.";
    identified "tally_edge_client_certificates_total" "" "counter" "Handshakes that proved a client's identity.";
    hello_refused "tally_edge_handshake_failures_total" "{reason=\"hello\"}" "counter" "TLS handshakes that failed.";
    hello_timeout "tally_edge_handshake_failures_total" "{reason=\"timeout\"}" "counter" "TLS handshakes that failed.";
    unknown_name "tally_edge_handshake_failures_total" "{reason=\"unknown_name\"}" "counter" "TLS handshakes that failed.";
    handshake_failed "tally_edge_handshake_failures_total" "{reason=\"tls\"}" "counter" "TLS handshakes that failed.";
    requests_ok "tally_edge_requests_total" "{outcome=\"forwarded\"}" "counter" "HTTP requests.";
    requests_refused "tally_edge_requests_total" "{outcome=\"refused\"}" "counter" "HTTP requests.";
    requests_failed "tally_edge_requests_total" "{outcome=\"backend_failed\"}" "counter" "HTTP requests.";
    upgrades "tally_edge_upgrades_total" "" "counter" "HTTP connections turned into tunnels, such as WebSocket.";
    idle_cut "tally_edge_connections_cut_total" "{reason=\"idle\"}" "counter" "Connections ended by the edge.";
    header_cut "tally_edge_connections_cut_total" "{reason=\"header\"}" "counter" "Connections ended by the edge.";
    drain_cut "tally_edge_connections_cut_total" "{reason=\"drain\"}" "counter" "Connections ended by the edge.";
    unavailable "tally_edge_connections_cut_total" "{reason=\"no_backend\"}" "counter" "Connections ended by the edge.";
    backend_connects "tally_edge_backend_connects_total" "" "counter" "Connections made to backends.";
    backend_failures "tally_edge_backend_connect_failures_total" "" "counter" "Connections that a backend did not accept.";
    backend_exhausted "tally_edge_backend_connects_refused_total" "" "counter" "Connections to backends not made, as the edge may open no more.";
    backend_deaths "tally_edge_backend_deaths_total" "" "counter" "Times a backend was set aside.";
    received "tally_edge_bytes_total" "{direction=\"received\"}" "counter" "Plaintext bytes exchanged with clients.";
    sent "tally_edge_bytes_total" "{direction=\"sent\"}" "counter" "Plaintext bytes exchanged with clients.";
    reloads "tally_edge_reloads_total" "" "counter" "Snapshots applied after the first.";
}

/// A number that many threads change.
#[derive(Debug, Default)]
pub(crate) struct Number(AtomicU64);

impl Number {
    pub(crate) fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    pub(crate) fn increment(&self) {
        self.add(1);
    }

    pub(crate) fn decrement(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::Metrics;

    #[test]
    fn series_of_one_name_share_their_help() {
        let metrics = Metrics::default();
        metrics.tls13.add(3);
        let text = metrics.render();
        assert!(text.contains("tally_edge_handshakes_total{version=\"1.3\"} 3\n"));
        assert_eq!(
            text.matches("# HELP tally_edge_handshakes_total ").count(),
            1
        );
    }
}

//! How many connections may be open, in all and from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::metrics::Metrics;
use crate::snapshot::Limits;

/// Counts open connections; outlives every plan.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    by_address: Mutex<HashMap<IpAddr, usize>>,
}

/// One open connection's place; given back on drop.
#[derive(Debug)]
pub(crate) struct Place {
    address: IpAddr,
    counted: bool,
    admission: Arc<Admission>,
    metrics: Arc<Metrics>,
}

impl Admission {
    /// Take a place, or say by a counter which limit forbids it.
    pub(crate) fn enter(
        self: &Arc<Self>,
        address: IpAddr,
        limits: &Limits,
        metrics: &Arc<Metrics>,
    ) -> Option<Place> {
        if metrics.active.value() >= limits.connections as u64 {
            metrics.refused_full.increment();
            return None;
        }
        let counted = limits.connections_per_address > 0;
        if counted && !self.count(address, limits.connections_per_address) {
            metrics.refused_address.increment();
            return None;
        }
        metrics.active.increment();
        Some(Place {
            address,
            counted,
            admission: Arc::clone(self),
            metrics: Arc::clone(metrics),
        })
    }

    fn count(&self, address: IpAddr, bound: usize) -> bool {
        let mut counts = self
            .by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        let free = *count < bound;
        *count += usize::from(free);
        free
    }

    fn leave(&self, address: IpAddr) {
        let mut counts = self
            .by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&address);
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.counted {
            self.admission.leave(self.address);
        }
        self.metrics.active.decrement();
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::Arc;

    use super::Admission;
    use crate::metrics::Metrics;
    use crate::snapshot::Limits;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn limits(connections: usize, connections_per_address: usize) -> Limits {
        Limits {
            connections,
            connections_per_address,
            header_bytes: 0,
            concurrent_streams: 0,
            upload_rate: 0,
        }
    }

    #[test]
    fn a_place_is_free_again_after_its_connection() {
        let (admission, metrics) = (Arc::new(Admission::default()), Arc::new(Metrics::default()));
        let place = admission.enter(HERE, &limits(1, 0), &metrics);
        assert!(place.is_some());
        assert!(admission.enter(HERE, &limits(1, 0), &metrics).is_none());
        drop(place);
        assert!(admission.enter(HERE, &limits(1, 0), &metrics).is_some());
    }

    #[test]
    fn one_address_cannot_take_every_place() {
        let (admission, metrics) = (Arc::new(Admission::default()), Arc::new(Metrics::default()));
        let _place = admission.enter(HERE, &limits(9, 1), &metrics);
        assert!(admission.enter(HERE, &limits(9, 1), &metrics).is_none());
        assert!(
            admission
                .enter(IpAddr::V4(Ipv4Addr::BROADCAST), &limits(9, 1), &metrics)
                .is_some()
        );
    }
}

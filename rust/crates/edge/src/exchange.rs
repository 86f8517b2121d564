//! A request with its response, from the head's arrival to the last byte of either body.

use crate::deadline::Activity;

/// One party to an exchange, which lasts until the last one is dropped.
#[derive(Debug)]
pub(crate) struct Exchange(Activity);

impl Exchange {
    /// A request's head has come.
    pub(crate) fn begin(activity: &Activity) -> Self {
        activity.exchange_began();
        Self(activity.clone())
    }

    /// Something of it has moved.
    pub(crate) fn moved(&self) {
        self.0.touch();
    }
}

impl Clone for Exchange {
    fn clone(&self) -> Self {
        Self::begin(&self.0)
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.0.exchange_ended();
    }
}

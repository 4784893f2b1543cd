//! What a unit of work needs to know about its surroundings.

use crate::clock::{DAY, Millis, day_end, day_start, local_date};
use crate::programme::Programme;
use chrono_tz::Tz;
use std::sync::Arc;

/// The programme and the time, the same throughout one request.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) programme: Arc<Programme>,
    /// The time that the day counts of the seed file are relative to.
    pub(crate) anchor: Millis,
    pub(crate) now: Millis,
}

impl Scene {
    pub(crate) fn zone(&self) -> Tz {
        self.programme.zone()
    }

    /// The beginning of the local day `days` after the anchor.
    pub(crate) fn opening(&self, days: i64) -> Millis {
        day_start(local_date(self.anchor + days * DAY, self.zone()), self.zone())
    }

    /// The end of the local day `days` after the anchor.
    pub(crate) fn closing(&self, days: i64) -> Millis {
        day_end(local_date(self.anchor + days * DAY, self.zone()), self.zone())
    }

    /// The end of the local day `days` from now.
    pub(crate) fn end_of_day_in(&self, days: i64) -> Millis {
        day_end(local_date(self.now + days * DAY, self.zone()), self.zone())
    }
}

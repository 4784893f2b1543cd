//! The rules of points and tiers as pure functions: no clock, no database, no HTTP.

pub(crate) mod accrual;
pub(crate) mod buckets;
pub(crate) mod expiry;
pub(crate) mod occasions;
pub(crate) mod tier;

//! The rules of points, tiers, shared devices, passkeys and WeChat as pure functions: no clock, no database, no HTTP.

pub(crate) mod accrual;
pub(crate) mod attract;
pub(crate) mod authorizations;
pub(crate) mod buckets;
pub(crate) mod card_codes;
pub(crate) mod expiry;
pub(crate) mod kiosk;
pub(crate) mod occasions;
pub(crate) mod tier;
pub(crate) mod webauthn;
pub(crate) mod wechat;

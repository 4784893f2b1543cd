//! Pure rules and records of the portal: no browser, no network, no framework.

pub mod channel;
pub mod colour;
pub mod config;
pub mod date;
pub mod member;
pub mod number;
pub mod phone;
pub mod points;
pub mod programme;
pub mod redemption;
pub mod reward;
pub mod route;
pub mod survey;
pub mod tier;

//! Pure rules and records of the portal: no browser, no network, no framework.

pub mod calendar;
pub mod card_code;
pub mod channel;
pub mod chart;
pub mod colour;
pub mod config;
pub mod date;
pub mod kiosk;
pub mod ledger;
pub mod member;
pub mod number;
pub mod offering;
pub mod phone;
pub mod points;
pub mod programme;
pub mod quoted;
pub mod recent;
pub mod redeeming;
pub mod redemption;
pub mod reward;
pub mod route;
pub mod survey;
pub mod tier;
pub mod tier_table;
pub mod wallet;
pub mod window;

//! Views that several features share: they know the state, and no feature knows another.

pub mod attempt;
pub mod codes;
pub mod coupon;
pub mod failure;
pub mod frame;
pub mod gift;
pub mod ledger;
pub mod offer;
pub mod remote;
pub mod reward_card;
pub mod sheet;
pub mod symbols;
pub mod tier_card;
pub mod words;

//! A shared screen of a store: how long it waits, how it pairs with a phone, how it tells a scanner from a hand.

pub mod device;
pub mod mask;
pub mod pairing;
pub mod scan;
pub mod vigil;

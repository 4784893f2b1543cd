//! The screens. Features never import each other; what they share is in `parts`.

pub mod background;
pub mod code;
pub mod device;
pub mod gift;
pub mod home;
pub mod kiosk;
pub mod me;
pub mod not_found;
pub mod offers;
pub mod points;
pub mod rewards;
pub mod sign_in;
pub mod surveys;
pub mod tier;
pub mod wallet;
pub mod wechat;

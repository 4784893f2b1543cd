//! A fault on purpose, to see that the diagnostic build tells where one is.

use crate::platform::dom;

/// What the address ends in when the fault is wanted.
const ASKED: &str = "#planted-panic";

/// Panics where the address asks for it.
pub(super) fn panic_if_asked() {
    if dom::fragment() == ASKED {
        planted_fault();
    }
}

#[inline(never)]
fn planted_fault() {
    panic!("a planted fault");
}

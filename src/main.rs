//! Mounts the portal in the page; everything else is in the library.

fn main() {
    member_portal::app::start();
}

//! Shared devices in stores, and signing in on them.

use crate::api::node::{Decoded, Node};
use crate::api::wire::catalogue::image;
use crate::domain::kiosk::device::{Asking, Device, Offer, Settings, Signed, minutes};
use crate::domain::kiosk::pairing::Code;

/// `DeviceState`
///
/// # Errors
/// Without its store.
pub fn device(node: Node<'_>) -> Decoded<Device> {
    let store = node.child("store")?;
    let own = Settings::default();
    let settings = node.maybe_child("settings").map_or(own.clone(), |told| {
        let hours = told.maybe_child("hours");
        let time = |field| hours.and_then(|hours| minutes(&hours.text_or_empty(field)));
        Settings {
            idle_s: told.maybe_int("idle_seconds").unwrap_or(own.idle_s),
            warning_s: told.maybe_int("warning_seconds").unwrap_or(own.warning_s),
            refresh_s: told.maybe_int("refresh_seconds").unwrap_or(own.refresh_s),
            hours: time("from").zip(time("to")),
        }
    });
    Ok(Device {
        store_id: store.text("id")?,
        store: store.text_or_empty("name"),
        number: node.text_or_empty("kiosk_number"),
        settings: settings.sane(),
        offers: node.good("offers", offer),
    })
}

fn offer(node: Node<'_>) -> Decoded<Offer> {
    Ok(Offer {
        id: node.text("id")?,
        title: node.text("title")?,
        image: node.maybe_child("image").and_then(|one| image(one).ok()),
        cost: node.int("cost_points")?,
        list_cost: node.maybe_int("list_cost_points"),
    })
}

/// `Device`, right after it was enrolled.
///
/// # Errors
/// Without its identifier.
pub fn enrolled(node: Node<'_>) -> Decoded<String> {
    node.text("id")
}

/// `DeviceAuthorization`
///
/// # Errors
/// Without one of the codes, or without the page for the phone.
pub fn authorization(node: Node<'_>) -> Decoded<Code> {
    let uri = node.maybe_text("verification_uri_complete").map_or_else(|| node.text("verification_uri"), Ok);
    Ok(Code {
        device_code: node.text("device_code")?,
        user_code: node.text("user_code")?,
        uri: uri?,
        expires_in: node.int("expires_in")?,
        interval: node.int("interval")?,
    })
}

/// `DeviceAuthorizationInfo`
///
/// # Errors
/// Without its status or its device.
pub fn asking(node: Node<'_>) -> Decoded<Asking> {
    let device = node.child("device")?;
    Ok(Asking {
        store: device.child("store")?.text("name")?,
        number: device.text_or_empty("kiosk_number"),
        status: node.text("status")?,
        requested_at: node.time("requested_at"),
        expires_at: node.time("expires_at"),
    })
}

/// `Session`
///
/// # Errors
/// Without its identifier.
pub fn signed(node: Node<'_>) -> Decoded<Signed> {
    node.text("id")?;
    Ok(Signed { until: node.time("expires_at") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::node::parse;

    fn read<T>(text: &str, decode: fn(Node<'_>) -> Decoded<T>) -> Decoded<T> {
        decode(Node::root(&parse(text).unwrap()).unwrap())
    }

    #[test]
    fn a_device_that_says_little_behaves_as_usual() {
        let device =
            read(r#"{"store":{"id":"s"},"settings":{"hours":null,"idle_seconds":1}}"#, device).unwrap();
        assert_eq!((device.settings.idle_s, device.settings.hours), (10, None));
        assert!(device.offers.is_empty());
        assert!(read(r#"{"settings":{}}"#, super::device).is_err());
    }

    #[test]
    fn the_page_for_the_phone_has_the_code_in_it_where_the_backend_says_so() {
        let code = |more: &str| {
            let text = format!(
                r#"{{"device_code":"d","user_code":"A","verification_uri":"/device","expires_in":120,"interval":3{more}}}"#
            );
            read(&text, authorization).unwrap().uri
        };
        assert_eq!(code(""), "/device");
        assert_eq!(code(r#","verification_uri_complete":"/device?user_code=A""#), "/device?user_code=A");
    }
}

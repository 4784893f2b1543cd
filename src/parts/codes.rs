//! Codes for the till. They stay black on white in every theme, with the quiet zones that scanners need.

use crate::domain::wallet::grouped;
use crate::i18n::{Key, fill, key};
use crate::ui::Build;
use crate::ui::code::{BAR_HEIGHT, code128_path, qr_path};
use leptos::prelude::*;

/// Quiet modules on each side of a QR code (ISO/IEC 18004).
const QR_QUIET: u32 = 4;
/// Quiet modules on either side of a Code 128 (ISO/IEC 15417).
const BAR_QUIET: u32 = 10;

fn drawing(
    class: &'static str,
    label: (Key, &str),
    path: String,
    quiet: (u32, u32),
    size: (u32, u32),
) -> AnyView {
    let label = fill(label.0, &[("code", &grouped(label.1))]);
    let (width, height) = (size.0 + 2 * quiet.0, size.1 + 2 * quiet.1);
    let mut frame = String::new();
    for (before, value) in [("-", quiet.0), (" -", quiet.1), (" ", width), (" ", height)] {
        frame.push_str(before);
        frame.push_str(&value.to_string());
    }
    let minus = |value: u32| -i64::from(value);
    // Bars may be drawn as wide as there is room; a QR code keeps its shape.
    let stretch = (quiet.1 == 0).then_some("none");
    view! {
        <svg
            class=class
            role="img"
            aria-label=label
            viewBox=frame
            preserveAspectRatio=stretch
            shape-rendering="crispEdges"
        >
            <rect x=minus(quiet.0) y=minus(quiet.1) width=width height=height fill="#fff"></rect>
            <path fill="#000" d=path></path>
        </svg>
    }
    .built()
}

/// A QR code; nothing when it can't be drawn. The class `qr`, or `qr big`, sets its size.
pub fn qr(class: &'static str, code: &str) -> AnyView {
    qr_path(code)
        .map(|(path, side)| drawing(class, (key::VOUCHER_QR, code), path, (QR_QUIET, QR_QUIET), (side, side)))
        .into_any()
}

/// A QR code that holds more than a code: `label` says what it is for.
pub fn qr_with(class: &'static str, label: Key, text: &str) -> AnyView {
    qr_path(text)
        .map(|(path, side)| drawing(class, (label, ""), path, (QR_QUIET, QR_QUIET), (side, side)))
        .into_any()
}

/// A Code 128; nothing when it can't be drawn.
pub fn bars(code: &str) -> AnyView {
    code128_path(code)
        .map(|(path, width)| {
            drawing("c128", (key::VOUCHER_BARCODE, code), path, (BAR_QUIET, 0), (width, BAR_HEIGHT))
        })
        .into_any()
}

/// The code itself, in groups of four.
pub fn digits(code: &str) -> AnyView {
    view! { <p class="num codebox__n">{grouped(code)}</p> }.built()
}

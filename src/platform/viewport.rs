//! What is on screen: scrolling, sizes, and when to look at them.

use js_sys::Function;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{AddEventListenerOptions, CssStyleDeclaration, Element, ResizeObserver, Window};

const EVENTS: [&str; 2] = ["scroll", "resize"];

thread_local! {
    static HEIGHT: Cell<Option<f64>> = const { Cell::new(None) };
}

/// Height of the screen, in CSS pixels. It is read once and after changes of the window's size: for it browsers lay out what
/// was drawn so far.
pub fn height() -> f64 {
    HEIGHT.get().unwrap_or_else(|| {
        let read = || {
            let height = web_sys::window().and_then(|window| window.inner_height().ok()?.as_f64());
            HEIGHT.set(height);
            height.unwrap_or_default()
        };
        if let Some(window) = web_sys::window() {
            let changed = Closure::<dyn Fn()>::new(move || {
                read();
            });
            let _ = window.add_event_listener_with_callback("resize", changed.as_ref().unchecked_ref());
            changed.forget();
        }
        read()
    })
}

fn style(element: &Element) -> Option<CssStyleDeclaration> {
    web_sys::window()?.get_computed_style(element).ok()?
}

fn pixels(style: &CssStyleDeclaration, name: &str) -> f64 {
    let text = style.get_property_value(name).unwrap_or_default();
    text.strip_suffix("px").and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// How a grid is laid out: number of columns and the gap between its rows.
pub fn grid(element: &Element) -> (usize, f64) {
    let Some(style) = style(element) else { return (1, 0.0) };
    let columns = style.get_property_value("grid-template-columns").unwrap_or_default();
    (columns.split_ascii_whitespace().count().max(1), pixels(&style, "row-gap"))
}

/// The size of the document's text, which members and channels change.
pub fn text_size() -> f64 {
    let root = web_sys::window().and_then(|window| window.document()?.document_element());
    root.and_then(|root| style(&root)).map_or(16.0, |style| pixels(&style, "font-size"))
}

/// The height of the highest cell in the rows inside `rows`.
pub fn highest_cell(rows: &Element) -> f64 {
    fn children(parent: &Element) -> impl Iterator<Item = Element> + use<> {
        std::iter::successors(parent.first_element_child(), Element::next_element_sibling)
    }
    let cells = children(rows).flat_map(|row| children(&row));
    cells.map(|cell| cell.get_bounding_client_rect().height()).fold(0.0, f64::max)
}

/// The number that the attribute `name` of what has the focus, or of what is around it, holds.
pub fn focused_number(name: &str) -> Option<usize> {
    let here = web_sys::window()?.document()?.active_element()?;
    let mut selector = String::from("[");
    selector.push_str(name);
    selector.push(']');
    here.closest(&selector).ok()??.get_attribute(name)?.parse().ok()
}

/// Calls `moved` after scrolling and after changes of the window's size, once a frame at most, until the guard is
/// dropped.
pub fn watch(moved: impl Fn() + 'static) -> Option<Watch> {
    let window = web_sys::window()?;
    let frame = Rc::new(Cell::new(None));
    let waiting = frame.clone();
    let draw = Closure::<dyn Fn()>::new(move || {
        waiting.set(None);
        moved();
    });
    let (ask, asked, sight) =
        (draw.as_ref().unchecked_ref::<Function>().clone(), frame.clone(), window.clone());
    let event = Closure::<dyn Fn()>::new(move || {
        if asked.get().is_none() {
            asked.set(sight.request_animation_frame(&ask).ok());
        }
    });
    let options = AddEventListenerOptions::new();
    options.set_passive(true);
    for name in EVENTS {
        let _ = window.add_event_listener_with_callback_and_add_event_listener_options(
            name,
            event.as_ref().unchecked_ref(),
            &options,
        );
    }
    Some(Watch { window, event, frame, _draw: draw })
}

/// Stops watching when dropped.
pub struct Watch {
    window: Window,
    event: Closure<dyn Fn()>,
    frame: Rc<Cell<Option<i32>>>,
    _draw: Closure<dyn Fn()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        for name in EVENTS {
            let _ =
                self.window.remove_event_listener_with_callback(name, self.event.as_ref().unchecked_ref());
        }
        if let Some(frame) = self.frame.take() {
            let _ = self.window.cancel_animation_frame(frame);
        }
    }
}

/// Calls `changed` before a frame is painted in which an observed element has another size; `None` where the browser
/// can't tell.
pub fn sizes(changed: impl Fn() + 'static) -> Option<Sizes> {
    let callback = Closure::<dyn Fn()>::new(changed);
    let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok()?;
    Some(Sizes { observer, _callback: callback })
}

/// Stops observing when dropped.
pub struct Sizes {
    observer: ResizeObserver,
    _callback: Closure<dyn Fn()>,
}

impl Sizes {
    /// Observes an element.
    pub fn observe(&self, element: &Element) {
        self.observer.observe(element);
    }

    /// Observes it no longer.
    pub fn leave(&self, element: &Element) {
        self.observer.unobserve(element);
    }
}

impl Drop for Sizes {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

//! Views that are made at once and never changed as a whole (decision 19).

use crate::platform::focus::Focus;
use leptos::__reexports::send_wrapper::SendWrapper;
use leptos::attr::Attribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::*;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::Rndr;
use leptos::tachys::renderer::types::{Element, Node};
use leptos::tachys::view::{Mountable, Position, PositionState};
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

/// What can be made at once.
pub trait Build {
    /// Makes the view's elements now. When it is drawn anew, it is replaced as a whole, and what stands where the focus was has it
    /// then. What is typed into, or moves, or is read out when it changes, stays with `into_any`.
    fn built(self) -> AnyView;
}

impl<V: Render<State: 'static>> Build for V {
    fn built(self) -> AnyView {
        any(Box::new(self.build()))
    }
}

fn any(shown: Box<dyn Shown>) -> AnyView {
    Built(SendWrapper::new(State(shown))).into_any()
}

/// The part of [`Mountable`] that is needed here.
trait Shown {
    fn unmount(&mut self);
    fn mount(&mut self, parent: &Element, marker: Option<&Node>);
    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool;
}

impl<T: Mountable> Shown for T {
    fn unmount(&mut self) {
        Mountable::unmount(self);
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        Mountable::mount(self, parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        Mountable::insert_before_this(self, child)
    }
}

/// A view that outlives its place: taken away, it can be put back as it was. Copying it copies the handle; it stands in one
/// place at a time.
#[derive(Clone)]
pub struct Kept(Rc<RefCell<dyn Shown>>);

impl Kept {
    /// Makes the view's elements now.
    pub fn new(view: AnyView) -> Self {
        Self(Rc::new(RefCell::new(view.build())))
    }

    /// The view, for the place where it stands next.
    pub fn view(&self) -> AnyView {
        any(Box::new(self.clone()))
    }
}

impl Shown for Kept {
    fn unmount(&mut self) {
        self.0.borrow_mut().unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.0.borrow_mut().mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.0.borrow().insert_before_this(child)
    }
}

struct Built(SendWrapper<State>);

struct State(Box<dyn Shown>);

impl Mountable for State {
    fn unmount(&mut self) {
        self.0.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.0.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.0.insert_before_this(child)
    }

    /// Only attributes that are added to a view from outside ask for it.
    fn elements(&self) -> Vec<Element> {
        Vec::new()
    }
}

impl Render for Built {
    type State = State;

    fn build(self) -> State {
        self.0.take()
    }

    fn rebuild(self, state: &mut State) {
        let mut new = self.0.take();
        let focus = Focus::held();
        // The old one goes first. Where what has the focus leaves a page that was changed already, browsers lay that page out.
        let mut place = Rndr::create_placeholder();
        let stands = state.0.insert_before_this(&mut place);
        state.0.unmount();
        if stands {
            Mountable::insert_before_this(&place, &mut new);
            Mountable::unmount(&mut place);
        }
        *state = new;
        if let Some(focus) = focus {
            focus.give_back();
        }
    }
}

impl AddAnyAttr for Built {
    type Output<SomeNewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(self, _: NewAttr) -> Self {
        self
    }
}

/// There is no server that renders, so that most of this is never called.
impl RenderHtml for Built {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    fn resolve(self) -> impl Future<Output = Self> + Send {
        std::future::ready(self)
    }

    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {}

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> State {
        self.0.take()
    }

    fn into_owned(self) -> Self {
        self
    }
}

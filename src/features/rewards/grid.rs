//! The grid of the list: of ten thousand rewards only the rows on screen and near it are in the document.

use crate::domain::window::{Grid, View};
use crate::features::rewards::card::card;
use crate::features::rewards::shelf::{self, Layout};
use crate::features::rewards::{Catalogue, list};
use crate::platform::{dom, timer, viewport};
use crate::state::stay::{self, Moment};
use crate::state::{effect, nav};
use crate::ui::Build;
use leptos::html;
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyViewState;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;

/// Before anything was measured: two columns, and rows that are rather too low than too high.
const GUESS: Grid = Grid { items: 0, columns: 2, pitch: 200.0 };
/// How many screens ahead of its end the list goes on loading.
const AHEAD: f64 = 2.0;
/// Rows that are drawn as bones while more is to come, so that what stands below is out of the way.
const TO_COME: usize = 6;
const ROW: &str = "data-row";
/// How many of the rows that aren't on screen are drawn between two frames.
const ROWS_A_FRAME: usize = 2;
/// A row that is a little higher than the others takes it from the gap below: when rows move, people lose their place.
const LEAST_GAP: f64 = 6.0;

/// A row as it is drawn. Another number of cards, or other cards, make it another row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Row {
    row: usize,
    first: usize,
    count: usize,
    revision: (u32, u32),
}

/// A row in the document.
struct Drawn {
    row: Row,
    state: AnyViewState,
    owner: Owner,
}

impl Drawn {
    fn remove(mut self) {
        self.state.unmount();
        self.owner.cleanup();
    }
}

#[derive(Clone, Copy)]
struct Window {
    catalogue: Catalogue,
    node: NodeRef<html::Div>,
    layout: RwSignal<Layout>,
    /// In order. A keyed list of the framework would take rows out of the document and put them back when others come
    /// before them, and the focus would be lost.
    drawn: StoredValue<Vec<Drawn>, LocalStorage>,
    owner: StoredValue<Owner>,
    sizes: StoredValue<Option<viewport::Sizes>, LocalStorage>,
    /// Whether rows that aren't on screen yet are due after the next frame.
    filling: StoredValue<bool>,
}

/// The grid.
pub(super) fn view(catalogue: Catalogue) -> AnyView {
    let mut layout = shelf::layout();
    if layout.grid.pitch <= 0.0 {
        layout.grid = GUESS;
    }
    let window = Window {
        catalogue,
        node: NodeRef::new(),
        layout: RwSignal::new(layout),
        drawn: StoredValue::new_local(Vec::new()),
        owner: StoredValue::new(Owner::current().unwrap_or_default()),
        sizes: StoredValue::new_local(None),
        filling: StoredValue::new(false),
    };
    window.sizes.set_value(viewport::sizes(move || window.measure()));
    let begin = move || {
        viewport::watch(move || {
            if window.sizes.try_with_value(Option::is_none) == Some(true) {
                window.measure();
            }
            window.look();
        })
    };
    let watch = StoredValue::new_local(catalogue.portal.is_on_stage().then(begin).flatten());
    on_cleanup(move || {
        drop(watch.try_update_value(Option::take));
        drop(window.sizes.try_update_value(Option::take));
        // Another list may get this very element: the framework knows nothing of what is in it.
        let _ = window.drawn.try_update_value(|drawn| drawn.drain(..).for_each(Drawn::remove));
    });
    effect(move || {
        let Some(node) = window.node.get() else { return };
        // Where the place is that the member comes back to, the rows are there from the start.
        window.draw(&node, View { top: nav::remembered_scroll(), height: viewport::height() });
        // Before the first frame is painted; from then on the browser tells.
        untrack(|| window.measure());
        window.sizes.with_value(|sizes| {
            if let Some(sizes) = sizes {
                sizes.observe(&node);
            }
        });
    });
    effect(move || {
        catalogue.extent.track();
        catalogue.more_fault.track();
        window.look();
    });
    stay::follow(move |moment| {
        match moment {
            Moment::Left => watch.set_value(None),
            Moment::Returns => {
                watch.set_value(begin());
                if let Some(node) = window.node.get_untracked() {
                    window.draw(&node, View { top: nav::remembered_scroll(), height: viewport::height() });
                }
            }
            Moment::Seen => (),
        }
        true
    });
    let height = move || {
        let grid = window.grid();
        pixels(grid.top(grid.rows()))
    };
    let pitch = move || pixels(window.layout.with(|layout| layout.grid.pitch));
    let role = move || catalogue.extent.with(|extent| (extent.cards > 0).then_some("list"));
    view! {
        <div class="rgrid rgrid--far mt-5" role=role node_ref=window.node style=("--height", height) style=("--pitch", pitch)>
        </div>
    }
    .built()
}

fn pixels(length: f64) -> String {
    let mut text = (length as i64).to_string();
    text.push_str("px");
    text
}

impl Window {
    /// The grid as it is now, without what is to come; tracked.
    fn loaded(self) -> Grid {
        let items = self.catalogue.extent.with(|extent| extent.cards);
        Grid { items, ..self.layout.with(|layout| layout.grid) }
    }

    /// The grid with what is to come; tracked.
    fn grid(self) -> Grid {
        let grid = self.loaded();
        let more = self.catalogue.extent.with(|extent| extent.more)
            && self.catalogue.more_fault.with(Option::is_none);
        let rows = grid.rows() + if more { TO_COME } else { 0 };
        Grid { items: if more { rows * grid.columns.max(1) } else { grid.items }, ..grid }
    }

    fn here(self) -> Option<(Element, View)> {
        let node = self.node.try_get_untracked()?.filter(|node| node.is_connected())?;
        let top = -node.get_bounding_client_rect().top();
        Some((node.into(), View { top, height: viewport::height() }))
    }

    /// Draws what is near, and goes on loading where the end is.
    fn look(self) {
        let Some((node, view)) = self.here() else { return };
        self.draw(&node, view);
        let ahead = untrack(|| self.loaded()).ahead(view);
        if ahead < AHEAD {
            list::go_on(self.catalogue, ahead < 0.5);
        }
    }

    /// Draws what is on screen; what is near it follows frame by frame.
    fn draw(self, node: &Element, view: View) {
        self.draw_with(node, view, 0);
    }

    /// The same, with `more` of the rows near it.
    fn draw_with(self, node: &Element, view: View, more: usize) {
        let grid = untrack(|| self.grid());
        let loaded = self.catalogue.extent.with_untracked(|extent| extent.cards);
        // A row that is still to be filled waits for its last card: half of it would be drawn anew before anybody's eyes.
        let fills = grid.items > loaded;
        let row = |row| {
            let (first, cells) = grid.cells(row);
            let count = cells.min(loaded.saturating_sub(first));
            let count = if fills && count < cells { 0 } else { count };
            Row { row, first, count, revision: shelf::revision(first..first + count) }
        };
        let _ = self.drawn.try_update_value(|drawn| {
            let there: Vec<usize> = drawn
                .iter()
                .map(|one| one.row)
                .filter(|one| row(one.row) == *one)
                .map(|one| one.row)
                .collect();
            let (rows, is_left) = grid.due(view, viewport::focused_number(ROW), &there, more);
            let rows: Vec<Row> = rows.into_iter().map(row).collect();
            if !drawn.iter().map(|one| one.row).eq(rows.iter().copied()) {
                self.exchange(drawn, rows, node);
            }
            if is_left {
                self.go_on();
            }
        });
    }

    /// Draws some more after the next frame.
    fn go_on(self) {
        if self.filling.try_update_value(|filling| std::mem::replace(filling, true)) != Some(false) {
            return;
        }
        spawn_local(async move {
            timer::painted().await;
            if self.filling.try_set_value(false).is_none()
                && let Some((node, view)) = self.here()
            {
                self.draw_with(&node, view, ROWS_A_FRAME);
            }
        });
    }

    /// Takes out what isn't wanted any more and puts in what is new; nothing else moves.
    fn exchange(self, drawn: &mut Vec<Drawn>, rows: Vec<Row>, node: &Element) {
        let stays = |one: &mut Drawn| rows.contains(&one.row);
        drawn.extract_if(.., |one| !stays(one)).for_each(Drawn::remove);
        for row in rows.into_iter().rev() {
            let at = drawn.partition_point(|one| one.row.row < row.row);
            if drawn.get(at).is_some_and(|one| one.row == row) {
                continue;
            }
            let Some(owner) = self.owner.try_with_value(Owner::child) else { return };
            let mut state = untrack(|| owner.with(|| self.row(row).build()));
            let is_last = !drawn.get_mut(at).is_some_and(|next| next.state.insert_before_this(&mut state));
            if is_last {
                state.mount(node, None);
            }
            drawn.insert(at, Drawn { row, state, owner });
        }
    }

    /// Reads how the browser laid the rows out. They only grow while width and text stay as they are, and what is on
    /// screen stays where it is.
    fn measure(self) {
        let Some((node, view)) = self.here() else { return };
        let (columns, gap) = viewport::grid(&node);
        let by = (node.get_bounding_client_rect().width(), viewport::text_size());
        // Cells, not rows: the first rows may have been drawn for another number of columns.
        let highest = viewport::highest_cell(&node);
        if highest <= 0.0 {
            return;
        }
        let old = self.layout.get_untracked();
        let known = by == old.by && columns == old.grid.columns;
        // Whole pixels: a fraction more or less would add up over thousands of rows.
        let pitch = (highest + gap).ceil();
        let fits = known && highest + LEAST_GAP <= old.grid.pitch;
        let pitch = if fits { old.grid.pitch } else { pitch };
        let new = Layout { grid: Grid { items: 0, columns, pitch }, by };
        if new == old {
            self.look();
            return;
        }
        let before = untrack(|| self.grid());
        shelf::keep_layout(new);
        self.layout.set(new);
        let now = untrack(|| self.grid());
        let top = if old.by == (0.0, 0.0) { view.top } else { before.moved(now, view.top) };
        if top != view.top {
            dom::scroll_to(dom::scroll_y() + top - view.top);
        }
        self.draw(&node, View { top, ..view });
        self.look();
    }

    fn row(self, row: Row) -> AnyView {
        if row.count == 0 {
            return self.bones(row);
        }
        let size = self.catalogue.extent.with_untracked(|extent| extent.size);
        let mut place = row.first;
        let cards = shelf::each(row.first..row.first + row.count, |one| {
            place += 1;
            card(one, place, size)
        });
        let node = NodeRef::<html::Div>::new();
        let sizes = self.sizes;
        node.on_load(move |node| {
            let _ = sizes.try_with_value(|sizes| {
                if let Some(sizes) = sizes {
                    sizes.observe(&node);
                }
            });
            let node = StoredValue::new_local(node);
            on_cleanup(move || {
                let _ = sizes.try_with_value(|sizes| {
                    if let Some(sizes) = sizes {
                        let _ = node.try_with_value(|node| sizes.leave(node));
                    }
                });
            });
        });
        view! {
            <div class="rgrid__row" role="presentation" data-row=row.row.to_string() style=("--i", row.row.to_string()) node_ref=node>
                {cards}
            </div>
        }
        .built()
    }

    fn bones(self, row: Row) -> AnyView {
        let columns = self.layout.with_untracked(|layout| layout.grid.columns);
        let cell = |_| view! { <span class="shelf"></span> };
        view! {
            <div class="rgrid__row loading" aria-hidden="true" style=("--i", row.row.to_string())>
                {(0..columns).map(cell).collect_view()}
            </div>
        }
        .built()
    }
}

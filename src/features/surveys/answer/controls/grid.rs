//! Questions in rows and columns, and several short texts: each part is a small question.

use super::super::question::{Title, question};
use super::writing::shown;
use super::{Place, each, has_room, part, watch};
use crate::i18n::{key, t};
use crate::ui::{Build, live};
use leptos::prelude::*;
use survey::form::EntryView;
use survey::{Form, Id, Kind};

/// Rem that a column of the table takes, and one with a scale.
const COLUMN: f64 = 7.5;
const SCALE: f64 = 14.0;

/// A row with the cells that are drawn.
#[derive(Clone, Debug, Default, PartialEq)]
struct Row {
    uid: usize,
    title: String,
    cells: Vec<Id>,
}

impl Row {
    fn of(entry: EntryView) -> Self {
        Self { uid: entry.uid, title: entry.title, cells: entry.cells }
    }

    /// Its cells are others when the answers came anew.
    fn key(&self) -> String {
        let mut key = self.uid.to_string();
        for cell in &self.cells {
            key.push('.');
            key.push_str(&cell.to_string());
        }
        key
    }
}

/// A column that is shown, with what stands below it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Column {
    /// Its place among all columns.
    at: usize,
    name: String,
    text: String,
    total: String,
}

fn columns(form: &Form, id: Id) -> Vec<Column> {
    let mut totals = form.totals(id).into_iter();
    let mut columns = Vec::new();
    for (at, line) in form.columns(id).into_iter().enumerate() {
        let total = totals.next().unwrap_or_default();
        if form.is_column_shown(id, at) {
            columns.push(Column { at, name: shown(&line.value), text: line.text, total });
        }
    }
    columns
}

/// Several short texts.
pub(super) fn fields(place: Place) -> AnyView {
    let fields = place.read(Form::fields);
    let keys = move || fields.get().iter().map(Id::to_string).collect::<Vec<_>>();
    let draw = move |key: String| match key.parse() {
        Ok(id) => question(Place::new(place.run, id, None), Title::Field, false),
        Err(_) => ().into_any(),
    };
    view! {
        <div role="group" aria-labelledby=place.named() aria-describedby=place.described()>
            {each(keys, draw)}
        </div>
    }
    .built()
}

/// What both looks need. Copying it copies the handle.
#[derive(Clone, Copy)]
struct Grid {
    place: Place,
    rows: Memo<Vec<Row>>,
    columns: Memo<Vec<Column>>,
}

impl Grid {
    fn row(self, key: &str) -> Memo<Row> {
        let key = String::from(key);
        Memo::new(move |_| {
            self.rows.with(|rows| rows.iter().find(|row| row.key() == key).cloned().unwrap_or_default())
        })
    }

    fn has_totals(self) -> bool {
        self.columns.with(|columns| columns.iter().any(|column| !column.total.is_empty()))
    }

    fn keys(self) -> Vec<String> {
        self.rows.with(|rows| rows.iter().map(Row::key).collect())
    }
}

pub(super) fn grid(place: Place) -> AnyView {
    // Rows are made when they come on screen.
    if let Some(page) = place.run.page().get_untracked() {
        place.run.touch(|form| form.open_page(page));
    }
    let grid = Grid {
        place,
        rows: place.read(|form, id| form.entries(id).into_iter().map(Row::of).collect()),
        columns: place.read(columns),
    };
    // Also for those that an answer may bring.
    let (count, scales) = place.peek(|form, id| {
        let cells = form.entries(id).into_iter().flat_map(|entry| entry.cells);
        (form.columns(id).len(), cells.into_iter().any(|cell| form.kind(cell) == Kind::Rating))
    });
    let wide = has_room(count, if scales { SCALE } else { COLUMN });
    live(move || if wide.get() { untrack(|| table(grid)) } else { untrack(|| cards(grid)) })
}

/// A cell, while it is visible.
fn cell(grid: Grid, id: Id, names: Option<String>) -> AnyView {
    let run = grid.place.run;
    let shown = watch(run, id, Form::is_shown);
    let drawn = StoredValue::new(false);
    crate::state::effect(move || drawn.set_value(true));
    live(move || {
        if !shown.get() {
            return ().into_any();
        }
        let names = names.clone();
        untrack(|| {
            let how = if names.is_some() { Title::Elsewhere } else { Title::Field };
            question(Place::new(run, id, names), how, drawn.get_value())
        })
    })
}

fn cards(grid: Grid) -> AnyView {
    let draw = move |key: String| {
        let row = grid.row(&key);
        let (uid, cells) = row.with_untracked(|row| (row.uid, row.cells.clone()));
        let title = part("h", grid.place.id, Some(uid));
        // The only column of all has nothing to add to the rows' names.
        let names = (cells.len() == 1).then(|| title.clone());
        let cells = cells.into_iter().map(|id| cell(grid, id, names.clone())).collect_view();
        view! {
            <div class="panel mcard" role="group" aria-labelledby=title.clone()>
                <p id=title.clone() class="qf qf--l">
                    {move || row.with(|row| row.title.clone())}
                </p>
                {cells}
            </div>
        }
        .built()
    };
    let totals = move || {
        if !grid.has_totals() {
            return ().into_any();
        }
        let lines = grid.columns.get().into_iter().filter(|column| !column.total.is_empty());
        let lines = lines.map(|column| {
            view! {
                <div>
                    <dt>{column.text}</dt>
                    <dd class="num">{column.total}</dd>
                </div>
            }
        });
        view! {
            <p class="qf qf--l">{t(key::SURVEY_TOTAL)}</p>
            <dl class="facts">{lines.collect_view()}</dl>
        }
        .built()
    };
    view! {
        <div class="mcards" role="group" aria-labelledby=grid.place.named() aria-describedby=grid.place.described()>
            {each(move || grid.keys(), draw)}
        </div>
        <div aria-live="polite">{live(totals)}</div>
    }
    .built()
}

fn table(grid: Grid) -> AnyView {
    let id = grid.place.id;
    let column = move |at: usize| part("k", id, Some(at));
    let headings = move || {
        let heading = |one: Column| {
            view! {
                <th id=column(one.at) scope="col">
                    {one.text}
                </th>
            }
        };
        grid.columns.get().into_iter().map(heading).collect_view().into_any()
    };
    // A heading may change with an answer; the cells stay.
    let names = Memo::new(move |_| {
        grid.columns.with(|columns| columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>())
    });
    let draw = move |key: String| {
        let row = grid.row(&key);
        let (uid, cells) = row.with_untracked(|row| (row.uid, row.cells.clone()));
        let title = part("h", id, Some(uid));
        let named = title.clone();
        let of_column = move |name: String| {
            let at = grid.columns.with_untracked(|columns| {
                columns.iter().find(|column| column.name == name).map(|column| column.at)
            });
            let found = at.and_then(|at| cells.get(at)).copied();
            let names = [&named, " ", &column(at.unwrap_or_default())].concat();
            view! { <td>{found.map(|id| cell(grid, id, Some(names)))}</td> }.built()
        };
        view! {
            <tr>
                <th id=title scope="row">
                    {move || row.with(|row| row.title.clone())}
                </th>
                {each(move || names.get(), of_column)}
            </tr>
        }
        .built()
    };
    let totals = move || {
        if !grid.has_totals() {
            return ().into_any();
        }
        let cells =
            grid.columns.get().into_iter().map(|column| view! { <td class="num">{column.total}</td> });
        view! {
            <tr>
                <th scope="row">{t(key::SURVEY_TOTAL)}</th>
                {cells.collect_view()}
            </tr>
        }
        .built()
    };
    view! {
        <table class="mtable mtable--q" aria-labelledby=grid.place.named() aria-describedby=grid.place.described()>
            <thead>
                <tr>
                    <td></td>
                    {live(headings)}
                </tr>
            </thead>
            <tbody>{each(move || grid.keys(), draw)}</tbody>
            <tfoot aria-live="polite">{live(totals)}</tfoot>
        </table>
    }
    .built()
}

//! The same choice for each of several rows: cards on a phone, a table where there is room.

use super::choices::{group, radios};
use super::scale::scale_class;
use super::{Mark, Place, each, has_room, part};
use crate::domain::survey::{Value, is_brief, is_short, write};
use crate::ui::{Build, icon_small, live};
use leptos::prelude::*;
use survey::Form;
use survey::form::LineView;

/// Rem that a column of the table takes.
const COLUMN: f64 = 4.25;

type Lines = Memo<Vec<(String, LineView)>>;

/// What both looks need. Copying it copies the handle.
#[derive(Clone, Copy)]
struct Matrix {
    place: Place,
    rows: Lines,
    columns: Lines,
    /// Whether several columns can be taken in a row.
    many: bool,
    /// Keys of rows and columns that were drawn: the place in it is a number that stays when others come and go.
    drawn: StoredValue<Vec<String>>,
}

fn keyed(lines: Vec<LineView>) -> Vec<(String, LineView)> {
    let key = |line: &LineView| {
        let mut key = write(&line.value);
        key.push('\n');
        key.push_str(&line.text);
        key
    };
    lines.into_iter().map(|line| (key(&line), line)).collect()
}

impl Matrix {
    /// A row or a column, with its number.
    fn find(self, lines: Lines, key: &str) -> Option<(usize, LineView)> {
        let line = lines.with_untracked(|lines| {
            lines.iter().find(|(known, _)| known == key).map(|(_, line)| line.clone())
        })?;
        let number = self.drawn.try_update_value(|drawn| {
            drawn.iter().position(|known| known == key).unwrap_or_else(|| {
                drawn.push(key.into());
                drawn.len() - 1
            })
        })?;
        Some((number, line))
    }

    /// What names a row, or a column.
    fn heading(self, kind: &str, at: usize) -> String {
        part(kind, self.place.id, Some(at))
    }

    fn taken(self, row: &Value) -> Memo<Value> {
        let row = row.clone();
        self.place.read(move |form, id| form.row_value(id, &row).clone())
    }

    /// What a cell says, where it says something of its own.
    fn text(self, row: &LineView, column: &LineView) -> Option<String> {
        let text = self.place.peek(|form, id| form.cell_text(id, &row.value, &column.value));
        Some(text).filter(|text| !text.is_empty())
    }

    /// Whether the row is what is missing.
    fn is_missing(self, taken: Memo<Value>) -> Mark {
        let invalid = self.place.invalid();
        Signal::derive(move || invalid.get().filter(|_| taken.with(Value::is_null)))
    }

    fn input(
        self,
        row: (usize, &LineView),
        column: &LineView,
        taken: Memo<Value>,
        named: Option<String>,
    ) -> AnyView {
        let (at, row) = row;
        let value = column.value.clone();
        let (in_row, in_column) = (row.value.clone(), column.value.clone());
        let checked = self.place.read(move |form, id| form.is_taken(id, &in_row, &in_column));
        let (off, in_row, in_column) = (self.place.off(), row.value.clone(), column.value.clone());
        let disabled = Signal::derive(move || {
            off.get() || is_off(self.rows, &in_row) || is_off(self.columns, &in_column)
        });
        let (place, row) = (self.place, row.value.clone());
        // On a card, the frame of the row says so.
        let invalid = named.is_some().then(|| self.is_missing(taken));
        view! {
            <input
                class="vh"
                type=if self.many { "checkbox" } else { "radio" }
                name=self.heading("r", at)
                disabled=disabled
                aria-labelledby=named
                aria-invalid=invalid
                prop:checked=checked
                on:change:target=move |event| {
                    let on = event.target().checked();
                    place.change(|form, id| form.answer_row(id, &row, &value, on));
                }
            />
        }
        .built()
    }
}

pub(super) fn matrix(place: Place) -> AnyView {
    let lines =
        |read: fn(&Form, survey::Id) -> Vec<LineView>| place.read(move |form, id| keyed(read(form, id)));
    let matrix = Matrix {
        place,
        rows: lines(Form::rows),
        columns: lines(Form::columns),
        many: place.word("cellType") == "checkbox",
        drawn: StoredValue::new(Vec::new()),
    };
    let count = matrix.columns.with_untracked(Vec::len);
    let wide = has_room(count, COLUMN);
    live(move || if wide.get() { untrack(|| table(matrix)) } else { untrack(|| cards(matrix)) })
}

/// Whether nothing of a row or a column can be taken.
fn is_off(lines: Lines, value: &Value) -> bool {
    lines.with(|lines| lines.iter().any(|(_, line)| line.value == *value && !line.enabled))
}

fn keys(lines: Lines) -> Memo<Vec<String>> {
    Memo::new(move |_| super::keys_of(&lines.get()))
}

fn cards(matrix: Matrix) -> AnyView {
    let rows = keys(matrix.rows);
    let list = each(move || rows.get(), move |key| card(matrix, &key));
    let place = matrix.place;
    view! {
        <div class="mcards" role="group" aria-labelledby=place.named() aria-describedby=place.described()>
            {list}
        </div>
    }
    .built()
}

fn card(matrix: Matrix, key: &str) -> AnyView {
    let Some((at, row)) = matrix.find(matrix.rows, key) else { return ().into_any() };
    let taken = matrix.taken(&row.value);
    let (brief, count) = matrix.columns.with_untracked(|columns| {
        let texts = || columns.iter().map(|(_, column)| column.text.as_str());
        (texts().all(is_brief) || columns.len() <= 5 && texts().all(is_short), columns.len())
    });
    // Points of a scale stand in one row where they have room, else below each other: in pairs they have no order.
    let class = if brief { scale_class(count) } else { "opts one" };
    let columns = keys(matrix.columns);
    let row_heading = matrix.heading("h", at);
    let title = (!row.text.is_empty()).then(|| {
        view! {
            <p id=row_heading.clone() class="qf">
                {row.text.clone()}
            </p>
        }
    });
    let named = if title.is_some() { row_heading } else { matrix.place.named() };
    let draw = move |key: String| {
        let Some((_, column)) = matrix.find(matrix.columns, &key) else { return ().into_any() };
        let input = matrix.input((at, &row), &column, taken, None);
        let text = matrix.text(&row, &column).unwrap_or(column.text);
        if brief {
            view! { <label class="num">{input} <span>{text}</span></label> }.built()
        } else {
            view! { <label class="opt">{input} <span>{text}</span> {icon_small("check")}</label> }.built()
        }
    };
    let list = each(move || columns.get(), draw);
    let list = if matrix.many {
        group(matrix.place, class.into(), named, list)
    } else {
        radios(matrix.place, class.into(), named, matrix.is_missing(taken), list)
    };
    view! { <div class="mcard">{title} {list}</div> }.built()
}

fn table(matrix: Matrix) -> AnyView {
    let (rows, columns) = (keys(matrix.rows), keys(matrix.columns));
    let heading = move |key: String| {
        let Some((at, column)) = matrix.find(matrix.columns, &key) else { return ().into_any() };
        view! {
            <th id=matrix.heading("k", at) scope="col">
                {column.text}
            </th>
        }
        .built()
    };
    let row = move |key: String| {
        let Some((at, row)) = matrix.find(matrix.rows, &key) else { return ().into_any() };
        let taken = matrix.taken(&row.value);
        let title = row.text.clone();
        let cell = move |key: String| {
            let Some((column_at, column)) = matrix.find(matrix.columns, &key) else { return ().into_any() };
            let mut named = matrix.heading("h", at);
            named.push(' ');
            named.push_str(&matrix.heading("k", column_at));
            let text = matrix.text(&row, &column);
            if text.is_some() {
                let input = matrix.input((at, &row), &column, taken, None);
                return view! { <td><label class="opt">{input} <span>{text}</span></label></td> }.built();
            }
            let input = matrix.input((at, &row), &column, taken, Some(named));
            let class = if matrix.many { "mpick__b" } else { "mpick__b mpick__b--r" };
            view! {
                <td>
                    <label class="mpick">
                        {input} <span class=class></span>
                    </label>
                </td>
            }
            .built()
        };
        let cells = each(move || columns.get(), cell);
        view! {
            <tr>
                <th id=matrix.heading("h", at) scope="row">
                    {title}
                </th>
                {cells}
            </tr>
        }
        .built()
    };
    view! {
        <table
            class="mtable"
            aria-labelledby=matrix.place.named()
            aria-describedby=matrix.place.described()
        >
            <thead>
                <tr>
                    <td></td>
                    {each(move || columns.get(), heading)}
                </tr>
            </thead>
            <tbody>{each(move || rows.get(), row)}</tbody>
        </table>
    }
    .built()
}

//! From the contract's JSON to the domain. Each function takes one resource's object.

pub mod account;
pub mod catalogue;
pub mod config;
pub mod devices;
pub mod offers;
pub mod passkeys;
pub mod points;
pub mod surveys;
pub mod wallet;
pub mod wechat;

use crate::api::node::{Decoded, Node};

/// One page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page<T> {
    /// Items.
    pub data: Vec<T>,
    /// Where the next page begins; the list ends without it.
    pub next_cursor: Option<String>,
    /// Number of items in the whole list, where the backend says so.
    pub total: Option<i64>,
}

/// A page of which items that can't be read are left out.
///
/// # Errors
/// None today; a page without `data` is an empty one.
pub fn page<'a, T>(node: Node<'a>, decode: impl Fn(Node<'a>) -> Decoded<T>) -> Decoded<Page<T>> {
    Ok(Page {
        data: node.good("data", decode),
        next_cursor: node.maybe_text("next_cursor"),
        total: node.maybe_int("total"),
    })
}

/// A page in which everything counts.
///
/// # Errors
/// The first bad item's fault.
pub fn strict_page<'a, T>(node: Node<'a>, decode: impl Fn(Node<'a>) -> Decoded<T>) -> Decoded<Page<T>> {
    Ok(Page {
        data: node.all("data", decode)?,
        next_cursor: node.maybe_text("next_cursor"),
        total: node.maybe_int("total"),
    })
}

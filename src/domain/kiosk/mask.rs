//! A number typed on a screen that others can see: only its beginning and the digit just typed are shown.

/// How many leading digits are shown: they tell the carrier, not the person.
const HEAD: usize = 3;

/// One place of the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// A digit that is shown.
    Shown(char),
    /// A digit that is hidden.
    Hidden,
    /// The place of the next digit.
    Next,
    /// A place further on.
    Empty,
}

/// The places of a number of `length` digits of which `typed` are there.
pub fn cells(typed: &str, length: usize) -> Vec<Cell> {
    let digits: Vec<char> = typed.chars().take(length).collect();
    let last = digits.len().saturating_sub(1);
    let place = |at: usize| match digits.get(at) {
        Some(digit) if at < HEAD || at == last => Cell::Shown(*digit),
        Some(_) => Cell::Hidden,
        None if at == digits.len() => Cell::Next,
        None => Cell::Empty,
    };
    (0..length).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_digit_just_typed_is_shown_and_the_one_before_it_no_more() {
        let shown = |typed: &str| {
            let letter = |cell| match cell {
                Cell::Shown(digit) => digit,
                Cell::Hidden => '*',
                Cell::Next => '|',
                Cell::Empty => '.',
            };
            cells(typed, 11).into_iter().map(letter).collect::<String>()
        };
        assert_eq!(shown(""), "|..........");
        assert_eq!(shown("1380"), "1380|......");
        assert_eq!(shown("138001304"), "138*****4|.");
        assert_eq!(shown("13800130417"), "138*******7");
        assert_eq!(shown("138001304179"), "138*******7");
    }

    proptest! {
        #[test]
        fn never_more_than_four_digits_are_seen(typed in "[0-9]{0,15}", length in 1_usize..16) {
            let all = cells(&typed, length);
            prop_assert_eq!(all.len(), length);
            prop_assert!(all.iter().filter(|cell| matches!(cell, Cell::Shown(_))).count() <= HEAD + 1);
        }
    }
}

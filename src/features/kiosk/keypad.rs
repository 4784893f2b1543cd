//! Keys on the screen itself: no other keyboard comes up, and each is as large as a thumb.

use crate::i18n::{Key, key, t};
use crate::parts::symbols::symbol;
use leptos::prelude::*;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Press {
    /// Adds a letter.
    Letter(char),
    /// Takes the last one back.
    Back,
    /// Takes all back.
    Clear,
}

impl Press {
    /// What becomes of `text`, which holds at most `most` letters.
    pub(super) fn apply(self, text: &mut String, most: usize) {
        match self {
            Self::Letter(letter) if text.chars().count() < most => text.push(letter),
            Self::Letter(_) => {}
            Self::Back => drop(text.pop()),
            Self::Clear => text.clear(),
        }
    }
}

/// Ten digits.
pub(super) fn digits(press: Callback<Press>) -> AnyView {
    let digit = move |digit: char| letter(digit, press);
    view! {
        <div class="keypad" role="group" aria-label=t(key::KIOSK_KEYS_LABEL)>
            {('1'..='9').map(digit).collect_view()}
            <button type="button" class="u" on:click=move |_| press.run(Press::Clear)>
                {t(key::KIOSK_KEYS_CLEAR)}
            </button>
            {digit('0')}
            {back(press)}
        </div>
    }
    .into_any()
}

/// Digits, capital letters and a dash.
pub(super) fn letters(press: Callback<Press>, label: Key) -> AnyView {
    let keys = ('1'..='9').chain('0'..='0').chain('A'..='Z').chain('-'..='-');
    view! {
        <div class="k-letters" role="group" aria-label=t(label)>
            {keys.map(|one| letter(one, press)).collect_view()}
            {back(press)}
        </div>
    }
    .into_any()
}

fn letter(letter: char, press: Callback<Press>) -> AnyView {
    view! {
        <button type="button" on:click=move |_| press.run(Press::Letter(letter))>
            {letter.to_string()}
        </button>
    }
    .into_any()
}

fn back(press: Callback<Press>) -> AnyView {
    view! {
        <button type="button" class="u" aria-label=t(key::KIOSK_KEYS_BACK) on:click=move |_| press.run(Press::Back)>
            {symbol("backspace")}
        </button>
    }
    .into_any()
}

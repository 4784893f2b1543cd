//! Home's shape while it waits; the same boxes as the boot shell, so that nothing moves.

use crate::ui::{Build, bone};
use leptos::prelude::*;

/// The bones.
pub(super) fn bones() -> AnyView {
    let gauge = || {
        view! {
            <div class="gauge">
                <p>{bone("s", 2)}{bone("t", 4)}</p>
                <p class="track">
                    <i class="track__bar"></i>
                    {bone("s", 5)}
                </p>
            </div>
        }
        .built()
    };
    view! {
        <div class="tier" data-material="plain">
            <div class="row">
                <p class="grow">{bone("h", 6)}{bone("t", 8)}</p>
                {bone("t", 4)}
            </div>
            {gauge()}
            {gauge()}
        </div>
        <p class="outlook">{bone("t", 8)}{bone("t", 10)}</p>
        <div class="panel pts">{bone("n", 9)}{bone("s", 10)}</div>
        {below()}
    }
    .built()
}

/// The bones of what is below the balance.
pub(super) fn below() -> AnyView {
    let card = || view! { <li><span class="shelf"></span>{bone("t", 5)}{bone("t", 4)}</li> }.built();
    view! {
        <section class="sec" aria-hidden="true">
            <div class="sec__h">{bone("h", 5)}</div>
            <ul class="rgrid three">{card()}{card()}{card()}</ul>
        </section>
        <div class="next"></div>
    }
    .built()
}

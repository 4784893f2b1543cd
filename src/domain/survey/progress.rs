//! How far the member is.
//!
//! The bar tells the truth of this moment: of the questions that are visible now, those that need no more attention. When an answer
//! opens a branch there is more to do, and the bar goes back by as much. It could be held where it was instead; then it would
//! promise an end that isn't near and stand still for a while, and the number beside it would contradict it. What is done never
//! becomes less by that, only the whole grows. A question that was left blank on a page that was passed counts as done: the
//! member decided about it, and the last page of a survey with optional questions is its end. An answer on a page that was not
//! on screen yet is the definition's, not the member's, and isn't done.

use survey::{Form, Id, Kind};

/// What is done of what is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Questions that were answered, or passed without an answer.
    pub done: u32,
    /// Questions that are visible.
    pub all: u32,
}

/// How far a form is; `furthest` is the last page that was on screen.
pub fn progress(form: &Form, furthest: Option<Id>) -> Progress {
    let pages = form.visible_pages();
    let passed = furthest.and_then(|page| pages.iter().position(|id| *id == page)).unwrap_or_default();
    let mut progress = Progress::default();
    for (at, page) in pages.iter().enumerate() {
        for question in form.questions_of(*page) {
            let kind = form.kind(question);
            if !kind.is_static() && kind != Kind::Expression {
                progress.all += 1;
                progress.done += u32::from(at < passed || at == passed && !form.is_empty(question));
            }
        }
    }
    progress
}

/// Minutes that the rest takes, at least one while there is something left.
pub fn minutes_left(progress: Progress, minutes: i64) -> i64 {
    let (all, left) = (i64::from(progress.all), i64::from(progress.all.saturating_sub(progress.done)));
    if all == 0 || left == 0 {
        return 0;
    }
    // Rounded up.
    (minutes.clamp(1, 1_000) * left + all - 1) / all
}

#[cfg(test)]
mod tests {
    use super::super::{arrange, parse};
    use super::*;
    use std::rc::Rc;
    use survey::{Definition, Environment, Value};

    fn form(text: &str) -> Form {
        let definition = Definition::parse(&arrange(parse(text).unwrap())).unwrap();
        let environment = Environment { now: 0.0, offset_minutes: 0, seed: 1 };
        Form::new(Rc::new(definition), "zh-CN", environment)
    }

    #[test]
    fn what_was_passed_counts_and_a_branch_makes_the_whole_grow() {
        let mut form = form(
            r#"{"questionsOnPageMode":"questionPerPage","elements":[
            {"type":"rating","name":"a","rateType":"smileys"},{"type":"comment","name":"why","visibleIf":"{a} < 3"},
            {"type":"html","name":"h","html":"x"},{"type":"text","name":"b"}]}"#,
        );
        let pages = form.visible_pages();
        assert_eq!(pages.len(), 3, "the condition hides a page");
        assert_eq!(progress(&form, pages.first().copied()), Progress { done: 0, all: 2 });
        let rating = form.question("a").unwrap();
        form.answer(rating, Value::from(2));
        assert_eq!(progress(&form, pages.first().copied()), Progress { done: 1, all: 3 });
        let last = form.visible_pages().last().copied();
        assert_eq!(progress(&form, last), Progress { done: 2, all: 3 }, "the reason was passed over");
    }

    #[test]
    fn defaults_of_pages_that_nobody_saw_are_not_done() {
        let form = form(
            r#"{"pages":[{"elements":[{"type":"text","name":"a"}]},
            {"elements":[{"type":"boolean","name":"b","defaultValue":true}]}]}"#,
        );
        assert_eq!(progress(&form, form.visible_pages().first().copied()), Progress { done: 0, all: 2 });
        assert_eq!(progress(&form, form.visible_pages().last().copied()), Progress { done: 2, all: 2 });
    }

    #[test]
    fn minutes_are_rounded_up_and_end_with_the_questions() {
        let left = |done, all| minutes_left(Progress { done, all }, 3);
        assert_eq!([left(0, 10), left(5, 10), left(9, 10), left(10, 10), left(0, 0)], [3, 2, 1, 0, 0]);
    }
}

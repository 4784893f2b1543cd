//! Which words of a definition are understood. SurveyJS 3's names, and those of older versions that it still reads.

use crate::definition::{Kind, Props};
use crate::js;
use crate::value::{Object, Value};

/// Properties of a part that the engine can't do.
pub(super) type Table = &'static [&'static str];

pub(super) const SURVEY: Table = &[];
pub(super) const CHOICE: Table = &["elements", "showCommentArea"];
pub(super) const VALIDATOR: Table = &[];
pub(super) const TRIGGER: Table = &[""];
const CONTAINER: Table = &[];
const QUESTION: Table = &["bindings", "choicesByUrl", "maskType", "maskSettings"];
const SELECT: Table =
    &["bindings", "choicesByUrl", "allowCustomChoices", "choicesLazyLoadEnabled", "autoOtherMode"];
const MATRIX: Table = &["bindings", "choicesByUrl", "detailElements", "detailPanelMode"];

/// Types of a text that are known.
pub(super) const INPUTS: [&str; 13] = [
    "",
    "text",
    "date",
    "datetime-local",
    "email",
    "month",
    "number",
    "password",
    "range",
    "tel",
    "time",
    "url",
    "week",
];

/// What can't be done of an element.
pub(super) fn of(kind: Kind) -> Table {
    match kind {
        Kind::Page | Kind::Panel => CONTAINER,
        Kind::Matrixdropdown => MATRIX,
        _ if kind.is_select() => SELECT,
        _ => QUESTION,
    }
}

/// The properties that hold an expression.
pub(super) const RULES: [&str; 16] = [
    "visibleIf",
    "enableIf",
    "requiredIf",
    "resetValueIf",
    "setValueIf",
    "setValueExpression",
    "defaultValueExpression",
    "choicesVisibleIf",
    "choicesEnableIf",
    "minValueExpression",
    "maxValueExpression",
    "expression",
    "rowsVisibleIf",
    "columnsVisibleIf",
    "templateVisibleIf",
    "panelCountExpression",
];

/// Names that SurveyJS renamed, and what they are called now.
const RENAMED: [(&str, &str); 32] = [
    ("allowCompleteSurveyAutomatic", "autoAdvanceAllowComplete"),
    ("commentPlaceHolder", "commentPlaceholder"),
    ("defaultValueFromLastPanel", "copyDefaultValueFromLastEntry"),
    ("firstPageIsStarted", "firstPageIsStartPage"),
    ("focusFirstQuestionAutomatic", "autoFocusFirstQuestion"),
    ("focusOnFirstError", "autoFocusFirstError"),
    ("goNextPageAutomatic", "autoAdvanceEnabled"),
    ("hasComment", "showCommentArea"),
    ("hasNone", "showNoneItem"),
    ("hasOther", "showOtherItem"),
    ("hasSelectAll", "showSelectAllItem"),
    ("insensitive", "caseInsensitive"),
    ("isAllRowRequired", "eachRowRequired"),
    ("maximumRateDescription", "maxRateDescription"),
    ("maxOthersLength", "maxCommentLength"),
    ("mininumRateDescription", "minRateDescription"),
    ("optionsCaption", "placeholder"),
    ("otherPlaceHolder", "otherPlaceholder"),
    ("panelAddText", "addPanelText"),
    ("panelNextText", "nextPanelText"),
    ("panelPrevText", "prevPanelText"),
    ("panelRemoveText", "removePanelText"),
    ("placeHolder", "placeholder"),
    ("questions", "elements"),
    ("questionsOrder", "questionOrder"),
    ("rateDisplayMode", "rateType"),
    ("requiredText", "requiredMark"),
    ("rowsOrder", "rowOrder"),
    ("showCompletedPage", "showCompletePage"),
    ("showOptionsCaption", "allowClear"),
    ("size", "inputSize"),
    ("useDisplayValuesInTitle", "useDisplayValuesInDynamicTexts"),
];

/// The present name of a property.
pub(super) fn present(key: &str) -> &str {
    RENAMED.iter().find(|(old, _)| *old == key).map_or(key, |(_, new)| new)
}

/// Lists of what an element, or the survey, consists of.
pub(super) const PARTS: [&str; 12] = [
    "calculatedValues",
    "choices",
    "columns",
    "completedHtmlOnCondition",
    "elements",
    "items",
    "pages",
    "rateValues",
    "rows",
    "templateElements",
    "triggers",
    "validators",
];

/// A property by its present name; `Null` where it isn't set.
pub(super) fn part<'a>(object: &'a Object, key: &str) -> &'a Value {
    let named = || object.iter().find(|(own, _)| present(own) == key).map(|(_, value)| value);
    object.get(key).or_else(named).unwrap_or(&Value::Null)
}

/// Whether a cell of a matrix can be a question of this kind.
pub(super) fn is_cell(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Dropdown
            | Kind::Checkbox
            | Kind::Radiogroup
            | Kind::Tagbox
            | Kind::Text
            | Kind::Comment
            | Kind::Boolean
            | Kind::Expression
            | Kind::Rating
    )
}

/// Whether a property needs what the engine doesn't have: one of the table that is set to something, or one that nobody
/// knows and that looks like logic.
pub(super) fn matters(table: Table, key: &str, value: &Value) -> bool {
    let set = match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty() && text != "none",
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    };
    let film = key == "contentMode" && matches!(value.as_str(), Some("video" | "youtube"));
    set && (film || table.contains(&key) || is_unknown_logic(key))
}

fn is_unknown_logic(key: &str) -> bool {
    let logic = key.ends_with("If") || key.ends_with("Expression");
    logic && !RULES.contains(&key) && !["totalExpression", "runExpression", "editIf"].contains(&key)
}

/// The condition of a trigger in the old form: a name, an operator and a value.
pub(super) fn trigger_expression(props: &Props) -> String {
    let name = props.word("name");
    if name.is_empty() {
        return String::new();
    }
    let operator = match props.word("operator").to_lowercase().as_str() {
        // SurveyJS adds the value to these two as well, which only `undefined` doesn't survive.
        unary @ ("empty" | "notempty") => {
            let value = props.get("value");
            let value = if value.is_null() { String::from("undefined") } else { quoted(value) };
            return ["{", name, "} ", unary, " ", &value].concat();
        }
        known @ ("notequal" | "contains" | "notcontains" | "greater" | "less" | "greaterorequal"
        | "lessorequal") => String::from(known),
        _ => String::from("equal"),
    };
    let value = props.get("value");
    let empty = match value {
        Value::String(text) => text.trim().is_empty(),
        other => js::is_empty(other),
    };
    if empty {
        return String::new();
    }
    ["{", name, "} ", &operator, " ", &quoted(value)].concat()
}

fn quoted(value: &Value) -> String {
    let text = js::to_text(value);
    let plain = !js::truthy(value)
        || js::is_number(value)
        || matches!(text.to_lowercase().as_str(), "true" | "false");
    if plain { text } else { ["'", &text, "'"].concat() }
}

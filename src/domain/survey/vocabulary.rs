//! Which words of a definition are understood, and how its JSON values are read.

use miniserde::json::{Number, Value};

use super::Scalar;

/// Properties that this version reads, or that change neither which questions appear nor which answers are accepted.
#[rustfmt::skip]
const UNDERSTOOD: &[&str] = &[
    "$schema", "acceptCarriageReturn", "allowClear", "allowCompleteSurveyAutomatic", "allowResize", "autoAdvanceEnabled",
    "autoAdvanceAllowComplete", "autoFocusFirstError", "autoFocusFirstQuestion", "autoGenerate", "autoGrow", "autocomplete",
    "backgroundImage", "backgroundImageAttachment", "backgroundImageFit", "backgroundOpacity", "checkErrorsMode",
    "choices", "clearInvisibleValues", "closeOnSelect", "colCount", "cols", "commentPlaceholder", "commentText",
    "completeText", "completedBeforeHtml", "completedHtml", "cookieName", "correctAnswer", "description",
    "descriptionLocation", "displayMode", "displayRateDescriptionsAsExtremeItems", "editText", "elements", "errorLocation",
    "fitToContainer", "focusFirstQuestionAutomatic", "focusOnFirstError", "goNextPageAutomatic", "headerView", "hideNumber",
    "indent", "inputType", "isRequired", "itemSize", "itemSizeMode", "loadingHtml", "locale", "logo", "logoFit",
    "logoHeight", "logoPosition", "logoWidth", "maxErrorText", "maxLength", "maxRateDescription", "maxSelectedChoices",
    "maxTextLength", "maxWidth", "minErrorText", "minRateDescription", "minSelectedChoices", "minWidth", "name",
    "navigationButtonsLocation", "navigationDescription", "navigationTitle", "noneText", "optionsCaption", "otherErrorText",
    "otherPlaceholder", "otherText", "pageNextText", "pagePrevText", "pages", "placeHolder", "placeholder", "previewText",
    "progressBarInheritWidthFrom", "progressBarLocation", "progressBarShowPageNumbers", "progressBarShowPageTitles",
    "progressBarType", "questionDescriptionLocation", "questionErrorLocation", "questionStartIndex",
    "questionTitleLocation", "questionTitlePattern", "questionTitleWidth", "questions", "questionsOnPageMode", "rateColorMode",
    "rateCount", "rateDescriptionLocation", "rateDisplayMode", "rateMax", "rateMin", "rateStep", "rateType", "rateValues",
    "requiredErrorText", "requiredMark", "requiredText", "rows", "scaleColorMode", "searchEnabled", "searchMode",
    "separateSpecialChoices", "showClearButton", "showCompletedPage", "showCompletePage", "showNumber",
    "showOptionsCaption", "showPageNumbers", "showPageTitles", "showPrevButton", "showProgressBar", "showQuestionNumbers",
    "showTOC", "showTitle", "size", "startSurveyText", "startWithNewLine", "state", "storeOthersAsComment",
    "textUpdateMode", "title", "titleLocation", "titleWidth", "tocLocation", "tooltip", "type", "useDisplayValuesInDynamicTexts",
    "useDisplayValuesInTitle", "validateOnValueChange", "validateOnValueChanging", "validationEnabled", "visible", "width",
    "widthMode",
];

/// Properties whose one value, the default, is as good as absent.
const DEFAULTS: &[(&str, &str)] = &[
    ("choicesOrder", "none"),
    ("mode", "edit"),
    ("questionOrder", "initial"),
    ("questionsOrder", "initial"),
    ("questionsOrder", "default"),
    ("showPreviewBeforeComplete", "noPreview"),
    ("validateVisitedEmptyFields", "none"),
];

impl Scalar {
    /// A string or a whole number.
    pub(super) fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self::Text(text.clone())),
            value => whole(value).map(Self::Number),
        }
    }

    /// How it reads where it has no text of its own.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// A JSON number without a fraction, within what JavaScript counts exactly.
pub(super) fn whole(value: &Value) -> Option<i64> {
    const EXACT: i64 = 1 << 53;
    let number = match value {
        Value::Number(Number::U64(number)) => i64::try_from(*number).ok()?,
        Value::Number(Number::I64(number)) => *number,
        Value::Number(Number::F64(number)) if *number as i64 as f64 == *number => *number as i64,
        _ => return None,
    };
    (-EXACT..=EXACT).contains(&number).then_some(number)
}

pub(super) fn positive(value: Option<&Value>) -> Option<u32> {
    u32::try_from(whole(value?)?).ok().filter(|number| *number > 0)
}

pub(super) fn flag(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::Bool(true)))
}

/// Whether a property changes what is asked or accepted, and this version doesn't know how.
pub(super) fn matters(key: &str, value: &Value) -> bool {
    match value {
        Value::Null => false,
        // The two whose absence means true.
        Value::Bool(false) => key == "visible" || key == "showPrevButton",
        Value::Bool(true) => !UNDERSTOOD.contains(&key),
        Value::Array(list) => !list.is_empty() && !UNDERSTOOD.contains(&key),
        Value::Object(object) => !object.is_empty() && !UNDERSTOOD.contains(&key),
        Value::String(text) => {
            !text.is_empty() && !UNDERSTOOD.contains(&key) && !DEFAULTS.contains(&(key, text.as_str()))
        }
        Value::Number(_) => whole(value) != Some(0) && !UNDERSTOOD.contains(&key),
    }
}

/// The words of a small piece of HTML. Nothing is interpreted: the result is set as text.
pub(super) fn without_markup(html: String) -> String {
    let mut words = String::with_capacity(html.len());
    let mut rest = html.as_str();
    while let Some((before, tag)) = rest.split_once('<') {
        words.push_str(before);
        match tag.split_once('>') {
            Some((_, after)) => rest = after,
            None => {
                words.push('<');
                rest = tag;
                break;
            }
        }
    }
    words.push_str(rest);
    String::from(words.trim())
}

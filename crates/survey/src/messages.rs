//! What the engine itself says, in three languages. The texts are those of SurveyJS, so that a chain's reports agree.

/// A text of the engine: English, 简体中文, 繁體中文.
pub(crate) type Message = (&'static str, &'static str, &'static str);

pub(crate) const REQUIRED: Message = ("Response required.", "请填写此问题", "請填寫此問題");
pub(crate) const REQUIRED_IN_PANEL: Message =
    ("Response required: answer at least one question.", "至少回答一题.", "需要回答：至少回答一個問題。");
pub(crate) const REQUIRED_IN_ROWS: Message =
    ("Response required: answer questions in all rows.", "请填写所有行中问题", "請填寫所有行中問題");
pub(crate) const UNIQUE_IN_ROWS: Message =
    ("Each row must have a unique value.", "每行必须具有唯一值。", "每行必須具有唯一值。");
pub(crate) const NUMERIC: Message = ("The value should be numeric.", "答案必须是个数字", "答案必須是個數字");
pub(crate) const MIN: Message =
    ("The value should not be less than {0}", "该值不能小于 {0}", "該值不應小於 {0}");
pub(crate) const MAX: Message =
    ("The value should not be greater than {0}", "该值不能大于 {0}", "該值不應大於 {0}");
pub(crate) const STEP: Message = (
    "Please enter a value that matches the step size of {0}.",
    "请输入与{0}步长相匹配的值。",
    "請輸入與步長相符的值{0}。",
);
pub(crate) const NO_DIGITS: Message = ("Numbers are not allowed.", "不允许使用数字。", "不允許使用數位。");
pub(crate) const TEXT_MIN: Message =
    ("Please enter at least {0} character(s).", "答案长度至少 {0} 个字符", "答案長度至少 {0} 個字元");
pub(crate) const TEXT_MAX: Message = (
    "Please enter no more than {0} character(s).",
    "答案长度不能超过 {0} 个字符",
    "答案長度不能超過 {0} 個字元",
);
pub(crate) const TEXT_MIN_MAX: Message = (
    "Please enter at least {0} and no more than {1} characters.",
    "答案长度必须在 {0} - {1} 个字符之间",
    "答案長度必須在 {0} - {1} 個字元之間",
);
pub(crate) const MIN_SELECT: Message =
    ("Please select at least {0} option(s).", "最少需要选择 {0} 项答案", "最少需要選擇 {0} 項答案");
pub(crate) const MAX_SELECT: Message =
    ("Please select no more than {0} option(s).", "最多只能选择 {0} 项答案", "最多只能選擇 {0} 項答案");
pub(crate) const NUMERIC_MIN_MAX: Message = (
    "The '{0}' should be at least {1} and at most {2}",
    "答案 '{0}' 必须大于等于 {1} 且小于等于 {2}",
    "答案 '{0}' 必須大於等於 {1} 且小於等於 {2}",
);
pub(crate) const NUMERIC_MIN: Message =
    ("The '{0}' should be at least {1}", "答案 '{0}' 必须大于等于 {1}", "答案 '{0}' 必須大於等於 {1}");
pub(crate) const NUMERIC_MAX: Message =
    ("The '{0}' should be at most {1}", "答案 '{0}' 必须小于等于 {1}", "答案 '{0}' 必須小於等於 {1}");
pub(crate) const EMAIL: Message =
    ("Please enter a valid e-mail address.", "请输入有效的 Email 地址", "請輸入有效的 Email 地址");
pub(crate) const EXPRESSION: Message =
    ("The expression: {0} should return 'true'.", "公式: {0} 无效.", "表達式：{0}應返回「true」。");
pub(crate) const OTHER_REQUIRED: Message =
    ("Response required: enter another value.", "请完成其他问题", "請完成其他問題");
pub(crate) const KEY_DUPLICATION: Message =
    ("This value should be unique.", "主键不能重复", "此值應該是唯一的。");
pub(crate) const VALUE: Message = ("value", "值", "價值");
pub(crate) const OTHER_ITEM: Message = ("Other (describe)", "填写其他答案", "填寫其他答案");
pub(crate) const NONE_ITEM: Message = ("None", "无", "沒有");
pub(crate) const REFUSE_ITEM: Message = ("Refuse to answer", "拒绝回答", "拒絕回答");
pub(crate) const DONT_KNOW_ITEM: Message = ("Don't know", "不知道", "不知道");
pub(crate) const SELECT_ALL_ITEM: Message = ("Select All", "选择全部", "全選");
pub(crate) const YES: Message = ("Yes", "是", "是的");
pub(crate) const NO: Message = ("No", "否", "不");
pub(crate) const COMMENT: Message = ("Please leave a comment", "请发表评论", "請發表評論");

/// A text in a language, with its gaps filled.
pub(crate) fn say(message: Message, locale: &str, with: &[&str]) -> String {
    let text = match locale {
        "zh-tw" => message.2,
        locale if locale.starts_with("zh") => message.1,
        _ => message.0,
    };
    fill(text, with)
}

/// Puts texts into the gaps `{0}`, `{1}`, …
pub(crate) fn fill(text: &str, with: &[&str]) -> String {
    let mut filled = String::from(text);
    for (at, part) in with.iter().enumerate() {
        let gap = ["{", &at.to_string(), "}"].concat();
        filled = filled.replace(&gap, part);
    }
    filled
}

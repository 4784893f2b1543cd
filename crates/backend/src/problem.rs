//! Everything that can go wrong with a request, in the words of the contract.

use crate::locale::{Locale, Text};
use rusqlite::ErrorCode;
use serde_json::{Map, Value, json};

/// The problem codes of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    InsufficientPoints,
    OutOfStock,
    LimitReached,
    TierRequired,
    NotInWindow,
    StoreNotEligible,
    PriceChanged,
    IntentExpired,
    KeyReused,
    RevisionConflict,
    DraftConflict,
    Validation,
    Malformed,
    Unauthenticated,
    RateLimited,
    SmsIncorrect,
    SmsExpired,
    NotFound,
    NotCancellable,
    CsrfRequired,
    PayloadTooLarge,
    PreconditionRequired,
    PreconditionFailed,
    AlreadySubmitted,
    NotTransferable,
    TransferOwn,
    TransferClosed,
    AuthorizationPending,
    SlowDown,
    AccessDenied,
    ExpiredToken,
    AuthorizationClosed,
    InsufficientScope,
    TicketInvalid,
    PhoneRequired,
    PasskeyRefused,
    WechatCodeInvalid,
    WechatUnavailable,
    HandoffClosed,
    PaymentClosed,
    UnsupportedMediaType,
    MethodNotAllowed,
    Internal,
}

type Row = (&'static str, u16, bool, [&'static str; 3]);

impl Code {
    /// Code, status, whether trying again later can help, titles.
    const fn row(self) -> Row {
        match self {
            Self::InsufficientPoints => {
                ("insufficient-points", 409, false, ["积分不足", "點數不足", "Not enough points"])
            }
            Self::OutOfStock => ("out-of-stock", 409, false, ["已兑完", "已兌完", "Out of stock"]),
            Self::LimitReached => {
                ("limit-reached", 409, false, ["已达次数上限", "已達次數上限", "Limit reached"])
            }
            Self::TierRequired => {
                ("tier-required", 409, false, ["等级未达到", "等級未達到", "A higher tier is needed"])
            }
            Self::NotInWindow => {
                ("not-in-window", 409, false, ["不在活动时间内", "不在活動時間內", "Not available now"])
            }
            Self::StoreNotEligible => (
                "store-not-eligible",
                409,
                false,
                ["该门店不适用", "該門市不適用", "Not available at this store"],
            ),
            Self::PriceChanged => {
                ("price-changed", 409, false, ["所需积分有变动", "所需點數有變動", "The price has changed"])
            }
            Self::IntentExpired => (
                "intent-expired",
                409,
                false,
                ["这次兑换过了时限", "這次兌換過了時限", "This redemption came too late"],
            ),
            Self::KeyReused => (
                "key-reused",
                422,
                false,
                [
                    "请求标识已用于另一请求",
                    "請求識別碼已用於另一請求",
                    "The key was used for another request",
                ],
            ),
            Self::RevisionConflict => (
                "revision-conflict",
                409,
                false,
                ["内容已更新", "內容已更新", "The content has been revised"],
            ),
            Self::DraftConflict => (
                "draft-conflict",
                409,
                false,
                ["别处有更新的草稿", "別處有更新的草稿", "There is a newer draft"],
            ),
            Self::Validation => {
                ("validation", 422, false, ["填写的内容有误", "填寫的內容有誤", "The request is not valid"])
            }
            Self::Malformed => {
                ("malformed", 400, false, ["请求格式有误", "請求格式有誤", "The request could not be read"])
            }
            Self::Unauthenticated => {
                ("unauthenticated", 401, false, ["请先登录", "請先登入", "Please sign in"])
            }
            Self::RateLimited => {
                ("rate-limited", 429, true, ["操作太频繁", "操作太頻繁", "Too many requests"])
            }
            Self::SmsIncorrect => {
                ("code-incorrect", 422, false, ["验证码不正确", "驗證碼不正確", "The code is not correct"])
            }
            Self::SmsExpired => {
                ("code-expired", 422, false, ["验证码已失效", "驗證碼已失效", "The code has expired"])
            }
            Self::NotFound => ("not-found", 404, false, ["找不到内容", "找不到內容", "Not found"]),
            Self::NotCancellable => (
                "not-cancellable",
                409,
                false,
                ["现在不能取消", "現在無法取消", "It can no longer be cancelled"],
            ),
            Self::CsrfRequired => (
                "csrf-required",
                403,
                false,
                ["缺少安全标头", "缺少安全標頭", "A security header is missing"],
            ),
            Self::PayloadTooLarge => {
                ("payload-too-large", 413, false, ["内容太大", "內容太大", "The request is too large"])
            }
            Self::PreconditionRequired => (
                "precondition-required",
                428,
                false,
                ["缺少版本标识", "缺少版本識別碼", "If-Match is needed"],
            ),
            Self::PreconditionFailed => (
                "precondition-failed",
                412,
                false,
                ["资料已在别处更新", "資料已在別處更新", "It was changed elsewhere"],
            ),
            Self::AlreadySubmitted => {
                ("already-submitted", 409, false, ["已经提交过", "已經提交過", "Already submitted"])
            }
            Self::NotTransferable => (
                "not-transferable",
                409,
                false,
                ["这张券不能转赠", "這張券無法轉贈", "This coupon can't be given away"],
            ),
            Self::TransferOwn => {
                ("transfer-own", 409, false, ["这是你送出的券", "這是你送出的券", "This gift is from you"])
            }
            Self::TransferClosed => (
                "transfer-closed",
                409,
                false,
                ["礼物已不在了", "禮物已不在了", "The gift is no longer there"],
            ),
            Self::AuthorizationPending => (
                "authorization-pending",
                400,
                true,
                ["等你在手机上确认", "等你在手機上確認", "Waiting for your phone"],
            ),
            Self::SlowDown => ("slow-down", 400, true, ["问得太勤", "問得太勤", "Asked too often"]),
            Self::AccessDenied => {
                ("access-denied", 400, false, ["没有同意登录", "沒有同意登入", "Sign-in was refused"])
            }
            Self::ExpiredToken => {
                ("expired-token", 400, false, ["二维码过期了", "QR Code 過期了", "The code has expired"])
            }
            Self::AuthorizationClosed => (
                "authorization-closed",
                409,
                false,
                ["这次登录已不能决定", "這次登入已不能決定", "This sign-in is closed"],
            ),
            Self::InsufficientScope => (
                "insufficient-scope",
                403,
                false,
                ["请在自己的手机上操作", "請在自己的手機上操作", "Please do this on your own phone"],
            ),
            Self::TicketInvalid => {
                ("ticket-invalid", 422, false, ["登录没有完成", "登入沒有完成", "Sign-in was not completed"])
            }
            Self::PhoneRequired => (
                "phone-required",
                409,
                false,
                ["请先授权手机号", "請先授權手機號碼", "A phone number is needed first"],
            ),
            Self::PasskeyRefused => (
                "passkey-refused",
                422,
                false,
                ["通行密钥不能用", "通行密鑰無法使用", "The passkey was refused"],
            ),
            Self::WechatCodeInvalid => (
                "wechat-code-invalid",
                422,
                false,
                ["微信登录没有完成", "微信登入沒有完成", "Signing in with WeChat was not completed"],
            ),
            Self::WechatUnavailable => {
                ("wechat-unavailable", 503, true, ["微信没有回应", "微信沒有回應", "WeChat does not answer"])
            }
            Self::HandoffClosed => {
                ("handoff-closed", 409, false, ["已经有结果了", "已經有結果了", "There is a result already"])
            }
            Self::PaymentClosed => {
                ("payment-closed", 409, false, ["不用付款", "不用付款", "There is nothing to pay"])
            }
            Self::UnsupportedMediaType => (
                "unsupported-media-type",
                415,
                false,
                ["不支持的内容类型", "不支援的內容類型", "JSON is needed"],
            ),
            Self::MethodNotAllowed => (
                "method-not-allowed",
                405,
                false,
                ["不支持的请求方法", "不支援的請求方法", "Method not allowed"],
            ),
            Self::Internal => {
                ("internal", 500, true, ["服务出了点问题", "服務出了點問題", "Something went wrong"])
            }
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        self.row().0
    }

    pub(crate) const fn status(self) -> u16 {
        self.row().1
    }

    pub(crate) fn title(self, locale: Locale) -> &'static str {
        let [zh_cn, zh_tw, en] = self.row().3;
        match locale {
            Locale::ZhCn => zh_cn,
            Locale::ZhTw => zh_tw,
            Locale::En => en,
        }
    }
}

/// One field that is wrong, by JSON pointer (or the name of the parameter).
#[derive(Clone, Debug)]
pub(crate) struct FieldError {
    pub(crate) pointer: String,
    pub(crate) detail: Text,
}

/// A refusal or failure, told in the reader's language when it is rendered.
#[derive(Clone, Debug)]
pub(crate) struct Problem(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    code: Code,
    detail: Option<Text>,
    errors: Vec<FieldError>,
    extras: Map<String, Value>,
    retry_after: Option<u64>,
    /// It came of a write where there is only reading.
    wants_to_write: bool,
}

impl Problem {
    pub(crate) fn new(code: Code) -> Self {
        Self(Box::new(Inner {
            code,
            detail: None,
            errors: Vec::new(),
            extras: Map::new(),
            retry_after: None,
            wants_to_write: false,
        }))
    }

    pub(crate) fn detail(mut self, detail: Text) -> Self {
        self.0.detail = Some(detail);
        self
    }

    pub(crate) fn extra(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.extras.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn error(mut self, pointer: impl Into<String>, detail: Text) -> Self {
        self.0.errors.push(FieldError { pointer: pointer.into(), detail });
        self
    }

    /// A limit that will be lifted in `seconds`.
    pub(crate) fn rate_limited(seconds: u64) -> Self {
        let mut problem = Self::new(Code::RateLimited).detail(Text::new(
            format!("请在 {seconds} 秒后再试。"),
            format!("請在 {seconds} 秒後再試。"),
            format!("Please try again in {seconds} seconds."),
        ));
        problem.0.retry_after = Some(seconds.max(1));
        problem
    }

    /// The same, to be tried again in `seconds`.
    pub(crate) fn retry_in(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Fields of a request that are wrong.
    pub(crate) fn validation(errors: Vec<FieldError>) -> Self {
        let mut problem = Self::new(Code::Validation);
        problem.0.errors = errors;
        problem
    }

    pub(crate) fn not_found() -> Self {
        Self::new(Code::NotFound)
    }

    /// A failure of the backend itself; what happened goes to the log only.
    pub(crate) fn internal(what: impl std::fmt::Display) -> Self {
        tracing::error!(%what, "internal failure");
        Self::new(Code::Internal)
    }

    pub(crate) fn code(&self) -> Code {
        self.0.code
    }

    /// Whether nothing is wrong but that something was to be written where there is only reading.
    pub(crate) fn wants_to_write(&self) -> bool {
        self.0.wants_to_write
    }

    pub(crate) fn retry_after(&self) -> Option<u64> {
        self.0.retry_after
    }

    /// The `application/problem+json` document.
    pub(crate) fn document(&self, locale: Locale, instance: &str) -> Value {
        let Inner { code, detail, errors, extras, .. } = &*self.0;
        let (name, status, retryable, _) = code.row();
        let title = code.title(locale);
        let errors: Vec<Value> =
            errors.iter().map(|e| json!({"pointer": e.pointer, "detail": e.detail.get(locale)})).collect();
        let mut document = json!({
            "type": format!("/problems/{name}"),
            "title": title,
            "status": status,
            "detail": detail.as_ref().map_or(title, |text| text.get(locale)),
            "instance": instance,
            "code": name,
            "retryable": retryable,
            "errors": errors,
        });
        if let Value::Object(fields) = &mut document {
            fields.extend(extras.clone());
        }
        document
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        if error.sqlite_error_code() == Some(ErrorCode::ReadOnly) {
            let mut problem = Self::new(Code::Internal);
            problem.0.wants_to_write = true;
            return problem;
        }
        Self::internal(error)
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

impl From<getrandom::Error> for Problem {
    fn from(error: getrandom::Error) -> Self {
        Self::internal(error)
    }
}

//! Signing in with a code by text message, seeing where one is signed in, signing out.

use super::body::{Fields, JsonBody, one_of, string};
use super::context::{Ctx, Member, PathParams, SameSite, Writer, token_hash};
use super::cookies::Kind;
use super::rate_limit::CODE_LIFE;
use crate::clock::{DAY, Millis, rfc3339};
use crate::ids;
use crate::locale::{Locale, Text};
use crate::problem::{Code, Problem};
use crate::store::devices::Device;
use crate::store::members::{self, Consent};
use crate::store::sessions::{self, Session};
use axum::Json;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rusqlite::Connection;
use serde_json::{Value, json};

const LIFE_DAYS: i64 = 30;
/// Fifteen minutes.
const KIOSK_LIFE: Millis = 15 * 60_000;
const DEMO_CODE: HeaderName = HeaderName::from_static("x-demo-code");
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

fn phone(value: &Value) -> Option<String> {
    plain_phone(&string(6..=16, |c| c.is_ascii_digit() || c == '+')(value)?)
}

/// A number as members are known by: in digits, with `+` and the country's code when abroad.
pub(crate) fn plain_phone(text: &str) -> Option<String> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let plain = (6..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.strip_prefix("+86").unwrap_or(text).to_owned())
}

/// Takes the version of the terms that was accepted, which has to be the current one.
pub(crate) fn terms(fields: &mut Fields, ctx: &Ctx, required: bool) -> Option<String> {
    let read = string(1..=32, |c| c.is_ascii_alphanumeric() || "._-".contains(c));
    let name = "terms_version";
    let version = if required { fields.required(name, read) } else { fields.optional(name, read) };
    if version.as_ref().is_some_and(|version| *version != ctx.programme().terms_version) {
        fields.refuse(
            name,
            Text::new(
                "会员条款已更新，请先阅读新版。",
                "會員條款已更新，請先閱讀新版。",
                "The terms have changed; please read the new version.",
            ),
        );
    }
    version
}

/// Notes that the member accepts the current terms.
pub(crate) fn accept_terms(db: &Connection, ctx: &Ctx, member: &str) -> Result<(), Problem> {
    let version = ctx.programme().terms_version.clone();
    let consent = Consent { purpose: "service".to_owned(), granted: true, version, at: ctx.now() };
    Ok(members::set_consent(db, member, &consent)?)
}

pub(crate) fn masked(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().collect();
    let (head, tail) = (digits.len().min(3), digits.len().saturating_sub(4).max(3));
    let text = |part: &[char]| part.iter().collect::<String>();
    format!("{}****{}", text(&digits[..head]), text(&digits[tail.min(digits.len())..]))
}

pub(crate) async fn send_code(ctx: Ctx, _: SameSite, JsonBody(body): JsonBody) -> Result<Response, Problem> {
    let mut fields = Fields::new(body);
    let phone = fields.required("phone", phone);
    let phone = fields.finish(phone)?;
    let code = ctx.app.desk.issue(&phone, ctx.address)?;
    let life = i64::try_from(CODE_LIFE.as_millis()).unwrap_or(0);
    let body = json!({"resend_after": ctx.app.desk.resend_after(), "expires_at": rfc3339(ctx.now() + life)});
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    if ctx.app.demo {
        tracing::info!(phone = masked(&phone), code, "the code of the text message");
        if let Ok(value) = HeaderValue::from_str(&code) {
            response.headers_mut().insert(DEMO_CODE, value);
        }
    }
    Ok(response)
}

/// Finds the member of a number, or lets a new one join.
pub(crate) fn member_of(db: &Connection, ctx: &Ctx, phone: &str) -> Result<String, Problem> {
    if let Some(id) = members::id_by_phone(db, phone)? {
        return Ok(id);
    }
    let tail: String = phone.chars().skip(phone.chars().count().saturating_sub(4)).collect();
    let name = match ctx.locale {
        Locale::ZhCn => format!("会员 {tail}"),
        Locale::ZhTw => format!("會員 {tail}"),
        Locale::En => format!("Member {tail}"),
    };
    let member = members::Member {
        id: ids::random(),
        phone: phone.to_owned(),
        display_name: name,
        birthday: None,
        locale: Some(ctx.locale.tag().to_owned()),
        theme: "system".to_owned(),
        personalisation: true,
        card_secret: ids::entropy::<32>()?.to_vec(),
        joined_at: ctx.now(),
    };
    members::insert(db, &member, &ctx.programme().tiers[0].id)?;
    for (purpose, granted) in [("personalisation", true), ("messages", false)] {
        let version = ctx.programme().terms_version.clone();
        let consent = Consent { purpose: purpose.to_owned(), granted, version, at: ctx.now() };
        members::set_consent(db, &member.id, &consent)?;
    }
    Ok(member.id)
}

pub(crate) async fn create(
    ctx: Ctx,
    _: SameSite,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let mut fields = Fields::new(body);
    let phone = fields.required("phone", phone);
    let code = fields.required("code", string(6..=6, |c| c.is_ascii_digit()));
    terms(&mut fields, &ctx, true);
    let bearer = fields.optional("mode", one_of(&["cookie", "bearer"])) == Some("bearer");
    let (phone, code) = fields.finish(phone.zip(code))?;
    ctx.app.desk.redeem(&phone, &code, ctx.address)?;
    let waiting = super::wechat::waiting(&ctx, &headers);
    let begun = ctx
        .run(move |tx, ctx| {
            let member = member_of(tx, ctx, &phone)?;
            accept_terms(tx, ctx, &member)?;
            let linked = match waiting {
                Some(hash) => super::wechat::claim(tx, ctx, &hash, &member)?,
                None => false,
            };
            begin_from(tx, ctx, member, if linked { WECHAT } else { MOBILE })
        })
        .await?;
    let mut response = if bearer { begun.bearer_answer() } else { begun.answer(&ctx)? };
    if waiting.is_some() {
        response.headers_mut().append(SET_COOKIE, ctx.set_cookie(Kind::WechatLink, "", 0)?);
    }
    Ok(response)
}

const MOBILE: &str = "mobile";
/// The channel of sessions that begin in WeChat.
pub(crate) const WECHAT: &str = "wechat";

/// A session that has just begun.
pub(crate) struct Begun {
    session: Session,
    token: String,
}

/// Begins a session of a member, with the reduced scope when a shared device asks. That serves one person, so that whoever was
/// signed in there before no longer is.
pub(crate) fn begin(db: &Connection, ctx: &Ctx, member: String) -> Result<Begun, Problem> {
    begin_from(db, ctx, member, MOBILE)
}

/// The same, on a channel. A shared device is always a kiosk.
pub(crate) fn begin_from(
    db: &Connection,
    ctx: &Ctx,
    member: String,
    channel: &str,
) -> Result<Begun, Problem> {
    sessions::delete_expired(db, ctx.now())?;
    let kiosk = ctx.kiosk();
    if let Some(kiosk) = kiosk {
        sessions::delete_of_device(db, &kiosk.id)?;
    }
    let token = ids::hex(&ids::entropy::<32>()?);
    let session = Session {
        id: ids::random(),
        member_id: member,
        channel: if kiosk.is_some() { "kiosk" } else { channel }.to_owned(),
        device: kiosk.map_or_else(|| device(&ctx.user_agent), |kiosk| Some(kiosk_name(ctx, kiosk))),
        created_at: ctx.now(),
        last_seen_at: ctx.now(),
        expires_at: ctx.now() + life(ctx),
        device_id: kiosk.map(|kiosk| kiosk.id.clone()),
    };
    sessions::insert(db, &session, &token_hash(&token))?;
    Ok(Begun { session, token })
}

impl Begun {
    fn view(&self) -> Value {
        json!({
            "id": self.session.id,
            "channel": self.session.channel,
            "scope": [if self.session.device_id.is_some() { "kiosk" } else { "member" }],
            "created_at": rfc3339(self.session.created_at),
            "expires_at": rfc3339(self.session.expires_at),
        })
    }

    /// The answer to signing in by cookie.
    pub(crate) fn answer(&self, ctx: &Ctx) -> Result<Response, Problem> {
        Ok((StatusCode::CREATED, [(SET_COOKIE, self.cookie(ctx)?)], Json(self.view())).into_response())
    }

    /// The answer to signing in by bearer token.
    pub(crate) fn bearer_answer(&self) -> Response {
        let mut body = self.view();
        body["token"] = self.token.clone().into();
        (StatusCode::CREATED, Json(body)).into_response()
    }

    /// What makes the browser the member's.
    pub(crate) fn cookie(&self, ctx: &Ctx) -> Result<HeaderValue, Problem> {
        ctx.set_cookie(Kind::Session, &self.token, life(ctx) / 1000)
    }
}

/// How long a session lasts. On a shared device it ends soon even when nobody signs out.
fn life(ctx: &Ctx) -> Millis {
    if ctx.kiosk().is_some() { KIOSK_LIFE } else { LIFE_DAYS * DAY }
}

/// What a shared device is called among a member's sessions.
fn kiosk_name(ctx: &Ctx, kiosk: &Device) -> String {
    let store =
        ctx.programme().store(&kiosk.store_id).map_or(kiosk.store_id.as_str(), |store| ctx.say(&store.name));
    format!("{store} · {}", kiosk.number)
}

/// What a person would call the browser, as far as its user agent tells.
pub(crate) fn device(user_agent: &str) -> Option<String> {
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    let system = find(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Macintosh", "Mac"),
        ("Windows", "Windows"),
        ("Linux", "Linux"),
    ]);
    let browser = find(&[
        ("MicroMessenger", "WeChat"),
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let parts: Vec<&str> = [system, browser].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

pub(crate) async fn list(ctx: Ctx, member: Member) -> Result<Json<Value>, Problem> {
    member.needs_full_scope()?;
    let current = member.session_id;
    let rows = ctx
        .run(move |tx, ctx| {
            while !ctx.app.visits.write(tx)? {}
            Ok(sessions::list(tx, &member.id, ctx.now())?)
        })
        .await?;
    let unnamed = Text::new("未知设备", "未知裝置", "Unknown device");
    let view = |session: &Session| {
        json!({
            "id": session.id,
            "current": session.id == current,
            "channel": session.channel,
            "device": session.device.as_deref().unwrap_or_else(|| ctx.say(&unnamed)),
            "created_at": rfc3339(session.created_at),
            "last_seen_at": rfc3339(session.last_seen_at),
            "expires_at": rfc3339(session.expires_at),
        })
    };
    Ok(Json(json!({"data": rows.iter().map(view).collect::<Vec<_>>()})))
}

/// The answer to signing out here: the browser is asked to forget everything about the member. Other cookies are part of that,
/// unless one of them makes the browser a device, which it has to stay.
fn farewell(ctx: &Ctx) -> Result<Response, Problem> {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(SET_COOKIE, ctx.set_cookie(Kind::Session, "", 0)?);
    let all = if ctx.has_device { r#""cache", "storage""# } else { r#""cache", "cookies", "storage""# };
    headers.insert(CLEAR_SITE_DATA, HeaderValue::from_static(all));
    Ok(response)
}

pub(crate) async fn delete_current(ctx: Ctx, Writer(member): Writer) -> Result<Response, Problem> {
    ctx.run(move |tx, _| Ok(sessions::delete(tx, &member.id, &member.session_id)?)).await?;
    farewell(&ctx)
}

pub(crate) async fn delete_all(ctx: Ctx, Writer(member): Writer) -> Result<Response, Problem> {
    member.needs_full_scope()?;
    ctx.run(move |tx, _| Ok(sessions::delete_all(tx, &member.id)?)).await?;
    farewell(&ctx)
}

pub(crate) async fn delete_one(
    ctx: Ctx,
    Writer(member): Writer,
    path: PathParams,
) -> Result<Response, Problem> {
    let id = path.get("session_id");
    let here = id == member.session_id;
    if !here {
        member.needs_full_scope()?;
    }
    let found = ctx.run(move |tx, _| Ok(sessions::delete(tx, &member.id, &id)?)).await?;
    match (found, here) {
        (true, true) => farewell(&ctx),
        (true, false) => Ok(StatusCode::NO_CONTENT.into_response()),
        (false, _) => Err(Problem::new(Code::NotFound)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_checked_and_masked() {
        assert_eq!(phone(&json!("+8613800130417")).as_deref(), Some("13800130417"));
        for bad in
            [json!("12345"), json!("1380013041a"), json!("++123456"), json!(13800130417i64), json!("+86")]
        {
            assert_eq!(phone(&bad), None, "{bad}");
        }
        assert_eq!(masked("13800130417"), "138****0417");
        assert_eq!(masked("123456"), "123****456");
        assert_eq!(masked("1"), "1****");
    }

    #[test]
    fn devices_are_named() {
        let iphone =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1";
        assert_eq!(device(iphone).as_deref(), Some("iPhone · Safari"));
        assert_eq!(device("curl/8"), None);
    }
}

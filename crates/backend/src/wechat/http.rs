//! The real WeChat, by its server interface. Nothing of a request is ever logged or told: its address holds secrets and codes.

use super::account::Account;
use super::{Answer, Bill, Payment, WechatGateway, WechatSettings};
use crate::rules::wechat::{Refusal, encoded, is_stale_token, refusal};
use crate::store::wechat::Identity;
use axum::body::Bytes;
use axum::http::Request;
use axum::http::header::CONTENT_TYPE;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// No answer of WeChat is nearly as long.
const LONGEST: usize = 64 * 1024;

pub(crate) struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    api: String,
    authorize: String,
    pay: Option<String>,
    patience: Duration,
    program: Arc<Account>,
    /// For pages; the same one when there is no other.
    account: Arc<Account>,
}

/// Why a call came to nothing.
enum Fault {
    Errcode(i64),
    Silence,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Errcode(errcode) => refusal(errcode),
            Fault::Silence => Self::Unavailable,
        }
    }
}

/// The refusal of a call that no code of a member was in: whatever it is, it isn't theirs.
fn not_the_members(why: impl Into<Refusal>) -> Refusal {
    match why.into() {
        Refusal::Code => Refusal::Unavailable,
        other => other,
    }
}

fn text(value: &Value, name: &str) -> Result<String, Refusal> {
    let text = value[name].as_str().filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or(Refusal::Unavailable)
}

/// What is lent, and for how long.
fn lent(value: &Value, name: &str) -> Result<(String, Duration), Refusal> {
    let life = value["expires_in"].as_u64().unwrap_or(0);
    Ok((text(value, name)?, Duration::from_secs(life)))
}

fn with_token<'a>(token: &'a str, pairs: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&[("access_token", token)], pairs].concat()
}

fn query(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&")
}

impl Http {
    pub(super) fn new(settings: &WechatSettings) -> Self {
        let connector =
            HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
        let program = Arc::new(Account::new(&settings.app_id, &settings.secret));
        let account = settings.account.as_ref();
        let account = account.map(|(app_id, secret)| Arc::new(Account::new(app_id, secret)));
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            api: settings.api.trim_end_matches('/').to_owned(),
            authorize: settings.authorize.clone(),
            pay: settings.pay.clone(),
            patience: settings.patience,
            account: account.unwrap_or_else(|| Arc::clone(&program)),
            program,
        }
    }

    /// Sends a request and reads a JSON answer, in time. The log hears the `call` and the error number, and no more.
    async fn send(&self, call: &'static str, address: String, body: Option<&Value>) -> Result<Value, Fault> {
        let builder = Request::builder().uri(address);
        let request = match body {
            None => builder.method("GET").body(Full::default()),
            Some(body) => builder
                .method("POST")
                .header(CONTENT_TYPE, "application/json")
                .body(Full::from(body.to_string())),
        };
        let exchange = async {
            let response = self.client.request(request.ok()?).await.ok()?;
            let success = response.status().is_success();
            let body = Limited::new(response.into_body(), LONGEST).collect().await.ok()?.to_bytes();
            serde_json::from_slice::<Value>(&body).ok().filter(|value| success && value.is_object())
        };
        let Some(value) = tokio::time::timeout(self.patience, exchange).await.ok().flatten() else {
            tracing::warn!(call, "WeChat gave no answer that can be used");
            return Err(Fault::Silence);
        };
        match value["errcode"].as_i64() {
            None | Some(0) => Ok(value),
            Some(errcode) => {
                tracing::warn!(call, errcode, "WeChat refused");
                Err(Fault::Errcode(errcode))
            }
        }
    }

    async fn call(
        &self,
        path: &'static str,
        pairs: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Value, Fault> {
        self.send(path, format!("{}{path}?{}", self.api, query(pairs)), body).await
    }

    async fn token(&self, account: &Account, stale: Option<&str>) -> Result<String, Refusal> {
        let fetch = || async {
            let pairs = [
                ("grant_type", "client_credential"),
                ("appid", account.app_id.as_str()),
                ("secret", account.secret.as_str()),
            ];
            lent(&self.call("/cgi-bin/token", &pairs, None).await.map_err(not_the_members)?, "access_token")
        };
        account.token.get(stale, fetch).await
    }

    /// A call with the access token, once more with a new one when WeChat says that it is no longer good.
    async fn call_as(
        &self,
        account: &Account,
        path: &'static str,
        pairs: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Value, Refusal> {
        let token = self.token(account, None).await?;
        match self.call(path, &with_token(&token, pairs), body).await {
            Err(Fault::Errcode(errcode)) if is_stale_token(errcode) => {
                let token = self.token(account, Some(&token)).await?;
                Ok(self.call(path, &with_token(&token, pairs), body).await?)
            }
            other => Ok(other?),
        }
    }

    async fn identify(
        &self,
        account: &Account,
        path: &'static str,
        code: (&str, &str),
    ) -> Result<Identity, Refusal> {
        let own = [("appid", account.app_id.as_str()), ("secret", account.secret.as_str())];
        let pairs = [&own[..], &[code, ("grant_type", "authorization_code")]].concat();
        // The `session_key` and the tokens beside it are of no use here, and stay where they are.
        let openid = text(&self.call(path, &pairs, None).await?, "openid")?;
        Ok(Identity { app_id: account.app_id.clone(), openid })
    }
}

impl WechatGateway for Http {
    fn identity<'a>(&'a self, code: &'a str) -> Answer<'a, Identity> {
        Box::pin(self.identify(&self.program, "/sns/jscode2session", ("js_code", code)))
    }

    fn phone<'a>(&'a self, code: &'a str) -> Answer<'a, String> {
        Box::pin(async move {
            let body = json!({ "code": code });
            let told =
                self.call_as(&self.program, "/wxa/business/getuserphonenumber", &[], Some(&body)).await?;
            let phone = &told["phone_info"];
            Ok(format!("+{}{}", text(phone, "countryCode")?, text(phone, "purePhoneNumber")?))
        })
    }

    fn page_identity<'a>(&'a self, code: &'a str) -> Answer<'a, Identity> {
        Box::pin(self.identify(&self.account, "/sns/oauth2/access_token", ("code", code)))
    }

    fn authorize_address(&self, redirect: &str, state: &str) -> String {
        // WeChat wants them in this order.
        let query = query(&[
            ("appid", &self.account.app_id),
            ("redirect_uri", redirect),
            ("response_type", "code"),
            ("scope", "snsapi_base"),
            ("state", state),
        ]);
        format!("{}?{query}#wechat_redirect", self.authorize)
    }

    fn page_app_id(&self) -> &str {
        &self.account.app_id
    }

    fn jsapi_ticket(&self) -> Answer<'_, String> {
        Box::pin(async {
            let fetch = || async {
                let told =
                    self.call_as(&self.account, "/cgi-bin/ticket/getticket", &[("type", "jsapi")], None);
                lent(&told.await.map_err(not_the_members)?, "ticket")
            };
            self.account.ticket.get(None, fetch).await
        })
    }

    fn takes_payments(&self) -> bool {
        self.pay.is_some()
    }

    fn payment<'a>(&'a self, bill: &'a Bill) -> Answer<'a, Payment> {
        Box::pin(async move {
            let address = self.pay.clone().ok_or(Refusal::Unavailable)?;
            let body = json!({
                "app_id": bill.payer.app_id,
                "openid": bill.payer.openid,
                "redemption_id": bill.redemption_id,
                "amount": bill.amount,
                "currency": bill.currency,
                "description": bill.description,
            });
            let told = self.send("payment", address, Some(&body)).await.map_err(not_the_members)?;
            Ok(Payment {
                time_stamp: text(&told, "time_stamp")?,
                nonce: text(&told, "nonce")?,
                package: text(&told, "package")?,
                sign_type: text(&told, "sign_type")?,
                pay_sign: text(&told, "pay_sign")?,
            })
        })
    }
}

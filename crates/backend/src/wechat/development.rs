//! WeChat without WeChat: every answer follows from what is asked, and there is no network.

use super::{Answer, Bill, Payment, WechatGateway};
use crate::ids;
use crate::rules::wechat::{Refusal, encoded};
use crate::store::wechat::Identity;

const PROGRAM: &str = "wxdevelopment0001";
const ACCOUNT: &str = "wxdevelopment0002";
/// Whoever goes to the place where one agrees comes back as this person.
const VISITOR: &str = "dev-visitor";

/// Takes the codes `dev-<anything>`, each of which is a person, and `phone-<number>`. They work any number of times.
pub(crate) struct Development;

fn identity(app_id: &str, code: &str) -> Result<Identity, Refusal> {
    let name = code.strip_prefix("dev-").filter(|name| !name.is_empty()).ok_or(Refusal::Code)?;
    Ok(Identity { app_id: app_id.to_owned(), openid: name.to_owned() })
}

impl WechatGateway for Development {
    fn identity<'a>(&'a self, code: &'a str) -> Answer<'a, Identity> {
        Box::pin(async move { identity(PROGRAM, code) })
    }

    fn phone<'a>(&'a self, code: &'a str) -> Answer<'a, String> {
        Box::pin(async move { code.strip_prefix("phone-").map(str::to_owned).ok_or(Refusal::Code) })
    }

    fn page_identity<'a>(&'a self, code: &'a str) -> Answer<'a, Identity> {
        Box::pin(async move { identity(ACCOUNT, code) })
    }

    fn authorize_address(&self, redirect: &str, state: &str) -> String {
        format!("{redirect}?code={VISITOR}&state={}", encoded(state))
    }

    fn page_app_id(&self) -> &str {
        ACCOUNT
    }

    fn jsapi_ticket(&self) -> Answer<'_, String> {
        Box::pin(async { Ok("development-jsapi-ticket".to_owned()) })
    }

    fn takes_payments(&self) -> bool {
        true
    }

    fn payment<'a>(&'a self, bill: &'a Bill) -> Answer<'a, Payment> {
        let mark = ids::hex(&ids::digest(&[bill.redemption_id.as_bytes(), bill.payer.openid.as_bytes()]));
        let payment = Payment {
            time_stamp: (bill.now / 1000).to_string(),
            nonce: mark[..16].to_owned(),
            package: format!("prepay_id=development-{}", bill.redemption_id),
            sign_type: "RSA".to_owned(),
            pay_sign: mark[16..].to_owned(),
        };
        Box::pin(async { Ok(payment) })
    }
}

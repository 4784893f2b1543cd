//! Coming in from WeChat: every answer and every refusal fits the file, also of the pages that stand beside the base.

use std::collections::BTreeSet;

use backend::{Config, WechatSettings};
use http_body_util::Full;
use hyper::Request;
use portal_tests::PROGRAMMES;
use portal_tests::backend::{Backend, config, phone};
use portal_tests::contract::Contract;
use portal_tests::http::{Answer, Api, exchange, pool};
use portal_tests::project;
use portal_tests::wire::{decode, decoder};
use serde_json::{Value, json};

use crate::statuses::expect;
use crate::walk::key;

/// The portal reads what it asks for.
fn read(operation: &str, answer: &Answer) -> Value {
    let outcome = decode(decoder(operation).unwrap(), &answer.text());
    assert!(outcome.is_ok(), "{operation}: {outcome:?} in {}", answer.text());
    answer.json().unwrap()
}

async fn ticket(api: &Api, code: &str, number: Option<&str>) -> Answer {
    let mut body = json!({ "code": code });
    if let Some(number) = number {
        body["phone_code"] = json!(format!("phone-{number}"));
        body["terms_version"] = api.get("/programme").await.unwrap().json().unwrap()["terms_version"].clone();
    }
    api.post("/wechat/tickets", &body).await.unwrap()
}

/// The native page of a handoff says what came of it.
async fn tell(api: &Api, id: &Value, body: Value) -> Answer {
    let path = format!("/wechat-handoffs/{}", id.as_str().unwrap());
    api.send("PUT", &path, Some(body.to_string())).await.unwrap()
}

#[tokio::test]
async fn the_whole_group_fits_the_file_in_every_programme() {
    for programme in PROGRAMMES {
        let backend = Backend::start(programme).await.unwrap();
        let nobody = Api::new(&backend.origin);
        let number = phone(programme, "three_expiries").unwrap();
        expect(&ticket(&nobody, "dev-mei", None).await, 409, "phone-required", programme);
        let made = ticket(&nobody, "dev-mei", Some(&number)).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let body = json!({ "ticket": made.json().unwrap()["ticket"], "mode": "bearer" });
        let signed = nobody.post("/sessions/wechat", &body).await.unwrap();
        assert_eq!((signed.status, &signed.json().unwrap()["channel"]), (201, &json!("wechat")));
        expect(&nobody.post("/sessions/wechat", &body).await.unwrap(), 422, "ticket-invalid", programme);
        let bearer = format!("Bearer {}", signed.json().unwrap()["token"].as_str().unwrap());
        let api = nobody.with("Authorization", Some(&bearer));
        assert_eq!(api.get("/sessions").await.unwrap().json().unwrap()["data"][0]["channel"], "wechat");

        let own = format!("/wechat/signature?url={}/rewards%23top", backend.origin);
        read("getWechatSignature", &nobody.get(&own).await.unwrap());

        let begun = api.post("/me/wechat-handoffs", &json!({ "kind": "scan" })).await.unwrap();
        assert_eq!(begun.status, 201, "{}", begun.text());
        let id = read("createWechatHandoff", &begun)["id"].clone();
        let path = format!("/me/wechat-handoffs/{}", id.as_str().unwrap());
        let looked = api.get(&path).await.unwrap();
        assert_eq!(read("getWechatHandoff", &looked), begun.json().unwrap());
        let again = api.with("If-None-Match", looked.header("etag")).get(&path).await.unwrap();
        assert_eq!(again.status, 304);
        let done = json!({ "status": "done", "result": "6901028075831" });
        assert_eq!(tell(&nobody, &id, done.clone()).await.status, 204);
        assert_eq!(api.get(&path).await.unwrap().json().unwrap()["result"], "6901028075831");
        expect(&tell(&nobody, &id, json!({ "status": "failed" })).await, 409, "handoff-closed", programme);
        let other = nobody.sign_in("13500000009").await.unwrap();
        expect(&other.get(&path).await.unwrap(), 404, "not-found", "another member's");
        expect(&tell(&nobody, &json!("nobody"), done).await, 404, "not-found", programme);
    }
}

#[tokio::test]
async fn money_is_taken_from_its_owner_while_it_is_due() {
    let backend = Backend::start("coffee").await.unwrap();
    let nobody = Api::new(&backend.origin);
    let api = nobody.sign_in("13800130418").await.unwrap();
    for (code, number) in [("dev-mei", "13800130418"), ("dev-other", "13800130417")] {
        assert_eq!(ticket(&nobody, code, Some(number)).await.status, 201);
    }
    let order =
        json!({ "reward_id": "highland-beans", "quantity": 1, "expected_cost": 7200, "client_ref": key(1) });
    let made = api.with("Idempotency-Key", Some(&key(1))).post("/me/redemptions", &order).await.unwrap();
    let id = made.json().unwrap()["id"].clone();
    let pay = async |code: &str| {
        nobody.post("/wechat/payments", &json!({ "code": code, "redemption_id": id })).await.unwrap()
    };
    assert_eq!(pay("dev-mei").await.status, 201);
    expect(&pay("dev-other").await, 404, "not-found", "another member's");
    expect(&pay("made-up").await, 422, "wechat-code-invalid", "createWechatPayment");
    let path = format!("/me/redemptions/{}/cancel", id.as_str().unwrap());
    let cancelled = api.with("Idempotency-Key", Some(&key(2))).send("POST", &path, None).await.unwrap();
    assert_eq!(cancelled.status, 200, "{}", cancelled.text());
    expect(&pay("dev-mei").await, 409, "payment-closed", "createWechatPayment");
}

#[tokio::test]
async fn what_is_wrong_silent_or_too_much_is_refused_by_rule() {
    let backend = Backend::start("coffee").await.unwrap();
    let nobody = Api::new(&backend.origin);
    expect(&ticket(&nobody, "made-up", None).await, 422, "wechat-code-invalid", "createWechatTicket");
    for url in ["", "?url=", "?url=https://evil.test/", "?url=/rewards"] {
        let answer = nobody.get(&format!("/wechat/signature{url}")).await.unwrap();
        expect(&answer, 422, "validation", url);
    }
    let good = ticket(&nobody, "dev-mei", Some("13800130418")).await.json().unwrap()["ticket"].clone();
    let kiosk = nobody.enrol(&backend.enrolment_code().await.unwrap(), &key(1)).await.unwrap();
    let refused = kiosk.post("/sessions/wechat", &json!({ "ticket": good })).await.unwrap();
    expect(&refused, 403, "insufficient-scope", "createWechatSession");

    let absent = WechatSettings { api: "http://127.0.0.1:9".into(), ..WechatSettings::new("wx", "secret") };
    let silent = Config { wechat: Some(absent), ..config("coffee").unwrap() };
    let backend = Backend::start_with(silent).await.unwrap();
    let nobody = Api::new(&backend.origin);
    let signature = nobody.get(&format!("/wechat/signature?url={}/", backend.origin)).await.unwrap();
    for answer in [ticket(&nobody, "dev-mei", None).await, signature] {
        expect(&answer, 503, "wechat-unavailable", "WeChat isn't there");
        assert!(answer.header("retry-after").is_some());
    }

    let mut few = config("coffee").unwrap();
    few.limits.wechat_codes_per_address = 0;
    few.limits.signatures_per_address = 0;
    few.limits.handoffs_per_member = 0;
    few.limits.handoff_results_per_address = 0;
    let backend = Backend::start_with(few).await.unwrap();
    let nobody = Api::new(&backend.origin);
    let api = nobody.sign_in("13800130418").await.unwrap();
    let payment = json!({ "code": "dev-mei", "redemption_id": "nobody" });
    for answer in [
        ticket(&nobody, "dev-mei", None).await,
        nobody.get(&format!("/wechat/signature?url={}/", backend.origin)).await.unwrap(),
        nobody.post("/wechat/payments", &payment).await.unwrap(),
        api.post("/me/wechat-handoffs", &json!({ "kind": "scan" })).await.unwrap(),
        tell(&nobody, &json!("nobody"), json!({ "status": "done" })).await,
    ] {
        expect(&answer, 429, "rate-limited", "limited");
    }
}

#[tokio::test]
async fn a_backend_without_the_group_has_none_of_it() {
    let mut config = config("coffee").unwrap();
    config.without = vec!["wechat".into()];
    let backend = Backend::start_with(config).await.unwrap();
    let api = Api::new(&backend.origin).sign_in("13800130418").await.unwrap();
    let of_the_group = |id: &str| id.to_lowercase().contains("wechat");
    let mut tried = 0;
    for operation in Contract::get().operations().iter().filter(|one| of_the_group(&one.id)) {
        let path = operation.path.replace("{handoff_id}", "nobody");
        let body = (operation.method != "GET").then(|| "{}".to_owned());
        let answer = api.send(&operation.method, &path, body).await.unwrap();
        expect(&answer, 404, "not-found", &operation.id);
        tried += 1;
    }
    assert_eq!(tried, 7);
}

/// Opens an address beside the base, and says what the file promises of the answer.
async fn open(origin: &str, path: &str, cookie: &str) -> (Answer, Value) {
    let text = std::fs::read_to_string(project("api/openapi.yaml")).unwrap();
    let file: Value = serde_yaml_ng::from_str(&text).unwrap();
    let bare = path.split('?').next().unwrap();
    let item = &file["paths"][bare];
    assert_eq!(item["servers"][0]["url"], "/", "{bare}");
    let request = Request::get(format!("{origin}{path}")).header("cookie", cookie);
    let answer = exchange(&pool(), request.body(Full::default()).unwrap()).await.unwrap();
    let mut promised = item["get"]["responses"][answer.status.to_string()].clone();
    if let Some(pointer) = promised["$ref"].as_str() {
        promised = file.pointer(pointer.trim_start_matches('#')).unwrap().clone();
    }
    assert!(promised.is_object(), "{bare} answers {}", answer.status);
    for name in promised["headers"].as_object().unwrap().keys() {
        assert!(answer.header(name).is_some(), "{bare} {}: no header {name}", answer.status);
    }
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{bare}");
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{bare}");
    let kind = promised["content"].as_object().map(|content| content.contains_key("text/html"));
    assert_eq!(kind.unwrap_or(false), !answer.body.is_empty(), "{bare} {}", answer.status);
    (answer, item["get"]["responses"].clone())
}

/// Which page answered with which status, and which of them the file promises.
#[derive(Default)]
struct Pages {
    met: BTreeSet<(String, u16)>,
    promised: BTreeSet<(String, u16)>,
}

impl Pages {
    async fn open(&mut self, origin: &str, path: &str, cookie: &str) -> Answer {
        let (answer, responses) = open(origin, path, cookie).await;
        let bare = path.split('?').next().unwrap();
        let statuses = responses.as_object().unwrap().keys().filter_map(|one| one.parse().ok());
        self.promised.extend(statuses.map(|status| (bare.to_owned(), status)));
        self.met.insert((bare.to_owned(), answer.status));
        answer
    }
}

#[tokio::test]
async fn the_pages_beside_the_base_answer_as_the_file_says() {
    let backend = Backend::start("coffee").await.unwrap();
    let nobody = Api::new(&backend.origin);
    let mut pages = Pages::default();
    let made = ticket(&nobody, "dev-mei", Some("13800130418")).await.json().unwrap();
    let enter = format!("/wx/enter?ticket={}&to=/rewards", made["ticket"].as_str().unwrap());
    let entered = pages.open(&backend.origin, &enter, "").await;
    assert_eq!((entered.status, entered.header("location")), (303, Some("/rewards")));
    assert_eq!(pages.open(&backend.origin, &enter, "").await.status, 410);

    let left = pages.open(&backend.origin, "/wx/oauth?to=/points", "").await;
    let cookie = left.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let (_, state) = left.header("location").unwrap().rsplit_once("&state=").unwrap();
    let back = format!("/wx/oauth/callback?code=dev-mei&state={state}");
    let unknown = pages.open(&backend.origin, &back, &cookie).await;
    assert_eq!((unknown.status, unknown.header("location")), (303, Some("/sign-in?next=%2Fpoints")));
    assert_eq!(pages.open(&backend.origin, &back, "").await.status, 410);

    let kiosk = nobody.enrol(&backend.enrolment_code().await.unwrap(), &key(1)).await.unwrap();
    let device = kiosk.headers.iter().find(|(name, _)| name == "Cookie").unwrap().1.clone();
    let usual = config("coffee").unwrap();
    let without = Config { without: vec!["wechat".into()], ..usual.clone() };
    let without = Backend::start_with(without).await.unwrap();
    for path in ["/wx/enter", "/wx/oauth", "/wx/oauth/callback"] {
        assert_eq!(pages.open(&backend.origin, path, &device).await.status, 403, "{path}");
        assert_eq!(pages.open(&without.origin, path, "").await.status, 404, "{path}");
        for method in ["HEAD", "POST"] {
            let request = Request::builder().method(method).uri(format!("{}{path}", backend.origin));
            let answer = exchange(&pool(), request.body(Full::default()).unwrap()).await.unwrap();
            assert_eq!((answer.status, answer.header("allow").is_some()), (405, true), "{method} {path}");
            pages.met.insert((path.to_owned(), 405));
        }
    }
    let absent = WechatSettings { api: "http://127.0.0.1:9".into(), ..WechatSettings::new("wx", "secret") };
    let silent = Config { wechat: Some(absent), ..usual.clone() };
    let silent = Backend::start_with(silent).await.unwrap();
    let mut few = usual;
    few.limits.wechat_codes_per_address = 0;
    let few = Backend::start_with(few).await.unwrap();
    assert_eq!(pages.open(&silent.origin, &back, &cookie).await.status, 503);
    assert_eq!(pages.open(&few.origin, &back, &cookie).await.status, 429);
    assert_eq!(pages.met, pages.promised);
}

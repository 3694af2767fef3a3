//! `/admin/webhooks`: what a person does there in a real browser, with a hostile receiver and hostile data.

use fantoccini::Locator;
use fantoccini::elements::Element;
use serde_json::{Value, json};

use crate::chromium::Browser;
use crate::sender::{Delivery, SECRET};
use crate::support::{Proofbook, http};
use crate::tools;
use crate::webhook::one_request;

const HOSTILE: &str = "<img src=x onerror=\"document.title='owned'\">";

/// A page of the tester on a server of its own.
pub(crate) struct Tester {
    pub(crate) browser: Browser,
    pub(crate) server: Proofbook,
}

impl Tester {
    pub(crate) async fn open(width: u32, dark: bool) -> Option<Self> {
        let browser = Browser::start(width, dark).await?;
        let server = Proofbook::start(&["serve", "--port", "0"]).await;
        browser.open(&format!("{}/admin/webhooks", server.origin())).await;
        let tester = Self { browser, server };
        tester.says("It works on the sandbox").await;
        Some(tester)
    }

    /// Waits until the page says this in its status.
    pub(crate) async fn says(&self, part: &str) {
        self.shows("#state", part).await;
    }

    /// Waits until an element has this text.
    pub(crate) async fn shows(&self, selector: &str, part: &str) -> String {
        let text = format!("return document.querySelector({}).innerText", json!(selector));
        let told = async {
            loop {
                let text = self.browser.ask(&text).await.as_str().unwrap_or_default().to_owned();
                if text.contains(part) {
                    return text;
                }
            }
        };
        let found = tokio::time::timeout(crate::support::PATIENCE, told).await;
        match found {
            Ok(text) => text,
            Err(_) => panic!("{selector} does not show {part:?}: {}", self.browser.ask(&text).await),
        }
    }

    async fn find(&self, selector: &str) -> Element {
        self.browser.wait(selector).await
    }

    async fn click(&self, selector: &str) {
        self.find(selector).await.click().await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Clicks the button with this text.
    pub(crate) async fn press(&self, text: &str) {
        let path = format!("//button[normalize-space()='{text}']");
        let button = self.browser.client.wait().for_element(Locator::XPath(&path)).await.expect("a button");
        button.click().await.unwrap_or_else(|error| panic!("{text}: {error}"));
    }

    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        let field = self.find(selector).await;
        field.clear().await.expect("a field");
        field.send_keys(text).await.expect("a field");
    }

    async fn choose(&self, selector: &str, value: &str) {
        self.find(selector).await.select_by_value(value).await.expect("an option");
    }

    /// Creates an endpoint; its secret.
    pub(crate) async fn create(&self, url: &str) -> String {
        self.fill("#create-url", url).await;
        self.press("Create").await;
        self.says("The endpoint is created.").await;
        self.find("#secret code").await.text().await.expect("a secret")
    }

    pub(crate) async fn change(&self) {
        let change = http().post(format!("{}/sandbox/changes", self.server.origin())).bearer_auth(self.server.key());
        assert_eq!(change.send().await.expect("an answer").status(), 201);
    }

    async fn end(self) {
        assert_ne!(self.browser.ask("return document.title").await, "owned");
        assert_eq!(self.browser.ask("return document.images.length").await, 0);
        self.browser.end(self.server.origin()).await;
    }
}

/// A receiver that takes everything.
pub(crate) async fn receiver() -> (Proofbook, String) {
    let listening = Proofbook::start(&["webhook", "listen", "--port", "0"]).await;
    let url = listening.webhooks();
    (listening, url)
}

#[tokio::test]
async fn an_endpoint_is_created_used_and_deleted() {
    let Some(tester) = Tester::open(1200, false).await else { return };
    let (mut receiver, url) = receiver().await;
    let secret = tester.create(&url).await;
    assert!(secret.starts_with("whsec_"), "{secret}");
    tester.shows("#endpoints", &url).await;

    // A change arrives, and stands in the log without a reload.
    tester.change().await;
    receiver.says("change.detected").await;
    tester.shows("#log", "succeeded").await;
    tester.press("Detail").await;
    let detail = tester.shows("#detail", "webhook-signature: v1,").await;
    assert!(detail.contains(&format!("POST {url}")) && detail.contains("204"), "{detail}");
    tester.press("Redeliver").await;
    tester.says("It is sent again.").await;
    receiver.says("change.detected").await;

    tester.press("Rotate secret").await;
    tester.shows("#secret", "The new secret.").await;
    let rotated = tester.find("#secret code").await.text().await.expect("a secret");
    assert_ne!(rotated, secret);
    tester.press("Hide").await;
    let shown = tester.browser.ask("return document.documentElement.outerHTML").await;
    assert!(!shown.as_str().expect("a page").contains(&rotated));

    tester.press("Disable").await;
    tester.shows("#endpoints", "disabled").await;
    tester.press("Enable").await;
    tester.says("The endpoint is enabled.").await;
    tester.press("Delete").await;
    tester.browser.client.accept_alert().await.expect("it asks first");
    tester.says("The endpoint is deleted.").await;
    tester.shows("#no-endpoints", "There is no endpoint yet.").await;
    tester.end().await;
}

#[tokio::test]
async fn hostile_data_is_sent_as_it_is_and_shown_as_text() {
    let Some(tester) = Tester::open(1200, false).await else { return };
    let (mut receiver, url) = receiver().await;
    // Its answer is hostile too.
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{HOSTILE}", HOSTILE.len());
    let (hostile, _request) = one_request(Box::leak(answer.into_boxed_str())).await;
    tester.fill("#send-url", &hostile).await;
    tester.press("Send").await;
    tester.shows("#sent", HOSTILE).await;

    tester.fill("#send-url", &url).await;
    tester.fill("#send-data", &json!({ "message": HOSTILE }).to_string()).await;
    tester.press("Send").await;
    let sent = tester.shows("#sent", "onerror=\\\"").await;
    assert!(sent.contains("onerror=\\\"document.title='owned'\\\""), "{sent}");
    assert!(sent.contains("secret made for this test"), "{sent}");
    receiver.says("webhook.test").await;

    tester.fill("#send-data", "{broken").await;
    tester.press("Send").await;
    tester.says("The data is no JSON").await;
    tester.fill("#send-data", "{}").await;
    tester.fill("#send-url", "https://169.254.169.254/").await;
    tester.press("Send").await;
    tester.says("is not a public address").await;
    tester.end().await;
}

#[tokio::test]
async fn a_refusal_is_explained() {
    let Some(tester) = Tester::open(1200, false).await else { return };
    // It verifies with another secret than the endpoint's, and so refuses.
    let refusing = Proofbook::start(&["webhook", "listen", "--port", "0", "--secret", SECRET]).await;
    tester.create(&refusing.webhooks()).await;
    tester.change().await;
    tester.shows("#log", "failed").await;
    tester.press("Detail").await;
    tester.shows("#detail", "paste what the receiver got below").await;
    tester.end().await;
}

#[tokio::test]
async fn the_log_is_filtered_and_exported() {
    let Some(tester) = Tester::open(1200, false).await else { return };
    let (_receiver, url) = receiver().await;
    tester.create(&url).await;
    tester.change().await;
    tester.shows("#log", "succeeded").await;
    tester.choose("#filter-status", "failed").await;
    tester.shows("#no-deliveries", "Nothing was delivered yet.").await;
    tester.choose("#filter-status", "succeeded").await;
    tester.shows("#log", "change.detected").await;
    tester.choose("#filter-event", "source.failing").await;
    tester.shows("#no-deliveries", "Nothing was delivered yet.").await;
    tester.choose("#filter-event", "").await;
    tester.shows("#log", "change.detected").await;
    tester.press("Export as JSON").await;
    tester.says("1 deliveries are exported.").await;
    tester.end().await;
}

#[tokio::test]
async fn a_signature_is_explained() {
    let Some(tester) = Tester::open(1200, false).await else { return };
    let delivery = Delivery::raw("evt_1", br#"{"type":"webhook.test","data":{"n":1}}"#.to_vec());
    let Delivery { id, timestamp, signature, .. } = &delivery;
    let headers = format!("webhook-id: {id}\nwebhook-timestamp: {timestamp}\nwebhook-signature: {signature}");
    tester.fill("#explain-headers", &headers).await;
    tester.fill("#explain-body", r#"{"type":"webhook.test","data":{"n":1}}"#).await;
    tester.fill("#explain-secret", SECRET).await;
    tester.press("Explain").await;
    tester.shows("#explained", "Genuine.").await;
    tester.fill("#explain-body", r#"{"type": "webhook.test", "data": {"n": 1}}"#).await;
    tester.press("Explain").await;
    tester.shows("#explained", "parsed and serialised again").await;
    tester.fill("#explain-headers", HOSTILE).await;
    tester.press("Explain").await;
    tester.says("write `Name: value` on each line").await;
    // The secret is in no address.
    let history =
        tester.browser.ask("return [location.href, ...performance.getEntries().map((one) => one.name)].join()").await;
    assert!(!history.as_str().expect("addresses").contains("whsec_"), "{history}");
    tester.end().await;
}

#[tokio::test]
async fn all_of_it_works_with_the_keyboard() {
    let Some(tester) = Tester::open(1200, false).await else { return };
    let (mut receiver, url) = receiver().await;
    let tab = fantoccini::key::Key::Tab;
    let active = async || tester.browser.client.active_element().await.expect("the focus");
    tester.click("h1").await;
    let mut ids = Vec::new();
    for _ in 0..40 {
        active().await.send_keys(&tab.to_string()).await.expect("a key");
        let id = active().await.attr("id").await.expect("an element").unwrap_or_default();
        match id.as_str() {
            "send-url" => active().await.send_keys(&url).await.expect("keys"),
            "send-secret" => {
                active().await.send_keys(SECRET).await.expect("keys");
                let enter = fantoccini::key::Key::Enter;
                active().await.send_keys(&enter.to_string()).await.expect("a key");
                break;
            }
            _ => ids.push(id),
        }
    }
    assert!(ids.iter().any(|id| id == "create-url") && ids.iter().any(|id| id == "send-to"), "{ids:?}");
    tester.shows("#sent", "accepted").await;
    receiver.says("webhook.test").await;
    tester.end().await;
}

#[tokio::test]
async fn a_checker_for_accessibility_finds_nothing_wrong() {
    let Some(modules) = tools::node() else { return };
    let axe = std::fs::read_to_string(modules.join("node_modules/axe-core/axe.min.js")).expect("axe-core");
    for (width, dark) in [(1200, false), (1200, true), (380, false)] {
        let Some(tester) = Tester::open(width, dark).await else { return };
        let (_receiver, url) = receiver().await;
        tester.create(&url).await;
        tester.change().await;
        tester.shows("#log", "succeeded").await;
        tester.press("Detail").await;
        tester.shows("#detail", "webhook-signature").await;
        tester.browser.ask(&axe).await;
        let check = "const done = arguments[0]; axe.run().then(({ violations }) => done(violations.map(\
            ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)))";
        let found = tester.browser.client.execute_async(check, Vec::new()).await.expect("a result");
        assert_eq!(found, json!([]), "{width} {dark}");
        tester.end().await;
    }
}

#[tokio::test]
async fn the_page_lets_nothing_in() {
    let server = Proofbook::start(&["serve", "--port", "0"]).await;
    let page = http().get(format!("{}/admin/webhooks", server.origin())).send().await.expect("a page");
    let policy = page.headers()["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let html = page.text().await.expect("a page");
    let handler = |word: &str| word.starts_with("on") && word.contains('=');
    assert!(!html.contains("<style") && !html.contains(" style=") && !html.split_whitespace().any(handler), "{html}");

    // A form of a page elsewhere can post text, and no JSON.
    let explain = format!("{}/admin/webhooks/explain", server.origin());
    let form = http().post(&explain).header("content-type", "text/plain").body("{\"headers\":\"\"}");
    assert_eq!(form.send().await.expect("an answer").status(), 415);
    let other = http().post(&explain).header("host", "attacker.example").json(&json!({ "headers": "a: b" }));
    assert_eq!(other.send().await.expect("an answer").status(), 421);
    let told: Value = http()
        .post(&explain)
        .json(&json!({ "headers": "a: b", "secret": SECRET }))
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(told["cause"], "missing-header");
}

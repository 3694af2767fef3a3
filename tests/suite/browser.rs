//! What a reader sees: the served book and the explorer in a real browser, and that no request leaves the machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{PATIENCE, Proofbook, http, repository};
use crate::tools;

/// Chromium and its driver.
struct Browser {
    client: Client,
    driver: Child,
    /// Where the driver listens.
    address: String,
    session: String,
    _profile: TempDir,
}

impl Browser {
    async fn start(width: u32, dark: bool) -> Option<Self> {
        tools::chromium()?;
        let profile = TempDir::with_prefix("proofbook-browser-").expect("a folder for the profile");
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let lines = BufReader::new(driver.stdout.take().expect("standard output is piped")).lines();
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("successfully on port ")?.1.trim_end_matches('.').to_owned()))
            .expect("chromedriver says its port");
        let mut arguments = vec![
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            format!("--window-size={width},900"),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        if dark {
            arguments.push("--force-dark-mode".to_owned());
        }
        let mut capabilities = Capabilities::new();
        let mut options = json!({ "args": arguments });
        if width < 500 {
            // A window can't be that narrow; a phone can.
            options["mobileEmulation"] =
                json!({ "deviceMetrics": { "width": width, "height": 900, "pixelRatio": 2.0 } });
        }
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "performance": "ALL" }));
        let address = format!("127.0.0.1:{port}");
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://{address}"))
            .await
            .expect("a browser session");
        let session = client.session_id().await.expect("a session").expect("its id");
        Some(Self { client, driver, address, session, _profile: profile })
    }

    async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    async fn wait(&self, selector: &str) -> fantoccini::elements::Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    async fn ask(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// The URLs of all requests that pages of this origin have made. The browser's own pages are not ours to judge.
    async fn requests(&self, origin: &str) -> Vec<String> {
        let log = http()
            .post(format!("http://{}/session/{}/se/log", self.address, self.session))
            .json(&json!({ "type": "performance" }))
            .send()
            .await
            .expect("the driver answers");
        let log: Value = log.json().await.expect("JSON");
        let entries = log["value"].as_array().expect("a log").iter();
        let messages = entries.filter_map(|entry| serde_json::from_str::<Value>(entry["message"].as_str()?).ok());
        let sent = messages.filter_map(|mut entry| {
            let sent = entry["message"]["method"] == "Network.requestWillBeSent";
            sent.then(|| entry["message"]["params"].take())
        });
        let ours = sent.filter(|sent| sent["documentURL"].as_str().is_some_and(|page| page.starts_with(origin)));
        ours.filter_map(|sent| Some(sent["request"]["url"].as_str()?.to_owned())).collect()
    }

    /// Ends the browser, and fails if a page made a request to anything but the server.
    async fn end(self, server: &Proofbook) {
        let requests = self.requests(server.origin()).await;
        let here =
            |url: &&String| url.starts_with(server.origin()) || url.starts_with("data:") || url.starts_with("blob:");
        assert!(requests.iter().any(|url| here(&url)), "the log has the requests: {requests:?}");
        let outside: Vec<_> = requests.iter().filter(|url| !here(url)).collect();
        assert!(outside.is_empty(), "requests left the machine: {outside:?}");
    }
}

impl Drop for Browser {
    /// Ends the session first, also after a failed test: without its driver the browser would go on.
    fn drop(&mut self) {
        if let Ok(mut stream) = TcpStream::connect(&self.address) {
            let request = format!("DELETE /session/{} HTTP/1.1\r\nhost: {}\r\n\r\n", self.session, self.address);
            let _ = stream.write_all(request.as_bytes()).and_then(|()| stream.read(&mut [0; 1024]));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The pages that SUMMARY.md names, as paths of the site.
fn pages() -> Vec<String> {
    let summary = std::fs::read_to_string(repository().join("src/SUMMARY.md")).expect("the table of contents");
    let links = summary.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    links.filter_map(|(link, _)| Some(format!("/{}.html", link.strip_suffix(".md")?))).collect()
}

#[tokio::test]
async fn a_page_has_its_text_and_its_diagrams_drawn() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    let server = Proofbook::start(&["serve", "--port", "0"]).await;
    browser.open(&format!("{}/integrations/patterns.html", server.origin())).await;
    browser.wait(".diagram[data-state=drawn] svg").await;
    let drawn = async {
        while browser.ask("return document.querySelectorAll('.diagram:not([data-state])').length").await != 0 {}
    };
    tokio::time::timeout(PATIENCE, drawn).await.expect("every diagram is drawn or has failed");
    let failed = browser.ask("return document.querySelectorAll('.diagram[data-state=failed]').length").await;
    assert_eq!(failed, 0);
    browser.end(&server).await;
}

#[tokio::test]
async fn a_call_made_from_the_explorer_succeeds_with_the_key_filled_in() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    let server = Proofbook::start(&["serve", "--port", "0"]).await;
    browser.open(&format!("{}/explorer/", server.origin())).await;
    browser.wait("[id$=-getMe] button.opblock-summary-control").await.click().await.expect("the operation opens");
    browser.wait("[id$=-getMe] button.execute").await.click().await.expect("the call is made");
    let status = browser.wait("[id$=-getMe] .live-responses-table tbody .response-col_status").await;
    assert!(status.text().await.expect("a status").starts_with("200"));
    let body = browser
        .wait("[id$=-getMe] .live-responses-table tbody .microlight, [id$=-getMe] .live-responses-table tbody pre")
        .await;
    assert!(body.text().await.expect("a body").contains("rate_limit"));
    browser.end(&server).await;
}

#[tokio::test]
async fn no_page_scrolls_sideways_on_a_phone() {
    let Some(browser) = Browser::start(380, false).await else { return };
    let server = Proofbook::start(&["serve", "--port", "0"]).await;
    for page in pages().iter().map(String::as_str).chain(["/explorer/"]) {
        browser.open(&format!("{}{page}", server.origin())).await;
        browser.wait("main").await;
        let wider = browser.ask("return document.documentElement.scrollWidth - window.innerWidth").await;
        assert!(wider.as_i64().is_some_and(|wider| wider <= 0), "{page} is {wider} pixels too wide");
    }
    browser.end(&server).await;
}

#[tokio::test]
async fn in_the_dark_diagrams_are_drawn_dark() {
    let Some(browser) = Browser::start(1200, true).await else { return };
    let server = Proofbook::start(&["serve", "--port", "0"]).await;
    browser.open(&format!("{}/integrations/patterns.html", server.origin())).await;
    browser.ask("localStorage.setItem('mdbook-theme', 'ayu'); location.reload()").await;
    browser.wait("html.ayu").await;
    let text = browser.wait(".diagram[data-state=drawn] svg .messageText").await;
    let color = text.css_value("fill").await.expect("a colour");
    let channels: Vec<u32> = color
        .split(|character: char| !character.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .take(3)
        .collect();
    assert!(channels.iter().sum::<u32>() > 450, "light text on a dark page: {color}");
    browser.end(&server).await;
}

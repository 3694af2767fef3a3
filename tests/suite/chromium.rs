//! Chromium as a reader's browser.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{PATIENCE, http};
use crate::tools;

/// Chromium and its driver.
pub(crate) struct Browser {
    pub(crate) client: Client,
    driver: Child,
    /// Where the driver listens.
    address: String,
    session: String,
    _profile: TempDir,
}

impl Browser {
    /// Starts both with a window of this width, or answers nothing where the machine lacks them.
    pub(crate) async fn start(width: u32, dark: bool) -> Option<Self> {
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
                json!({ "deviceMetrics": { "width": width, "height": 900, "pixelRatio": 1.0 } });
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

    /// Opens a page and waits until it is loaded.
    pub(crate) async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// Waits for an element.
    pub(crate) async fn wait(&self, selector: &str) -> fantoccini::elements::Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    /// What a script on the page returns.
    pub(crate) async fn ask(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Tells the browser what a page can't: a command of the DevTools protocol.
    pub(crate) async fn command(&self, name: &str, parameters: Value) -> Value {
        self.post("goog/cdp/execute", json!({ "cmd": name, "params": parameters })).await
    }

    /// Asks the driver for what fantoccini has no word for.
    async fn post(&self, command: &str, body: Value) -> Value {
        let url = format!("http://{}/session/{}/{command}", self.address, self.session);
        let answer = http().post(url).json(&body).send().await.expect("the driver answers");
        assert!(answer.status().is_success(), "{command} {body}: {}", answer.text().await.unwrap_or_default());
        let mut answer: Value = answer.json().await.expect("JSON");
        answer["value"].take()
    }

    /// The URLs of all requests that pages of this origin have made. The browser's own pages are not ours to judge.
    async fn requests(&self, origin: &str) -> Vec<String> {
        let log = self.post("se/log", json!({ "type": "performance" })).await;
        let entries = log.as_array().expect("a log").iter();
        let messages = entries.filter_map(|entry| serde_json::from_str::<Value>(entry["message"].as_str()?).ok());
        let sent = messages.filter_map(|mut entry| {
            let sent = entry["message"]["method"] == "Network.requestWillBeSent";
            sent.then(|| entry["message"]["params"].take())
        });
        let ours = sent.filter(|sent| sent["documentURL"].as_str().is_some_and(|page| page.starts_with(origin)));
        ours.filter_map(|sent| Some(sent["request"]["url"].as_str()?.to_owned())).collect()
    }

    /// Ends the browser, and fails if a page made a request to anything but its server.
    pub(crate) async fn end(self, origin: &str) {
        let requests = self.requests(origin).await;
        let here = |url: &&String| url.starts_with(origin) || url.starts_with("data:") || url.starts_with("blob:");
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

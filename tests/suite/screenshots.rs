//! The pictures of the tools in the book: taken of the pages themselves, and compared with those that are committed.
//!
//! What is random or a time differs each time, so a picture is compared as one sees it from afar. [`RETAKE`] takes all of
//! them anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::admin::{Tester, receiver};
use crate::chromium::Browser;
use crate::sender::{Delivery, SECRET};
use crate::support::{PATIENCE, Proofbook, command, hosted, http, repository, stderr};
use crate::validate::{PATIENT, wrong};

/// The command that takes all pictures anew.
const RETAKE: &str = "UPDATE_SCREENSHOTS=1 cargo test -p proofbook --test suite -- screenshots";
/// Where they are.
const FOLDER: &str = "src/assets/screenshots";
/// What is shown, each light and dark.
const PICTURES: [&str; 4] = ["webhook-tester", "webhook-signature", "api-explorer", "validation-report"];
const THEMES: [&str; 2] = ["light", "dark"];
/// The window, in the page's pixels; and the picture, which is as wide as the text of the book.
const WINDOW: (u32, u32) = (900, 780);
const SIZE: (u32, u32) = (750, 650);
/// The largest file, in bytes: a reader may have a slow line.
const LARGEST: usize = 100 * 1024;
/// How much of a picture may differ, in percent: ids, times and ports do.
const BOUND: f64 = 1.0;

/// Compares two pictures, given in base64. Both are looked at in tiles, so that a digit more or less is no difference: one
/// counts that has become darker, lighter or of another colour as a whole.
const COMPARE: &str = r#"
    const [committed, taken, done] = arguments;
    const [TILE, SEEN] = [10, 24];
    const pixels = async (png) => {
      const picture = new Image();
      picture.src = `data:image/png;base64,${png}`;
      await picture.decode();
      const { width, height } = picture;
      const context = new OffscreenCanvas(width, height).getContext("2d");
      context.drawImage(picture, 0, 0);
      return { width, height, data: context.getImageData(0, 0, width, height).data };
    };
    const tiles = ({ width, height, data }) => {
      const [columns, rows] = [Math.ceil(width / TILE), Math.ceil(height / TILE)];
      const sums = new Float64Array(columns * rows * 4);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const tile = 4 * (Math.floor(y / TILE) * columns + Math.floor(x / TILE));
          for (let channel = 0; channel < 3; channel++) sums[tile + channel] += data[4 * (y * width + x) + channel];
          sums[tile + 3] += 1;
        }
      }
      const means = [];
      for (let at = 0; at < sums.length; at += 4) means.push([0, 1, 2].map((channel) => sums[at + channel] / sums[at + 3]));
      return means;
    };
    (async () => {
      const [one, other] = [await pixels(committed), await pixels(taken)];
      const sizes = [one, other].map(({ width, height }) => `${width} by ${height}`);
      if (sizes[0] !== sizes[1]) return done({ sizes });
      const [before, now] = [tiles(one), tiles(other)];
      const differ = before.filter((mean, tile) => mean.some((value, channel) => Math.abs(value - now[tile][channel]) > SEEN));
      done({ sizes, percent: (100 * differ.length) / before.length });
    })().catch((error) => done({ error: String(error) }));
"#;

fn file(picture: &str, theme: &str) -> PathBuf {
    repository().join(FOLDER).join(format!("{picture}-{theme}.png"))
}

fn committed(picture: &str, theme: &str) -> Vec<u8> {
    let file = file(picture, theme);
    fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}; take it with {RETAKE}", file.display()))
}

/// Makes the window of all pictures.
async fn frame(browser: &Browser) {
    let (width, height) = WINDOW;
    let scale = f64::from(SIZE.0) / f64::from(width);
    let window = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false });
    browser.command("Emulation.setDeviceMetricsOverride", window).await;
    browser.command("Emulation.setScrollbarsHidden", json!({ "hidden": true })).await;
}

/// What is in the window, for each theme.
async fn take(browser: &Browser) -> Vec<Vec<u8>> {
    let mut taken = Vec::new();
    for theme in THEMES {
        let features = json!([
            { "name": "prefers-color-scheme", "value": theme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        browser.command("Emulation.setEmulatedMedia", json!({ "features": features })).await;
        // The second frame is drawn with the new colours; those that fade are waited for.
        let settled = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => \
            Promise.allSettled(document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished))\
            .then(() => done(matchMedia('(prefers-color-scheme: dark)').matches))))";
        let dark = browser.client.execute_async(settled, Vec::new()).await.expect("the page is drawn");
        assert_eq!(dark, json!(theme == "dark"));
        let picture = browser.command("Page.captureScreenshot", json!({ "format": "png" })).await;
        taken.push(BASE64.decode(picture["data"].as_str().expect("a picture")).expect("base64"));
    }
    taken
}

/// How much of two pictures differs, in percent; or why they can't be compared.
async fn difference(browser: &Browser, committed: &[u8], taken: &[u8]) -> Result<f64, String> {
    browser.open("about:blank").await;
    let pictures = [committed, taken].map(|picture| json!(BASE64.encode(picture)));
    let compared = browser.client.execute_async(COMPARE, pictures.to_vec()).await.expect("they are compared");
    compared["percent"].as_f64().ok_or_else(|| compared.to_string())
}

/// Holds what was taken against what is committed, or commits it if that is asked for.
async fn hold(browser: &Browser, picture: &str, taken: &[Vec<u8>]) {
    assert!(PICTURES.contains(&picture), "{picture} is in the list");
    for (theme, taken) in THEMES.into_iter().zip(taken) {
        let file = file(picture, theme);
        if std::env::var_os("UPDATE_SCREENSHOTS").is_some() {
            fs::create_dir_all(repository().join(FOLDER)).expect("a folder");
            fs::write(&file, taken).expect("a file");
            continue;
        }
        let differs = difference(browser, &committed(picture, theme), taken).await;
        let why = match differs {
            Ok(percent) if percent <= BOUND => continue,
            Ok(percent) => format!("{percent:.1} % of it differ, and {BOUND} % may"),
            Err(why) => format!("they can't be compared: {why}"),
        };
        let now = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{picture}-{theme}.png"));
        fs::write(&now, taken).expect("a file");
        panic!(
            "{FOLDER}/{picture}-{theme}.png shows something else than the page: {why}.\n\
             What the page looks like now is in {}.\nIf it is meant to, take all pictures anew: {RETAKE}",
            now.display()
        );
    }
}

async fn scroll_to(browser: &Browser, selector: &str) {
    browser.ask(&format!("document.querySelector({}).scrollIntoView(); scrollBy(0, -16)", json!(selector))).await;
}

async fn call(server: &Proofbook, method: &str, path: &str, body: Value) {
    let url = format!("{}{path}", server.origin());
    let request = http().request(method.parse().expect("a method"), url).bearer_auth(server.key()).json(&body);
    let answer = request.send().await.expect("an answer");
    assert!(answer.status().is_success(), "{method} {path}: {}", answer.text().await.unwrap_or_default());
}

#[tokio::test]
async fn the_webhook_tester_looks_as_the_book_shows_it() {
    let Some(tester) = Tester::open(1200, false).await else { return };
    frame(&tester.browser).await;
    // Else what has failed is tried again, and the picture depends on how soon it is taken.
    call(&tester.server, "PUT", "/sandbox/time", json!({ "scale": 0.001 })).await;
    let (_receiver, url) = receiver().await;
    tester.create(&url).await;
    tester.change().await;
    tester.shows("#log", "succeeded").await;

    // From now on the endpoint is one with another secret.
    let refusing = Proofbook::start(&["webhook", "listen", "--port", "0", "--secret", SECRET]).await;
    let id = "return document.getElementById('filter-endpoint').value";
    let id = tester.browser.ask(id).await.as_str().expect("an id").to_owned();
    let changed = json!({ "url": refusing.webhooks(), "events": ["change.detected", "source.failing"] });
    call(&tester.server, "PATCH", &format!("/api/v1/webhooks/{id}"), changed).await;
    tester.browser.open(&format!("{}/admin/webhooks", tester.server.origin())).await;
    tester.says("It works on the sandbox").await;
    let failing = json!({ "health": "failing" });
    call(&tester.server, "PUT", "/sandbox/sources/src_3NwZ8hJd5sGfU1aE/health", failing).await;
    tester.shows("#log", "failed").await;
    tester.press("Detail").await;
    tester.shows("#detail", "paste what the receiver got below").await;
    scroll_to(&tester.browser, "section:has(#log-title)").await;
    let deliveries = take(&tester.browser).await;
    tester.browser.ask("document.querySelector('#log tbody tr').remove()").await;
    let without = take(&tester.browser).await;

    let Delivery { id, timestamp, signature, .. } =
        Delivery::raw("evt_8jUi1KoL5pQaW3sE", br#"{"type":"webhook.test","data":{"message":"It works."}}"#.to_vec());
    let headers = format!("webhook-id: {id}\nwebhook-timestamp: {timestamp}\nwebhook-signature: {signature}");
    tester.fill("#explain-headers", &headers).await;
    tester.fill("#explain-body", r#"{"type": "webhook.test", "data": {"message": "It works."}}"#).await;
    tester.fill("#explain-secret", SECRET).await;
    tester.press("Explain").await;
    tester.shows("#explained", "parsed and serialised again").await;
    scroll_to(&tester.browser, "#explain").await;
    let explained = take(&tester.browser).await;

    hold(&tester.browser, "webhook-tester", &deliveries).await;
    hold(&tester.browser, "webhook-signature", &explained).await;
    // A row less is seen.
    for (theme, without) in THEMES.into_iter().zip(without) {
        let differs = difference(&tester.browser, &committed("webhook-tester", theme), &without).await;
        assert!(differs.expect("they are compared") > BOUND, "{theme}");
    }
    tester.browser.end(tester.server.origin()).await;
}

#[tokio::test]
async fn the_api_explorer_looks_as_the_book_shows_it() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    frame(&browser).await;
    let server = Proofbook::start(&["serve", "--port", "0"]).await;
    browser.open(&format!("{}/explorer/#/Account/getMe", server.origin())).await;
    let execute = browser.wait("[id$=-getMe] button.execute").await;
    browser.ask("document.getElementById('times').value = '3'").await;
    browser.wait("#break button[type=submit]").await.click().await.expect("broken");
    let says = async |text: &str| {
        let told = async { while browser.ask("return document.getElementById('faults').value").await != text {} };
        timeout(PATIENCE, told).await.unwrap_or_else(|_| panic!("it does not say {text}"));
    };
    says("3 calls will fail.").await;
    execute.click().await.expect("the call is made");
    says("2 calls will fail.").await;
    let status = browser.wait("[id$=-getMe] .live-responses-table tbody .response-col_status").await;
    assert!(status.text().await.expect("a status").starts_with("429"));
    scroll_to(&browser, "[id$=-getMe] .execute-wrapper, [id$=-getMe] .btn-group").await;
    let taken = take(&browser).await;
    hold(&browser, "api-explorer", &taken).await;
    browser.end(server.origin()).await;
}

#[tokio::test]
async fn the_validation_report_looks_as_the_book_shows_it() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    frame(&browser).await;
    let url = wrong::start(Some(wrong::Wrong::SaysWhy)).await;
    let folder = tempfile::TempDir::with_prefix("proofbook-suite-").expect("a folder");
    let report = folder.path().join("report.html");
    let mut command = command(&["validate", "receiver", &url, "--secret", SECRET, "--within", PATIENT, "--html"]);
    let output = timeout(PATIENCE, command.arg(&report).output()).await.expect("it ends").expect("it starts");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    browser.open(&format!("file://{}", report.display())).await;
    let taken = take(&browser).await;
    hold(&browser, "validation-report", &taken).await;
}

#[tokio::test]
async fn a_picture_of_the_other_theme_is_told_apart() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    for picture in PICTURES {
        let [light, dark] = THEMES.map(|theme| committed(picture, theme));
        assert_eq!(difference(&browser, &light, &light).await, Ok(0.0), "{picture}");
        let differs = difference(&browser, &light, &dark).await.expect("they are compared");
        assert!(differs > 50.0, "{picture}: {differs} %");
    }
}

#[test]
fn each_picture_is_small_and_has_its_size() {
    let there = fs::read_dir(repository().join(FOLDER)).expect("the folder");
    let there: BTreeSet<PathBuf> = there.map(|entry| entry.expect("an entry").path()).collect();
    let known = PICTURES.iter().flat_map(|picture| THEMES.map(|theme| file(picture, theme))).collect();
    assert_eq!(there, known);
    let (width, height) = SIZE;
    for picture in PICTURES {
        for theme in THEMES {
            let content = committed(picture, theme);
            assert!(content.len() <= LARGEST, "{picture}-{theme}.png has {} bytes", content.len());
            // Where every PNG has its size (PNG specification, section 11.2.1).
            let size = [16, 20].map(|at| u32::from_be_bytes(content[at..at + 4].try_into().expect("four bytes")));
            assert_eq!(size, [width, height], "{picture}-{theme}.png");
        }
    }
}

#[tokio::test]
async fn a_page_shows_the_picture_of_its_theme_and_keeps_its_place() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    let origin = hosted().await;
    for (page, picture) in [("webhook-tester", "webhook-tester"), ("api-explorer", "api-explorer")] {
        browser.open(&format!("{origin}/testing/{page}.html")).await;
        for (theme, shown) in
            [("light", "light"), ("rust", "light"), ("coal", "dark"), ("navy", "dark"), ("ayu", "dark")]
        {
            browser.ask(&format!("localStorage.setItem('mdbook-theme', '{theme}'); location.reload()")).await;
            browser.wait(&format!("html.{theme}")).await;
            let seen = "return [...document.querySelectorAll('.screenshot img')].filter((one) => one.offsetWidth)\
                .map((one) => [one.src, one.alt.length > 40, one.width / one.height])";
            let seen = browser.ask(seen).await;
            let first = &seen[0];
            let src = first[0].as_str().unwrap_or_default();
            assert!(src.ends_with(&format!("/{picture}-{shown}.png")), "{page} {theme}: {seen}");
            assert_eq!(first[1], true, "{page} {theme}: {seen}");
            // Also before it is loaded.
            let ratio = first[2].as_f64().expect("a number");
            assert!((ratio - f64::from(SIZE.0) / f64::from(SIZE.1)).abs() < 0.02, "{page} {theme}: {seen}");
        }
    }
    browser.end(&origin).await;
}

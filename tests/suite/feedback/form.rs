//! The form at the foot of each page, in a real browser: what it opens, for whom, and that it sends nothing by itself.

use std::fs;

use fantoccini::key::Key;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::mpsc;
use url::Url;

use crate::chromium::Browser;
use crate::support::{self, PATIENCE, Proofbook, copy_of, hosted, run};
use crate::tools;

/// The title of the first page, in which nothing may mean anything.
const TITLE: &str = r#"Docs: A & B <script>alert(1)</script> "c" 'd' 100%"#;

/// The book, whose issues go to a tracker of the test's own.
fn book(tracker: &str) -> TempDir {
    let book = copy_of("feedback/book");
    let settings = book.path().join("book.toml");
    let text = fs::read_to_string(&settings).expect("the settings");
    fs::write(&settings, text.replace("REPOSITORY", &format!("{tracker}/org/book/"))).expect("written");
    // The script stands beside the handbook.
    fs::create_dir(book.path().join("theme")).expect("a folder");
    for name in ["feedback.js", "handbook.css"] {
        fs::copy(support::repository().join("theme").join(name), book.path().join("theme").join(name)).expect("copied");
    }
    let text = fs::read_to_string(&settings).expect("the settings");
    let more = "additional-js = [\"theme/feedback.js\"]\nadditional-css = [\"theme/handbook.css\"]\n";
    fs::write(&settings, text + more).expect("written");
    book
}

/// A tracker that answers with nothing, so that the browser stays where it is; its address, and what it was asked.
async fn tracker() -> (String, mpsc::UnboundedReceiver<String>) {
    let (sender, asked) = mpsc::unbounded_channel();
    let router = axum::Router::new().fallback(async move |uri: axum::http::Uri| {
        let _ = sender.send(uri.to_string());
        axum::http::StatusCode::NO_CONTENT
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("its address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, asked)
}

/// The fields of an address.
fn fields(address: &str) -> Value {
    let url = Url::parse(address).unwrap_or_else(|error| panic!("{address}: {error}"));
    url.query_pairs()
        .map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[tokio::test]
async fn a_reason_opens_a_new_issue_with_the_page_filled_in_with_and_without_scripts() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    let (address, mut asked) = tracker().await;
    let book = book(&address);
    let server = Proofbook::serve(book.path()).await;
    for scripts in [true, false] {
        browser.command("Emulation.setScriptExecutionDisabled", json!({ "value": !scripts })).await;
        browser.open(&format!("{}/page.html", server.origin())).await;
        browser.ask("document.querySelector('.feedback select').value = 'Wrong & <unclear>'").await;
        browser.ask("document.querySelector('.feedback [value=\"Open an issue\"]').click()").await;
        let opened = tokio::time::timeout(PATIENCE, asked.recv())
            .await
            .unwrap_or_else(|_| panic!("nothing opens; scripts: {scripts}"))
            .expect("an address");
        let url = format!("{address}{opened}");
        assert_eq!(Url::parse(&url).expect("an address").path(), "/org/book/issues/new");
        let reason = "Wrong & <unclear>";
        let expected = json!({ "template": "docs-bug.yml", "title": TITLE, "page": "page.md", "reason": reason });
        assert_eq!(fields(&url), expected, "scripts: {scripts}");
    }
    browser.end(server.origin()).await;
}

#[tokio::test]
async fn without_a_reason_nothing_opens_and_a_mail_carries_it() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    let (address, _asked) = tracker().await;
    let book = book(&address);
    let server = Proofbook::serve(book.path()).await;
    browser.open(&format!("{}/page.html", server.origin())).await;
    let valid = "return document.querySelector('.feedback form').checkValidity()";
    assert_eq!(browser.ask(valid).await, false);
    browser.ask("document.querySelector('.feedback select').value = 'It helped'").await;
    assert_eq!(browser.ask(valid).await, true);

    let page = support::http().get(format!("{}/page.html", server.origin())).send().await.expect("the page");
    let policy = page.headers()["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.contains("form-action 'self' http: https: mailto:;"), "{policy}");
    let mail = "const mail = document.querySelector('.feedback form[action^=mailto]');
        mail.dispatchEvent(new Event('submit'));
        return [mail.getAttribute('action'), mail.elements.subject.value, mail.elements.body.value]";
    let expected = json!(["mailto:docs@example.com", TITLE, "Page: page.md\nReason: It helped\n"]);
    assert_eq!(browser.ask(mail).await, expected);
    browser.end(server.origin()).await;
}

#[tokio::test]
async fn a_block_is_reported_by_its_language_its_number_and_its_heading() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    let (address, _asked) = tracker().await;
    let book = book(&address);
    let server = Proofbook::serve(book.path()).await;
    browser.open(&format!("{}/page.html", server.origin())).await;
    let link = browser.wait("pre .report-button").await;
    assert_eq!(link.attr("title").await.expect("an answer").as_deref(), Some("Report this block: text, block 1"));
    let opened = link.prop("href").await.expect("an answer").expect("an address");
    let block = "text, block 1 of the page, #a-block--its-output";
    let expected = json!({ "template": "docs-bug.yml", "title": TITLE, "page": "page.md", "block": block });
    assert_eq!(fields(&opened), expected);
    browser.end(server.origin()).await;
}

#[tokio::test]
async fn it_is_reached_by_keyboard_and_an_arrow_in_it_turns_no_page() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    let (address, _asked) = tracker().await;
    let book = book(&address);
    let server = Proofbook::serve(book.path()).await;
    let page = format!("{}/page.html", server.origin());
    browser.open(&page).await;
    browser.ask("document.querySelector('.feedback select').focus()").await;
    let press = async |key: Key| {
        let focused = browser.client.active_element().await.expect("something has the focus");
        focused.send_keys(&char::from(key).to_string()).await.expect("a key is pressed");
        browser.ask("return document.activeElement.value").await
    };
    assert_eq!(press(Key::Right).await, "It helped");
    assert_eq!(press(Key::Left).await, "");
    assert_eq!(press(Key::Tab).await, "Open an issue");
    assert_eq!(press(Key::Tab).await, "Write a mail");
    assert_eq!(browser.client.current_url().await.expect("an address").as_str(), page);
    browser.end(server.origin()).await;
}

#[tokio::test]
async fn a_checker_for_accessibility_finds_nothing_wrong_in_any_theme_and_paper_has_no_form() {
    let Some(modules) = tools::node() else { return };
    let axe = fs::read_to_string(modules.join("node_modules/axe-core/axe.min.js")).expect("axe-core");
    for width in [1200, 380] {
        let Some(browser) = Browser::start(width, false).await else { return };
        let origin = hosted().await;
        browser.open(&format!("{origin}/testing/api-explorer.html")).await;
        browser.wait("pre .report-button").await;
        let version = browser.ask("return document.querySelector('.feedback [name=version]').value").await;
        assert!(version.as_str().is_some_and(|version| version.starts_with("API ")), "{version}");
        browser.ask(&axe).await;
        for theme in ["light", "rust", "coal", "navy", "ayu"] {
            let check = "const [theme, done] = arguments;
                document.documentElement.classList.remove('light', 'rust', 'coal', 'navy', 'ayu');
                document.documentElement.classList.add(theme);
                axe.run({ include: [['.feedback'], ['.report-button']] }).then(({ violations }) => done(violations.map(
                    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)))";
            let found = browser.client.execute_async(check, vec![json!(theme)]).await.expect("a result");
            assert_eq!(found, json!([]), "{width} {theme}");
        }
        let shown = "return document.querySelector('.feedback').checkVisibility()";
        assert_eq!(browser.ask(shown).await, true);
        browser.command("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
        assert_eq!(browser.ask(shown).await, false);
        browser.end(&origin).await;
    }
}

#[tokio::test]
async fn every_page_has_it_and_no_search_finds_its_words() {
    let book = book("https://git.example.com");
    let out = book.path().join("public");
    let [from, to] = [book.path(), &out].map(|path| path.to_str().expect("UTF-8"));
    let output = run(&["build", "--book", from, "--out", to]).await;
    assert_eq!(output.status.code(), Some(0), "{}", support::stderr(&output));
    for page in ["page.html", "next.html"] {
        let html = fs::read_to_string(out.join(page)).expect("the page");
        assert!(html.contains("action=\"https://git.example.com/org/book/issues/new\""), "{page}: {html}");
        assert!(!html.contains("<script>alert"), "{page}");
    }
    let index = fs::read_dir(&out).expect("the site").map(|entry| entry.expect("a file").path());
    let index =
        index.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("searchindex")));
    let index: String = index.map(|path| fs::read_to_string(path).expect("the index")).collect();
    assert!(index.contains("Nothing more") && !index.contains("helpful") && !index.contains("unclear"), "{index}");
}

#[tokio::test]
async fn a_form_that_leads_nowhere_stops_the_build() {
    for (wrong, says) in
        [("git-repository-url = \"javascript:alert(1)\"\n", "git-repository-url"), ("", "leads nowhere")]
    {
        let book = TempDir::new().expect("a folder");
        fs::create_dir(book.path().join("src")).expect("a folder");
        let settings = format!("[preprocessor.proofbook.feedback]\nyes = []\nno = []\n[output.html]\n{wrong}");
        fs::write(book.path().join("book.toml"), settings).expect("written");
        fs::write(book.path().join("src/SUMMARY.md"), "- [A](a.md)\n").expect("written");
        fs::write(book.path().join("src/a.md"), "# A\n").expect("written");
        let out = book.path().join("public");
        let [from, to] = [book.path(), &out].map(|path| path.to_str().expect("UTF-8"));
        let output = run(&["build", "--book", from, "--out", to]).await;
        assert_eq!(output.status.code(), Some(1), "{}", support::stderr(&output));
        assert!(support::stderr(&output).contains(says), "{}", support::stderr(&output));
    }
}

//! `proofbook serve`: one address for the book, the explorer, the contract and the sandbox, which follows what is saved.

use crate::support::{self, PATIENCE, Proofbook, http};
use futures::StreamExt;
use reqwest::StatusCode;
use reqwest::header::CONTENT_SECURITY_POLICY;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

/// What the server says at the top of each page while what was saved can't be built.
const BANNER: &str = "You are reading the last good build";

async fn get(server: &Proofbook, path: &str) -> reqwest::Response {
    let url = format!("{}{path}", server.origin());
    http().get(&url).send().await.unwrap_or_else(|error| panic!("GET {url}: {error}"))
}

async fn text(server: &Proofbook, path: &str) -> String {
    let answer = get(server, path).await;
    assert_eq!(answer.status(), StatusCode::OK, "GET {path}");
    answer.text().await.expect("a text")
}

/// Where the pages of the current edition listen, read from a page as a browser would.
async fn live_address(server: &Proofbook) -> String {
    let page = text(server, "/").await;
    let start = page.find("__livereload").expect("a page listens for a newer edition");
    let endpoint = page[start..].split('"').next().expect("the endpoint is quoted");
    format!("{}/{endpoint}", server.origin().replacen("http", "ws", 1))
}

/// Waits for the message that makes a page reload.
async fn reload_comes(page: &mut (impl StreamExt<Item = tokio_tungstenite::tungstenite::Result<Message>> + Unpin)) {
    let message = timeout(PATIENCE, page.next()).await.expect("a message comes in time");
    let message = message.expect("the connection stays open").expect("a whole message");
    assert_eq!(message, Message::text("reload"));
}

fn append(file: &Path, text: &str) {
    let old = fs::read_to_string(file).expect("the file is there");
    fs::write(file, format!("{old}\n{text}\n")).expect("the file can be written");
}

#[tokio::test]
async fn one_address_has_the_book_the_sandbox_the_explorer_and_the_contract() {
    let book = support::copy_of("serve");
    let server = Proofbook::serve(book.path()).await;

    assert!(text(&server, "/").await.contains("The first text."));
    assert!(text(&server, "/explorer/").await.contains("explorer.js"));
    for file in ["explorer.js", "explorer.css", "swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"] {
        assert_eq!(get(&server, &format!("/explorer/{file}")).await.status(), StatusCode::OK, "{file}");
    }
    assert!(text(&server, "/openapi.yaml").await.starts_with("openapi: 3.1"));

    let me = http().get(format!("{}/api/v1/me", server.origin())).bearer_auth(server.key()).send().await;
    assert_eq!(me.expect("the sandbox answers").status(), StatusCode::OK);

    let bare = get(&server, "/explorer").await;
    assert_eq!(bare.headers()["location"], "/explorer/");
    for path in ["", "api/v1/", "explorer/", "openapi.yaml", "openapi.json"] {
        let address = format!("{}/{path}", server.origin());
        assert!(server.greeting.contains(&address), "{address} is printed:\n{}", server.greeting);
    }
}

#[tokio::test]
async fn a_call_from_the_explorer_reaches_the_sandbox_with_its_key() {
    let book = support::copy_of("serve");
    let server = Proofbook::serve(book.path()).await;
    let json = |text: String| serde_json::from_str::<Value>(&text).expect("JSON");

    assert_eq!(text(&server, "/report.schema.json").await, proofbook_gate::report::json::SCHEMA);
    let contract = json(text(&server, "/openapi.json").await);
    assert_eq!(contract["servers"][0]["url"], "/", "the first server is this origin");
    let settings = json(text(&server, "/explorer/settings.json").await);
    assert_eq!(settings["key"], server.key());
    let scheme = settings["scheme"].as_str().expect("a bearer scheme is named");
    assert_eq!(contract["components"]["securitySchemes"][scheme]["scheme"], "bearer");
}

#[tokio::test]
async fn nothing_is_loaded_from_another_origin() {
    let book = support::copy_of("serve");
    let server = Proofbook::serve(book.path()).await;
    for path in ["/", "/guide/picture.html", "/explorer/"] {
        let page = get(&server, path).await;
        let policy = page.headers()[CONTENT_SECURITY_POLICY].to_str().expect("a text").to_owned();
        // What a reader sends off is followed as a link is; it loads nothing.
        let loads: Vec<&str> = policy.split("; ").filter(|rule| !rule.starts_with("form-action ")).collect();
        assert!(loads.contains(&"default-src 'self'") && !loads.concat().contains("http"), "{path}: {policy}");
        let html = page.text().await.expect("a text");
        for attribute in ["src=\"http", "src=\"//", "href=\"http"] {
            assert!(!html.contains(attribute), "{path} has {attribute}");
        }
    }
}

#[tokio::test]
async fn a_diagram_needs_no_program_beside_the_command() {
    let book = support::copy_of("serve");
    let server = Proofbook::serve(book.path()).await;
    let page = text(&server, "/guide/picture.html").await;
    assert!(page.contains("<pre class=\"mermaid\">flowchart LR\n  poll --&gt; store"), "{page}");
}

#[tokio::test]
async fn an_unknown_page_gets_the_books_own_404_page() {
    let book = support::copy_of("serve");
    let server = Proofbook::serve(book.path()).await;
    let answer = get(&server, "/guide/nothing.html").await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let page = answer.text().await.expect("a text");
    assert!(page.contains("Page not found - A Small Book"), "{page}");
}

#[tokio::test]
async fn saving_a_page_reloads_it_and_writes_nothing_into_the_book() {
    let book = support::copy_of("serve");
    let mut server = Proofbook::serve(book.path()).await;
    let (mut page, _) = connect_async(live_address(&server).await).await.expect("a page can listen");

    append(&book.path().join("src/welcome.md"), "The second text.");

    reload_comes(&mut page).await;
    assert!(text(&server, "/").await.contains("The second text."));
    assert!(server.says("Rebuilt").await.contains("src/welcome.md"));
    let mut left: Vec<_> =
        fs::read_dir(book.path()).expect("the book").map(|entry| entry.expect("an entry").file_name()).collect();
    left.sort();
    assert_eq!(left, ["book.toml", "src"], "nothing was written into the book");
}

#[tokio::test]
async fn a_page_of_an_older_edition_is_reloaded_as_soon_as_it_listens() {
    let book = support::copy_of("serve");
    let mut server = Proofbook::serve(book.path()).await;
    let old = live_address(&server).await;
    append(&book.path().join("src/welcome.md"), "The second text.");
    server.says("Rebuilt").await;

    let (mut page, _) = connect_async(old).await.expect("a page can listen");
    reload_comes(&mut page).await;
}

#[tokio::test]
async fn what_cant_be_built_is_told_and_the_last_good_book_stays() {
    let book = support::copy_of("serve");
    let mut server = Proofbook::serve(book.path()).await;
    let (mut page, _) = connect_async(live_address(&server).await).await.expect("a page can listen");
    let summary = book.path().join("src/SUMMARY.md");
    let good = fs::read_to_string(&summary).expect("the summary");

    append(&summary, "- [Lost](lost.md)");
    reload_comes(&mut page).await;
    server.complains("error: the book's pages can't be loaded").await;
    server.complains("SUMMARY.md").await;
    server.complains("lost.md").await;
    server.complains("fix").await;
    let told = text(&server, "/").await;
    assert!(told.contains("The first text.") && told.contains(BANNER) && told.contains("lost.md"), "{told}");

    let (mut page, _) = connect_async(live_address(&server).await).await.expect("a page can listen");
    fs::write(&summary, good).expect("the summary can be mended");
    reload_comes(&mut page).await;
    assert!(!text(&server, "/").await.contains(BANNER));
    assert!(!book.path().join("src/lost.md").exists(), "no empty page was made");
}

#[tokio::test]
async fn a_taken_port_names_the_next_free_one_and_the_command() {
    let book = support::copy_of("serve");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let folder = book.path().to_str().expect("a path in UTF-8");

    let output = support::run(&["serve", "--port", &port, "--book", folder]).await;
    let told = support::stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains(&format!("port {port} is taken")), "{told}");
    assert!(told.contains("proofbook serve --port "), "{told}");
}

#[tokio::test]
async fn without_a_subcommand_it_serves() {
    let book = support::copy_of("serve");
    let folder = book.path().to_str().expect("a path in UTF-8");
    let server = Proofbook::start(&["--port", "0", "--book", folder]).await;
    assert!(text(&server, "/").await.contains("The first text."));
}

#[tokio::test]
async fn what_is_piped_has_no_colour() {
    let book = support::copy_of("serve");
    let server = Proofbook::serve(book.path()).await;
    assert!(server.greeting.starts_with("A Small Book\n"), "{}", server.greeting);
    assert!(!server.greeting.contains('\x1b'), "{}", server.greeting);
}

#[tokio::test]
async fn a_folder_without_a_book_is_wrong_usage() {
    let empty = tempfile::tempdir().expect("a temporary folder");
    let output = support::run(&["serve", "--book", empty.path().to_str().expect("UTF-8")]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(support::stderr(&output).contains("there is no book here"), "{}", support::stderr(&output));
}

#[cfg(unix)]
#[tokio::test]
async fn sigterm_ends_it_in_order() {
    let book = support::copy_of("serve");
    let server = Proofbook::serve(book.path()).await;
    let (_page, _) = connect_async(live_address(&server).await).await.expect("a page can listen");
    assert_eq!(server.terminate().await, Some(0), "an open page does not hold it up");
}

//! What a reader sees: the served book and the explorer in a real browser, and that no request leaves the machine.

use crate::chromium::Browser;
use crate::support::{PATIENCE, Proofbook, hosted, repository};

/// The pages that SUMMARY.md names, as paths of the site.
fn pages() -> Vec<String> {
    let summary = std::fs::read_to_string(repository().join("src/SUMMARY.md")).expect("the table of contents");
    let links = summary.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    links.filter_map(|(link, _)| Some(format!("/{}.html", link.strip_suffix(".md")?))).collect()
}

#[tokio::test]
async fn a_page_has_its_text_and_its_diagrams_drawn() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    let origin = hosted().await;
    browser.open(&format!("{origin}/integrations/patterns.html")).await;
    browser.wait(".diagram[data-state=drawn] svg").await;
    let drawn = async {
        while browser.ask("return document.querySelectorAll('.diagram:not([data-state])').length").await != 0 {}
    };
    tokio::time::timeout(PATIENCE, drawn).await.expect("every diagram is drawn or has failed");
    let failed = browser.ask("return document.querySelectorAll('.diagram[data-state=failed]').length").await;
    assert_eq!(failed, 0);
    browser.end(&origin).await;
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
    browser.end(server.origin()).await;
}

#[tokio::test]
async fn every_operation_is_tried_from_the_explorer() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    let server = Proofbook::start(&["serve", "--port", "0"]).await;
    let contract = proofbook_sandbox::policy_aggregator::contract().expect("the contract");
    browser.open(&format!("{}/explorer/", server.origin())).await;
    // What is asked for by id is there: each world begins with the same data.
    for operation in contract.operations() {
        let place = format!("[id$=-{}]", operation.id);
        browser.wait(&format!("{place} .opblock-summary-control")).await;
        // What stays at the top of the page would be in a mouse's way.
        let press = async |part: &str| browser.ask(&format!("document.querySelector('{place} {part}').click()")).await;
        press(".opblock-summary-control").await;
        browser.wait(&format!("{place} button.execute")).await;
        press("button.execute").await;
        let status = browser.wait(&format!("{place} .live-responses-table tbody .response-col_status")).await;
        let status = status.text().await.expect("a status");
        let status: u16 = status.split_whitespace().next().and_then(|text| text.parse().ok()).expect("a number");
        assert!(operation.response(status).is_some(), "{} was answered with {status}", operation.id);
        let back = browser.wait(&format!("{place} .opblock-external-docs a")).await.attr("href").await.expect("a link");
        let page = format!("{}/reference/operations.html#{}", server.origin(), operation.id);
        assert_eq!(back.as_deref(), Some(page.as_str()));
        press(".opblock-summary-control").await;
    }
    browser.end(server.origin()).await;
}

#[tokio::test]
async fn the_link_from_an_operation_of_the_reference_opens_it_in_the_explorer() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    let origin = hosted().await;
    browser.open(&format!("{origin}/reference/operations.html")).await;
    let link = browser.wait("a[href$='/getChange']").await;
    let link = link.prop("href").await.expect("a property").expect("an address");
    browser.open(&link).await;
    browser.wait("[id$=-getChange].is-open").await;
    browser.end(&origin).await;
}

#[tokio::test]
async fn the_sandbox_is_broken_and_mended_from_the_explorer() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    let server = Proofbook::start(&["serve", "--port", "0"]).await;
    browser.open(&format!("{}/explorer/", server.origin())).await;
    let says = async |text: &str| {
        let told = async { while browser.ask("return document.getElementById('faults').value").await != text {} };
        tokio::time::timeout(PATIENCE, told).await.unwrap_or_else(|_| panic!("it does not say {text}"));
    };
    says("No call will fail.").await;
    let times = browser.wait("#times").await;
    times.clear().await.expect("nothing");
    times.send_keys("12").await.expect("12");
    browser.wait("#break button[type=submit]").await.click().await.expect("broken");
    says("12 calls will fail.").await;
    browser.wait("[id$=-getMe] button.opblock-summary-control").await.click().await.expect("the operation opens");
    browser.wait("[id$=-getMe] button.execute").await.click().await.expect("the call is made");
    let status = browser.wait("[id$=-getMe] .live-responses-table tbody .response-col_status").await;
    assert!(status.text().await.expect("a status").starts_with("429"));
    says("11 calls will fail.").await;
    browser.wait("#mend").await.click().await.expect("mended");
    says("No call will fail.").await;
    browser.end(server.origin()).await;
}

#[tokio::test]
async fn no_page_scrolls_sideways_on_a_phone() {
    let Some(browser) = Browser::start(380, false).await else { return };
    let server = Proofbook::start(&["serve", "--port", "0"]).await;
    for page in pages().iter().map(String::as_str).chain(["/explorer/", "/admin/webhooks"]) {
        browser.open(&format!("{}{page}", server.origin())).await;
        browser.wait("main").await;
        let wider = browser.ask("return document.documentElement.scrollWidth - window.innerWidth").await;
        assert!(wider.as_i64().is_some_and(|wider| wider <= 0), "{page} is {wider} pixels too wide");
    }
    browser.end(server.origin()).await;
}

#[tokio::test]
async fn in_the_dark_diagrams_are_drawn_dark() {
    let Some(browser) = Browser::start(1200, true).await else { return };
    let origin = hosted().await;
    browser.open(&format!("{origin}/integrations/patterns.html")).await;
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
    browser.end(&origin).await;
}

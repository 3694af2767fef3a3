//! Blocks that do one thing in several languages: tabs for who has JavaScript, and all of them for everyone else.

use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::chromium::Browser;
use crate::support::hosted;

/// The languages that can be seen of each group of the page.
const SHOWN: &str = r"
    const language = (pre) => pre.querySelector('code').className.match(/language-(\w+)/)[1];
    const groups = [...document.querySelectorAll('.tabs')];
    return groups.map((group) => [...group.querySelectorAll('pre')].filter((pre) => pre.checkVisibility()).map(language));
";

/// The languages that each group has.
const ALL: &str = r"
    const language = (pre) => pre.querySelector('code').className.match(/language-(\w+)/)[1];
    const groups = [...document.querySelectorAll('.tabs')];
    return groups.map((group) => [...group.querySelectorAll('pre')].map(language));
";

/// The labels that can be seen above the blocks of the first group.
const LABELS: &str = r"
    const label = (pre) => getComputedStyle(pre, '::before');
    const labels = [...document.querySelector('.tabs').querySelectorAll('pre')].map(label);
    return labels.map((label) => label.display === 'none' ? '' : JSON.parse(label.content));
";

/// What has the focus, and the tabs of the first group: which is selected, which can be reached.
const TABS: &str = r"
    const tabs = [...document.querySelectorAll('.tabs')[0].querySelectorAll('[role=tablist] > [role=tab]')];
    const names = (tabs) => tabs.map((tab) => tab.textContent).join();
    return {
        focused: document.activeElement.textContent,
        selected: names(tabs.filter((tab) => tab.ariaSelected === 'true')),
        reachable: names(tabs.filter((tab) => tab.tabIndex === 0)),
        shown: names(tabs.filter((tab) => document.querySelector(`#${tab.getAttribute('aria-controls')} pre`).checkVisibility())),
    };
";

/// The contrast of each tab of the first group with what is behind it, and of the line under the chosen one, in each theme.
const CONTRASTS: &str = r"
    const channels = (color) => color.match(/[\d.]+/g).slice(0, 3).map((channel) => channel / 255);
    const linear = (channel) => channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    const luminance = (color) => {
        const [red, green, blue] = channels(color).map(linear);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (one, other) => {
        const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (light + 0.05) / (dark + 0.05);
    };
    const root = document.documentElement;
    const themes = ['light', 'rust', 'coal', 'navy', 'ayu'];
    return themes.flatMap((theme) => {
        root.classList.remove(...themes);
        root.classList.add(theme);
        const page = getComputedStyle(root).backgroundColor;
        return [...document.querySelector('.tab-list').children].map((tab) => {
            const { color, backgroundColor, borderBottomColor } = getComputedStyle(tab);
            const behind = backgroundColor === 'rgba(0, 0, 0, 0)' ? page : backgroundColor;
            const line = tab.ariaSelected === 'true' ? contrast(borderBottomColor, behind) : 21;
            return [`${theme} ${tab.textContent}`, contrast(color, behind), line];
        });
    });
";

const NAMES: [&str; 4] = ["Rust", "curl", "Python", "JavaScript"];

/// The languages of each group.
type Groups = Vec<Vec<String>>;

async fn groups(browser: &Browser, script: &str) -> Groups {
    let groups: Groups = serde_json::from_value(browser.ask(script).await).expect("the groups of the page");
    assert!(groups.len() > 10, "the page has groups: {groups:?}");
    groups
}

/// What each group shows once this language is chosen: that variant, or the first.
fn chosen(all: &Groups, language: &str) -> Groups {
    let one = |group: &Vec<String>| {
        let found = group.iter().find(|&variant| variant == language).or(group.first());
        vec![found.expect("a variant").clone()]
    };
    all.iter().map(one).collect()
}

async fn find(client: &Client, selector: &str) -> Element {
    client.find(Locator::Css(selector)).await.unwrap_or_else(|error| panic!("{selector}: {error}"))
}

/// Where the top of something is, in pixels below the top of the window.
async fn top(browser: &Browser, selector: &str) -> f64 {
    // The browser mends the position when it draws, so not before that.
    browser.ask("return new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))").await;
    let script = format!("return document.querySelector('{selector}').getBoundingClientRect().top");
    browser.ask(&script).await.as_f64().expect("a number")
}

#[tokio::test]
async fn a_chosen_language_holds_for_all_groups_and_on_the_next_page() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    let origin = hosted().await;
    browser.open(&format!("{origin}/integrations/api.html")).await;
    let all = groups(&browser, ALL).await;
    assert_eq!(groups(&browser, SHOWN).await, chosen(&all, "rust"));

    let tab = "#tabs-20-python-tab";
    browser.ask(&format!("document.querySelector('{tab}').scrollIntoView({{ block: 'center' }})")).await;
    let before = top(&browser, tab).await;
    let height = browser.ask("return document.body.scrollHeight").await;
    find(&browser.client, tab).await.click().await.expect("the tab is clicked");
    assert_eq!(groups(&browser, SHOWN).await, chosen(&all, "python"));
    assert_ne!(browser.ask("return document.body.scrollHeight").await, height, "the groups have other heights");
    let moved = top(&browser, tab).await - before;
    assert!(moved.abs() < 2.0, "the tab moved by {moved} pixels");

    browser.open(&format!("{origin}/integrations/patterns.html")).await;
    let all = groups(&browser, ALL).await;
    assert_eq!(groups(&browser, SHOWN).await, chosen(&all, "python"));

    let lacking = all.iter().filter(|group| !group.contains(&"bash".to_owned())).count();
    assert!(lacking > 0, "a group lacks curl");
    browser.ask("localStorage.setItem('proofbook-language', 'bash')").await;
    browser.client.refresh().await.expect("the page loads again");
    assert_eq!(groups(&browser, SHOWN).await, chosen(&all, "bash"));
    browser.end(&origin).await;
}

#[tokio::test]
async fn tabs_are_operated_by_keyboard() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    let origin = hosted().await;
    let page = format!("{origin}/integrations/api.html");
    browser.open(&page).await;
    browser.ask("document.querySelector('[role=tab]').focus()").await;
    let steps = [
        (Key::Right, "curl"),
        (Key::End, "JavaScript"),
        (Key::Right, "Rust"),
        (Key::Left, "JavaScript"),
        (Key::Left, "Python"),
        (Key::Home, "Rust"),
    ];
    for (key, name) in steps {
        let focused = browser.client.active_element().await.expect("something has the focus");
        focused.send_keys(&char::from(key).to_string()).await.expect("a key is pressed");
        let expected = json!({ "focused": name, "selected": name, "reachable": name, "shown": name });
        assert_eq!(browser.ask(TABS).await, expected, "after {key:?}");
    }
    assert_eq!(browser.client.current_url().await.expect("an address").as_str(), page, "no arrow turned the page");

    let ring = "const ring = getComputedStyle(document.activeElement); return [ring.outlineStyle, ring.outlineWidth]";
    assert_eq!(browser.ask(ring).await, json!(["solid", "2px"]));
    // From the bar into the variant, past the tabs that are not chosen.
    let focused = browser.client.active_element().await.expect("something has the focus");
    focused.send_keys(&char::from(Key::Tab).to_string()).await.expect("a key is pressed");
    let copy = "return document.activeElement.matches('#tabs-1-rust .clip-button')";
    assert_eq!(browser.ask(copy).await, true);
    browser.end(&origin).await;
}

#[tokio::test]
async fn tabs_have_contrast_in_all_themes() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    let origin = hosted().await;
    browser.open(&format!("{origin}/integrations/api.html")).await;
    let contrasts: Vec<(String, f64, f64)> =
        serde_json::from_value(browser.ask(CONTRASTS).await).expect("a contrast for each tab");
    assert_eq!(contrasts.len(), 5 * NAMES.len());
    for (tab, text, line) in contrasts {
        assert!(text >= 4.5 && line >= 3.0, "{tab}: {text} for the text, {line} for the line under it");
    }
    browser.end(&origin).await;
}

#[tokio::test]
async fn without_scripts_and_on_paper_all_variants_are_shown_with_their_languages() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    let origin = hosted().await;
    let page = format!("{origin}/integrations/api.html");
    browser.open(&page).await;
    let all = groups(&browser, ALL).await;
    assert_eq!(browser.ask(LABELS).await, json!(["", "", "", ""]), "the tabs say it");

    browser.command("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
    assert_eq!(groups(&browser, SHOWN).await, all);
    assert_eq!(browser.ask(LABELS).await, json!(NAMES));
    assert!(!find(&browser.client, ".tab-list").await.is_displayed().await.expect("an answer"));
    browser.command("Emulation.setEmulatedMedia", json!({ "media": "" })).await;

    // What the page looks like before tabs.js runs, and when it does not come at all.
    let early =
        format!("document.addEventListener('readystatechange', () => {{ window.early ??= (() => {{ {SHOWN} }})(); }})");
    browser.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": early })).await;
    browser.command("Network.enable", json!({})).await;
    browser.command("Network.setBlockedURLs", json!({ "urls": ["*/tabs*.js"] })).await;
    browser.ask("localStorage.setItem('proofbook-language', 'python')").await;
    browser.open(&page).await;
    assert_eq!(groups(&browser, "return window.early").await, chosen(&all, "python"));
    assert_eq!(groups(&browser, SHOWN).await, all);
    assert_eq!(browser.ask(LABELS).await, json!(NAMES));

    browser.command("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    browser.open(&page).await;
    assert_eq!(browser.ask("return document.documentElement.classList.contains('js')").await, false);
    assert_eq!(groups(&browser, SHOWN).await, all);
    assert_eq!(browser.ask(LABELS).await, json!(NAMES));
    let hidden = "return [...document.querySelectorAll('.boring')].filter((line) => line.checkVisibility()).length";
    assert_eq!(browser.ask(hidden).await, 0, "what only tests need is not shown");
    browser.end(&origin).await;
}

#[tokio::test]
async fn each_variant_is_copied_without_its_hidden_lines_which_a_button_shows() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    let origin = hosted().await;
    browser.command("Browser.grantPermissions", json!({ "permissions": ["clipboardReadWrite"] })).await;
    browser.open(&format!("{origin}/integrations/api.html")).await;
    for language in ["rust", "bash", "python", "javascript"] {
        let group = format!(
            "return [...document.querySelectorAll('.tabs')].findIndex((group) =>
                group.querySelector('code.language-{language} .boring')) + 1"
        );
        let panel = format!("#tabs-{}-{language}", browser.ask(&group).await);
        find(&browser.client, &format!("{panel}-tab")).await.click().await.expect("the tab is clicked");
        let code = format!(
            "const code = document.querySelector('{panel} code').cloneNode(true);
            const hidden = [...code.querySelectorAll('.boring')];
            hidden.forEach((line) => line.remove());
            return [code.textContent, hidden.map((line) => line.textContent).join('')]"
        );
        let code = browser.ask(&code).await;
        let [visible, hidden] = [&code[0], &code[1]].map(|text| text.as_str().expect("text"));
        assert!(
            !visible.trim().is_empty() && !hidden.trim().is_empty() && !hidden.starts_with('~'),
            "{language}: {code}"
        );

        press(&browser, &panel, "Copy to clipboard").await;
        browser.wait(&format!("{panel} .clip-button.tooltipped")).await;
        let copied = browser.ask("return navigator.clipboard.readText()").await;
        assert_eq!(copied.as_str().expect("text").trim_end(), visible.trim_end(), "{language}");

        let line = find(&browser.client, &format!("{panel} .boring")).await;
        assert!(!line.is_displayed().await.expect("an answer"), "{language}");
        press(&browser, &panel, "Show hidden lines").await;
        assert!(line.is_displayed().await.expect("an answer"), "{language}");
    }
    browser.end(&origin).await;
}

/// Presses a button of a block with the mouse. It comes when the pointer is on the block.
async fn press(browser: &Browser, panel: &str, title: &str) {
    let pre = find(&browser.client, &format!("{panel} pre")).await;
    let button = find(&browser.client, &format!("{panel} button[title='{title}']")).await;
    let move_to = |element: Element| PointerAction::MoveToElement { element, duration: None, x: 0.0, y: 0.0 };
    let click = MouseActions::new("mouse".to_owned())
        .then(move_to(pre))
        .then(move_to(button))
        .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
        .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
    browser.client.perform_actions(click).await.expect("the button is pressed");
}

#[tokio::test]
async fn a_link_or_a_search_shows_the_variant_that_it_leads_to() {
    let Some(browser) = Browser::start(1200, false).await else { return };
    let origin = hosted().await;
    let page = format!("{origin}/integrations/api.html");
    browser.open(&format!("{page}?highlight=raise_for_status")).await;
    // Only Python calls it.
    let counts = "const groups = [...document.querySelectorAll('.tabs')];
        const hit = (group) => [...group.querySelectorAll('mark')].some((mark) => !mark.closest('.boring'));
        const shown = (group) => group.querySelector('[role=tab][aria-selected=true]').textContent;
        const expected = (group) => hit(group) ? 'Python' : 'Rust';
        return [groups.filter(hit).length, groups.filter((group) => shown(group) !== expected(group)).length]";
    let counts = browser.ask(counts).await;
    assert!(counts[0].as_u64() > Some(3) && counts[1] == 0, "hits and groups that don't show them: {counts}");

    browser.open(&format!("{page}#tabs-7-python")).await;
    let shown = groups(&browser, SHOWN).await;
    assert_eq!((shown[5][0].as_str(), shown[6][0].as_str()), ("rust", "python"));
    let position = top(&browser, "#tabs-7-python").await;
    assert!((0.0..200.0).contains(&position), "the variant is at {position} pixels");
    browser.ask("location.hash = '#tabs-8-bash'").await;
    top(&browser, "#tabs-8-bash").await;
    assert_eq!(groups(&browser, SHOWN).await[7], ["bash"]);

    // As the browser's own search does.
    browser.open("about:blank").await;
    browser.open(&format!("{page}#:~:text=from%20requests.adapters%20import")).await;
    browser.wait("#tabs-2-python:not([hidden])").await;
    assert_eq!(browser.ask("return localStorage.getItem('proofbook-language')").await, Value::Null, "nobody chose it");
    browser.end(&origin).await;
}

//! What a secret looks like, whatever it is called.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{Kind, Redactor, fingerprint, is_mark};

/// A kind, and what it looks like.
type Rule = (Kind, Regex);

#[expect(clippy::expect_used, reason = "the expressions are constants that every test compiles")]
fn rule((kind, pattern): (Kind, &str)) -> Rule {
    (kind, Regex::new(pattern).expect("the expression is valid"))
}

static PRIVATE_KEY: LazyLock<Rule> = LazyLock::new(|| {
    let pattern = r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\z)";
    rule((Kind::PrivateKey, pattern))
});

/// What can't be mistaken.
static SURE: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    [
        (Kind::ApiKey, r"(?i)\bpa_(?:live|test)_[A-Za-z0-9_-]{4,}"),
        (Kind::WebhookSecret, r"(?i)\bwhsec_[A-Za-z0-9+/=_-]{4,}"),
        // Slack, and its incoming webhooks; Zapier's targets. Whoever knows such an address may send there.
        (Kind::Token, r"\bx(?:ox[a-z]|app|wfp)-[A-Za-z0-9-]{6,}"),
        (Kind::Url, r"\bhooks\.slack\.com/[A-Za-z0-9/_-]+"),
        (Kind::Url, r"\bhooks\.zapier\.com/[A-Za-z0-9/_-]+"),
        // GitHub, Stripe, AWS, npm.
        (Kind::Token, r"\b(?:gh[pousr]|github_pat|npm)_[A-Za-z0-9_]{16,}"),
        (Kind::Token, r"\b[srp]k_(?:live|test)_[A-Za-z0-9]{8,}"),
        (Kind::Token, r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
        // JSON Web Tokens (RFC 7519).
        (Kind::Token, r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*"),
    ]
    .map(rule)
    .into()
});

/// What stands in a line in passing. The first group stays.
static IN_PASSING: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    [
        (Kind::Token, r"(?i)(\bbearer\s+)[A-Za-z0-9._~+/=-]{6,}"),
        (Kind::Token, r"(\b(?:Basic|basic)\s+)[A-Za-z0-9+/]{8,}={0,2}"),
        (Kind::Url, r#"(://)[^\s/?#"'<>@]+(?:@[^\s/?#"'<>@]+)*@"#),
        // A password with a slash in it.
        (Kind::Url, r#"(://)[^\s/?#"'<>@:]+:[^\s"'<>@0-9][^\s"'<>@]*@"#),
        (Kind::Named, r#"((?:^|\s)(?:-u|--user)[\s=]+["']?)[^\s"':]+:[^\s"']+"#),
        (Kind::Named, r#"(?i)(--[\w-]*(?:secret|password|passphrase|token|api-key)[\w-]*\s+["']?)[^\s"'-][^\s"']*"#),
    ]
    .map(rule)
    .into()
});

static EMAIL: LazyLock<Rule> =
    LazyLock::new(|| rule((Kind::Email, r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")));

/// Private keys, from their first line to their last.
pub(super) fn private_keys(redactor: &mut Redactor, text: &str) -> String {
    replace(redactor, &PRIVATE_KEY, text)
}

/// Keys and tokens whose prefix tells what they are.
pub(super) fn keys_and_tokens(redactor: &mut Redactor, text: &str) -> String {
    SURE.iter().fold(private_keys(redactor, text), |text, rule| replace(redactor, rule, &text))
}

/// Tokens, passwords and options by what stands before them.
pub(super) fn in_passing(redactor: &mut Redactor, text: &str) -> String {
    IN_PASSING.iter().fold(text.to_owned(), |text, rule| replace(redactor, rule, &text))
}

/// E-mail addresses.
pub(super) fn emails(redactor: &mut Redactor, text: &str) -> String {
    replace(redactor, &EMAIL, text)
}

fn replace(redactor: &mut Redactor, (kind, pattern): &Rule, text: &str) -> String {
    let mark = |found: &Captures<'_>| {
        let (whole, kept) = (&found[0], found.get(1).map_or("", |kept| kept.as_str()));
        let secret = &whole[kept.len()..];
        let word = *kind == Kind::Token && !kept.is_empty() && secret.chars().all(|letter| letter.is_ascii_lowercase());
        if is_mark(secret) || word {
            // "Bearer authentication" is no token.
            return whole.to_owned();
        }
        let known = matches!(kind, Kind::ApiKey | Kind::WebhookSecret);
        let detail = known.then(|| fingerprint(secret)).flatten();
        format!("{kept}{}{}", redactor.mark(*kind, detail.as_deref()), if whole.ends_with('@') { "@" } else { "" })
    };
    pattern.replace_all(text, mark).into_owned()
}

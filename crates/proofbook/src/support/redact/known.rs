//! The secrets of this environment, and the forms that they take.

use std::collections::HashSet;
use std::fmt::Write;
use std::ops::Range;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::Kind;

/// Shorter values can't be told from words, such as the `enabled` of `AUTH=enabled`.
const SHORTEST: usize = 8;
/// A secret with fewer characters could be found again from its fingerprint.
const LONG_ENOUGH: usize = 16;
/// A pattern with every form of every character grows with the secret; longer ones are found as they stand.
const LONGEST: usize = 512;
/// How large a compiled pattern may be, in bytes.
const SIZE: usize = 256 << 20;

/// The name of a variable that holds a secret.
#[expect(clippy::expect_used, reason = "the expression is a constant that every test compiles")]
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    let words = "api_?keys?|keys?|tokens?|secrets?|password|passwd|passphrase|pass|pwd|credentials?|auth|cookie|dsn";
    Regex::new(&format!("(?i)(?:^|_)(?:{words})(?:_|$)")).expect("the expression is valid")
});

/// The password in a URL.
#[expect(clippy::expect_used, reason = "the expression is a constant that every test compiles")]
static PASSWORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"://[^/\s:@]*:([^/\s@]+)@").expect("the expression is valid"));

/// A secret that is known.
#[derive(Debug)]
pub(in crate::support) struct Secret {
    kind: Kind,
    /// What its mark says.
    says: String,
    text: SecretString,
}

impl Secret {
    /// A secret from a variable, or from an option of that meaning.
    pub(in crate::support) fn new(variable: &str, text: &str) -> Self {
        let (kind, says) = match kind_of(text) {
            Some((kind, _)) => (kind, format!("{}{}", kind.name(), shown(fingerprint(text)))),
            None => (Kind::Environment, format!("value of {variable}")),
        };
        Self { kind, says, text: SecretString::from(text) }
    }
}

fn shown(fingerprint: Option<String>) -> String {
    fingerprint.map(|hex| format!(" {hex}")).unwrap_or_default()
}

/// What a secret is by its prefix, and that prefix.
pub(in crate::support) fn kind_of(text: &str) -> Option<(Kind, &'static str)> {
    let kinds = [
        ("pa_live_", Kind::ApiKey),
        ("pa_test_", Kind::ApiKey),
        (proofbook_webhook::signature::PREFIX, Kind::WebhookSecret),
    ];
    kinds.into_iter().find(|(prefix, _)| text.starts_with(prefix)).map(|(prefix, kind)| (kind, prefix))
}

/// The first 8 hexadecimal digits of SHA-256: two sides can tell whether they have the same secret. None for a secret that is
/// so short that it could be guessed from them.
pub(in crate::support) fn fingerprint(text: &str) -> Option<String> {
    let random = kind_of(text).map_or(text, |(_, prefix)| &text[prefix.len()..]);
    (random.len() >= LONG_ENOUGH).then(|| hex(&Sha256::digest(text.as_bytes())[..4]))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The secrets that a program started here would find.
pub(in crate::support) fn secrets_of_environment() -> Vec<Secret> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
    };
    let mut found = Vec::new();
    for (name, value) in std::env::vars_os().map(text) {
        let passwords = PASSWORD.captures_iter(&value).map(|found| found[1].to_owned());
        found.extend(passwords.filter(|part| part.len() >= SHORTEST).map(|part| Secret::new(&name, &part)));
        // The shell's own: the folder that one is in.
        if NAME.is_match(&name) && name != "PWD" {
            // While a secret is rotated, the variable has two.
            let parts = value.split_whitespace().filter(|part| part.len() >= SHORTEST);
            found.extend(parts.map(|part| Secret::new(&name, part)));
        }
    }
    // A secret may be the beginning of another.
    found.sort_by_key(|secret| std::cmp::Reverse(secret.text.expose_secret().len()));
    found
}

/// All forms of all secrets.
pub(super) struct Known {
    forms: Vec<Form>,
    /// The forms' patterns, to look for all at once.
    any: RegexSet,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Known").field("forms", &self.forms.len()).finish_non_exhaustive()
    }
}

struct Form {
    kind: Kind,
    says: String,
    pattern: Regex,
    /// What is around it in the same word is a part of it.
    in_word: bool,
}

impl Known {
    pub(super) fn of(secrets: &[Secret]) -> Result<Self, regex::Error> {
        let (mut forms, mut seen) = (Vec::new(), HashSet::new());
        for secret in secrets.iter().filter(|secret| seen.insert(secret.text.expose_secret())) {
            for (pattern, in_word) in patterns(secret.text.expose_secret()) {
                let pattern = RegexBuilder::new(&pattern).size_limit(SIZE).build()?;
                forms.push(Form { kind: secret.kind, says: secret.says.clone(), pattern, in_word });
            }
        }
        let any = RegexSetBuilder::new(forms.iter().map(|form| form.pattern.as_str())).size_limit(SIZE).build()?;
        Ok(Self { forms, any })
    }

    /// Whether a text has a secret in it.
    pub(super) fn in_text(&self, text: &str) -> bool {
        self.any.is_match(text)
    }

    /// The text with what `mark` makes of each secret's kind and of what its mark says.
    pub(super) fn replace(&self, text: &str, mut mark: impl FnMut(Kind, &str) -> String) -> String {
        let mut text = text.to_owned();
        for index in self.any.matches(&text) {
            let form = &self.forms[index];
            let (mut out, mut done) = (String::new(), 0);
            for found in form.pattern.find_iter(&text) {
                let (start, end) =
                    if form.in_word { word(&text, &found.range()) } else { (found.start(), found.end()) };
                if start < done {
                    continue;
                }
                out.push_str(&text[done..start]);
                out.push_str(&mark(form.kind, &form.says));
                done = end;
            }
            out.push_str(&text[done..]);
            text = out;
        }
        text
    }
}

/// The base64 around a part of it.
fn word(text: &str, part: &Range<usize>) -> (usize, usize) {
    let inside = |letter: char| letter.is_ascii_alphanumeric() || "+/_=-".contains(letter);
    let before = text[..part.start].trim_end_matches(inside).len();
    let after = text.len() - text[part.end..].trim_start_matches(inside).len();
    (before, after)
}

/// The patterns of all forms of a secret: as it stands and escaped, in hexadecimal, and in base64 alone or as a part of something
/// longer; and the same without its prefix. With each, whether what is around it belongs to it.
fn patterns(whole: &str) -> Vec<(String, bool)> {
    let mut texts = vec![whole.as_bytes().to_vec()];
    if let Some((_, prefix)) = kind_of(whole) {
        let tail = &whole[prefix.len()..];
        if tail.len() >= SHORTEST {
            texts.push(tail.as_bytes().to_vec());
        }
        // The bytes that sign.
        texts.extend(STANDARD.decode(tail).ok().filter(|bytes| bytes.len() >= SHORTEST));
    }
    let mut patterns = Vec::new();
    for bytes in &texts {
        if let Ok(text) = std::str::from_utf8(bytes) {
            // Many leave the padding out.
            let bare = text.trim_end_matches('=');
            let bare = if bare.len() >= SHORTEST { bare } else { text };
            patterns.push((format!("{}(?:=|%(?:25)*3[Dd])*", escaped(bare)), false));
        }
        patterns.push((format!("(?i:{})", hex(bytes)), false));
        patterns.extend((0..3).map(|offset| (in_base64(bytes, offset), true)));
    }
    patterns
}

/// A pattern for a text of which any character may be escaped: for a URL (however often), for JSON, for HTML.
fn escaped(text: &str) -> String {
    if text.len() > LONGEST {
        return regex::escape(text);
    }
    text.chars().map(character).collect()
}

fn character(character: char) -> String {
    let plain = regex::escape(character.encode_utf8(&mut [0; 4]));
    if character.is_ascii_alphanumeric() {
        return plain;
    }
    let mut percent = String::new();
    for byte in character.encode_utf8(&mut [0; 4]).bytes() {
        let _ = write!(percent, "%(?:25)*(?i:{byte:02x})");
    }
    let code = u32::from(character);
    let html = format!("&#(?:0*{code}|(?i:x0*{code:x}));");
    let mut all = vec![plain.clone(), percent, format!(r"\\+u(?i:{code:04x})"), html, format!(r"\\+{plain}")];
    // base64 for URLs; and what a form makes of a plus sign.
    match character {
        '+' => all.extend(["-".to_owned(), " ".to_owned()]),
        '/' => all.push("_".to_owned()),
        _ => {}
    }
    format!("(?:{})", all.join("|"))
}

/// A pattern for base64 in which these bytes stand behind `offset` bytes, more or less: whatever is around them, some characters
/// depend on them alone.
fn in_base64(bytes: &[u8], offset: usize) -> String {
    let mut padded = vec![0; offset];
    padded.extend(bytes);
    let encoded = STANDARD.encode(&padded);
    let start = (offset * 8).div_ceil(6);
    let end = padded.len() * 8 / 6;
    escaped(&encoded[start..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_secrets_apart_and_is_none_for_what_can_be_guessed() {
        let one = fingerprint("pa_test_4f2a4f2a4f2a4f2a");
        assert_eq!(one.as_deref().map(str::len), Some(8));
        assert_ne!(one, fingerprint("pa_test_4f2a4f2a4f2a4f2b"));
        assert_eq!(fingerprint("pa_test_4f2a"), None);
        assert_eq!(fingerprint("hunter2"), None);
    }

    #[test]
    fn a_secret_can_not_be_printed() {
        let secret = Secret::new("DB_PASSWORD", "correct-horse-battery");
        let known = Known::of(&[secret]).expect("it compiles");
        assert!(!format!("{known:?}").contains("horse"));
        assert!(!format!("{:?}", Secret::new("DB_PASSWORD", "correct-horse-battery")).contains("horse"));
    }
}

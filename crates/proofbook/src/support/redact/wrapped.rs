//! Text in base64 or percent-encoding: what is inside is looked at too.

use std::borrow::Cow;
use std::sync::LazyLock;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex::{Captures, Regex};

use super::{DEEPEST, Redactor};

/// A word with something percent-encoded in it, and a word that may be base64.
#[expect(clippy::expect_used, reason = "the expressions are constants that every test compiles")]
static WORDS: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    [r#"[^\s"'<>]*%[0-9A-Fa-f]{2}[^\s"'<>]*"#, r"[A-Za-z0-9+/_-]{12,}={0,2}"]
        .map(|pattern| Regex::new(pattern).expect("the expression is valid"))
});

/// Any padding, and bits left over: what is cut off is looked at too.
const LOOSE: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// Replaces each wrapped text in which there is a secret by what is left of it.
pub(super) fn unwrap(redactor: &mut Redactor, text: &str) -> String {
    let mut text = text.to_owned();
    if redactor.depth >= DEEPEST {
        return text;
    }
    let decoders: [fn(&str) -> Option<String>; 2] = [percent, base64];
    for (word, decode) in WORDS.iter().zip(decoders) {
        let replaced = word.replace_all(&text, |found: &Captures<'_>| {
            let whole = &found[0];
            redactor.depth += 1;
            let left = decode(whole).and_then(|inside| {
                let before = redactor.removed.clone();
                let left = redactor.string(&inside);
                // Nothing is decoded that need not be: a reader wants what was there.
                if redactor.removed == before { None } else { Some(left) }
            });
            redactor.depth -= 1;
            left.unwrap_or_else(|| whole.to_owned())
        });
        if let Cow::Owned(replaced) = replaced {
            text = replaced;
        }
    }
    text
}

fn percent(word: &str) -> Option<String> {
    percent_encoding::percent_decode_str(word).decode_utf8().ok().map(Cow::into_owned)
}

fn base64(word: &str) -> Option<String> {
    let engine = GeneralPurpose::new(if word.contains(['-', '_']) { &URL_SAFE } else { &STANDARD }, LOOSE);
    let text = String::from_utf8(engine.decode(word).ok()?).ok()?;
    // A word or an id is base64 too, and says nothing then.
    (!text.chars().any(|letter| letter.is_control() && !letter.is_whitespace())).then_some(text)
}

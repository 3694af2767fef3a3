//! Verifies a webhook step by step, and looks for the cause if it does not verify.

use serde::Serialize;
use serde_json::Value;

use crate::cause::Cause;
use crate::signature::{self, Encoding, Key, TOLERANCE_SECONDS, VERSION};

/// The headers of every webhook.
const HEADERS: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];
/// What a header's name may begin with where something has changed it.
const OTHER_PREFIXES: [&str; 6] = ["svix-", "x-webhook-", "http-webhook-", "http_webhook_", "webhook_", "x-"];
/// How much of a body is tried in other forms, in bytes.
const MOST: usize = 4 << 20;

/// A webhook as it came.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// The headers, names in any case.
    pub headers: &'a [(String, String)],
    /// The raw body.
    pub body: &'a [u8],
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The steps up to the first that fails.
    pub steps: Vec<Step>,
    /// Why it does not verify; nothing if it does.
    pub cause: Option<Cause>,
}

/// A step of the verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What is looked at.
    pub name: &'static str,
    /// Whether it is as it must be.
    pub holds: bool,
    /// What was seen. No secret is in it.
    pub seen: String,
}

impl Explanation {
    /// Whether the webhook is genuine.
    #[must_use]
    pub fn genuine(&self) -> bool {
        self.cause.is_none()
    }

    fn step(&mut self, name: &'static str, holds: bool, seen: impl Into<String>) {
        self.steps.push(Step { name, holds, seen: seen.into() });
    }

    fn fails(mut self, name: &'static str, seen: impl Into<String>, cause: Cause) -> Self {
        self.step(name, false, seen);
        self.cause = Some(cause);
        self
    }
}

/// Verifies a webhook with each of the secrets, as of a time in Unix seconds.
#[must_use]
pub fn explain(received: Received<'_>, secrets: &[&str], now: i64) -> Explanation {
    let mut told = Explanation { steps: Vec::new(), cause: None };
    let header = |name: &str| {
        let found = received.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    };
    let missing: Vec<&str> = HEADERS.into_iter().filter(|name| header(name).is_none()).collect();
    let [Some(id), Some(timestamp), Some(signatures)] = HEADERS.map(header) else {
        let renamed = missing.iter().filter_map(|name| renamed(received.headers, name)).collect::<Vec<_>>();
        let missing = missing.join(", ");
        return match renamed.is_empty() {
            true => told.fails("headers", format!("missing: {missing}"), Cause::MissingHeader),
            false => {
                told.fails("headers", format!("missing: {missing}; there is {}", renamed.join(", ")), Cause::HeaderName)
            }
        };
    };
    told.step("headers", true, format!("{id}, {timestamp}, {signatures}"));

    let seconds = match timestamp.parse::<i64>() {
        Ok(seconds) if seconds.unsigned_abs() >= 100_000_000_000 => {
            return told.fails("timestamp", format!("{timestamp} is the year {}", year(seconds)), Cause::Milliseconds);
        }
        Ok(seconds) => seconds,
        Err(_) => {
            let date = timestamp.len() >= 10 && timestamp.contains('-') && timestamp.contains(':');
            let cause = if date { Cause::TimestampIsADate } else { Cause::TimestampNotANumber };
            return told.fails("timestamp", format!("{timestamp} is no number of seconds"), cause);
        }
    };
    let off = now.saturating_sub(seconds);
    let seen = format!(
        "{} {} by the clock here; {TOLERANCE_SECONDS} s are allowed",
        span(off),
        if off < 0 { "ahead" } else { "old" }
    );
    match off {
        off if off > TOLERANCE_SECONDS => return told.fails("timestamp", seen, Cause::TooOld),
        off if off < -TOLERANCE_SECONDS => return told.fails("timestamp", seen, Cause::TooNew),
        _ => told.step("timestamp", true, seen),
    }

    let mut keys = Vec::new();
    for secret in secrets {
        match Key::of_secret(secret) {
            Ok(key) => keys.push(key),
            Err(why) => return told.fails("secret", why, Cause::BadSecret),
        }
    }
    if keys.is_empty() {
        return told.fails("secret", "there is none", Cause::BadSecret);
    }
    told.step("secret", true, format!("{} that decode{}", keys.len(), if keys.len() == 1 { "s" } else { "" }));

    let size = received.body.len();
    told.step("signed content", true, format!("{id}.{timestamp}.<the body, {size} bytes>"));
    let content = signature::content(id, timestamp, received.body);
    let given: Vec<Given<'_>> = signatures.split(' ').filter_map(Given::of).collect();
    let fits = |one: &Given<'_>| keys.iter().any(|key| key.fits(&content, &one.bytes));
    if given.iter().any(|one| one.well_formed() && fits(one)) {
        told.step("signature", true, "it fits");
        return told;
    }
    // What a good signature would be is no secret: whoever has the secret can work it out.
    let expected: Vec<String> = keys.iter().map(|key| format!("{VERSION}{}", key.sign(&content))).collect();
    let seen = format!("expected {}, given {signatures}", expected.join(" or "));
    let cause = match given.iter().find(|one| fits(one)) {
        Some(one) => one.fault(),
        None if given.is_empty() => Cause::MalformedSignature,
        None => search(id, timestamp, received.body, &given, &keys, secrets),
    };
    told.fails("signature", seen, cause)
}

/// A signature of the header.
struct Given<'a> {
    text: &'a str,
    bytes: Vec<u8>,
    encoding: Encoding,
}

impl<'a> Given<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (bytes, encoding) = signature::decode(text.strip_prefix(VERSION).unwrap_or(text))?;
        Some(Self { text, bytes, encoding })
    }

    fn well_formed(&self) -> bool {
        self.encoding == Encoding::Base64 && self.text.starts_with(VERSION)
    }

    /// What is wrong with how it is written.
    fn fault(&self) -> Cause {
        match self.encoding {
            Encoding::Hex => Cause::Hex,
            Encoding::Unpadded => Cause::Unpadded,
            Encoding::UrlSafe => Cause::UrlSafe,
            Encoding::Base64 => Cause::NoVersion,
        }
    }
}

/// Looks for something else that was signed, or another key that signed: what fits is the cause.
fn search(id: &str, timestamp: &str, body: &[u8], given: &[Given<'_>], keys: &[Key], secrets: &[&str]) -> Cause {
    let fits = |key: &Key, content: &[u8]| given.iter().any(|one| key.fits(content, &one.bytes));
    let signed = |content: &[u8]| keys.iter().any(|key| fits(key, content));
    let content = |body: &[u8]| signature::content(id, timestamp, body);

    let texts = secrets.iter().flat_map(|secret| [*secret, secret.trim_start_matches(signature::PREFIX)]);
    if texts.map(|text| Key::new(text.as_bytes())).any(|key| fits(&key, &content(body))) {
        return Cause::SecretNotDecoded;
    }
    if body.is_empty() {
        return Cause::EmptyBody;
    }
    if body.len() <= MOST
        && let Some((_, cause)) = other_bodies(body).into_iter().find(|(other, _)| signed(&content(other)))
    {
        return cause;
    }
    if signed(body) {
        return Cause::OnlyBodySigned;
    }
    if signed(&[timestamp.as_bytes(), b".", body].concat()) {
        return Cause::IdNotSigned;
    }
    let seconds = timestamp.parse::<i64>().unwrap_or_default();
    let near = (1..=TOLERANCE_SECONDS).flat_map(|off| [seconds - off, seconds + off]);
    let others = near.map(|other| other.to_string()).chain([format!("{seconds}000"), (seconds / 1000).to_string()]);
    // Each is a hash of the whole body: not for the largest.
    if body.len() <= 64 << 10 && others.into_iter().any(|other| signed(&signature::content(id, &other, body))) {
        return Cause::OtherTimestamp;
    }
    Cause::WrongSecretOrBody
}

/// The bodies that this one may have been, each with what would have happened to it.
fn other_bodies(body: &[u8]) -> Vec<(Vec<u8>, Cause)> {
    let mut others = Vec::new();
    let mut other = |body: Vec<u8>, cause| others.push((body, cause));
    other([body, b"\n"].concat(), Cause::LineEnd);
    other([body, b"\r\n"].concat(), Cause::LineEnd);
    other(body.trim_ascii_end().to_vec(), Cause::LineEnd);
    const MARK: &[u8] = "\u{feff}".as_bytes();
    other(body.strip_prefix(MARK).unwrap_or(body).to_vec(), Cause::ByteOrderMark);
    other([MARK, body].concat(), Cause::ByteOrderMark);
    if let Ok(text) = std::str::from_utf8(body) {
        let unix = text.replace("\r\n", "\n");
        other(unix.replace('\n', "\r\n").into_bytes(), Cause::LineEndings);
        other(unix.into_bytes(), Cause::LineEndings);
        // UTF-8 that was read as Latin-1 and written as UTF-8 again.
        let bytes: Option<Vec<u8>> = text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect();
        bytes.into_iter().for_each(|bytes| other(bytes, Cause::CharacterSet));
    }
    // UTF-8 that was written as Latin-1.
    other(body.iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes(), Cause::CharacterSet);
    if let Ok(value) = serde_json::from_slice::<Value>(body) {
        for text in forms(&value) {
            other(text.into_bytes(), Cause::Reserialised);
        }
    }
    others
}

/// How JSON is written by most serialisers: without spaces, with a space behind `,` and `:` (Python), on several lines; each
/// also in ASCII alone, and with the keys sorted.
fn forms(value: &Value) -> Vec<String> {
    let mut forms = Vec::new();
    for value in [value.clone(), sorted(value)] {
        let compact = value.to_string();
        let pretty = serde_json::to_string_pretty(&value).unwrap_or_default();
        let indented = pretty.lines().map(|line| {
            let text = line.trim_start();
            " ".repeat((line.len() - text.len()) * 2) + text
        });
        let indented: Vec<String> = indented.collect();
        for text in [compact, spaced(&value), pretty.clone(), indented.join("\n")] {
            forms.push(ascii(&text));
            forms.push(text);
        }
    }
    forms
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut fields: Vec<_> = object.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
            fields.sort_by(|one, other| one.0.cmp(&other.0));
            fields.into_iter().collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// As Python's `json.dumps` writes it.
fn spaced(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let fields: Vec<_> = object
                .iter()
                .map(|(name, value)| format!("{}: {}", Value::from(name.as_str()), spaced(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// With everything that is not ASCII as `\uXXXX`.
fn ascii(text: &str) -> String {
    let mut units = [0; 2];
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, character| {
        match character {
            character if character.is_ascii() => escaped.push(character),
            character => {
                for unit in character.encode_utf16(&mut units) {
                    escaped.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
        escaped
    })
}

/// A header under another name, as it came.
fn renamed<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let part = name.trim_start_matches("webhook-");
    let known =
        |other: &str| OTHER_PREFIXES.iter().any(|prefix| other.eq_ignore_ascii_case(&format!("{prefix}{part}")));
    headers.iter().map(|(other, _)| other.as_str()).find(|other| known(other))
}

/// A time span in the largest unit that says enough.
fn span(seconds: i64) -> String {
    match seconds.unsigned_abs() {
        seconds @ 0..=599 => format!("{seconds} s"),
        seconds @ 600..=7199 => format!("{} min", seconds / 60),
        seconds @ 7200..=172_799 => format!("{} h", seconds / 3600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

/// The year that this many seconds lead to, roughly.
fn year(seconds: i64) -> i64 {
    1970 + seconds / 31_556_952
}

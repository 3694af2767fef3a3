//! Whether Slack sent a request: its signature, version 0
//! (<https://docs.slack.dev/authentication/verifying-requests-from-slack>).

use axum::http::HeaderMap;
use ring::hmac;

/// How far a request's timestamp may be away from now, in seconds.
pub const TOLERANCE: u64 = 5 * 60;

// ANCHOR: signature
/// What Slack signs with.
pub struct SigningSecret(hmac::Key);

impl SigningSecret {
    /// From the app's page "Basic Information".
    pub fn new(secret: &str) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()))
    }

    /// Checks a request, whose body is what came over the wire. The error says what is wrong, for the log.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8], now: i64) -> Result<(), &'static str> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let timestamp = header("x-slack-request-timestamp").ok_or("no timestamp")?;
        let seconds: i64 = timestamp.parse().map_err(|_| "a timestamp that is none")?;
        if now.abs_diff(seconds) > TOLERANCE {
            return Err("an old timestamp, or one of the future");
        }
        let given = header("x-slack-signature").and_then(|value| value.strip_prefix("v0=")).ok_or("no signature v0")?;
        let given = from_hex(given).ok_or("a signature that is not hexadecimal")?;
        let signed = [b"v0:", timestamp.as_bytes(), b":", body].concat();
        // In constant time.
        hmac::verify(&self.0, &signed, &given).map_err(|_| "another signature")
    }
}
// ANCHOR_END: signature

/// The bytes that hexadecimal digits stand for.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    digits.map(|pair| u8::from_str_radix(pair.filter(|pair| pair.len() == 2)?, 16).ok()).collect()
}

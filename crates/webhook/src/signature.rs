//! The signed content, and HMAC-SHA256 of it (Standard Webhooks, "Signature scheme").

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use ring::hmac;

/// What a secret begins with.
pub const PREFIX: &str = "whsec_";
/// What a symmetric signature begins with.
pub const VERSION: &str = "v1,";
/// How far a timestamp may be off, in seconds.
pub const TOLERANCE_SECONDS: i64 = 300;

/// A key that signs. It can't be printed.
pub struct Key(hmac::Key);

impl Key {
    /// The key of these bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The key in a secret, `whsec_` and base64.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it, and does not repeat it.
    pub fn of_secret(secret: &str) -> Result<Self, &'static str> {
        let Some(encoded) = secret.strip_prefix(PREFIX) else {
            return Err(match secret {
                "" => "it is empty",
                key if key.starts_with("pa_") => "it is an API key, not the webhook's secret",
                _ => "it does not begin with `whsec_`",
            });
        };
        match STANDARD.decode(encoded) {
            Ok(bytes) if !bytes.is_empty() => Ok(Self::new(&bytes)),
            Ok(_) => Err("there is nothing behind `whsec_`"),
            Err(_) if encoded.trim() != encoded => Err("it has a space or a line end around it"),
            Err(_) => Err("what is behind `whsec_` is not base64: a part of it may be missing"),
        }
    }

    /// The signature of a content, in base64 without its version.
    #[must_use]
    pub fn sign(&self, content: &[u8]) -> String {
        STANDARD.encode(hmac::sign(&self.0, content))
    }

    /// Whether these bytes are the signature of a content. It takes the same time wherever they differ.
    #[must_use]
    pub fn fits(&self, content: &[u8], signature: &[u8]) -> bool {
        hmac::verify(&self.0, content, signature).is_ok()
    }
}

/// The content that is signed: id, timestamp and body with points between.
#[must_use]
pub fn content(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}

/// How the bytes of a signature are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As the specification says: the standard alphabet with padding.
    Base64,
    /// Without `=` at the end.
    Unpadded,
    /// With `-` and `_`.
    UrlSafe,
    /// Hexadecimal digits.
    Hex,
}

/// The bytes of a signature of 32 bytes, and how they are written.
#[must_use]
pub fn decode(signature: &str) -> Option<(Vec<u8>, Encoding)> {
    let decoded = match signature {
        hex if hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => (unhex(hex), Encoding::Hex),
        text => STANDARD
            .decode(text)
            .map(|bytes| (bytes, Encoding::Base64))
            .or_else(|_| STANDARD_NO_PAD.decode(text).map(|bytes| (bytes, Encoding::Unpadded)))
            .or_else(|_| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map(|bytes| (bytes, Encoding::UrlSafe)))
            .ok()?,
    };
    Some(decoded).filter(|(bytes, _)| bytes.len() == 32)
}

fn unhex(digits: &str) -> Vec<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16).unwrap_or_default() as u8;
    digits.as_bytes().chunks(2).map(|pair| pair.iter().fold(0, |value, byte| value << 4 | digit(*byte))).collect()
}

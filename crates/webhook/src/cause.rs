//! Why a webhook does not verify, and what to do.

use serde::Serialize;

/// Why a webhook does not verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// A header is missing.
    MissingHeader,
    /// The headers are there under other names.
    HeaderName,
    /// The timestamp is a date.
    TimestampIsADate,
    /// The timestamp is in milliseconds.
    Milliseconds,
    /// The timestamp is no number.
    TimestampNotANumber,
    /// The timestamp is too old.
    TooOld,
    /// The timestamp is too far in the future.
    TooNew,
    /// The secret does not decode.
    BadSecret,
    /// Signed with the text of the secret, not with what it decodes to.
    SecretNotDecoded,
    /// The signature is written in hexadecimal.
    Hex,
    /// The signature's base64 has no padding.
    Unpadded,
    /// The signature's base64 has `-` and `_`.
    UrlSafe,
    /// The signature has no version.
    NoVersion,
    /// The signature is of another length, or not base64.
    MalformedSignature,
    /// The body was parsed and serialised again.
    Reserialised,
    /// The body has a line end more or less.
    LineEnd,
    /// The body's line ends were changed.
    LineEndings,
    /// The body has a byte order mark more or less.
    ByteOrderMark,
    /// The body was decoded and encoded in another character set.
    CharacterSet,
    /// The body is empty.
    EmptyBody,
    /// Only the body was signed.
    OnlyBodySigned,
    /// The id was left out of what is signed.
    IdNotSigned,
    /// Another timestamp was signed than the one in the header.
    OtherTimestamp,
    /// The secret of another webhook, or a body that was changed on its way.
    WrongSecretOrBody,
}

impl Cause {
    /// All of them, in the order in which they are looked for.
    pub const ALL: [Self; 24] = [
        Self::MissingHeader,
        Self::HeaderName,
        Self::TimestampIsADate,
        Self::Milliseconds,
        Self::TimestampNotANumber,
        Self::TooOld,
        Self::TooNew,
        Self::BadSecret,
        Self::NoVersion,
        Self::Hex,
        Self::Unpadded,
        Self::UrlSafe,
        Self::MalformedSignature,
        Self::SecretNotDecoded,
        Self::EmptyBody,
        Self::LineEnd,
        Self::LineEndings,
        Self::ByteOrderMark,
        Self::Reserialised,
        Self::CharacterSet,
        Self::OnlyBodySigned,
        Self::IdNotSigned,
        Self::OtherTimestamp,
        Self::WrongSecretOrBody,
    ];

    /// What has happened, in a sentence.
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::MissingHeader => "A header that every webhook has is missing.",
            Self::HeaderName => "The headers are there, but under other names.",
            Self::TimestampIsADate => "The timestamp is a date, not Unix seconds.",
            Self::Milliseconds => "The timestamp is in milliseconds, not in seconds.",
            Self::TimestampNotANumber => "The timestamp is no number.",
            Self::TooOld => "The timestamp is too old.",
            Self::TooNew => "The timestamp is too far in the future.",
            Self::BadSecret => "The secret can't be used.",
            Self::SecretNotDecoded => {
                "It was signed with the text of the secret, not with the bytes that it decodes to."
            }
            Self::Hex => "The signature is right, but written in hexadecimal.",
            Self::Unpadded => "The signature is right, but its base64 has no padding.",
            Self::UrlSafe => "The signature is right, but in the URL-safe alphabet of base64.",
            Self::NoVersion => "The signature is right, but has no version before it.",
            Self::MalformedSignature => "No signature in the header has the form of one.",
            Self::Reserialised => "The body was parsed and serialised again: its JSON is the same, its bytes are not.",
            Self::LineEnd => "The body has a line end at its end that was not signed, or lacks one that was.",
            Self::LineEndings => "The body's line ends were changed between LF and CRLF.",
            Self::ByteOrderMark => "A byte order mark was put before the body, or taken away.",
            Self::CharacterSet => "The body was decoded in one character set and encoded in another.",
            Self::EmptyBody => "The body is empty: something has read it before.",
            Self::OnlyBodySigned => "Only the body was signed.",
            Self::IdNotSigned => "The id was left out of what was signed.",
            Self::OtherTimestamp => "The body was signed with another timestamp than the one in the header.",
            Self::WrongSecretOrBody => "It was signed with another secret, or the body is not the one that was signed.",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn fix(self) -> &'static str {
        match self {
            Self::MissingHeader => {
                "have your proxy or gateway pass `webhook-id`, `webhook-timestamp` and `webhook-signature` on; if none is \
                 there, it is no webhook"
            }
            Self::HeaderName => {
                "read `webhook-id`, `webhook-timestamp` and `webhook-signature`, in any case of letters"
            }
            Self::TimestampIsADate => "send Unix seconds, such as 1772600767",
            Self::Milliseconds => "divide by 1000: Date.now() has milliseconds",
            Self::TimestampNotANumber => "send Unix seconds, digits alone",
            Self::TooOld => {
                "if it has just come, your clock is ahead: set it by NTP. If not, it is a replay; `--at` verifies \
                 as of another time"
            }
            Self::TooNew => "your clock is behind: set it by NTP",
            Self::BadSecret => "copy the whole secret from the answer that created or rotated the webhook",
            Self::SecretNotDecoded => "take `whsec_` off, decode the rest from base64, and use the bytes as the key",
            Self::Hex => "write the 32 bytes in base64, not in hexadecimal",
            Self::Unpadded => "write base64 with its padding, `=` at the end",
            Self::UrlSafe => "write base64 in the standard alphabet, with + and /",
            Self::NoVersion => "write `v1,` before the signature",
            Self::MalformedSignature => "send `v1,` and the base64 of 32 bytes; several with a space between",
            Self::Reserialised => {
                "verify the raw bytes of the body, before any JSON parser; in Express express.raw(), in \
                 Flask request.get_data(), in axum Bytes"
            }
            Self::LineEnd => "keep the bytes as they came: curl --data-binary @file, and no `echo` or editor between",
            Self::LineEndings => "keep the bytes as they came: no text mode and no editor between",
            Self::ByteOrderMark => "keep the bytes as they came: no editor between",
            Self::CharacterSet => "verify bytes, not a text that was decoded; it is UTF-8",
            Self::EmptyBody => "read the raw body before a middleware does, or have it keep the bytes",
            Self::OnlyBodySigned | Self::IdNotSigned => {
                "sign `webhook-id`, `webhook-timestamp` and the body, with a point between"
            }
            Self::OtherTimestamp => "send the timestamp that was signed, unchanged, on each attempt",
            Self::WrongSecretOrBody => {
                "compare the webhook's id with the one whose secret this is; after a rotation use both \
                 secrets; then look for a proxy that changes bodies"
            }
        }
    }
}

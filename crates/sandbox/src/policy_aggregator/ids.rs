//! Ids: a type prefix and 16 characters that mean nothing.

const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A new id, such as `req_4rTg6YhU8jIkO2lP`.
#[must_use]
pub fn new(prefix: &str) -> String {
    spell(prefix, || fastrand::usize(..ALPHABET.len()))
}

/// The id that belongs to these words, the same each time.
#[must_use]
pub fn fixed(prefix: &str, words: &str) -> String {
    use sha2::Digest;
    let mut digest = sha2::Sha256::digest(words.as_bytes()).into_iter().map(usize::from);
    spell(prefix, || digest.next().unwrap_or_default() % ALPHABET.len())
}

fn spell(prefix: &str, mut next: impl FnMut() -> usize) -> String {
    let tail: String = (0..16).filter_map(|_| ALPHABET.get(next()).map(|byte| char::from(*byte))).collect();
    format!("{prefix}_{tail}")
}

//! Untrusted text on a terminal: what a stranger has sent must not move the cursor or change colours.

/// A text on one line, at most this many characters, with each control character as a picture of it.
pub(crate) fn line(text: &str, most: usize) -> String {
    let mut shown: String = text.chars().take(most).map(picture).collect();
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}

/// A text on its own lines.
pub(crate) fn lines(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { picture(c) }).collect()
}

/// Unicode has a picture for each control character. Those that turn the direction of a line are shown as unknown.
fn picture(character: char) -> char {
    match character {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{line, lines};

    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        assert_eq!(line("a\x1b[31mb\r\n\u{9b}2J\u{202e}c", 99), "a␛[31mb␍␊\u{fffd}2J\u{fffd}c");
        assert_eq!(line("→ é", 99), "→ é");
        assert_eq!(line("abc", 2), "ab…");
        assert_eq!(lines("a\n\tb"), "a\n␉b");
    }
}

//! All that the command prints: results to standard output, errors and remarks to standard error.
//!
//! Colour only underlines what the words already say, and only on a terminal, without `NO_COLOR`.

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Prints a line to standard output. A reader that went away (`proofbook | head`) is not an error.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Prints a remark to standard error.
pub(crate) fn note(line: &str) {
    complain("note:", "36", line);
}

/// Prints an error to standard error.
pub(crate) fn error(text: &str) {
    complain("error:", "31", text);
}

fn complain(label: &str, colour: &str, text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = if coloured(&err) {
        writeln!(err, "\x1b[1;{colour}m{label}\x1b[0m {text}")
    } else {
        writeln!(err, "{label} {text}")
    };
}

/// The text, bold where standard output is coloured.
pub(crate) fn bold(text: &str) -> String {
    if coloured(&std::io::stdout()) { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
}

/// Whether a stream may be coloured.
pub(crate) fn coloured(stream: &impl IsTerminal) -> bool {
    // https://no-color.org: present and not empty, whatever its value.
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    stream.is_terminal() && !refused && !dumb
}

/// A bar on standard error while something takes long: nothing where nobody looks.
pub(crate) fn progress(message: &'static str) -> ProgressBar {
    let target = match coloured(&std::io::stderr()) {
        true => ProgressDrawTarget::stderr(),
        false => ProgressDrawTarget::hidden(),
    };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    bar.with_message(message)
}

/// A number of bytes for a person: `812 B`, `3.4 kB`, `2.6 MB`.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["B", "kB", "MB", "GB"];
    let mut amount = bytes as f64;
    let mut unit = 0;
    while amount >= 1000.0 && unit + 1 < UNITS.len() {
        amount /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{amount:.1} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_short() {
        assert_eq!(size(812), "812 B");
        assert_eq!(size(3_400), "3.4 kB");
        assert_eq!(size(2_640_000), "2.6 MB");
    }
}

//! Pieces of Markdown: tables, code spans, fences and lists of words. What the contract says is Markdown already, and is
//! kept; only a table's cells are made to be one line.

use serde_json::Value;

/// A table. A column that is empty in every row is left out; a table without rows is no text.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let used: Vec<usize> = (0..head.len())
        .filter(|column| rows.iter().any(|row| !row.get(*column).is_none_or(String::is_empty)))
        .collect();
    if used.is_empty() {
        return String::new();
    }
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut out = line(used.iter().filter_map(|column| head.get(*column)).map(|name| (*name).to_owned()).collect());
    out.push_str(&format!("|{}\n", "---|".repeat(used.len())));
    for row in rows {
        out.push_str(&line(
            used.iter().map(|column| row.get(*column).map_or_else(String::new, |one| cell(one))).collect(),
        ));
    }
    out.push('\n');
    out
}

/// A text on one line, in which no bar ends the cell.
fn cell(text: &str) -> String {
    let line = one_line(text);
    let mut out = String::with_capacity(line.len());
    let mut escaped = false;
    for character in line.chars() {
        if character == '|' && !escaped {
            out.push('\\');
        }
        escaped = character == '\\' && !escaped;
        out.push(character);
    }
    out
}

/// A text whose line breaks are spaces.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A code span, with more backticks around it than stand together in it.
pub(super) fn code(text: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    // A space at both ends is not shown, and one that is all there is would be.
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A value as code: text without quotation marks.
pub(super) fn value(value: &Value) -> String {
    code(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// A fence, longer than any in its code.
pub(super) fn fence(info: &str, code: &str) -> String {
    let longest = code.lines().map(|line| line.trim_start().chars().take_while(|c| *c == '`').count()).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    format!("{fence}{info}\n{}\n{fence}\n\n", code.trim_end())
}

/// A fence of JSON.
pub(super) fn json(info: &str, value: &Value) -> String {
    // A value always has a text.
    fence(&format!("json,{info}"), &serde_json::to_string_pretty(value).unwrap_or_default())
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., one] => format!("{} {last} {one}", all.join(", ")),
    }
}

/// A paragraph; no text if there is none.
pub(super) fn paragraph(text: &str) -> String {
    match text.trim() {
        "" => String::new(),
        text => format!("{text}\n\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::{cell, code, list, table};

    #[test]
    fn a_cell_is_one_line_without_a_bar_that_ends_it() {
        assert_eq!(cell("one\n  two | `a|b` \\| \\\\|"), "one two \\| `a\\|b` \\| \\\\\\|");
    }

    #[test]
    fn a_code_span_may_hold_backticks() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
    }

    #[test]
    fn a_column_that_nothing_stands_in_is_left_out() {
        let rows = [vec!["1".to_owned(), String::new(), "3".to_owned()], vec!["4".to_owned(), String::new()]];
        assert_eq!(table(&["a", "b", "c"], &rows), "| a | c |\n|---|---|\n| 1 | 3 |\n| 4 |  |\n\n");
        assert_eq!(table(&["a"], &[]), "");
    }

    #[test]
    fn words_are_listed_as_a_sentence_does() {
        let words = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(list(&words, "and"), "a, b and c");
        assert_eq!(list(&words[..1], "or"), "a");
    }
}

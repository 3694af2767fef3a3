//! The ids that mdBook gives headings. mdBook 0.5 keeps these functions to itself; a test holds them against its HTML.

use std::collections::HashSet;

/// The id that a heading's text makes.
pub(super) fn from_content(content: &str) -> String {
    let kept = |character: char| match character {
        '_' | '-' => Some(character),
        _ if character.is_alphanumeric() => Some(character),
        _ if character.is_whitespace() => Some('-'),
        _ => None,
    };
    content.trim().to_lowercase().chars().filter_map(kept).collect()
}

/// The id with the number that tells it from the earlier ones.
pub(super) fn unique(id: String, used: &mut HashSet<String>) -> String {
    let free = match used.contains(&id) {
        false => id,
        true => (1_u32..).map(|number| format!("{id}-{number}")).find(|id| !used.contains(id)).unwrap_or(id),
    };
    used.insert(free.clone());
    free
}

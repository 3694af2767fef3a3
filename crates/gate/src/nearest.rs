//! The name that a writer may have meant.

/// How alike two names must be, from 0 to 1, for one to be a mistyped other.
const ALIKE: f64 = 0.6;

/// The name that is most like the given one, if any is.
pub(crate) fn nearest<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .filter(|name| *name != given)
        .map(|name| (strsim::normalized_levenshtein(given, name), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

/// What to do, and the name that was perhaps meant.
pub(crate) fn help<'a>(advice: &str, given: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(given, names) {
        Some(name) => format!("{advice} (nearest: `{name}`)"),
        None => advice.to_owned(),
    }
}

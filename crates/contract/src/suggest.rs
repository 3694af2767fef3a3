//! The name that somebody may have meant.

/// The nearest of the names, if it is near: up to a third of its characters differ, and at least one is the same.
pub(crate) fn nearest<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The distance is quadratic in the length; nobody mistypes a name that long.
    const MAX_LENGTH: usize = 200;
    if given.len() > MAX_LENGTH {
        return None;
    }
    names
        .into_iter()
        .filter(|name| name.len() <= MAX_LENGTH && *name != given)
        .map(|name| (strsim::osa_distance(&given.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(distance, name)| {
            let length = name.chars().count();
            *distance <= length.div_ceil(3) && *distance < length
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// "; did you mean `…`?", or nothing.
pub(crate) fn hint<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    nearest(given, names).map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

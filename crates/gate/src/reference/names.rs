//! Names for variables of generated code.

/// What the generated code calls something else, or its languages do.
const TAKEN: [&str; 12] = [
    "answer", "base_url", "class", "function", "headers", "import", "key", "os", "query", "requests", "response",
    "time",
];

/// The variable of a path parameter, in `snake_case`: its name, and for one that is only called `id` what it is the id of
/// (`/webhooks/{id}`: `webhook_id`).
pub(super) fn variable(path: &str, parameter: &str) -> String {
    let place = format!("{{{parameter}}}");
    let segments: Vec<&str> = path.split('/').collect();
    let before = segments.iter().position(|segment| segment.contains(&place)).and_then(|at| at.checked_sub(1));
    let before = before.and_then(|at| segments.get(at)).filter(|segment| !segment.is_empty() && !segment.contains('{'));
    let name = match before {
        Some(things) if parameter.eq_ignore_ascii_case("id") => format!("{}_id", snake(&singular(things))),
        _ => snake(parameter),
    };
    if TAKEN.contains(&name.as_str()) { format!("{name}_value") } else { name }
}

fn singular(things: &str) -> String {
    match (things.strip_suffix("ies"), things.strip_suffix('s')) {
        (Some(stem), _) => format!("{stem}y"),
        (None, Some(one)) => one.to_owned(),
        (None, None) => things.to_owned(),
    }
}

/// `bookId`, `book-id` and `Book id` as `book_id`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for character in name.chars() {
        if !character.is_ascii_alphanumeric() {
            out.push('_');
        } else {
            if character.is_ascii_uppercase() && out.ends_with(|last: char| last.is_ascii_lowercase()) {
                out.push('_');
            }
            out.push(character.to_ascii_lowercase());
        }
    }
    match out.starts_with(|first: char| first.is_ascii_digit()) {
        true => format!("_{out}"),
        false => out,
    }
}

/// `book_id` as `bookId`.
pub(super) fn camel(snake: &str) -> String {
    let mut words = snake.split('_').filter(|word| !word.is_empty());
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(1);
        out.push_str(&first.to_ascii_uppercase());
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{camel, variable};

    #[test]
    fn a_parameter_that_is_only_an_id_takes_the_name_of_what_it_is_the_id_of() {
        assert_eq!(variable("/v1/webhooks/{id}/rotate", "id"), "webhook_id");
        assert_eq!(variable("/v1/deliveries/{id}", "id"), "delivery_id");
        assert_eq!(variable("/books/{isbnNumber}", "isbnNumber"), "isbn_number");
        assert_eq!(variable("/{id}", "id"), "id");
        assert_eq!(variable("/keys/{key}", "key"), "key_value");
        assert_eq!(camel("webhook_id"), "webhookId");
    }
}

//! From a JSON pointer to the line of what it points at, in YAML or JSON as people write it: a key on each line.
//!
//! It is no parser. Where it loses the way, as in a value that is written in one line, it stays on the last line it knew.

/// The line, counted from 1.
pub(crate) fn line(text: &str, pointer: &str) -> usize {
    // What is below the line that was found last, each line with its number, and how far that one is indented.
    let mut below: Vec<(usize, String)> = text.lines().map(str::to_owned).enumerate().collect();
    below.retain(|(_, line)| !matches!(line.trim_start().chars().next(), None | Some('#' | '{' | '}' | ']')));
    let (mut found, mut outer) = (0, None);
    for step in pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")) {
        let Some((_, first)) = below.first() else { break };
        let (depth, list) = (indent(first), is_item(first));
        // The items of a list may stand as far left as its name.
        if outer.is_some_and(|outer| depth < outer || (depth == outer && !list)) {
            break;
        }
        below.truncate(below.iter().take_while(|(_, line)| indent(line) >= depth).count());
        let mut here = below.iter().enumerate().filter(|(_, (_, line))| indent(line) == depth);
        let next = match step.parse::<usize>() {
            Ok(index) if list => here.filter(|(_, (_, line))| is_item(line)).nth(index),
            _ => here.find(|(_, (_, line))| is_key(line, &step)),
        };
        let Some((at, _)) = next else { break };
        below.drain(..at);
        (found, outer) = (below.first().map_or(found, |(number, _)| *number), Some(depth));
        if list {
            // What follows the dash is the first key of the item.
            if let Some((_, line)) = below.first_mut() {
                *line = line.replacen('-', " ", 1);
            }
        } else {
            below.drain(..1);
        }
    }
    found + 1
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn is_item(line: &str) -> bool {
    line.trim_start().starts_with("- ")
}

fn is_key(line: &str, key: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix(['"', '\'']).unwrap_or(line);
    let rest = line.strip_prefix(key).map(|rest| rest.strip_prefix(['"', '\'']).unwrap_or(rest));
    rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
}

#[cfg(test)]
mod tests {
    use super::line;

    const YAML: &str = "openapi: 3.1.1
# paths: no
paths:
  /a:
    example: { x: 1 }
    get:
      parameters:
      - name: one
        example: 1

      - name: two
        example: 2
      'quoted': 1
  /a/{b}:
    get:
      example:
        - x: 1
        - x: 2
    example: 3
";

    #[test]
    fn a_pointer_leads_to_its_line() {
        let cases = [
            ("", 1),
            ("/openapi", 1),
            ("/paths", 3),
            ("/paths/~1a/example", 5),
            ("/paths/~1a/example/x", 5),
            ("/paths/~1a/get/parameters/0/name", 8),
            ("/paths/~1a/get/parameters/1", 11),
            ("/paths/~1a/get/parameters/1/example", 12),
            ("/paths/~1a/get/quoted", 13),
            ("/paths/~1a~1{b}/get/example/1/x", 18),
            ("/paths/~1a~1{b}/example", 19),
            ("/paths/~1a/nothing", 4),
            ("/nothing/at/all", 1),
        ];
        for (pointer, wanted) in cases {
            assert_eq!(line(YAML, pointer), wanted, "{pointer}");
        }
        let json = "{\n  \"a\": {\n    \"b\": 1\n  },\n  \"c\": [\n    1\n  ]\n}\n";
        assert_eq!([line(json, "/a/b"), line(json, "/c"), line(json, "/c/0")], [3, 5, 5]);
    }
}

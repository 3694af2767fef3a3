use serde_json::Value;

use crate::contract::Contract;
use crate::explain::Subject;
use crate::media_type;
use crate::pointer::join;
use crate::violation::Violation;
use crate::walk::Kind;

impl Contract {
    /// Judges every example in the contract by its schema: those of parameters, headers, media types (of requests,
    /// responses, events and components) and schemas. Examples of media types that are not JSON are passed over, as
    /// are those that only name a URL.
    #[must_use]
    pub fn check_examples(&self) -> Vec<Violation> {
        let mut out = Vec::new();
        for kind in [Kind::Parameter, Kind::Header, Kind::MediaType, Kind::Schema, Kind::Subschema] {
            for (at, node) in self.doc().nodes(kind) {
                let is_schema = matches!(kind, Kind::Schema | Kind::Subschema);
                let range = at.rsplit('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~");
                let other_media_type = kind == Kind::MediaType && !media_type::is_json(&range) && !range.contains('*');
                if !other_media_type && (is_schema || node.get("schema").is_some()) {
                    let schema = if is_schema { at.clone() } else { join(&at, "schema") };
                    self.check_examples_of(&at, node, &schema, &mut out);
                }
            }
        }
        // A component that is used in two places was judged in both.
        let mut seen = Vec::new();
        out.retain(|violation| {
            let new = !seen.contains(violation);
            if new {
                seen.push(violation.clone());
            }
            new
        });
        out
    }

    fn check_examples_of(&self, at: &str, node: &Value, schema: &str, out: &mut Vec<Violation>) {
        let mut check = |at: &str, value: &Value| {
            let mut found = Vec::new();
            self.schemas().check(self.doc(), schema, value, &Subject::Example(at), &mut found);
            out.append(&mut found);
        };
        if let Some(example) = node.get("example") {
            check(&join(at, "example"), example);
        }
        let examples = join(at, "examples");
        match node.get("examples") {
            Some(Value::Array(list)) => {
                for (index, example) in list.iter().enumerate() {
                    check(&format!("{examples}/{index}"), example);
                }
            }
            Some(Value::Object(named)) => {
                for name in named.keys() {
                    let example = self.doc().follow(&join(&examples, name));
                    let value = join(&example, "value");
                    if let Some(node) = self.doc().get(&value) {
                        check(&value, node);
                    }
                }
            }
            _ => {}
        }
    }
}

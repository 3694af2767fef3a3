//! The data that every world starts with: routes, sources, and the changes in them, the same at each start.
//!
//! A source has a first text and a list of edits. The texts between the edits, their hashes and their diffs are worked
//! out once a process, so a diff always lies between two texts that exist.

use std::sync::{Arc, LazyLock};

use include_dir::{Dir, include_dir};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use similar::{ChangeTag, TextDiff};

use super::ids;
use super::lists::Place;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data");

/// A change, ready to be listed and shown.
#[derive(Debug)]
pub struct Change {
    /// Where it stands in the list of changes.
    pub place: Place,
    /// Its id.
    pub id: String,
    /// The route that it touches.
    pub route_id: String,
    /// The source that changed.
    pub source_id: String,
    /// The type of visa of the route.
    pub visa_type: String,
    /// When it was detected.
    pub detected_at: Timestamp,
    /// The change as lists have it.
    pub summary: Value,
    /// The change as a webhook carries it: with the diff.
    pub with_diff: Value,
    /// The change as `getChange` answers it.
    pub detail: Value,
}

/// A source, with what the API does not show of it.
#[derive(Debug)]
pub struct Source {
    /// The source as the API shows it.
    pub shown: Value,
    /// The routes that it feeds.
    pub routes: Vec<String>,
    /// Its text after all changes.
    pub text: String,
}

/// Everything that a world starts with.
#[derive(Debug)]
pub struct Dataset {
    /// The routes, in the order in which they are listed.
    pub routes: Vec<Value>,
    /// The sources, in the order in which they are listed.
    pub sources: Vec<Source>,
    /// The changes, oldest first.
    pub changes: Vec<Arc<Change>>,
    /// The subscriptions, in the order in which they are listed.
    pub subscriptions: Vec<Value>,
}

/// The data of every world.
pub static DATASET: LazyLock<Dataset> = LazyLock::new(Dataset::load);

#[derive(Deserialize)]
struct SourceFile {
    routes: Vec<String>,
    document: Option<String>,
    #[serde(flatten)]
    shown: Value,
}

#[derive(Deserialize)]
struct Edit {
    id: String,
    detected_at: Timestamp,
    summary: Option<String>,
    edits: Vec<LineEdit>,
}

#[derive(Deserialize)]
struct LineEdit {
    find: String,
    replace: Vec<String>,
}

impl Dataset {
    fn load() -> Self {
        let routes: Vec<Value> = parse("routes.json");
        let mut changes = Vec::new();
        let mut sources = Vec::new();
        for file in parse::<Vec<SourceFile>>("sources.json") {
            let mut source = Source { shown: file.shown, routes: file.routes, text: String::new() };
            if let Some(stem) = file.document {
                source.text = text(&format!("documents/{stem}.txt")).to_owned();
                let mut fetched_at = None;
                for (index, edit) in
                    parse::<Vec<Edit>>(&format!("documents/{stem}.changes.json")).into_iter().enumerate()
                {
                    let new = edit.edits.iter().fold(source.text.clone(), apply);
                    let route_id = source.routes.get(index % source.routes.len().max(1)).cloned().unwrap_or_default();
                    let old_fetched_at = fetched_at.unwrap_or(edit.detected_at - jiff::SignedDuration::from_hours(240));
                    changes.push(describe(&New {
                        id: edit.id,
                        place: Place::new(edit.detected_at, 0),
                        route: find(&routes, &route_id),
                        source: &source.shown,
                        detected_at: edit.detected_at,
                        old_fetched_at,
                        summary: edit.summary,
                        old: &source.text,
                        new: &new,
                    }));
                    fetched_at = Some(edit.detected_at);
                    source.text = new;
                }
            }
            sources.push(source);
        }
        changes.sort_by_key(|change| change.place);
        let subscriptions = parse::<Vec<Value>>("subscriptions.json")
            .into_iter()
            .map(|subscription| {
                json!({
                    "id": subscription["id"],
                    "route": route_summary(find(&routes, subscription["route_id"].as_str().unwrap_or_default())),
                    "created_at": subscription["created_at"],
                    "active": subscription["active"],
                })
            })
            .collect();
        Self { routes, sources, changes: changes.into_iter().map(Arc::new).collect(), subscriptions }
    }

    /// The source with this id.
    #[must_use]
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.shown["id"] == id)
    }

    /// The route with this id.
    #[must_use]
    pub fn route(&self, id: &str) -> Option<&Value> {
        self.routes.iter().find(|route| route["id"] == id)
    }
}

/// What a change is made of.
pub struct New<'a> {
    /// Its id.
    pub id: String,
    /// Where it stands in the list.
    pub place: Place,
    /// The route that it touches.
    pub route: &'a Value,
    /// The source that changed.
    pub source: &'a Value,
    /// When it was detected.
    pub detected_at: Timestamp,
    /// When the text before was read.
    pub old_fetched_at: Timestamp,
    /// What changed, in a sentence.
    pub summary: Option<String>,
    /// The text before.
    pub old: &'a str,
    /// The text after.
    pub new: &'a str,
}

/// Works out the diff between two texts and all that the API shows of a change.
#[must_use]
pub fn describe(new: &New<'_>) -> Change {
    let diff = TextDiff::from_lines(new.old, new.new);
    let count = |tag| diff.iter_all_changes().filter(|line| line.tag() == tag).count();
    let old_version = version(new.old, new.old_fetched_at);
    let new_version = version(new.new, new.detected_at);
    let text = diff
        .unified_diff()
        .context_radius(3)
        .header(old_version["id"].as_str().unwrap_or("old"), new_version["id"].as_str().unwrap_or("new"))
        .to_string();
    let source = new.source;
    let summary = json!({
        "id": new.id,
        "route": route_summary(new.route),
        "source": { "id": source["id"], "name": source["name"], "url": source["url"] },
        "detected_at": new.detected_at,
        "summary": new.summary,
        "lines_added": count(ChangeTag::Insert),
        "lines_removed": count(ChangeTag::Delete),
    });
    let mut with_diff = summary.clone();
    with_diff["diff"] = text.into();
    let mut detail = with_diff.clone();
    detail["old_version"] = old_version;
    detail["new_version"] = new_version;
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Change {
        place: new.place,
        id: new.id.clone(),
        route_id: word(&new.route["id"]),
        source_id: word(&source["id"]),
        visa_type: word(&new.route["visa_type"]),
        detected_at: new.detected_at,
        summary,
        with_diff,
        detail,
    }
}

fn version(text: &str, fetched_at: Timestamp) -> Value {
    let hash: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "id": ids::fixed("ver", &hash),
        "content_hash": format!("sha256:{hash}"),
        "fetched_at": fetched_at,
        "content_length": text.len(),
    })
}

fn route_summary(route: &Value) -> Value {
    json!({
        "id": route["id"],
        "origin_country": route["origin_country"],
        "destination_country": route["destination_country"],
        "visa_type": route["visa_type"],
        "display": route["display"],
    })
}

fn apply(text: String, edit: &LineEdit) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        if line == edit.find {
            lines.extend(edit.replace.iter().map(String::as_str));
        } else {
            lines.push(line);
        }
    }
    lines.join("\n") + "\n"
}

fn find<'a>(routes: &'a [Value], id: &str) -> &'a Value {
    static NONE: Value = Value::Null;
    routes.iter().find(|route| route["id"] == id).unwrap_or(&NONE)
}

fn text(path: &str) -> &'static str {
    FILES.get_file(path).and_then(|file| file.contents_utf8()).unwrap_or_default()
}

fn parse<T: serde::de::DeserializeOwned>(path: &str) -> T {
    // The files are part of this crate, and a test loads all of them.
    serde_json::from_str(text(path)).unwrap_or_else(|error| panic!("data/{path}: {error}"))
}

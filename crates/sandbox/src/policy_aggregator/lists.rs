//! Lists: where an item stands, pages, and cursors that stay true while items come in at the top.

use jiff::Timestamp;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::limits::Limits;
use super::problem::{Code, Problem};

/// The place of an item in a list: by time, then in the order of making. Unique within a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    second: u64,
    sequence: u64,
}

/// A cursor has 12 hexadecimal digits a number.
const DIGITS: usize = 12;

impl Place {
    /// The place of an item made at this moment.
    #[must_use]
    pub fn new(at: Timestamp, sequence: u64) -> Self {
        Self { second: u64::try_from(at.as_second()).unwrap_or_default(), sequence }
    }

    /// The place of the `index`th of items that have no time, so that the first counts as the newest.
    #[must_use]
    pub fn fixed(index: usize) -> Self {
        Self { second: 0, sequence: (1 << 40) - index as u64 }
    }

    /// How many things were made before.
    #[must_use]
    pub fn sequence(self) -> u64 {
        self.sequence
    }

    fn to_cursor(self) -> String {
        format!("cur_{:012x}{:012x}", self.second, self.sequence)
    }

    fn of_cursor(cursor: &str) -> Option<Self> {
        let digits = cursor.strip_prefix("cur_").filter(|digits| digits.len() == 2 * DIGITS && digits.is_ascii())?;
        let (second, sequence) = digits.split_at(DIGITS);
        Some(Self { second: u64::from_str_radix(second, 16).ok()?, sequence: u64::from_str_radix(sequence, 16).ok()? })
    }
}

/// The query of a request, as the contract has let it through.
#[derive(Debug)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the query of a request.
    #[must_use]
    pub fn of(query: Option<&str>) -> Self {
        Self(form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect())
    }

    /// The value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a parameter is absent or has this value.
    #[must_use]
    pub fn admits(&self, name: &str, value: &Value) -> bool {
        self.get(name).is_none_or(|wanted| value == wanted)
    }
}

/// Which way a list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Newest first.
    Descending,
    /// Oldest first.
    Ascending,
}

/// A page of a list. The items may come in any order; each comes with its place.
///
/// # Errors
/// If the cursor is none of ours.
pub fn page(
    items: impl Iterator<Item = (Place, Value)>,
    order: Order,
    query: &Query,
    limits: &Limits,
) -> Result<Value, Problem> {
    let wanted = query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(limits.page_size_default);
    let limit = wanted.clamp(1, limits.page_size_max.max(1));
    let after = query
        .get("cursor")
        .map(|cursor| {
            Place::of_cursor(cursor).ok_or_else(|| {
                Problem::new(Code::InvalidRequest, "The cursor is malformed; send the `next_cursor` of a page.")
            })
        })
        .transpose()?;
    let mut items: Vec<_> = items
        .filter(|(place, _)| match (after, order) {
            (None, _) => true,
            (Some(after), Order::Ascending) => *place > after,
            (Some(after), Order::Descending) => *place < after,
        })
        .collect();
    items.sort_by_key(|(place, _)| *place);
    if order == Order::Descending {
        items.reverse();
    }
    let more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = items.last().filter(|_| more).map(|(place, _)| place.to_cursor());
    let data: Vec<_> = items.into_iter().map(|(_, item)| item).collect();
    Ok(json!({ "data": data, "next_cursor": next_cursor }))
}

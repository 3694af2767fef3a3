//! One difference for what is the same in several places.

use super::{Difference, DifferenceKind, Subject};

/// Differences as they are found.
#[derive(Debug, Default)]
pub(super) struct Collector(Vec<Difference>);

/// Who a difference is true of, and what it is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'a> {
    /// The operation or event; nothing for what belongs to none.
    pub(super) owner: Option<&'a str>,
    pub(super) subject: Subject,
}

impl<'a> Site<'a> {
    pub(super) fn of(owner: &'a str, subject: Subject) -> Self {
        Self { owner: Some(owner), subject }
    }

    /// Whether the client writes what it is about: if not, the API does.
    pub(super) fn is_sent_by_client(self) -> bool {
        matches!(self.subject, Subject::Parameter | Subject::RequestBody | Subject::RequestField)
    }
}

impl Collector {
    /// Notes a difference; one that is known is true of one more owner.
    pub(super) fn add(&mut self, site: Site<'_>, kind: DifferenceKind, name: &str, detail: &str, breaking: bool) {
        let owner = site.owner.map(str::to_owned);
        let same = |known: &&mut Difference| {
            (known.kind, known.subject, known.breaking) == (kind, site.subject, breaking)
                && (known.name.as_str(), known.detail.as_str()) == (name, detail)
        };
        match self.0.iter_mut().find(same) {
            Some(known) => known.owners.extend(owner),
            None => self.0.push(Difference {
                kind,
                subject: site.subject,
                name: name.to_owned(),
                detail: detail.to_owned(),
                breaking,
                owners: owner.into_iter().collect(),
            }),
        }
    }

    /// Notes that fewer or more values are allowed than before.
    pub(super) fn rule(&mut self, site: Site<'_>, name: &str, detail: &str, effect: Effect) {
        let breaking = match effect {
            Effect::Narrower => site.is_sent_by_client(),
            Effect::Wider => !site.is_sent_by_client(),
            Effect::Unknown => true,
        };
        self.add(site, DifferenceKind::Changed, name, detail, breaking);
    }

    pub(super) fn into_differences(mut self) -> Vec<Difference> {
        self.0.sort_by_key(|found| (!found.breaking, found.subject));
        self.0
    }
}

/// What another rule does to the values that are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Narrower,
    Wider,
    Unknown,
}

//! What the gate finds: a stable code, a place, what is wrong, and how to mend it.

use std::fmt;

use serde::Serialize;

use crate::error::Place;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What kind of fault a finding is. The names are stable: reports carry them, and the book explains each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// All codes, in the order in which the book explains them.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The code as reports carry it, in kebab case.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }
        }
    };
}

codes! {
    /// The book or a page can't be read.
    BookUnreadable = "book-unreadable",
    /// A page that `SUMMARY.md` does not mention.
    PageUnlisted = "page-unlisted",
    /// A page of more than 1 MiB.
    PageTooLarge = "page-too-large",
    /// A page that is not text in UTF-8.
    NotText = "not-text",
    /// An include or another directive that can't be expanded, or shows nothing.
    BadDirective = "bad-directive",
    /// A fence that is never closed.
    FenceNotClosed = "fence-not-closed",
    /// A fence without a language.
    MissingLanguage = "missing-language",
    /// A fence in a language that the gate can't prove.
    UnknownLanguage = "unknown-language",
    /// An attribute that the fence's language does not know, or a value that it can't have.
    UnknownAttribute = "unknown-attribute",
    /// A block that asks not to be proven.
    BlockExempt = "block-exempt",
    /// A block without a line.
    EmptyBlock = "empty-block",
    /// A block that says it continues another, and none is above it.
    ContinuesNothing = "continues-nothing",
    /// Expected output without a block that makes it.
    OutputWithoutBlock = "output-without-block",
    /// A block that does not compile, or does not pass its type check.
    DoesNotCompile = "does-not-compile",
    /// A program that ended otherwise than its fence says.
    BlockFailed = "block-failed",
    /// A program that did not end in time.
    TimedOut = "timed-out",
    /// Output that is not what the page shows.
    WrongOutput = "wrong-output",
    /// A request for which the contract has no operation.
    UnknownOperation = "unknown-operation",
    /// A request that breaks the contract though the block does not say so.
    BadRequest = "bad-request",
    /// An error answer that the block does not announce, or an announced one that did not come.
    UnexpectedStatus = "unexpected-status",
    /// An answer of the sandbox that breaks the contract.
    SandboxFault = "sandbox-fault",
    /// Text that is not what its language says: not JSON, not TOML, not an HTTP message.
    InvalidSyntax = "invalid-syntax",
    /// A JSON block of which the fence does not say what it is.
    JsonWithoutSchema = "json-without-schema",
    /// A schema, operation or event that the fence names and the contract lacks.
    UnknownSchema = "unknown-schema",
    /// A sample that breaks the schema that its fence names.
    SchemaMismatch = "schema-mismatch",
    /// Settings that the tool they configure refuses.
    InvalidSettings = "invalid-settings",
    /// A diagram that can't be drawn.
    InvalidDiagram = "invalid-diagram",
    /// An operation in the prose that the contract lacks.
    ProseOperation = "prose-operation",
    /// A path in the prose that neither the contract nor the book's folder has.
    ProsePath = "prose-path",
    /// A field, parameter or value in the prose that the contract lacks.
    ProseField = "prose-field",
    /// A header in the prose that neither the contract nor HTTP knows.
    ProseHeader = "prose-header",
    /// An event in the prose that the contract lacks.
    ProseEvent = "prose-event",
    /// An environment variable in the prose that nothing reads.
    ProseVariable = "prose-variable",
    /// A command in the prose that the command line refuses.
    ProseCommand = "prose-command",
    /// A name in the prose that neither the code nor a block has.
    ProseName = "prose-name",
    /// A number that the contract states, typed by hand.
    TypedNumber = "typed-number",
    /// An entry of the allow-list that nothing needs.
    AllowanceUnused = "allowance-unused",
    /// A link to a page or file that is not there.
    DeadLink = "dead-link",
    /// A link to a heading that is not there.
    DeadAnchor = "dead-anchor",
    /// A picture that is not there, or has no text for those who can't see it.
    BadImage = "bad-image",
    /// An operation that no block shows.
    OperationNotShown = "operation-not-shown",
    /// An error code that no block shows.
    ErrorNotShown = "error-not-shown",
    /// An event that no block shows.
    EventNotShown = "event-not-shown",
    /// A documented header that no block shows.
    HeaderNotShown = "header-not-shown",
    /// The contract can't be used.
    BadContract = "bad-contract",
    /// A contract that is not what was released under its number.
    VersionNotRaised = "version-not-raised",
    /// A page that nobody has to review.
    ReviewMissing = "review-missing",
    /// An entry of the review calendar that has no page.
    ReviewUnused = "review-unused",
    /// A page that nobody has reviewed in time. It is a warning.
    ReviewOverdue = "review-overdue",
    /// A data file, of which a page is made, that breaks its schema.
    BadData = "bad-data",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Something on a page, or in what a page is made of, that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use = "a finding that nobody sees lets a false page pass"]
pub struct Finding {
    /// What kind of fault it is.
    pub code: Code,
    /// Where a writer mends it.
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// How to mend it, in one sentence without a full stop.
    pub help: String,
    /// What a person wants to see next: output, a difference, the requests. It may have many lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The name of the block that it is about, which runs that block alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
}

impl Finding {
    /// A finding without detail, about no block. Signs that would steer a terminal are shown, not sent.
    pub fn new(code: Code, place: Place, message: impl Into<String>, help: impl Into<String>) -> Self {
        let (message, help) = (readable(&message.into()), readable(&help.into()));
        Self { code, place, message, help, detail: None, block: None }
    }

    /// With what a person wants to see next. Signs that would steer a terminal are shown, not sent.
    pub fn detail(mut self, detail: impl AsRef<str>) -> Self {
        let detail = readable(detail.as_ref());
        self.detail = (!detail.trim().is_empty()).then_some(detail);
        self
    }
}

fn readable(text: &str) -> String {
    text.chars().filter_map(shown).collect()
}

/// A character as a report may hold it: a control character as its picture (Unicode, block "Control Pictures").
fn shown(c: char) -> Option<char> {
    match c {
        '\n' | '\t' => Some(c),
        '\r' => None,
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)),
        '\u{7f}' => Some('␡'),
        '\u{80}'..='\u{9f}' => Some(char::REPLACEMENT_CHARACTER),
        _ => Some(c),
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}; {}", self.place, self.code, self.message, self.help)
    }
}

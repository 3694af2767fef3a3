//! The words that the API may add to: each type keeps a word that it does not know.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)+
            /// One that this version of the client does not know.
            Unknown(String),
        }

        impl $name {
            /// The word as the API has it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Unknown(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)+
                    _ => Self::Unknown(word.to_owned()),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self::from(String::deserialize(deserializer)?.as_str()))
            }
        }
    };
}

words!(
    /// Whether a key is for production or for the sandbox.
    Mode {
        /// Production.
        Live = "live",
        /// The sandbox.
        Test = "test",
    }
);
words!(
    /// What a key may do.
    Scope {
        /// Every `GET`.
        Read = "read",
        /// Everything that changes or tests a webhook.
        WebhooksWrite = "webhooks:write",
    }
);
words!(
    /// What a visa is for.
    VisaType {
        /// Study.
        Student = "student",
        /// Work.
        Work = "work",
        /// Joining family.
        Family = "family",
        /// A visit.
        Visitor = "visitor",
    }
);
words!(
    /// What a source is.
    SourceKind {
        /// A web page.
        Html = "html",
        /// A PDF.
        Pdf = "pdf",
    }
);
words!(
    /// How often a source is read.
    CheckFrequency {
        /// Every hour.
        Hourly = "hourly",
        /// Every day.
        Daily = "daily",
        /// Every week.
        Weekly = "weekly",
    }
);
words!(
    /// Whether a source can be read.
    SourceHealth {
        /// It can.
        Healthy = "healthy",
        /// It can't.
        Failing = "failing",
        /// It has not been tried.
        NeverChecked = "never_checked",
    }
);
words!(
    /// What happened.
    EventType {
        /// A source has changed.
        ChangeDetected = "change.detected",
        /// A source can't be read.
        SourceFailing = "source.failing",
        /// A source can be read again.
        SourceRecovered = "source.recovered",
        /// A test.
        WebhookTest = "webhook.test",
    }
);
words!(
    /// How a delivery stands.
    DeliveryStatus {
        /// Not tried yet.
        Pending = "pending",
        /// A 2xx came.
        Succeeded = "succeeded",
        /// The latest attempt failed; another follows.
        Failed = "failed",
        /// Given up.
        DeadLettered = "dead_lettered",
    }
);
words!(
    /// What came of a test.
    Verdict {
        /// A 2xx came.
        Accepted = "accepted",
        /// Another status came.
        Rejected = "rejected",
        /// Nothing came in time.
        TimedOut = "timed_out",
        /// There was no connection.
        Unreachable = "unreachable",
    }
);
words!(
    /// The cause of an error.
    ErrorCode {
        /// The request can't be understood.
        InvalidRequest = "invalid_request",
        /// The key is missing, malformed, revoked or for another environment.
        Unauthenticated = "unauthenticated",
        /// The key lacks a scope.
        Forbidden = "forbidden",
        /// There is no such thing, or it is not yours.
        NotFound = "not_found",
        /// The state of the thing does not allow this.
        Conflict = "conflict",
        /// The idempotency key was used with another body.
        IdempotencyKeyReused = "idempotency_key_reused",
        /// The body is too large.
        PayloadTooLarge = "payload_too_large",
        /// The body breaks the schema; the error's `errors` say where.
        ValidationFailed = "validation_failed",
        /// The URL is one that the API does not call.
        WebhookUrlNotAllowed = "webhook_url_not_allowed",
        /// Over the rate limit.
        RateLimited = "rate_limited",
        /// A fault of the service.
        InternalError = "internal_error",
        /// Down for a moment.
        Unavailable = "unavailable",
    }
);

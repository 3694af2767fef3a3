//! A file of what was received: one JSON object a line.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::exit;
use crate::failure::Failure;

/// A request that was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Recorded {
    /// When.
    pub(super) at: Timestamp,
    /// The path and query.
    pub(super) target: String,
    /// The headers as they came.
    pub(super) headers: Vec<(String, String)>,
    /// The body, if it is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<String>,
    /// The body in base64, if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body_base64: Option<String>,
}

impl Recorded {
    /// A request that has just come. What authenticates somebody is not kept.
    pub(super) fn now(target: String, headers: Vec<(String, String)>, body: &[u8]) -> Self {
        let secret = |name: &str| ["authorization", "cookie", "proxy-authorization"].contains(&name);
        let headers = headers.into_iter().filter(|(name, _)| !secret(name)).collect();
        let text = std::str::from_utf8(body).ok().map(str::to_owned);
        let body_base64 = text.is_none().then(|| STANDARD.encode(body));
        Self { at: Timestamp::now(), target, headers, body: text, body_base64 }
    }

    /// The value of a header, by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body's bytes.
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        match (&self.body, &self.body_base64) {
            (Some(text), _) => Some(text.clone().into_bytes()),
            (None, Some(encoded)) => STANDARD.decode(encoded).ok(),
            (None, None) => Some(Vec::new()),
        }
    }
}

/// A file to add to. Only its owner may read it: what was received is nobody else's business.
pub(super) fn create(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| {
        let failure = Failure::new(exit::LACKING, "the record can't be written").at(path.display().to_string());
        failure.because(error).fix("name a file in a folder that you may write to")
    })
}

/// Adds a line.
pub(super) fn add(mut file: &File, recorded: &Recorded) -> std::io::Result<()> {
    let mut line = serde_json::to_string(recorded)?;
    line.push('\n');
    file.write_all(line.as_bytes())
}

/// All that a file has. The error names the line.
pub(super) fn read(path: &Path) -> Result<Vec<Recorded>, Failure> {
    let wrong = |place: String, why: anyhow::Error| {
        let failure = Failure::new(exit::USAGE, "the record can't be read").at(place).because(why);
        failure.fix("name a file that `proofbook webhook listen --record` has written")
    };
    let shown = path.display().to_string();
    let file = File::open(path).map_err(|error| wrong(shown.clone(), error.into()))?;
    let mut all = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|error| wrong(shown.clone(), error.into()))?;
        if line.trim().is_empty() {
            continue;
        }
        let recorded: Result<Recorded, _> = serde_json::from_str(&line);
        all.push(recorded.map_err(|error| wrong(format!("{shown}:{}", number + 1), error.into()))?);
    }
    Ok(all)
}

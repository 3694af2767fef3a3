//! Sends the request of an `http` block, and gives the answer the form of such a block.

use std::fmt::Write;
use std::io;

use super::lab::Lab;
use super::world::World;
use super::{Fault, Ran, Stepped};
use crate::error::Place;
use crate::pages::Page;
use crate::plan::Unit;
use crate::{Code, Finding};

/// A request as it stands on the page.
struct Message {
    method: reqwest::Method,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// Runs a unit.
pub(super) fn run(lab: &Lab, world: &World, page: &Page, unit: &Unit) -> io::Result<Ran> {
    // An error only says that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().no_gzip().redirect(reqwest::redirect::Policy::none());
    let client = client.timeout(lab.limits.time).build().map_err(io::Error::other)?;
    let mut steps = Vec::new();
    for step in &unit.steps {
        // `$NAME` is filled in as a shell would.
        let text = world
            .env()
            .iter()
            .fold(step.block.program(page), |text, (name, value)| text.replace(&format!("${name}"), value));
        let stepped = match parse(&text) {
            Err(reason) => {
                let help = "write it as `GET /path HTTP/1.1`, headers, an empty line and the body";
                let finding = Finding::new(Code::InvalidSyntax, step.block.place.clone(), reason, help);
                Stepped::failed(Fault::Other(Box::new(finding)))
            }
            Ok(message) => match lab.runtime.block_on(send(&client, world.url(), message)) {
                Ok(stepped) => stepped,
                Err(error) if error.is_timeout() => Stepped::failed(Fault::TimedOut),
                Err(error) => Stepped::failed(Fault::Other(Box::new(unsent(&error, step.block.place.clone())))),
            },
        };
        steps.push(stepped);
    }
    Ok(Ran::Stepped(steps))
}

/// A request that can't be sent as it stands, or that got no answer.
fn unsent(error: &reqwest::Error, place: Place) -> Finding {
    let cause = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    if error.is_builder() {
        let message = format!("this is no HTTP request: {cause}");
        return Finding::new(Code::InvalidSyntax, place, message, "mend the name or the value that is meant");
    }
    let help = "correct the request, or show in a shell block how a connection breaks off";
    Finding::new(Code::BlockFailed, place, format!("this request got no answer: {cause}"), help)
}

/// Reads a request in the form of RFC 9112, section 2.1, with any line ends.
fn parse(text: &str) -> Result<Message, String> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default();
    let mut words = first.split_whitespace();
    let (Some(method), Some(target), version) = (words.next(), words.next(), words.next()) else {
        return Err(format!("`{first}` is no request line"));
    };
    if version.is_none_or(|version| !version.starts_with("HTTP/")) || !target.starts_with('/') {
        return Err(format!("`{first}` is no request line"));
    }
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(':').ok_or_else(|| format!("`{line}` is no header"))?;
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    });
    Ok(Message {
        method: method.parse().map_err(|_| format!("`{method}` is no method"))?,
        target: target.to_owned(),
        headers: headers.collect::<Result<_, String>>()?,
        body: body.trim_end_matches('\n').to_owned(),
    })
}

async fn send(client: &reqwest::Client, url: &str, message: Message) -> Result<Stepped, reqwest::Error> {
    let mut request = client.request(message.method, format!("{url}{}", message.target));
    // Those that belong to the connection are the client's own.
    let own = |name: &str| ["host", "content-length", "connection"].contains(&name.to_ascii_lowercase().as_str());
    for (name, value) in message.headers.iter().filter(|(name, _)| !own(name)) {
        request = request.header(name, value);
    }
    if !message.body.is_empty() {
        request = request.body(message.body);
    }
    let response = request.send().await?;
    let status = response.status();
    let mut text = format!("HTTP/1.1 {} {}\n", status.as_u16(), status.canonical_reason().unwrap_or_default());
    for (name, value) in response.headers() {
        let _ = writeln!(text, "{name}: {}", String::from_utf8_lossy(value.as_bytes()));
    }
    let body = response.text().await?;
    let _ = write!(text, "\n{body}");
    Ok(Stepped { stdout: text, ..Stepped::default() })
}

/// Holds an answer against the one on the page: the status, the headers that the page shows, and the body.
///
/// # Errors
/// What differs.
pub(super) fn compare(expected: &str, got: &str) -> Result<(), String> {
    let (wanted_head, wanted_body) = expected.trim_end().split_once("\n\n").unwrap_or((expected.trim_end(), ""));
    let (head, body) = got.split_once("\n\n").unwrap_or((got, ""));
    let mut differences = Vec::new();
    let mut lines = wanted_head.lines();
    let (wanted, found) = (lines.next().unwrap_or_default(), head.lines().next().unwrap_or_default());
    if crate::expected::text(wanted, found).is_err() {
        differences.push(format!("expected `{wanted}`, got `{found}`"));
    }
    for line in lines.filter(|line| line.trim() != "…") {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let found = head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .find(|(other, _)| other.eq_ignore_ascii_case(name));
        match found {
            Some((_, other)) if crate::expected::text(value.trim(), other.trim()).is_ok() => {}
            Some((_, other)) => differences.push(format!("expected `{line}`, got `{name}:{other}`")),
            None => differences.push(format!("expected `{line}`, got no such header")),
        }
    }
    let same = match (serde_json::from_str(wanted_body), serde_json::from_str(body)) {
        (Ok(wanted), Ok(found)) => crate::expected::json(&wanted, &found, &[]),
        _ => crate::expected::text(wanted_body, body),
    };
    differences.extend(same.err());
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n")) }
}

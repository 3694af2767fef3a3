//! Draws diagrams in a browser with the book's own copy of Mermaid.
//!
//! A browser takes a second to start, so all diagrams of a run are drawn on one page.

use std::fs;
use std::io;
use std::process::Command;

use serde_json::Value;

use super::lab::Lab;
use crate::blocks::Block;
use crate::tools::Lack;
use crate::{Code, Finding, process};

/// Draws each, and writes as the page's only text why it can't, or null.
const PAGE: &str = "<!doctype html><meta charset=\"utf-8\"><script src=\"mermaid.js\"></script>
<script>
addEventListener('load', async () => {
  mermaid.initialize({ startOnLoad: false });
  const results = [];
  for (const [index, source] of DIAGRAMS.entries()) {
    try {
      await mermaid.parse(source);
      const { svg } = await mermaid.render('diagram' + index, source);
      results.push(svg.includes('<svg') ? null : 'nothing was drawn');
    } catch (error) { results.push(String(error.message ?? error)); }
  }
  const text = btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(results))));
  document.body.innerHTML = '<pre id=\"results\">' + text + '</pre>';
});
</script><body></body>";

/// Draws them all. For each, why it can't be drawn.
pub(super) fn run(lab: &Lab, blocks: &[&Block]) -> io::Result<Result<Vec<Option<Finding>>, Lack>> {
    let Some(mermaid) = &lab.settings.mermaid else {
        return Ok(Err(Lack::new("what draws diagrams", "setting `mermaid.script` in book.toml to a file of Mermaid")));
    };
    let chromium = match lab.chromium() {
        Ok(chromium) => chromium,
        Err(lack) => return Ok(Err(lack)),
    };
    let folder = tempfile::Builder::new().prefix("proofbook-").tempdir()?;
    fs::copy(lab.root.join(&mermaid.script), folder.path().join("mermaid.js"))?;
    let sources: Vec<String> = blocks.iter().map(|block| block.shown()).collect();
    let diagrams = serde_json::to_string(&sources)?.replace("</", "<\\/");
    let page = folder.path().join("page.html");
    fs::write(&page, PAGE.replace("DIAGRAMS", &diagrams))?;

    let mut command = Command::new(chromium);
    lab.clean(&mut command);
    command
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"])
        .args(["--allow-file-access-from-files", "--virtual-time-budget=60000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("file://{}", page.display()));
    let limits = process::Limits { output: 16 * 1024 * 1024, ..lab.limits };
    let outcome = process::run(&mut command, &limits)?;
    let results = outcome.stdout.rsplit_once("<pre id=\"results\">").and_then(|(_, rest)| rest.split_once("</pre>"));
    let results: Option<Vec<Value>> = results.and_then(|(text, _)| {
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::STANDARD.decode(text.trim()).ok()?;
        serde_json::from_slice(&bytes).ok()
    });
    let Some(results) = results else {
        return Err(io::Error::other(format!("the browser drew no page: {}", outcome.stderr.trim())));
    };
    let judged = blocks.iter().zip(results).map(|(block, result)| {
        let reason = result.as_str()?;
        let first = reason.lines().next().unwrap_or_default();
        let finding = Finding::new(
            Code::InvalidDiagram,
            block.place.clone(),
            format!("this diagram can't be drawn: {first}"),
            "mend what Mermaid names",
        );
        Some(finding.detail(reason))
    });
    Ok(Ok(judged.collect()))
}

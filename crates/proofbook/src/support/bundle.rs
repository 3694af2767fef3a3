//! `proofbook support bundle`: one file for a support request, without secrets.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::redact::{Redactor, Secret, secrets_of_environment};
use super::{environment, service, summary};
use crate::api::Service;
use crate::failure::Failure;
use crate::{api, exit, output};

/// The largest file that is taken in, in bytes: what a person can still read, and a form can still take.
const LARGEST: u64 = 5_000_000;

/// Write one file for a support request, with every secret removed
///
/// In it are the versions here, the variables of the API (secrets as fingerprints), what GET /api/v1/me answers, the difference of
/// the clocks, the deliveries that failed, and the files that you name. Nothing is sent to anybody: read the file, and send it
/// yourself. An API that does not answer is recorded, and no error.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Where to write; - is standard output
    #[arg(long, value_name = "FILE", default_value = "support-bundle.json")]
    out: PathBuf,

    /// A file to take in: a log, a record of `webhook listen`, a report of `validate`; repeat it for several
    #[arg(long, value_name = "FILE", num_args = 1..)]
    include: Vec<PathBuf>,

    #[command(flatten)]
    service: Service,
}

const AFTER_HELP: &str = "Examples:
  proofbook support bundle
  proofbook support bundle --include app.log deliveries.jsonl
  proofbook support bundle --out - | less

What is removed: API keys, webhook secrets, the values of all variables here whose name says KEY, TOKEN, SECRET or PASSWORD, headers that
authenticate, tokens, private keys, passwords in URLs, fields named as secrets, e-mail addresses.";

/// Collects, redacts, writes, and says what is in it.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let files = args.include.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let mut secrets = secrets_of_environment();
    secrets.extend(args.service.key.iter().map(|key| Secret::new("--key", key.expose_secret())));
    let mut redactor = Redactor::new(&secrets).map_err(|error| {
        let fix =
            "start it with fewer variables: env -i PATH=\"$PATH\" POLICY_AGGREGATOR_API_KEY=… proofbook support bundle";
        Failure::new(exit::LACKING, "the secrets of this environment can't be looked for").because(error).fix(fix)
    })?;

    let contract = api::contract(None)?;
    let (versions, service) = tokio::join!(environment::versions(), service::ask(&args.service, &contract));
    let collected = json!({
        "made_at": Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "versions": versions,
        "environment": environment::variables(),
        "base_url": args.service.base_url,
        "api": service,
    });
    let mut bundle = redactor.value(collected);
    let files: Vec<Value> = files
        .into_iter()
        .map(|(name, text)| json!({ "name": redactor.text(&name), "lines": redactor.file(&text) }))
        .collect();
    bundle["files"] = Value::from(files);
    let removed: Vec<(&str, usize)> = redactor.removed().iter().map(|(kind, count)| (kind.name(), *count)).collect();
    bundle["removed"] = removed.iter().map(|(kind, count)| ((*kind).to_owned(), Value::from(*count))).collect();

    let text = serde_json::to_string_pretty(&bundle)?;
    if redactor.leaks(&text) {
        let fix = "leave out one --include after the other to find the file, and open an issue without it";
        return Err(Failure::new(exit::FOUND, "a secret of this environment would still be in the bundle")
            .fix(fix)
            .into());
    }
    let summary = summary::lines(&bundle, &removed);
    if args.out == Path::new("-") {
        output::say(&text);
        return Ok(ExitCode::from(exit::HOLDS));
    }
    write(&args.out, &text)?;
    let place = args.out.display();
    output::say(&format!(
        "{summary}\n\nWritten to {place}, {}. Nothing was sent: read it, then send it yourself.",
        output::size(text.len() as u64 + 1)
    ));
    Ok(ExitCode::from(exit::HOLDS))
}

/// A file's name and text.
fn read(path: &Path) -> Result<(String, String), Failure> {
    let shown = path.display().to_string();
    let unfit = |title: &str, fix: &str| Failure::new(exit::USAGE, title).at(shown.clone()).fix(fix);
    let name = "name a file that is there and that you may read";
    let size = std::fs::metadata(path).map_err(|error| unfit("the file can't be read", name).because(error))?;
    if !size.is_file() {
        return Err(unfit("this is not a file", name));
    }
    if size.len() > LARGEST {
        return Err(unfit("the file is too large for a bundle", "take the end of it: tail -n 2000 app.log > end.log"));
    }
    let bytes = std::fs::read(path).map_err(|error| unfit("the file can't be read", name).because(error))?;
    let fix = "only text can be searched for secrets: unpack it, or save it as UTF-8";
    let text = String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'));
    let text = text.ok_or_else(|| unfit("the file is no text in UTF-8", fix))?;
    Ok((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text))
}

/// Only its owner may read it: secrets are out, but it is still about somebody's system.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.create(true).write(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| writeln!(file, "{text}"));
    written.map_err(|error| {
        let failure = Failure::new(exit::LACKING, "the bundle can't be written").at(path.display().to_string());
        failure.because(error).fix("name a file in a folder that you may write to: --out FILE")
    })
}

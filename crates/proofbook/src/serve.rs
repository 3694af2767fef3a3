//! `proofbook serve`: the book, the sandbox and the explorer on one address, rebuilt on save.

use crate::book::Book;
use crate::book::shelf::Shelf;
use crate::book::watch::Watch;
use crate::contract::Document;
use crate::stop::Stop;
use crate::web::{self, desk::Desk};
use crate::{contract, exports, failure, listen, output, sandbox};
use anyhow::Context;
use proofbook_sandbox::Sandbox;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

/// Serve the book, the sandbox API and the explorer, and rebuild on save
///
/// One address has them all: / is the book, /api/ the sandbox API, /explorer/ Swagger UI on the contract with a key filled
/// in, /admin/webhooks the webhook tester, /openapi.yaml and /openapi.json the contract. Saving a page rebuilds the book, and
/// open pages reload. What can't be built is said here and on the open pages; the last good book stays. Nothing is written
/// into the book's folder, and nothing is loaded from another machine.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The port; 0 takes any free one
    #[arg(long, env = "PROOFBOOK_PORT", hide_env_values = true, default_value_t = 3000, value_name = "PORT")]
    pub(crate) port: u16,

    /// The address to listen on; 0.0.0.0 lets other machines in
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    host: String,

    /// Open the book in a browser
    #[arg(long)]
    open: bool,

    /// The book's folder [default: the nearest with a book.toml, from here upwards]
    #[arg(long, value_name = "DIR")]
    book: Option<PathBuf>,
}

const AFTER_HELP: &str = "Examples:
  proofbook serve                 everything on http://127.0.0.1:3000/
  proofbook serve --open          and open the book in a browser
  proofbook serve --port 0        on any free port; the address is printed
  proofbook serve --book ../docs  another book

A port that is taken ends the command with exit code 3 and names the next free one.
Ctrl-C or SIGTERM ends it with exit code 0.";

/// Runs until it is told to stop.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let book = Book::find(args.book.as_deref())?;
    // Before the build: a taken port is the commonest failure, and should not have to wait for it.
    let listener = listen::bind("serve", &args.host, args.port)?;
    let address = listener.local_addr()?;
    let origin = listen::origin(address);

    let contract = Document::of(book.root())?;
    let contract_path = contract.path.clone();
    let first = book.clone();
    let shelf = tokio::task::spawn_blocking(move || Shelf::open(first)).await??;
    let desk = Arc::new(Desk { shelf, contract, key: OnceLock::new() });

    let sandbox = Sandbox::builder()
        .listener(listener)
        .contract_path(contract_path)
        .fallback(web::router(Arc::clone(&desk)))
        .start()
        .await
        .context("the sandbox can't start")?;
    desk.key.get_or_init(|| sandbox.key().to_owned());

    let stop = Stop::listen()?;
    let watch = watch(&book);
    announce(&desk, &origin, sandbox.key());
    if address.ip().is_unspecified() {
        output::note("other machines can reach this too, and use the sandbox: --host 127.0.0.1 keeps it to yourself");
    }
    if args.open {
        open(format!("{origin}/"));
    }

    tokio::select! {
        () = rebuild_on_save(watch, &book, &desk) => {}
        () = stop.told() => {}
    }
    Ok(sandbox::end(sandbox))
}

fn announce(desk: &Desk, origin: &str, key: &str) {
    let title = &desk.shelf.front().edition.built.title;
    output::say(&format!(
        "{}\n\n  Book      {origin}/\n  API       {origin}/api/v1/\n  Explorer  {origin}/explorer/\n  Webhooks  {origin}/admin/webhooks\n  \
         Contract  {origin}/openapi.yaml and {origin}/openapi.json\n  Key       {key}\n\n{}\n\n\
         Saving a page rebuilds the book and reloads it in the browser. Ctrl-C stops.",
        output::bold(title),
        exports::lines(origin, key),
    ));
}

/// Watches the book. A machine that can't (too many watches, a network drive) still serves.
fn watch(book: &Book) -> Option<Watch> {
    let start = || {
        let mut watch = Watch::start()?;
        watch.cover(book.watched()?)?;
        anyhow::Ok(watch)
    };
    start()
        .inspect_err(|error| {
            output::note(&format!("saving a page will not rebuild the book: {error:#}; restart to see changes"));
        })
        .ok()
}

async fn rebuild_on_save(watch: Option<Watch>, book: &Book, desk: &Arc<Desk>) {
    let Some(mut watch) = watch else {
        return std::future::pending().await;
    };
    loop {
        let saved = watch.saved().await;
        rebuild(&saved, book.root(), desk).await;
        // The configuration may name another folder now; what it names wrongly was told above.
        if let Ok(paths) = book.watched()
            && let Err(error) = watch.cover(paths)
        {
            output::note(&format!("not every folder of the book is watched: {error}"));
        }
    }
}

async fn rebuild(saved: &BTreeSet<PathBuf>, root: &Path, desk: &Arc<Desk>) {
    let names: Vec<_> =
        saved.iter().map(|path| path.strip_prefix(root).unwrap_or(path).display().to_string()).collect();
    let names = match names.as_slice() {
        [one] => one.clone(),
        [first, others @ ..] => format!("{first} and {} more", others.len()),
        [] => String::new(),
    };
    let builder = Arc::clone(desk);
    match tokio::task::spawn_blocking(move || builder.shelf.renew()).await {
        Ok(Ok(edition)) => {
            output::say(&format!("Rebuilt in {} ms: {names}", edition.took.as_millis()));
        }
        Ok(Err(error)) => {
            output::error(&failure::describe(&error));
            output::note(&format!("the last good book is still served; saved: {names}"));
        }
        Err(error) => output::error(&format!("the build broke off: {error}")),
    }
    if saved.contains(&root.join(contract::PLACE)) {
        output::note("the contract changed: restart, and the sandbox and the explorer follow it");
    }
}

/// Opens a browser, or says that there is none. Some openers wait for the browser to end, so it gets a thread of its own, which
/// does not hold up the end of the command.
fn open(address: String) {
    std::thread::spawn(move || {
        if let Err(error) = opener::open(&address) {
            output::note(&format!("no browser could be opened ({error}); the book is at {address}"));
        }
    });
}

//! A block's module and the index of all of them.
//!
//! A module opens with as many empty lines as the page has up to the block's fence, so the compiler's line numbers are the
//! page's own and its messages name page and line. Below an include inside a fence they can't be: there a page has one
//! line where the module has many.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use crate::Block;

/// What a page may do that the workspace's own code may not. A result that nobody looks at stays forbidden: what a
/// reader copies must not lose an error.
const LINTS: &str = "\
#[allow(dead_code, unused, missing_docs, unreachable_pub, clippy::all, clippy::dbg_macro, clippy::print_stderr, \
clippy::todo, clippy::unimplemented, clippy::unwrap_used)]
#[deny(unused_must_use)]
";

/// `fn main` at the start of a line, as rustfmt would put it.
#[expect(clippy::expect_used, reason = "the expression is a constant that every test compiles")]
static MAIN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*(?:pub\s+)?(?:async\s+)?fn\s+main\s*\(").expect("the expression is valid"));

/// The file of a block's module below `folder`: `src/api.md/line-12.rs`.
pub(super) fn path(folder: &Path, block: &Block) -> PathBuf {
    let file = match block.nth {
        1 => format!("line-{}.rs", block.place.line),
        nth => format!("line-{}.{nth}.rs", block.place.line),
    };
    folder.join(&block.place.page).join(file)
}

/// The text of a block's module: `code` from the line after its fence on, and a `__block` that runs its `main`. A block
/// without `main` is the body of one.
pub fn module(block: &Block, code: &str) -> String {
    let (opens, closes) = if MAIN.is_match(code) { ("", "") } else { ("fn main() {", "}\n") };
    let padding = "\n".repeat(block.place.line - 1);
    let newline = if code.ends_with('\n') { "" } else { "\n" };
    format!(
        "{padding}{opens}\n{code}{newline}{closes}\
         pub fn __block() -> ::std::process::ExitCode {{ ::std::process::Termination::report(main()) }}\n"
    )
}

/// The text of the index of modules that lie below `folder`: the modules, and `run`, which runs the block of a name.
pub fn index<'a>(folder: &Path, blocks: impl IntoIterator<Item = &'a Block>) -> String {
    let mut modules = String::new();
    let mut arms = String::new();
    for (number, block) in blocks.into_iter().enumerate() {
        let path = path(folder, block).display().to_string();
        // Writing to a string can't fail.
        let _ = writeln!(modules, "{LINTS}#[path = {path:?}]\nmod block_{number};");
        let _ = writeln!(arms, "        {:?} => block_{number}::__block(),", block.name());
    }
    format!(
        "{modules}\n#[allow(unreachable_code, clippy::needless_return)]\nfn run(name: &str) -> ::std::option::Option<::std::process::ExitCode> {{\n    \
         ::std::option::Option::Some(match name {{\n{arms}        _ => return ::std::option::Option::None,\n    }})\n}}\n"
    )
}

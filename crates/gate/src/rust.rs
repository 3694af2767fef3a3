//! What skeptic extracted, held against what the reader sees, as modules whose line numbers are the page's.
//!
//! Skeptic alone compiles each block by itself: minutes for a book, and with its cache a race ("Text file busy"). So
//! skeptic says what the blocks are, and what it says is compiled as modules of one program, which is run once for each block. For a build script:
//!
//! ```text
//! let book = Book::load(root)?;
//! skeptic::generate_doc_tests(&rust::write_pages(&book, &out_dir)?);
//! rust::write_modules(&book, &out_dir, &[])?;
//! ```
//!
//! - `extracted`: reads the file that skeptic generates
//! - `paired`: holds skeptic's blocks against the reader's
//! - `module`: a block's module and the index of all of them

mod extracted;
mod module;
mod paired;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::{Book, Error};

pub use extracted::{Extracted, parse};
pub use module::{index, module};
pub use paired::pair;

/// The file that [`write_modules`] makes for the program to include. It defines `run(name: &str) -> Option<ExitCode>`.
pub const INDEX: &str = "blocks.rs";

/// Where skeptic puts what it extracted, in the build script's output folder.
const SKEPTIC_OUTPUT: &str = "skeptic-tests.rs";

/// Writes the book's pages into `out_dir` as the reader sees them and returns their paths for
/// `skeptic::generate_doc_tests`. The names differ even if two pages in two folders have one.
///
/// # Errors
/// [`Error::Io`], and those of [`rust_blocks`](crate::blocks::rust_blocks).
pub fn write_pages(book: &Book, out_dir: &Path) -> Result<Vec<PathBuf>, Error> {
    // What is wrong with a block is said here with its place; skeptic would panic, or generate what can't be read.
    book.rust_blocks()?;
    let folder = out_dir.join("pages");
    empty(&folder)?;
    // Without pages skeptic writes nothing, and what it wrote for another state of the book would be read again.
    match fs::remove_file(out_dir.join(SKEPTIC_OUTPUT)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::io(out_dir.join(SKEPTIC_OUTPUT))(error));
        }
        _ => {}
    }
    let mut paths = Vec::new();
    for (index, page) in book.pages().iter().enumerate() {
        let path = folder.join(extracted::file_name(index, page.path()));
        fs::write(&path, page.text()).map_err(Error::io(&path))?;
        make_old(&path).map_err(Error::io(&path))?;
        paths.push(path);
    }
    Ok(paths)
}

/// Reads what skeptic extracted from the pages that [`write_pages`] wrote into `out_dir`, and writes a module for each
/// block (`blocks/src/api.md/line-12.rs`) and the [`INDEX`], except for the blocks with the names in `without`. Returns the
/// number of blocks.
///
/// # Errors
/// [`Error::NotExtracted`], [`Error::NotShown`], [`Error::OtherText`], [`Error::Skeptic`], [`Error::Io`], and those of
/// [`rust_blocks`](crate::blocks::rust_blocks).
pub fn write_modules(book: &Book, out_dir: &Path, without: &[&str]) -> Result<usize, Error> {
    let generated = out_dir.join(SKEPTIC_OUTPUT);
    let generated = match book.pages() {
        [] => String::new(),
        _ => fs::read_to_string(&generated).map_err(Error::io(&generated))?,
    };
    let mut blocks = pair(book, &parse(&generated)?)?;
    blocks.retain(|(block, _)| !without.contains(&block.name().as_str()));

    let folder = out_dir.join("blocks");
    empty(&folder)?;
    for (block, extracted) in &blocks {
        let path = module::path(&folder, block);
        let parent = path.parent().unwrap_or(&folder);
        fs::create_dir_all(parent).map_err(Error::io(parent))?;
        fs::write(&path, module(block, &extracted.code)).map_err(Error::io(&path))?;
    }
    let path = out_dir.join(INDEX);
    fs::write(&path, index(&folder, blocks.iter().map(|(block, _)| block))).map_err(Error::io(&path))?;
    Ok(blocks.len())
}

/// Leaves nothing of an earlier build in a folder.
fn empty(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Error::io(folder)(error)),
        _ => {}
    }
    fs::create_dir_all(folder).map_err(Error::io(folder))
}

/// Skeptic asks cargo to watch the files it read. A build script's own output is newer than the build that made it, so
/// cargo would run the script a second time for nothing.
fn make_old(path: &Path) -> std::io::Result<()> {
    let day = Duration::from_secs(24 * 60 * 60);
    fs::File::options().write(true).open(path)?.set_modified(SystemTime::UNIX_EPOCH + day)
}

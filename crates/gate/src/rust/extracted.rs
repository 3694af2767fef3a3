//! Reads the file that `skeptic::generate_doc_tests` generates.
//!
//! Its form is skeptic 0.14's own and not documented, so anything unexpected is an error, never a block less.

use crate::Error;

/// A test that skeptic would have run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    /// The place of its page among those handed to skeptic, counted from 0.
    pub page: usize,
    /// The line of its opening fence in the file that skeptic read, counted from 1.
    pub line: usize,
    /// Whether skeptic expects it to panic.
    pub should_panic: bool,
    /// Its code, hidden lines without their sign.
    pub code: String,
}

const CODE_OPENS: &str = "    let s = &format!(r####\"\n{}\"####, r####\"";
const CODE_CLOSES: &str = "\"####);\n    skeptic::rt::run_test(";

/// The file name under which a page is handed to skeptic. Skeptic makes test names of it, and from a test's name the
/// page is known again.
pub(super) fn file_name(index: usize, page: &str) -> String {
    format!("page{index}__{}", page.replace('/', "__"))
}

/// The tests in what skeptic generated, in order.
///
/// # Errors
/// [`Error::Skeptic`].
pub fn parse(generated: &str) -> Result<Vec<Extracted>, Error> {
    let mut input = Input { text: generated, offset: 0 };
    input.skip("extern crate skeptic;\n");
    let mut tests = Vec::new();
    loop {
        while input.skip("\n") {}
        if input.rest().is_empty() {
            return Ok(tests);
        }
        let should_panic = input.skip("#[should_panic]\n");
        input.expect("#[test] fn ", "expected `#[test] fn`, perhaps after `#[should_panic]`")?;
        let name = input.until("() {\n", "expected a test's name")?;
        let Some((page, line)) = page_and_line(name) else {
            return Err(input.error("a test's name has no page or no line"));
        };
        input.expect(CODE_OPENS, "expected the code without a template")?;
        let code = input.until(CODE_CLOSES, "expected the end of the code and `run_test`")?.to_owned();
        input.until("\n}\n", "expected the end of the test")?;
        tests.push(Extracted { page, line, should_panic, code });
    }
}

/// `page3_src_api_sect_errors_line_12` → page 3, line 12. Skeptic counts lines from 0 and means the first line of code,
/// which is the fence's line counted from 1.
fn page_and_line(name: &str) -> Option<(usize, usize)> {
    let (page, _) = name.strip_prefix("page")?.split_once('_')?;
    let (_, line) = name.rsplit_once("_line_")?;
    Some((page.parse().ok()?, line.parse().ok()?))
}

struct Input<'a> {
    text: &'a str,
    offset: usize,
}

impl<'a> Input<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.offset..]
    }

    fn skip(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        self.offset += if found { expected.len() } else { 0 };
        found
    }

    fn expect(&mut self, expected: &str, reason: &'static str) -> Result<(), Error> {
        if self.skip(expected) { Ok(()) } else { Err(self.error(reason)) }
    }

    fn until(&mut self, end: &str, reason: &'static str) -> Result<&'a str, Error> {
        let rest = self.rest();
        let length = rest.find(end).ok_or_else(|| self.error(reason))?;
        self.offset += length + end.len();
        Ok(&rest[..length])
    }

    fn error(&self, reason: &'static str) -> Error {
        Error::Skeptic { offset: self.offset, reason }
    }
}

//! What the index of a test binary holds.

use std::process::ExitCode;

/// A block, compiled into the running program.
#[derive(Debug)]
pub struct Compiled {
    /// Its page and line, e.g. `src/api.md:12`; unique in the book.
    pub name: &'static str,
    /// The page alone.
    pub page: &'static str,
    /// The heading it stands under, or nothing.
    pub heading: &'static str,
    /// Whether it must fail by a panic.
    pub should_panic: bool,
    /// The file it was compiled from, as the compiler and a panic name it.
    pub module: &'static str,
    /// The line of the module that holds the first of `lines`.
    pub first_line: usize,
    /// Its lines, hidden ones too.
    pub lines: &'static [CompiledLine],
    /// Its `main`, with what it returned turned into an exit code.
    pub run: fn() -> ExitCode,
}

/// A line of a compiled block.
#[derive(Debug, Clone, Copy)]
pub struct CompiledLine {
    /// The line in the page's source, counted from 1.
    pub number: usize,
    /// What the reader sees, or `None` if the line is hidden.
    pub shown: Option<&'static str>,
}

impl Compiled {
    /// Its name and heading, as a list of tests shows them.
    pub fn title(&self) -> String {
        match self.heading {
            "" => self.name.to_owned(),
            heading => format!("{} › {heading}", self.name),
        }
    }

    /// A text in which the places that the compiler gave to this block are the page's. They differ from what a panic says
    /// only in the file, except below an include.
    pub fn with_page_lines(&self, text: &str) -> String {
        let mut pieces = text.split(self.module);
        let mut result = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            result.push_str(self.page);
            let Some((colon, rest)) = piece.split_at_checked(1).filter(|(colon, _)| *colon == ":") else {
                result.push_str(piece);
                continue;
            };
            let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let (number, rest) = rest.split_at(digits);
            result.push_str(colon);
            match number.parse().ok().and_then(|line: usize| self.page_line(line)) {
                Some(line) => result.push_str(&line.to_string()),
                None => result.push_str(number),
            }
            result.push_str(rest);
        }
        result
    }

    fn page_line(&self, module_line: usize) -> Option<usize> {
        let index = module_line.checked_sub(self.first_line)?;
        self.lines.get(index).map(|line| line.number)
    }
}

/// The block that `name` means: its place (`src/api.md:12`) or its whole [title](Compiled::title). As a filter a place
/// would match line 123 as well.
pub fn find<'a>(blocks: &'a [Compiled], name: &str) -> Option<&'a Compiled> {
    blocks.iter().find(|block| block.name == name || block.title() == name)
}

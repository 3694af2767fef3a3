//! Which blocks of a book run together, and what each is expected to print.
//!
//! Every fence of every page is in the plan exactly once: as a step of a unit, as the expected output of steps, as a file
//! that a unit finds in its folder, or as a finding.
//!
//! - `values`: what the words of a fence may say

mod values;

use std::collections::BTreeMap;
use std::path::Path;

use crate::blocks::{self, Block, check_rust, is_exemption};
use crate::pages::{Book, Page};
use crate::{Code, Finding};

/// What is done with a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Runner {
    /// `rust`: compiled, and run as a program.
    Rust,
    /// `bash` and `sh`: run as a script.
    Shell,
    /// `console`: each line after `$` is run, and what follows compared with what it prints.
    Console,
    /// `python`: run as a program.
    Python,
    /// `javascript`: run as a module by Node.
    JavaScript,
    /// `typescript`: its types are checked, then it is run by Node.
    TypeScript,
    /// `json`: held against a schema of the contract.
    Json,
    /// `http`: a request that is sent.
    Http,
    /// `toml` and `yaml`: held against the tool that they configure.
    Config,
    /// `mermaid`: drawn in a browser.
    Diagram,
    /// `text`, `diff`, and others after a block: what it prints.
    Output,
}

impl Runner {
    /// The runner of a language; nothing if the gate can't prove it.
    #[must_use]
    pub fn of(language: &str) -> Option<Self> {
        Some(match language {
            "rust" => Self::Rust,
            "bash" | "sh" => Self::Shell,
            "console" => Self::Console,
            "python" => Self::Python,
            "javascript" => Self::JavaScript,
            "typescript" => Self::TypeScript,
            "json" => Self::Json,
            "http" => Self::Http,
            "toml" | "yaml" => Self::Config,
            "mermaid" => Self::Diagram,
            "text" | "diff" => Self::Output,
            _ => return None,
        })
    }

    /// The words that a fence of this language may have beside it.
    fn attributes(self) -> &'static [&'static str] {
        match self {
            Self::Rust => &["should_panic", "status", "editable", "noplayground"],
            Self::Shell | Self::Console => {
                &["continues", "status", "exit", "background", "terminal", "port", "file", "needs"]
            }
            Self::Python | Self::JavaScript | Self::TypeScript => &["continues", "status", "exit", "file"],
            Self::Json => &["schema", "request", "response", "event", "file", "field", "terminal", "varies", "of"],
            Self::Http => &["status"],
            Self::Config => &["file"],
            Self::Diagram => &[],
            Self::Output => &["field", "terminal", "of", "file"],
        }
    }

    /// Which blocks one of this kind can continue.
    fn family(self) -> Self {
        if self == Self::Console { Self::Shell } else { self }
    }

    /// Whether its blocks print something that a page can show.
    fn prints(self) -> bool {
        use Runner::{Console, Http, JavaScript, Python, Rust, Shell, TypeScript};
        matches!(self, Rust | Shell | Console | Python | JavaScript | TypeScript | Http)
    }
}

/// The languages that the gate knows, as a sentence lists them.
pub const LANGUAGES: &str = "rust, bash, sh, console, python, javascript, typescript, json, http, toml, yaml, mermaid, \
                             and text or diff for output";

/// Blocks that share a world, a folder and a program: one block, and those that continue it.
#[derive(Debug, Clone)]
pub struct Unit {
    /// What runs it.
    pub runner: Runner,
    /// The page's place in the book, counted from 0.
    pub page: usize,
    /// The blocks, in their order.
    pub steps: Vec<Step>,
    /// What lies in its folder before it begins.
    pub files: Vec<Block>,
}

/// A block with what it is expected to print.
#[derive(Debug, Clone)]
pub struct Step {
    /// The block.
    pub block: Block,
    /// The outputs that the page shows for it.
    pub expected: Vec<Block>,
}

/// A book, ready to be proven.
#[derive(Debug, Default)]
pub struct Plan {
    /// What runs, page by page.
    pub units: Vec<Unit>,
    /// What can't.
    pub findings: Vec<Finding>,
}

/// Makes the plan of a book.
pub fn plan(book: &Book) -> Plan {
    let mut plan = Plan::default();
    for (index, page) in book.pages().iter().enumerate() {
        PagePlan { page: index, plan: &mut plan, last: Vec::new(), files: Vec::new() }.make(page);
    }
    plan
}

/// A page on its way into the plan.
struct PagePlan<'a> {
    page: usize,
    plan: &'a mut Plan,
    /// The unit and step of each block whose output may come next: the last one, or all of the last tabs.
    last: Vec<(usize, usize)>,
    files: Vec<Block>,
}

impl PagePlan<'_> {
    fn make(&mut self, page: &Page) {
        let first = self.plan.units.len();
        let mut chains: BTreeMap<Runner, usize> = BTreeMap::new();
        let mut before: Option<Block> = None;
        for block in blocks::blocks(page) {
            let Some(runner) = self.accept(&block) else { continue };
            let same_tabs = |one: &Block| block.tabs.is_some() && one.tabs == block.tabs;
            if before.as_ref().is_some_and(|one| one.section != block.section) {
                self.last.clear();
            }
            if is_output(runner, &block) {
                self.expect(first, block);
                continue;
            }
            if block.has("file") && runner != Runner::Config && !block.has("continues") {
                self.files.push(block.clone());
                if matches!(runner, Runner::Json) && names_schema(&block) {
                    self.push(Unit { runner, page: self.page, steps: vec![step(block)], files: Vec::new() });
                }
                continue;
            }
            if runner.prints() && !before.as_ref().is_some_and(same_tabs) {
                self.last.clear();
            }
            let place = match (block.has("continues"), chains.get(&runner.family())) {
                (true, None) => {
                    let help = "remove `continues`, or write the block that it continues above it";
                    self.find(&block, Code::ContinuesNothing, "no block of this language stands above this one", help);
                    continue;
                }
                (true, Some(unit)) => {
                    let unit = *unit;
                    self.plan.units[unit].steps.push(step(block.clone()));
                    (unit, self.plan.units[unit].steps.len() - 1)
                }
                (false, _) => {
                    let files = if runner.prints() { self.files.clone() } else { Vec::new() };
                    (self.push(Unit { runner, page: self.page, steps: vec![step(block.clone())], files }), 0)
                }
            };
            if runner.prints() {
                chains.insert(runner.family(), place.0);
                self.last.push(place);
                before = Some(block);
            }
        }
        self.find_unused_files(first);
        for place in blocks::raw_code(page) {
            let message = "code between `<pre>` tags is never proven";
            self.plan.findings.push(Finding::new(Code::BlockExempt, place, message, "write it as a fence"));
        }
    }

    /// A file that no block names is a block that nothing proves.
    fn find_unused_files(&mut self, first: usize) {
        // A sample of the contract is proven as one.
        for file in std::mem::take(&mut self.files).into_iter().filter(|file| !names_schema(file)) {
            let path = file.value("file").unwrap_or_default();
            // A module is imported without its ending.
            let name = Path::new(path).file_stem().unwrap_or_default().to_string_lossy();
            let units = self.plan.units.iter().skip(first);
            let readers = units.filter(|unit| unit.files.iter().any(|one| one.place == file.place));
            let mut lines = readers.flat_map(|unit| &unit.steps).flat_map(|step| &step.block.lines);
            if !lines.any(|line| line.text.contains(&*name)) {
                for unit in self.plan.units.iter_mut().skip(first) {
                    unit.files.retain(|one| one.place != file.place);
                }
                let message = format!("no block below this one reads the file `{path}`");
                self.find(&file, Code::UnknownAttribute, &message, "name the file in a block below, or remove `file=`");
            }
        }
    }

    fn push(&mut self, unit: Unit) -> usize {
        self.plan.units.push(unit);
        self.plan.units.len() - 1
    }

    /// The runner of a block that can be proven.
    fn accept(&mut self, block: &Block) -> Option<Runner> {
        if !block.closed {
            self.find(
                block,
                Code::FenceNotClosed,
                "this fence is never closed",
                "write as many backticks below its last line",
            );
            return None;
        }
        if block.language.is_empty() {
            let help = format!("write the language behind the fence: {LANGUAGES}");
            self.find(block, Code::MissingLanguage, "this block does not say its language", &help);
            return None;
        }
        if block.language == "rust" || block.has("rust") || block.language.eq_ignore_ascii_case("rs") {
            if let Err(error) = check_rust(block) {
                self.plan.findings.push(error.finding());
                return None;
            }
            return self.accept_values(block).then_some(Runner::Rust);
        }
        let Some(runner) = Runner::of(&block.language) else {
            let nearest = nearest(&block.language);
            let message = format!("no block in `{}` can be proven{nearest}", block.language);
            self.find(block, Code::UnknownLanguage, &message, &format!("use one of: {LANGUAGES}"));
            return None;
        };
        if let Some(one) = block.attributes.iter().find(|one| is_exemption(&one.name)) {
            let message = format!("`{}` asks for this block not to be proven, and nothing is exempt", one.name);
            self.find(block, Code::BlockExempt, &message, "remove the word and make the block run");
            return None;
        }
        let known = runner.attributes();
        if let Some(one) = block.attributes.iter().find(|one| !known.contains(&one.name.as_str())) {
            let message = format!("a `{}` fence knows no `{}`", block.language, one.name);
            let help = match known {
                [] => "remove the word".to_owned(),
                known => format!("it knows: {}", known.join(", ")),
            };
            self.find(block, Code::UnknownAttribute, &message, &help);
            return None;
        }
        if block.lines.iter().all(|line| line.text.trim().is_empty()) {
            self.find(block, Code::EmptyBlock, "this block has no line", "fill it, or remove the fence");
            return None;
        }
        self.accept_values(block).then_some(runner)
    }

    /// Whether each word of a fence has a value that it can have.
    fn accept_values(&mut self, block: &Block) -> bool {
        let fault = values::fault(block);
        if let Some((message, help)) = &fault {
            self.find(block, Code::UnknownAttribute, message, help);
        }
        fault.is_none()
    }

    /// Gives an output to the steps that it follows.
    fn expect(&mut self, first: usize, block: Block) {
        if let Some(terminal) = block.value("terminal").map(str::to_owned) {
            let steps = self.plan.units.iter_mut().skip(first).flat_map(|unit| &mut unit.steps);
            if let Some(step) = steps.filter(|step| step.block.value("terminal") == Some(&terminal)).last() {
                step.expected.push(block);
                return;
            }
        } else if !self.last.is_empty() {
            let of = block.value("of").map(str::to_owned);
            let mut taken = false;
            for (unit, step) in &self.last {
                let step = &mut self.plan.units[*unit].steps[*step];
                if of.as_ref().is_none_or(|of| *of == step.block.language) {
                    step.expected.push(block.clone());
                    taken = true;
                }
            }
            if taken {
                return;
            }
        }
        if block.language == "json" && !block.has("terminal") {
            let message = "nothing above prints this JSON, and the fence does not say what it is";
            let help = "write `schema=`, `request=`, `response=` or `event=` behind `json`, or put it after the block that \
                        prints it";
            self.find(&block, Code::JsonWithoutSchema, message, help);
            return;
        }
        let help = "put it after the block that prints it, under the same heading";
        self.find(&block, Code::OutputWithoutBlock, "no block prints this output", help);
    }

    fn find(&mut self, block: &Block, code: Code, message: &str, help: &str) {
        let mut finding = Finding::new(code, block.place.clone(), message, help);
        finding.block = Some(block.name());
        self.plan.findings.push(finding);
    }
}

fn step(block: Block) -> Step {
    Step { block, expected: Vec::new() }
}

/// Whether a fence shows what a block above it prints.
fn is_output(runner: Runner, block: &Block) -> bool {
    match runner {
        Runner::Output => !block.has("file"),
        Runner::Json => !names_schema(block) && !block.has("file"),
        Runner::Http => block
            .lines
            .iter()
            .find(|line| !line.text.trim().is_empty())
            .is_some_and(|line| line.text.starts_with("HTTP/")),
        _ => false,
    }
}

/// Whether a JSON fence says what it is by the contract.
pub(crate) fn names_schema(block: &Block) -> bool {
    ["schema", "request", "response", "event"].iter().any(|name| block.has(name))
}

/// The language that was perhaps meant.
fn nearest(language: &str) -> String {
    let known = match language.to_ascii_lowercase().as_str() {
        "js" | "node" | "mjs" => "javascript",
        "ts" => "typescript",
        "py" | "python3" => "python",
        "shell" | "zsh" => "bash",
        "shell-session" | "sh-session" => "console",
        "yml" => "yaml",
        "txt" | "plain" | "plaintext" | "output" => "text",
        _ => return String::new(),
    };
    format!("; it is perhaps `{known}`")
}

//! Runs shell and console blocks: the steps of a unit in one shell, so that each finds what the one before has set.
//!
//! The shell reads its commands from the gate. Each step is sourced from a file of its own, with its output in files, and
//! the shell says when it is done. A step in the background runs beside the others until the unit ends.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::lab::Lab;
use super::world::World;
use super::{Fault, Ran, Stepped, wanted_exit};
use crate::blocks::Block;
use crate::expected;
use crate::pages::Page;
use crate::plan::{Runner, Step, Unit};
use crate::process::{self, Group, Limits};

/// How often the output of a background step is looked at while it is waited for.
const LOOK: Duration = Duration::from_millis(20);
/// How long a step in the background may take to print what the page shows: it may have to compile something first.
const BACKGROUND: Duration = Duration::from_secs(600);
/// How long the last words of a step in the background may take, once all other steps are done.
const AFTER: Duration = Duration::from_secs(10);
/// The largest file that a step may write, in blocks of 1024 bytes.
const FILE_BLOCKS: u32 = 1024 * 1024;

/// A shell that is running.
struct Shell {
    child: Child,
    commands: ChildStdin,
    said: Receiver<String>,
    group: Group,
    limits: Limits,
}

/// Ports that the page names, and the free ones that stand for them.
struct Ports(Vec<(String, u16)>);

/// Runs a unit.
pub(super) fn run(lab: &Lab, world: &World, page: &Page, unit: &Unit) -> io::Result<Ran> {
    let program = match unit.steps.first().map(|step| step.block.language.as_str()) {
        Some("sh") => "sh",
        _ => "bash",
    };
    let mut command = Command::new(program);
    if program == "bash" {
        command.args(["-o", "pipefail"]);
    }
    command.args(["-eu", "-s"]);
    lab.clean_shell(&mut command);
    command.envs(world.env().iter().cloned()).current_dir(world.work());
    if let Some(helpers) = lab.settings.bash.as_ref().and_then(|bash| bash.helpers.as_ref()) {
        command.env("BASH_ENV", lab.root.join(helpers));
    }
    let ports = Ports::choose(unit)?;
    for (page, free) in &ports.0 {
        command.env(format!("PORT_{page}"), free.to_string());
    }
    let mut shell = Shell::start(&mut command, lab.limits)?;
    shell.tell(&format!("ulimit -f {FILE_BLOCKS}\n"))?;

    let mut steps: Vec<Stepped> = Vec::new();
    for (index, step) in unit.steps.iter().enumerate() {
        let before = world.count();
        let code = ports.free(&step.block.program(page));
        let mut stepped = if step.block.has("background") {
            shell.background(world, index, &code, step, &ports)?
        } else if unit.runner == Runner::Console || step.block.language == "console" {
            shell.console(world, index, &step.block, &ports)?
        } else {
            shell.step(world, &format!("step-{index}"), &code, wanted_exit(&step.block))?
        };
        stepped.stdout = ports.page(&stepped.stdout);
        stepped.stderr = shown(&ports.page(&stepped.stderr), world, page, &step.block);
        stepped.calls = Some(before..world.count());
        // What is not up can't be continued.
        let first = step.expected.first().map(Block::shown).unwrap_or_default();
        let failed =
            stepped.fault.is_some() || (step.block.has("background") && !expected::begins(&first, &stepped.stdout));
        steps.push(stepped);
        if failed {
            break;
        }
    }
    for (step, stepped) in unit.steps.iter().zip(&mut steps) {
        if let Some((out, err)) = stepped.later.clone() {
            await_output(step, stepped, &out, &ports, lab.limits)?;
            stepped.stderr = ports.page(&start(&err, lab.limits)?);
        }
    }
    Ok(Ran::Stepped(steps))
}

/// Waits until a step in the background has printed all that the page shows of it.
fn await_output(step: &Step, stepped: &mut Stepped, out: &Path, ports: &Ports, limits: Limits) -> io::Result<()> {
    let wanted = super::verdict::background_output(step);
    let deadline = Instant::now() + AFTER;
    loop {
        stepped.stdout = ports.page(&start(out, limits)?);
        if expected::begins(&wanted, &stepped.stdout) || Instant::now() > deadline {
            return Ok(());
        }
        thread::sleep(LOOK);
    }
}

impl Shell {
    fn start(command: &mut Command, limits: Limits) -> io::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut child = command.spawn()?;
        let group = Group::of(&child);
        let commands = child.stdin.take().ok_or_else(|| io::Error::other("the shell has no input"))?;
        let stdout = child.stdout.take().ok_or_else(|| io::Error::other("the shell has no output"))?;
        let (sender, said) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Self { child, commands, said, group, limits })
    }

    /// A shell that has ended reads nothing; that is noticed when it is waited for.
    fn tell(&mut self, line: &str) -> io::Result<()> {
        match self.commands.write_all(line.as_bytes()).and_then(|()| self.commands.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// Runs one script in the shell itself; one that must fail, in a shell below it.
    fn step(&mut self, world: &World, name: &str, code: &str, wanted: Option<i32>) -> io::Result<Stepped> {
        let [script, out, err] = ["sh", "out", "err"].map(|kind| world.outer().join(format!("{name}.{kind}")));
        fs::write(&script, code)?;
        let streams = format!("</dev/null >'{}' 2>'{}'", out.display(), err.display());
        let source = format!(". '{}'", script.display());
        self.tell(&match wanted {
            None | Some(0) => format!("{source} {streams}\nprintf '%s\\n' \"$?\"\n"),
            // Behind `||` the shell would pass over commands that fail.
            Some(_) => format!("set +e\n(set -e; {source}) {streams}\nprintf '%s\\n' \"$?\"\nset -e\n"),
        })?;
        let wanted = wanted.unwrap_or(0);
        let fault = match self.said.recv_timeout(self.limits.time) {
            Ok(code) if code == wanted.to_string() => None,
            Ok(code) => Some(Fault::Code { got: code.parse().unwrap_or(-1), wanted }),
            Err(RecvTimeoutError::Timeout) => Some(Fault::TimedOut),
            Err(RecvTimeoutError::Disconnected) => Some(Fault::Exit { got: self.child.wait()?, wanted }),
        };
        Ok(Stepped {
            stdout: start(&out, self.limits)?,
            stderr: start(&err, self.limits)?,
            fault,
            ..Stepped::default()
        })
    }

    /// Runs each command of a console block, and puts what they print where the page has it.
    fn console(&mut self, world: &World, index: usize, block: &Block, ports: &Ports) -> io::Result<Stepped> {
        let mut session = Stepped { session: true, ..Stepped::default() };
        for (number, command) in commands(block).iter().enumerate() {
            let code = format!("{{ {}\n}} 2>&1\n", ports.free(command));
            let wanted = if number + 1 == commands(block).len() { wanted_exit(block) } else { None };
            let stepped = self.step(world, &format!("step-{index}-{number}"), &code, wanted)?;
            let shown: Vec<String> = command.lines().map(str::to_owned).collect();
            session.stdout.push_str(&format!("$ {}\n", shown.join("\n> ")));
            session.stdout.push_str(&stepped.stdout);
            if !session.stdout.ends_with('\n') {
                session.stdout.push('\n');
            }
            if stepped.fault.is_some() {
                (session.fault, session.stderr) = (stepped.fault, stepped.stderr);
                break;
            }
        }
        Ok(session)
    }

    /// Starts a script beside the shell and waits until it has printed what the page shows first.
    fn background(
        &mut self,
        world: &World,
        index: usize,
        code: &str,
        step: &Step,
        ports: &Ports,
    ) -> io::Result<Stepped> {
        let [script, out, err] = ["sh", "out", "err"].map(|kind| world.outer().join(format!("step-{index}.{kind}")));
        fs::write(&script, code)?;
        self.tell(&format!(
            "(set -e; . '{}') </dev/null >'{}' 2>'{}' &\nprintf '0\\n'\n",
            script.display(),
            out.display(),
            err.display()
        ))?;
        let _ = self.said.recv_timeout(self.limits.time);
        let mut stepped = Stepped { later: Some((out.clone(), err.clone())), ..Stepped::default() };
        let first = step.expected.first().map(Block::shown).unwrap_or_default();
        let deadline = Instant::now() + BACKGROUND;
        loop {
            stepped.stdout = start(&out, self.limits)?;
            if expected::begins(&first, &ports.page(&stepped.stdout)) {
                return Ok(stepped);
            }
            if Instant::now() > deadline || self.has_no_children() {
                stepped.stderr = start(&err, self.limits)?;
                return Ok(stepped);
            }
            thread::sleep(LOOK);
        }
    }

    /// Whether all that runs in the background has ended.
    fn has_no_children(&mut self) -> bool {
        let _ =
            self.tell("jobs >/dev/null; if [ -n \"$(jobs -p)\" ]; then printf 'busy\\n'; else printf 'idle\\n'; fi\n");
        !matches!(self.said.recv_timeout(self.limits.time).as_deref(), Ok("busy"))
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.group.kill();
        let _ = self.child.wait();
    }
}

impl Ports {
    /// A free port for each that a step names with `port=`.
    fn choose(unit: &Unit) -> io::Result<Self> {
        let mut held = Vec::new();
        let mut ports = Vec::new();
        for port in unit.steps.iter().flat_map(|step| step.block.values("port")) {
            let listener = TcpListener::bind(("127.0.0.1", 0))?;
            ports.push((port.to_owned(), listener.local_addr()?.port()));
            held.push(listener);
        }
        Ok(Self(ports))
    }

    /// A text of the page with the free ports.
    fn free(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (page, free)| replace_number(&text, page, &free.to_string()))
    }

    /// A text of a program with the page's ports.
    fn page(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (page, free)| replace_number(&text, &free.to_string(), page))
    }
}

/// Replaces a number where it is no part of a longer word.
fn replace_number(text: &str, from: &str, to: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(from) {
        let (before, after) = (&rest[..at], &rest[at + from.len()..]);
        let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        out.push_str(before);
        out.push_str(if part(before.chars().next_back()) || part(after.chars().next()) { from } else { to });
        rest = after;
    }
    out + rest
}

/// The commands of a console block: the lines after `$ `, with those after `> ` that continue them.
fn commands(block: &Block) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    for line in &block.lines {
        if let Some(command) = line.text.strip_prefix("$ ") {
            commands.push(command.to_owned());
        } else if let (Some(more), Some(last)) = (line.text.strip_prefix("> "), commands.last_mut()) {
            last.push('\n');
            last.push_str(more);
        }
    }
    commands
}

/// What is in a file: of more than the limit, the first and the last half.
fn start(path: &Path, limits: Limits) -> io::Result<String> {
    match fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error),
        Ok(file) => process::ends(file, limits.output),
    }
}

/// A text in which the scripts are the page, and their lines the page's.
fn shown(text: &str, world: &World, page: &Page, block: &Block) -> String {
    let outer = world.outer().display().to_string();
    let mut out = Vec::new();
    for line in text.lines() {
        let place = line.strip_prefix(&outer).and_then(|rest| rest.split_once(".sh: line "));
        let place = place.and_then(|(_, rest)| rest.split_once(": "));
        out.push(match place.and_then(|(number, rest)| Some((number.parse::<usize>().ok()?, rest))) {
            Some((number, rest)) => format!("{}:{}: {rest}", page.path(), block.place.line + number),
            None => line.replace(&outer, ""),
        });
    }
    out.join("\n")
}

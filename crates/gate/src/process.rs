//! One program run within limits: of time, by killing it and all it started; of output, by keeping its two ends.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// How long what a program started may keep its output open after the program has ended.
const GRACE: Duration = Duration::from_secs(1);

/// What a program may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long it may run.
    pub time: Duration,
    /// How many bytes of each of its two outputs are kept; of more, the first and the last half.
    pub output: usize,
}

/// What came of a program.
#[derive(Debug)]
pub struct Outcome {
    /// How it ended, or `None` if it was killed at the limit of time.
    pub status: Option<ExitStatus>,
    /// What it wrote to its standard output.
    pub stdout: String,
    /// What it wrote to its standard error.
    pub stderr: String,
}

/// Runs a program to its end or to the limit of time. It reads nothing, and is given a process group of its own, so
/// that what it started ends with it.
///
/// # Errors
/// Only if the program can't be started or waited for.
pub fn run(command: &mut Command, limits: &Limits) -> io::Result<Outcome> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let mut child = command.spawn()?;
    let group = Group::of(&child);
    let stdout = capture(child.stdout.take(), limits.output);
    let stderr = capture(child.stderr.take(), limits.output);

    let (ended, end) = mpsc::channel();
    thread::spawn(move || ended.send(child.wait()));
    let status = match end.recv_timeout(limits.time) {
        Ok(status) => Some(status?),
        Err(RecvTimeoutError::Timeout) => {
            group.kill();
            None
        }
        Err(RecvTimeoutError::Disconnected) => return Err(io::Error::other("waiting for the program failed")),
    };
    // The program is what was asked for; what it left behind ends with it.
    group.kill();
    Ok(Outcome { status, stdout: finish(&stdout, &group), stderr: finish(&stderr, &group) })
}

/// A program and what it started.
pub(crate) struct Group {
    id: u32,
}

impl Group {
    /// The group of a program that was started with one of its own.
    pub(crate) fn of(child: &Child) -> Self {
        Self { id: child.id() }
    }

    /// Ends all of it.
    #[cfg(unix)]
    pub(crate) fn kill(&self) {
        use rustix::process::{Pid, Signal, kill_process_group};
        if let Some(group) = i32::try_from(self.id).ok().and_then(Pid::from_raw) {
            // It may have ended in this moment: then there is nothing left to kill.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    /// Ends all of it.
    #[cfg(not(unix))]
    pub(crate) fn kill(&self) {
        let _ = Command::new("taskkill").args(["/T", "/F", "/PID", &self.id.to_string()]).output();
    }
}

fn capture(pipe: Option<impl Read + Send + 'static>, limit: usize) -> Receiver<String> {
    let (done, captured) = mpsc::channel();
    thread::spawn(move || {
        let mut ends = Ends::new(limit);
        let mut buffer = [0; 8192];
        if let Some(mut pipe) = pipe {
            loop {
                match pipe.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(read) => ends.push(&buffer[..read]),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
        }
        done.send(ends.text())
    });
    captured
}

/// What is in a file: of more than `limit` bytes, the first and the last half.
pub(crate) fn ends(mut file: impl Read, limit: usize) -> io::Result<String> {
    let mut ends = Ends::new(limit);
    let mut buffer = [0; 8192];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(ends.text()),
            read => ends.push(buffer.get(..read).unwrap_or_default()),
        }
    }
}

/// The program has ended, but something that it started may still hold its output open.
fn finish(captured: &Receiver<String>, group: &Group) -> String {
    captured.recv_timeout(GRACE).unwrap_or_else(|_| {
        group.kill();
        captured.recv_timeout(GRACE).unwrap_or_else(|_| "(something that it started still holds this open)".to_owned())
    })
}

/// The first and the last bytes of a stream.
struct Ends {
    half: usize,
    first: Vec<u8>,
    last: VecDeque<u8>,
    dropped: usize,
}

impl Ends {
    fn new(limit: usize) -> Self {
        Self { half: limit / 2, first: Vec::new(), last: VecDeque::new(), dropped: 0 }
    }

    fn push(&mut self, bytes: &[u8]) {
        let (first, rest) = bytes.split_at(bytes.len().min(self.half - self.first.len()));
        self.first.extend(first);
        self.last.extend(rest);
        let over = self.last.len().saturating_sub(self.half);
        self.last.drain(..over);
        self.dropped += over;
    }

    fn text(self) -> String {
        let last = Vec::from(self.last);
        if self.dropped == 0 {
            return String::from_utf8_lossy(&[self.first, last].concat()).into_owned();
        }
        let (first, last) = (String::from_utf8_lossy(&self.first), String::from_utf8_lossy(&last));
        format!("{first}\n… {} bytes left out …\n{last}", self.dropped)
    }
}

//! Ends what the programs of a unit leave running: a daemon has left the process group that ends with its program.
//!
//! Such a process is known by the folder of its unit, which it has from the unit's environment. One that has emptied its
//! environment is not found, and nor is any on a system without `/proc`.

use std::path::PathBuf;

/// The folder of a unit. When it is dropped, what still runs with it ends.
#[derive(Debug)]
pub(super) struct Leftovers(pub(super) PathBuf);

impl Drop for Leftovers {
    fn drop(&mut self) {
        #[cfg(target_os = "linux")]
        linux::end_all(&self.0);
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::path::Path;

    use rustix::process::{Pid, Signal, kill_process};

    /// How often it looks: one that starts others while it is looked for is found the next time.
    const ROUNDS: u32 = 10;

    pub(super) fn end_all(folder: &Path) {
        let variable = format!("TMPDIR={}/", folder.display());
        for _ in 0..ROUNDS {
            let found = processes_with(&variable);
            if found.is_empty() {
                return;
            }
            for process in found {
                // It may have ended in this moment.
                let _ = kill_process(process, Signal::KILL);
            }
        }
    }

    /// The processes in whose environment a variable begins so. Those of other users can't be read, and are not the unit's.
    fn processes_with(variable: &str) -> Vec<Pid> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let process = |entry: fs::DirEntry| {
            let id = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
            let environment = fs::read(entry.path().join("environ")).ok()?;
            let mut variables = environment.split(|byte| *byte == 0);
            variables.any(|one| one.starts_with(variable.as_bytes())).then_some(id)
        };
        entries.filter_map(process).collect()
    }
}

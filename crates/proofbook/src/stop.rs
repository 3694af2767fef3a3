//! The signals that end a server in order: Ctrl-C and, where there is one, SIGTERM.

use anyhow::Context;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens for the signals. Made before a server says that it is ready: one that came earlier would kill the process.
#[derive(Debug)]
pub(crate) struct Stop {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

impl Stop {
    /// Starts to listen.
    pub(crate) fn listen() -> anyhow::Result<Self> {
        let told = "the signal to stop can't be listened for";
        #[cfg(unix)]
        let listening = Self {
            interrupt: signal(SignalKind::interrupt()).context(told)?,
            terminate: signal(SignalKind::terminate()).context(told)?,
        };
        #[cfg(windows)]
        let listening = Self { interrupt: tokio::signal::windows::ctrl_c().context(told)? };
        Ok(listening)
    }

    /// Waits until one comes.
    pub(crate) async fn told(mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(windows)]
        self.interrupt.recv().await;
    }
}

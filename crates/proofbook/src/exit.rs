//! What the exit code of every command means. The help text prints the same table.

/// All holds: the command did what it was asked and found nothing wrong.
pub(crate) const HOLDS: u8 = 0;
/// Something was found: the book or its contract has a fault.
pub(crate) const FOUND: u8 = 1;
/// Wrong usage: the command line asks for something that can't be. clap exits with the same code.
pub(crate) const USAGE: u8 = 2;
/// The machine lacks something: a free port, a permission, space on the disk.
pub(crate) const LACKING: u8 = 3;

/// The codes as `--help` shows them. A macro, because `concat!` takes only literals.
macro_rules! table {
    () => {
        "Exit codes:
  0  all holds
  1  something was found: the book or its contract has a fault
  2  wrong usage
  3  the machine lacks something, such as a free port"
    };
}
pub(crate) use table;

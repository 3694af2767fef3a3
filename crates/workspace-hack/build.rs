//! Without a build script, cargo leaves out what is only for it.

fn main() {}

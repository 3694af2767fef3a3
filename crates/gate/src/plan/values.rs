//! What the words of a fence may say behind `=`. A value that is none would be passed over, and the block with it.

use std::path::{Component, Path};

use crate::blocks::{Attribute, Block};

/// What is wrong with the values of a fence, and how to mend it.
pub(super) fn fault(block: &Block) -> Option<(String, &'static str)> {
    block.attributes.iter().find_map(|attribute| {
        let help = help(attribute)?;
        let message = match &attribute.value {
            Some(value) => format!("`{}` can't be `{value}`", attribute.name),
            None => format!("`{}` says nothing without a value", attribute.name),
        };
        Some((message, help))
    })
}

/// How to write a word that has no value, or one that it can't have.
fn help(attribute: &Attribute) -> Option<&'static str> {
    let value = attribute.value.as_deref().unwrap_or_default();
    let (fits, help) = match attribute.name.as_str() {
        "status" => {
            (value.parse().is_ok_and(|status: u16| (100..600).contains(&status)), "write a status such as `status=404`")
        }
        "exit" => (value.parse::<u8>().is_ok(), "write an exit code from 0 to 255, such as `exit=1`"),
        "port" => {
            (value.parse().is_ok_and(|port: u16| port > 0), "write the port that the page shows, such as `port=3000`")
        }
        "file" => (is_below(Path::new(value)), "write a file's name, or its path below the block's folder"),
        "schema" | "request" | "response" | "event" => (!value.is_empty(), "name it as the contract does"),
        "field" | "terminal" | "of" | "varies" | "needs" => (!value.is_empty(), "write its value behind `=`"),
        _ => (true, ""),
    };
    (!fits).then_some(help)
}

/// Whether a path stays below the folder that it is relative to.
fn is_below(path: &Path) -> bool {
    path.file_name().is_some() && path.components().all(|part| matches!(part, Component::Normal(_)))
}

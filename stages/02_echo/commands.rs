//! The list of all commands, family by family.

use crate::basics;
use crate::command::Command;
use std::collections::HashMap;
use std::sync::LazyLock;

const FAMILIES: &[&[Command]] = &[basics::COMMANDS];

/// By their names. Finding one of two hundred takes as long as finding one of two.
static COMMANDS: LazyLock<HashMap<&[u8], &Command>> = LazyLock::new(|| {
    let all = FAMILIES.iter().copied().flatten();
    all.map(|command| (command.name.as_bytes(), command)).collect()
});

/// Finds a command by its name, in upper, lower or mixed case.
pub fn find(name: &[u8]) -> Option<&'static Command> {
    COMMANDS.get(name.to_ascii_lowercase().as_slice()).copied()
}

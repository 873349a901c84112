//! Help and the default configuration are documentation: every change to them is seen.

use crate::process::{command, run};

const COMMANDS: &[&[&str]] = &[
    &[],
    &["demo"],
    &["serve"],
    &["org"],
    &["org", "add"],
    &["org", "list"],
    &["org", "lock"],
    &["org", "unlock"],
    &["token"],
    &["token", "add"],
    &["token", "revoke"],
    &["user"],
    &["user", "add"],
    &["user", "list"],
    &["user", "remove"],
    &["user", "password"],
    &["log"],
    &["undo"],
    &["backup"],
    &["restore"],
    &["check"],
    &["move"],
    &["purge"],
    &["erase"],
    &["bundle"],
    &["config"],
    &["config", "print"],
];

#[test]
fn every_command_tells_how_it_is_used() {
    let data = tempfile::tempdir().unwrap();
    for words in COMMANDS {
        let mut command = command(data.path(), words);
        let ended = run(command.env_remove("CARDFILE_DATA").arg("--help"));
        assert_eq!(ended.code, Some(0), "{words:?}");
        let name = ["help"].iter().chain(*words).copied().collect::<Vec<_>>().join("_");
        insta::assert_snapshot!(name, ended.stdout);
    }
}

#[test]
fn the_default_configuration_is_known() {
    let data = tempfile::tempdir().unwrap();
    let ended = run(&mut command(data.path(), &["config", "print"]));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    insta::assert_snapshot!("default_configuration", ended.stdout);
}

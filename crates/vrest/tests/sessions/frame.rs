//! What every command shares: welcome, help, usage errors, generated pages.

use crate::harness::Session;

#[test]
fn alone_it_says_what_to_try() {
    insta::assert_snapshot!(Session::new().run(&[]).transcript());
}

#[test]
fn a_slip_in_a_command_is_answered_with_the_nearest_one() {
    let outcome = Session::new().run(&["completion", "bash"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stdout.is_empty());
    assert!(outcome.stderr.contains("'completions'"), "{}", outcome.stderr);
}

#[test]
fn wrong_options_are_usage_errors() {
    for arguments in
        [&["--threads", "0", "completions", "bash"][..], &["--format", "yaml"], &["--seed", "-1"]]
    {
        let outcome = Session::new().run(arguments);
        assert_eq!(outcome.code, 2, "{}", outcome.transcript());
        assert!(outcome.stdout.is_empty());
    }
}

#[test]
fn completions_exist_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let outcome = Session::new().run(&["completions", shell]);
        assert_eq!(outcome.code, 0);
        assert!(outcome.stdout.contains("vrest"));
    }
}

#[test]
fn the_manual_page_is_one() {
    let outcome = Session::new().run(&["man"]);
    assert_eq!(outcome.code, 0);
    assert!(outcome.stdout.contains(".TH vrest"));
}

/// docs/cli.md is what `vrest reference` prints: the help of every command, so this is their snapshot too. To renew it: `vrest reference > docs/cli.md`.
#[test]
fn the_reference_page_is_fresh() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cli.md");
    let committed = std::fs::read_to_string(page).unwrap_or_default();
    let printed = Session::new().run(&["reference"]).stdout;
    assert!(committed == printed, "docs/cli.md is stale: run `cargo run -- reference > docs/cli.md`");
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_not_an_error() {
    use std::process::Stdio;
    let mut child = Session::new().command(&["completions", "zsh"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

/// The committed schemas are what `vrest schema` writes. To renew them: `vrest schema --output schemas`.
#[test]
fn the_schemas_are_fresh() {
    let session = Session::new();
    assert_eq!(session.run(&["schema", "--output", "schemas"]).code, 0);
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../");
    assert!(!session.files().is_empty());
    for name in session.files() {
        let fresh = std::fs::read_to_string(session.path(&name)).unwrap();
        let kept = std::fs::read_to_string(format!("{committed}{name}")).unwrap_or_default();
        assert!(fresh == kept, "{name} is stale: run `cargo run -- schema --output schemas`");
    }
}

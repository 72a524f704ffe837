//! `vrest init`: the starter folder works as it is, and nothing is overwritten.

use crate::harness::Session;

#[test]
fn every_starter_file_works_as_it_is() {
    let session = Session::new();
    assert_eq!(session.run(&["init"]).code, 0);
    let check = session.run(&["check", "my-cell/cell.toml"]);
    assert_eq!(check.code, 0, "{}", check.transcript());
    assert_eq!(session.run(&["rest", "my-cell/cell.toml"]).code, 0);
    let generated = session.run(&[
        "generate",
        "my-cell/cell.toml",
        "--protocol",
        "my-cell/protocol.toml",
        "--ranges",
        "my-cell/ranges.toml",
        "-n",
        "5",
        "-o",
        "d.npz",
    ]);
    assert_eq!(generated.code, 0, "{}", generated.transcript());
}

#[test]
fn what_is_there_is_not_overwritten() {
    let session = Session::new();
    assert_eq!(session.run(&["init"]).code, 0);
    std::fs::write(session.path("my-cell/cell.toml"), "mine").unwrap();
    let again = session.run(&["init"]);
    assert_eq!(again.code, 2, "{}", again.transcript());
    assert_eq!(std::fs::read_to_string(session.path("my-cell/cell.toml")).unwrap(), "mine");
}

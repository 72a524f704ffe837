//! `vrest train` and `vrest predict`: from a dataset to a model to predictions, and what can go wrong.

use vrest_data::npz;

use crate::harness::Session;

fn with_dataset() -> Session {
    let session = Session::new();
    assert_eq!(session.run(&["generate", "-n", "80", "-t", "200", "-o", "d.npz"]).code, 0);
    session
}

#[test]
fn a_model_is_trained_and_predicts_what_the_physics_does() {
    let session = with_dataset();
    let trained = session.run(&["train", "--data", "d.npz", "--output", "m", "--set", "trajectory.epochs=1"]);
    assert_eq!(trained.code, 0, "{}", trained.transcript());
    assert_eq!(session.run(&["generate", "-n", "10", "-t", "200", "-o", "new.npz", "--seed", "7"]).code, 0);
    let predicted = session.run(&["predict", "m/best.safetensors", "--data", "new.npz", "-o", "p.npz"]);
    assert_eq!(predicted.code, 0, "{}", predicted.transcript());
    let (truth, guess) =
        (npz::read(&session.path("new.npz")).unwrap(), npz::read(&session.path("p.npz")).unwrap());
    let rmse = (&truth.y - &guess.y).mapv(|e| e * e).mean().unwrap().sqrt();
    assert!(rmse < 1.0, "{rmse} mV from 56 training trajectories");
}

#[test]
fn a_finished_run_resumes_without_changing_the_model() {
    let session = with_dataset();
    let train = ["train", "--data", "d.npz", "--output", "m", "--set", "trajectory.epochs=1"];
    assert_eq!(session.run(&train).code, 0);
    let first = std::fs::read(session.path("m/best.safetensors")).unwrap();
    let resumed = session.run(&[&train[..], &["--resume"]].concat());
    assert_eq!(resumed.code, 0, "{}", resumed.transcript());
    assert_eq!(std::fs::read(session.path("m/best.safetensors")).unwrap(), first);
}

#[test]
fn wrong_configurations_and_files_are_answered() {
    let session = with_dataset();
    std::fs::write(session.path("bad.yml"), "seed: 1\nnetwrok: {}\n").unwrap();
    std::fs::write(session.path("no.safetensors"), "not a model").unwrap();
    let expect = |arguments: &[&str], code: i32, part: &str| {
        let outcome = session.run(arguments);
        let transcript = outcome.transcript();
        assert_eq!(outcome.code, code, "{transcript}");
        assert!(transcript.contains(part), "{transcript}");
    };
    expect(&["train", "--config", "bad.yml"], 2, "netwrok");
    expect(&["train", "--config", "missing.yml"], 3, "missing.yml");
    expect(&["train", "--data", "missing.npz"], 3, "missing.npz");
    expect(&["train", "--data", "d.npz", "--set", "split.train=2"], 2, "`split.train` is 2");
    expect(&["train", "--data", "d.npz", "--output", "m", "--resume"], 3, "last.safetensors");
    expect(&["predict", "no.safetensors", "--data", "d.npz"], 3, "not a model");
}

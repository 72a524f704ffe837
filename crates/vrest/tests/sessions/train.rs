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

#[test]
fn everything_that_is_wrong_in_a_configuration_is_said_at_once() {
    let session = Session::new();
    let text = "seed: soon\nnetwrok: {}\nsplit:\n  train: 2\n  tset: 0.1\nnetwork:\n  hidden: [32, wide]\n  kind: transformer\n\
                solver: fast\ntrajectory:\n  epochs: -3\n";
    let outcome = session.file("bad.yml", text).run(&["check", "bad.yml"]);
    assert_eq!(outcome.code, 2);
    insta::assert_snapshot!(outcome.transcript());
    let outcome = session.file("torn.yml", "seed: 1\nsplit: [\n").run(&["train", "--config", "torn.yml"]);
    assert_eq!(outcome.code, 2);
    insta::assert_snapshot!(outcome.transcript());
}

#[test]
fn a_model_is_compared_with_the_physics_and_with_baselines() {
    let session = with_dataset();
    let run = |arguments: &[&str]| {
        let outcome = session.run(arguments);
        assert_eq!(outcome.code, 0, "{}", outcome.transcript());
        outcome.stdout
    };
    run(&["train", "--data", "d.npz", "--output", "m", "--set", "trajectory.epochs=1"]);
    let said = run(&["compare", "m", "--data", "d.npz", "--output", "c", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&said).unwrap();
    let splits = json["splits"].as_array().unwrap();
    let names: Vec<&str> = splits.iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["test", "outside", "new stimulus"]);
    for split in splits {
        let rmse = |i: usize| split["contenders"][i]["score"]["whole"]["rmse"].as_f64().unwrap();
        assert!(
            rmse(0) < rmse(1) && rmse(0) < rmse(2),
            "the model beats a constant and an exponential: {split:#}"
        );
        let physics = &split["physics"];
        let knows = split["name"] != "test";
        assert_eq!(physics.is_object(), knows, "the physics of a dataset is not known, that of a cell is");
        assert!(!knows || physics["rmse_mv"].as_f64().unwrap() <= rmse(0));
    }
    let page = std::fs::read_to_string(session.path("c/report.html")).unwrap();
    for part in ["Phase portrait", "Loss and validation error", "first-order exponential", "Worst trajectory"]
    {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn a_dataset_that_was_cut_leaves_everything_as_it_was() {
    let session = with_dataset();
    let whole = std::fs::read(session.path("d.npz")).unwrap();
    session.file("cut.npz", &whole[..whole.len() / 2]).file("empty.npz", "");
    for file in ["cut.npz", "empty.npz"] {
        for command in [&["train", "--output", "m", "--data"][..], &["check"]] {
            let outcome = session.run(&[command, &[file]].concat());
            assert!(outcome.code == 3 && outcome.stderr.contains(file), "{}", outcome.transcript());
        }
    }
    assert!(!session.files().iter().any(|f| f.starts_with('m')), "{:?}", session.files());
}

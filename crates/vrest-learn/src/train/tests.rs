use super::*;
use crate::model::Model;
use ndarray::{Array1, Array2};
use vrest_data::Dataset;

/// A membrane with a cubic current, which no exponential describes: C dV/dt = -g (V + 70) - k (V + 70)^3 + b.
fn cubic(samples: usize, times: usize) -> Dataset {
    let x = Array2::from_shape_fn((samples, 2), |(i, j)| ((i * (7 + 4 * j) + 1) as f64 * 0.618_034).fract());
    let mut y = Array2::zeros((samples, times));
    for i in 0..samples {
        let (g, b) = (0.1 + 0.2 * x[[i, 0]], 2.0 * x[[i, 1]] - 1.0);
        let mut v = -90.0 + 40.0 * (i as f64 * 0.37).fract();
        for k in 0..times {
            y[[i, k]] = v;
            // Far finer than the recording: the reference.
            for _ in 0..50 {
                let f = |v: f64| -g * (v + 70.0) - 4e-4 * (v + 70.0).powi(3) + b;
                let h = 0.01;
                let (k1, k2) = (f(v), f(v + 0.5 * h * f(v)));
                let k3 = f(v + 0.5 * h * k2);
                v += h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + f(v + h * k3));
            }
        }
    }
    Dataset {
        x,
        y,
        t: Array1::from_iter((0..times).map(|k| 0.5 * k as f64)),
        param_names: vec!["p0".into(), "p1".into()],
        param_units: vec![String::new(); 2],
        stimulus: None,
    }
}

fn config() -> TrainingConfig {
    let mut c = TrainingConfig::default();
    c.network.hidden = vec![16];
    c.warm_start.rounds = 4;
    c.trajectory.epochs = 3;
    c
}

fn rmse(model: &Model, data: &Dataset) -> f64 {
    let p = model.predict(data).unwrap();
    (&p - &data.y).mapv(|e| e * e).mean().unwrap().sqrt()
}

fn go_on(_: &Epoch, _: &State) -> Next {
    Next::Continue
}

#[test]
fn dynamics_that_no_exponential_describes_are_learned_from_the_data_alone() {
    let data = cubic(120, 80);
    let trained = train(&config(), &data, None, None, &mut go_on).unwrap();
    assert!(trained.finished);
    let test = rmse(&trained.model, &data.select(&trained.split.test));
    assert!(test < 0.3, "{test} mV");
    let linear = trained.history[0].validation_rmse_mv;
    let best = trained.history.iter().map(|e| e.validation_rmse_mv).fold(f64::INFINITY, f64::min);
    assert!(best < 0.9 * linear, "the network adds to the linear solve: {linear} -> {best} mV");
}

#[test]
fn a_stopped_run_resumes_to_the_same_bits() {
    let data = cubic(60, 40);
    let whole = train(&config(), &data, None, None, &mut go_on).unwrap();
    for stop_after in [1, 3, 6] {
        let mut saved = None;
        let mut seen = 0;
        let mut observe = |_: &Epoch, s: &State| {
            seen += 1;
            saved = Some(s.to_bytes().unwrap());
            if seen == stop_after { Next::Stop } else { Next::Continue }
        };
        let stopped = train(&config(), &data, None, None, &mut observe).unwrap();
        assert!(!stopped.finished);
        let state = State::from_bytes(&saved.unwrap()).unwrap();
        let resumed = train(&config(), &data, None, Some(state), &mut go_on).unwrap();
        assert_eq!(resumed.model.weights, whole.model.weights, "stopped after {stop_after} epochs");
    }
}

#[test]
fn any_number_of_threads_trains_the_same_model() {
    let data = cubic(60, 40);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| train(&config(), &data, None, None, &mut go_on)).unwrap().model
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn a_model_file_gives_the_same_predictions() {
    let data = cubic(40, 30);
    let model = train(&config(), &data, Some("ab".into()), None, &mut go_on).unwrap().model;
    let file = model.to_bytes(&[], Default::default()).unwrap();
    let read = Model::from_bytes(&file).unwrap();
    assert_eq!(read, model);
    assert_eq!(read.predict(&data).unwrap(), model.predict(&data).unwrap());
    for cut in [0, 7, 100, file.len() - 1] {
        assert!(Model::from_bytes(&file[..cut]).is_err(), "cut at {cut}");
    }
}

#[test]
fn a_loss_that_explodes_is_rolled_back_and_said() {
    let data = cubic(60, 40);
    let mut c = config();
    c.trajectory.learning_rate = 3.0;
    c.trajectory.epochs = 8;
    c.early_stopping.patience = 100;
    match train(&c, &data, None, None, &mut go_on) {
        Ok(t) => {
            assert!(t.history.iter().any(|e| e.note.as_deref().is_some_and(|n| n.contains("back to"))));
            let before = t.history.iter().filter(|e| e.stage != Stage::Trajectory);
            let best = before.map(|e| e.validation_rmse_mv).fold(f64::INFINITY, f64::min);
            assert!(rmse(&t.model, &data.select(&t.split.validation)) <= best * 1.000_001);
        }
        Err(e) => assert!(matches!(e, TrainError::StaysBad { .. }), "{e}"),
    }
}

#[test]
fn too_little_data_is_refused() {
    assert!(matches!(
        train(&config(), &cubic(1, 40), None, None, &mut go_on),
        Err(TrainError::TooFewSamples { .. })
    ));
}

#[test]
fn configurations_that_cannot_work_are_named() {
    let mut c = TrainingConfig::default();
    assert!(c.problems().is_empty());
    c.split.train = 0.9;
    c.network.hidden = vec![];
    c.trajectory.learning_rate = -1.0;
    let keys: Vec<&str> = c.problems().iter().map(|p| p.key).collect();
    assert_eq!(keys, ["split", "network.hidden", "trajectory.learning_rate"]);
}

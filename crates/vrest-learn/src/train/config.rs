//! The training configuration: every choice of the recipe, with its default.

use super::Fractions;
use crate::field::registry::Kind;
use crate::kernels::Activation;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Everything that `vrest train` needs to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainingConfig {
    /// The dataset, an NPZ file.
    pub dataset: PathBuf,
    /// The folder that model, checkpoints and metrics are written to.
    pub output: PathBuf,
    /// Seed of the split, of the first weights and of the order of training.
    pub seed: u64,
    /// How the samples are dealt.
    pub split: Fractions,
    /// The learned field.
    pub network: NetworkConfig,
    /// How a trained field is integrated.
    pub solver: SolverConfig,
    /// Derivative matching before any trajectory is integrated.
    pub warm_start: WarmStartConfig,
    /// Training through the integrated trajectories.
    pub trajectory: TrajectoryConfig,
    /// When to stop before all epochs are done.
    pub early_stopping: EarlyStoppingConfig,
}

impl Default for TrainingConfig {
    fn default() -> Self {
        TrainingConfig {
            dataset: "data/dataset.npz".into(),
            output: "runs/neural_ode".into(),
            seed: 0,
            split: Fractions::default(),
            network: NetworkConfig::default(),
            solver: SolverConfig::default(),
            warm_start: WarmStartConfig::default(),
            trajectory: TrajectoryConfig::default(),
            early_stopping: EarlyStoppingConfig::default(),
        }
    }
}

/// The learned field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkConfig {
    /// Which field (`product`, `mlp`).
    pub kind: Kind,
    /// Width of every hidden layer.
    pub hidden: Vec<usize>,
    /// Nonlinearity of the hidden layers.
    pub activation: Activation,
}

impl Default for NetworkConfig {
    fn default() -> Self {
        NetworkConfig { kind: Kind::Product, hidden: vec![32, 32], activation: Activation::Tanh }
    }
}

/// Tolerances of the adaptive solver that predicts and validates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SolverConfig {
    /// Relative tolerance.
    pub rtol: f64,
    /// Absolute tolerance, mV.
    pub atol: f64,
}

impl Default for SolverConfig {
    fn default() -> Self {
        SolverConfig { rtol: 1e-6, atol: 1e-5 }
    }
}

/// Derivative matching.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WarmStartConfig {
    /// Whether it is done at all.
    pub enabled: bool,
    /// Intervals looked at in every trajectory, dense where the voltage moves.
    pub intervals: usize,
    /// Rounds of L-BFGS; after each the slopes are taken anew.
    pub rounds: usize,
    /// L-BFGS iterations of a round.
    pub iterations: usize,
    /// Ridge of the linear least-squares solve, relative to the diagonal.
    pub ridge: f64,
}

impl Default for WarmStartConfig {
    fn default() -> Self {
        WarmStartConfig { enabled: true, intervals: 16, rounds: 40, iterations: 50, ridge: 1e-9 }
    }
}

/// Training through trajectories: RK4 windows, exact gradients, Adam.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrajectoryConfig {
    /// Passes over the training trajectories; 0 for none.
    pub epochs: usize,
    /// Windows of every trajectory in an epoch.
    pub windows: usize,
    /// Recording intervals of a window.
    pub length: usize,
    /// Windows of an update.
    pub batch: usize,
    /// The loss.
    pub loss: Loss,
    /// The optimiser.
    pub optimiser: Optimiser,
    /// First learning rate.
    pub learning_rate: f64,
    /// How the learning rate falls.
    pub schedule: Schedule,
    /// Decoupled weight decay.
    pub weight_decay: f64,
    /// Longest gradient of an update; longer ones are shortened.
    pub clip_norm: f64,
}

impl Default for TrajectoryConfig {
    fn default() -> Self {
        TrajectoryConfig {
            epochs: 6,
            windows: 2,
            length: 40,
            batch: 128,
            loss: Loss::MeanSquare,
            optimiser: Optimiser::AdamW,
            learning_rate: 1e-4,
            schedule: Schedule::Cosine,
            weight_decay: 0.0,
            clip_norm: 1.0,
        }
    }
}

/// What is minimised over windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// The mean square of the voltage error, in units of the training voltages' variance.
    MeanSquare,
}

/// How updates are made from gradients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Optimiser {
    /// Adam with decoupled weight decay (Loshchilov & Hutter 2019); plain Adam at weight decay 0.
    #[serde(rename = "adamw", alias = "adam")]
    AdamW,
}

/// How the learning rate changes over the epochs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// It does not.
    Constant,
    /// Half a cosine, down to a hundredth.
    Cosine,
}

impl Schedule {
    /// The factor of the learning rate in epoch `epoch` of `epochs`.
    pub fn factor(self, epoch: usize, epochs: usize) -> f64 {
        match self {
            Schedule::Constant => 1.0,
            Schedule::Cosine => {
                let part = epoch as f64 / epochs.max(1) as f64;
                0.01 + 0.99 * 0.5 * (1.0 + (std::f64::consts::PI * part).cos())
            }
        }
    }
}

/// When to stop early.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EarlyStoppingConfig {
    /// Epochs of a stage without improvement after which the stage ends.
    pub patience: usize,
    /// Share by which the validation error must fall to count as improvement.
    pub min_improvement: f64,
}

impl Default for EarlyStoppingConfig {
    fn default() -> Self {
        EarlyStoppingConfig { patience: 3, min_improvement: 0.01 }
    }
}

impl TrainingConfig {
    /// Every value that cannot work, as (key, what is wrong, what is allowed).
    pub fn problems(&self) -> Vec<ConfigProblem> {
        let mut found = Vec::new();
        let mut check = |ok: bool, key: &'static str, value: String, allowed: &'static str| {
            if !ok {
                found.push(ConfigProblem { key, value, allowed });
            }
        };
        let f = self.split;
        for (key, x) in [("split.train", f.train), ("split.validation", f.validation)] {
            check(x > 0.0 && x < 1.0, key, x.to_string(), "a fraction between 0 and 1");
        }
        check((0.0..1.0).contains(&f.test), "split.test", f.test.to_string(), "a fraction from 0 to below 1");
        let sum = f.train + f.validation + f.test;
        check(sum <= 1.0 + 1e-9, "split", format!("a sum of {sum}"), "fractions that add up to at most 1");
        let hidden = &self.network.hidden;
        check(
            !hidden.is_empty() && hidden.len() <= 8 && hidden.iter().all(|w| (1..=4096).contains(w)),
            "network.hidden",
            format!("{hidden:?}"),
            "1 to 8 layers of 1 to 4096 units",
        );
        for (key, x) in [("solver.rtol", self.solver.rtol), ("solver.atol", self.solver.atol)] {
            check(x > 0.0 && x < 1.0, key, x.to_string(), "a tolerance above 0 and below 1");
        }
        let w = &self.warm_start;
        check(w.intervals >= 1, "warm_start.intervals", w.intervals.to_string(), "at least 1");
        check((0.0..1.0).contains(&w.ridge), "warm_start.ridge", w.ridge.to_string(), "from 0 to below 1");
        let t = &self.trajectory;
        for (key, n) in [
            ("trajectory.windows", t.windows),
            ("trajectory.length", t.length),
            ("trajectory.batch", t.batch),
            ("early_stopping.patience", self.early_stopping.patience),
        ] {
            check(n >= 1, key, n.to_string(), "at least 1");
        }
        for (key, x) in [("trajectory.learning_rate", t.learning_rate), ("trajectory.clip_norm", t.clip_norm)]
        {
            check(x > 0.0 && x.is_finite(), key, x.to_string(), "a positive number");
        }
        check(
            (0.0..1.0).contains(&t.weight_decay),
            "trajectory.weight_decay",
            t.weight_decay.to_string(),
            "from 0 to below 1",
        );
        check(
            w.enabled || t.epochs > 0,
            "trajectory.epochs",
            t.epochs.to_string(),
            "at least 1 where `warm_start.enabled` is false, else nothing is trained",
        );
        found
    }
}

/// A value of a configuration that cannot work.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("`{key}` is {value}; it takes {allowed}")]
pub struct ConfigProblem {
    /// The key, with dots.
    pub key: &'static str,
    /// What it is.
    pub value: String,
    /// What is allowed.
    pub allowed: &'static str,
}

//! The options of commands that integrate.

use clap::ValueEnum;
use serde_json::{Value, json};
use vrest_ode::{Method, Options, Tolerance};

use crate::interrupt;

/// How to integrate.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Solver options")]
pub struct SolverArgs {
    /// Relative error allowed per step
    #[arg(long, value_name = "NUMBER", default_value_t = 1e-8, value_parser = tolerance)]
    rtol: f64,
    /// Absolute error allowed per step, in the unit of each state
    #[arg(long, value_name = "NUMBER", default_value_t = 1e-8, value_parser = tolerance)]
    atol: f64,
    /// The method
    #[arg(long, value_enum, default_value_t = MethodArg::Auto)]
    method: MethodArg,
    /// Give up after this many steps
    #[arg(long, value_name = "N", default_value_t = 10_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    max_steps: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum MethodArg {
    /// Exact where the membrane is a straight line; explicit else, stiff where stability demands it
    Auto,
    /// Tsitouras 5(4)
    Explicit,
    /// Rodas5P with the exact Jacobian
    Stiff,
}

fn tolerance(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if (1e-14..=0.1).contains(&x) => Ok(x),
        _ => Err("a number between 1e-14 and 0.1 is needed".into()),
    }
}

impl SolverArgs {
    /// The solver's settings; Ctrl-C cancels.
    pub fn options(&self) -> Options<'static> {
        Options {
            rtol: self.rtol,
            atol: Tolerance::Scalar(self.atol),
            method: match self.method {
                MethodArg::Auto => Method::Auto,
                MethodArg::Explicit => Method::Explicit,
                MethodArg::Stiff => Method::Stiff,
            },
            max_steps: usize::try_from(self.max_steps).unwrap_or(usize::MAX),
            h_max: f64::INFINITY,
            cancel: Some(interrupt::flag()),
        }
    }

    /// For manifests.
    pub fn json(&self) -> Value {
        let method = self.method.to_possible_value().map(|v| v.get_name().to_string());
        json!({"rtol": self.rtol, "atol": self.atol, "method": method, "max_steps": self.max_steps})
    }
}

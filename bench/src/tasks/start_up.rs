//! B7: how long a user waits before anything happens.

use crate::error::BenchError;
use crate::exchange::{Inputs, Reply, Run};
use crate::task::{About, Side, Target, Task, Unit, Who};

/// A whole process of ours beside the import of each peer.
pub struct StartUp;

impl Task for StartUp {
    fn about(&self) -> About {
        About {
            id: "B7",
            title: "start-up",
            work: "`vrest rest neuron_balanced` as a whole process, beside a Python process that only imports a peer and \
                   computes nothing. A row agrees when the process ends well.",
            item: "process",
            unit: Unit::Milliseconds,
            error: "failures",
            targets: vec![Target::new("scipy", 30.0, 100.0)],
        }
    }

    fn sides(&self) -> Vec<Side> {
        let process = |id, name, words: &[&str]| {
            let words = words.iter().map(|w| w.to_string()).collect();
            Side { id, name, who: Who::Process(words), tolerance: 0.0 }
        };
        let import = |id, name, what: &str| process(id, name, &["python", "-c", &format!("import {what}")]);
        vec![
            process("vrest", "**vrest rest**", &["vrest", "rest", "neuron_balanced"]),
            import("scipy", "import scipy.integrate", "scipy.integrate"),
            import("numba", "import numba", "numba"),
            import("torchdiffeq", "import torchdiffeq", "torchdiffeq"),
            import("diffrax", "import diffrax", "diffrax"),
            import("jaxley", "import jaxley", "jaxley"),
            import("neuron", "import neuron", "neuron"),
        ]
    }

    fn inputs(&self, quick: bool) -> Result<Inputs, BenchError> {
        Ok(Inputs::default().set("repetitions", if quick { 2 } else { 7 }))
    }

    fn error(&self, _: &Inputs, _: Option<&Run>, _: &Run) -> f64 {
        0.0
    }

    fn ours(&self, _: &Inputs) -> Result<Reply, BenchError> {
        Err(BenchError::Ours("start-up is measured as a process".into()))
    }
}

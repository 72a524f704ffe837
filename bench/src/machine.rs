//! The machine that a figure belongs to.

use std::process::Command;

use serde::Serialize;

/// What names a machine.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// The processor's own name, with family and model where the name is vague.
    pub cpu: String,
    /// Cores this process may use.
    pub cores: usize,
    /// The vector extension that vrest uses here.
    pub simd: &'static str,
    /// Whether AVX-512, which the processor has, is forbidden to every side.
    pub held: bool,
    /// Operating system and kernel.
    pub system: String,
    /// The compiler that built us.
    pub rustc: String,
    /// False where sides cannot be bound to a core.
    pub pinned: bool,
}

impl Machine {
    /// This machine.
    pub fn here() -> Machine {
        Machine {
            cpu: cpu(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            simd: vrest_ode::simd::level().name(),
            held: crate::process::is_held_to_avx2(),
            system: format!("{} {}", std::env::consts::OS, said("uname", "-r")),
            rustc: said("rustc", "--version"),
            pinned: crate::process::can_pin(),
        }
    }

    /// All of it in a line.
    pub fn sentence(&self) -> String {
        let Machine { cpu, cores, simd, held, system, rustc, pinned } = self;
        let held = if *held { " (AVX-512 forbidden to every side)" } else { "" };
        let pinned = if *pinned { "" } else { ", processes not bound to cores" };
        format!("{cpu}, {cores} cores, vrest on {simd}{held}, {system}, {rustc}{pinned}")
    }
}

fn cpu() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = info.lines().find(|l| l.split(':').next().is_some_and(|key| key.trim() == name));
        line.and_then(|l| l.split(':').nth(1)).map(|v| v.trim().to_string())
    };
    match (field("model name"), field("cpu family"), field("model")) {
        (Some(name), Some(family), Some(model)) => format!("{name} (family {family}, model {model})"),
        (Some(name), ..) => name,
        _ => std::env::consts::ARCH.to_string(),
    }
}

fn said(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output();
    output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_string()).unwrap_or_else(|_| "unknown".into())
}

//! Starting a side on its own core, with one thread and a clean environment.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use vrest_ode::simd::{self, Level};

use crate::error::BenchError;

/// What XLA is told.
const XLA: &str = "XLA_FLAGS";

/// Variables that give every numerical library one thread.
const ONE_THREAD: [(&str, &str); 7] = [
    ("OMP_NUM_THREADS", "1"),
    ("OPENBLAS_NUM_THREADS", "1"),
    ("MKL_NUM_THREADS", "1"),
    ("NUMBA_NUM_THREADS", "1"),
    ("RAYON_NUM_THREADS", "1"),
    ("JAX_PLATFORMS", "cpu"),
    (XLA, "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"),
];

/// Variables that hold every library to the instructions of AVX2.
const NO_AVX512: [(&str, &str); 7] = [
    ("ATEN_CPU_CAPABILITY", "avx2"),
    ("MKL_ENABLE_INSTRUCTIONS", "AVX2"),
    ("ONEDNN_MAX_CPU_ISA", "AVX2"),
    ("OPENBLAS_CORETYPE", "Haswell"),
    ("NPY_DISABLE_CPU_FEATURES", "X86_V4 AVX512_ICL AVX512_SPR"),
    ("NUMBA_CPU_NAME", "haswell"),
    ("NUMBA_CPU_FEATURES", "+sse4.2,+popcnt,+avx,+avx2,+fma,+bmi,+bmi2,+lzcnt"),
];
/// The same for XLA, which takes all it is told in one variable.
const XLA_WITHOUT_AVX512: &str = "--xla_cpu_max_isa=AVX2";

/// Whether `VREST_SIMD` asks for less than the processor has: then every side does without AVX-512.
pub fn is_held_to_avx2() -> bool {
    Level::detect() == Level::Avx512 && simd::level() != Level::Avx512
}

/// True where processes can be bound to cores.
pub fn can_pin() -> bool {
    let tried = Command::new("taskset").args(["-c", "0", "true"]).stderr(Stdio::null()).status();
    tried.is_ok_and(|s| s.success())
}

/// A command bound to the first `cores` cores (where `taskset` exists), one thread for each library.
///
/// `OPENBLAS_CORETYPE`, which some images set for portability, makes NumPy slower than its users know it, so
/// that it is taken away. Where vrest is held to less than AVX-512, the peers are.
pub fn pinned(program: &Path, cores: usize) -> Command {
    let mut command = if can_pin() {
        let list = if cores == 1 { "0".to_string() } else { format!("0-{}", cores - 1) };
        let mut command = Command::new("taskset");
        command.args(["-c", &list]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.envs(ONE_THREAD).env_remove("OPENBLAS_CORETYPE");
    if is_held_to_avx2() {
        let xla = ONE_THREAD.iter().find(|(name, _)| *name == XLA).map_or("", |(_, flags)| flags);
        command.envs(NO_AVX512).env(XLA, format!("{xla} {XLA_WITHOUT_AVX512}"));
    }
    if cores > 1 {
        command.env_remove("RAYON_NUM_THREADS");
    }
    command
}

/// Runs a side to its end; what it prints is shown only when it fails.
pub fn finish(side: &str, mut command: Command) -> Result<(), BenchError> {
    let failed = |reason: String| BenchError::Side { side: side.to_string(), reason };
    let output = command.output().map_err(|e| failed(format!("it did not start: {e}")))?;
    if output.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let tail: Vec<&str> = errors.lines().rev().take(12).collect();
    let tail = tail.into_iter().rev().collect::<Vec<_>>().join("\n");
    Err(failed(format!("{}\n{tail}", output.status)))
}

/// Builds the command line that users run, beside this binary, and gives its path.
pub fn build_vrest() -> Result<PathBuf, BenchError> {
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--release", "--quiet", "--package", "vrest", "--manifest-path"]);
    build.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml"));
    finish("the build of vrest", build)?;
    let this = std::env::current_exe().map_err(BenchError::file("find", Path::new("vrest-bench")))?;
    Ok(this.with_file_name("vrest"))
}

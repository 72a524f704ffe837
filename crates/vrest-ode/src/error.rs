//! Why a solve did not finish. A failed solve returns one of these and never numbers.

/// What made every step too long, down to the smallest that the floating-point time can resolve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The error estimate stayed above the tolerance.
    Inaccurate,
    /// The state or its derivative became infinite or not a number.
    NotFinite,
    /// A state that must be positive became zero or negative.
    NotPositive,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Refusal::Inaccurate => "its error stays above the tolerance",
            Refusal::NotFinite => "it is not finite",
            Refusal::NotPositive => "it must stay positive and does not",
        })
    }
}

/// Why a solve did not finish.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SolveError {
    /// An argument has the wrong length.
    #[error("`{what}` has {got} values, the vector field needs {expected}")]
    Length {
        /// Which argument.
        what: &'static str,
        /// What the field needs.
        expected: usize,
        /// What was given.
        got: usize,
    },
    /// A setting or the span makes no sense.
    #[error("`{what}` = {value}: {allowed}")]
    Setting {
        /// Which setting.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// An output time is not finite, lies outside the span, or comes before its predecessor.
    #[error("output time number {index} is {t}: times must ascend within {t0} .. {t1}")]
    OutputTime {
        /// Its place in the list, from 0.
        index: usize,
        /// Its value.
        t: f64,
        /// Start of the span.
        t0: f64,
        /// End of the span.
        t1: f64,
    },
    /// The initial state cannot be used.
    #[error("`{state}` starts at {value}: {refusal}")]
    InitialState {
        /// Name of the state.
        state: String,
        /// Its value.
        value: f64,
        /// What is wrong with it.
        refusal: Refusal,
    },
    /// The right-hand side is not finite at the start of a segment.
    #[error("d`{state}`/dt is {value} at t = {t}")]
    Derivative {
        /// Name of the state.
        state: String,
        /// The derivative.
        value: f64,
        /// Time.
        t: f64,
    },
    /// No step is short enough.
    #[error("`{state}` at t = {t}: {refusal}, even with a step of {h:.3e}")]
    StepTooSmall {
        /// Name of the state.
        state: String,
        /// Time reached.
        t: f64,
        /// Last step tried.
        h: f64,
        /// What is wrong.
        refusal: Refusal,
    },
    /// The limit on the number of steps was reached.
    #[error("{max_steps} steps reach only t = {t} of {t1} (last step {h:.3e}, limited by `{state}`)")]
    TooManySteps {
        /// The limit.
        max_steps: usize,
        /// Time reached.
        t: f64,
        /// End of the span.
        t1: f64,
        /// Last step.
        h: f64,
        /// The state with the largest error.
        state: String,
    },
    /// A derivative with respect to a parameter is not finite, though the state is.
    #[error("d`{state}`/dp is not finite at t = {t} for parameter number {parameter}")]
    Gradient {
        /// Name of the state.
        state: String,
        /// Index of the parameter.
        parameter: usize,
        /// Output time.
        t: f64,
    },
    /// The cancel flag was set.
    #[error("cancelled at t = {t}")]
    Cancelled {
        /// Time reached.
        t: f64,
    },
}

impl SolveError {
    /// What the user may do about it.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            SolveError::StepTooSmall { refusal: Refusal::Inaccurate, .. } => {
                "loosen `rtol` or `atol`, or use the stiff method"
            }
            SolveError::StepTooSmall { refusal: Refusal::NotFinite, .. } | SolveError::Derivative { .. } => {
                "look for a parameter that lets this state run away or divides by zero"
            }
            SolveError::StepTooSmall { refusal: Refusal::NotPositive, .. } => {
                "something drains this state to the last; look at its sources and sinks"
            }
            SolveError::TooManySteps { .. } => "use the stiff method, or raise `max_steps`",
            _ => return None,
        })
    }
}

//! Distrust: what a recording says about itself, held against what was measured.
//!
//! Headers lie about commands, gains and units, amplifiers are left unbalanced, cells run down. [`examine`] looks
//! for all of it, corrects what it can, and says what it found with a confidence between 0 and 1; nothing is
//! changed in silence, and nothing at all where the header is to be trusted.

mod command;
mod labels;
mod trace;

use crate::recording::{Clamp, Recording};
use serde::{Deserialize, Serialize};

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// The stated command is not the one that was given.
    HeaderCommand,
    /// The recorded command carries no command.
    RecordedCommand,
    /// Voltage and current are exchanged.
    SwappedChannels,
    /// A voltage in the wrong unit or gain.
    VoltageScale,
    /// A current in the wrong unit or gain.
    CurrentScale,
    /// A trace at the end of its range.
    Clipped,
    /// Resistance of the electrode left in the voltage, or taken out twice.
    Bridge,
    /// A rest that no neuron has.
    Offset,
    /// The junction between the solutions of pipette and bath.
    LiquidJunction,
    /// A rest that moves from sweep to sweep.
    Drift,
}

/// One reason for distrust.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is about.
    pub about: About,
    /// What was seen.
    pub message: String,
    /// What to do, or what was done.
    pub hint: String,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
    /// Whether the numbers that follow are corrected for it.
    pub corrected: bool,
}

/// Where the command that is used comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsedCommand {
    /// The header states it.
    Header,
    /// It was recorded.
    Recorded,
    /// Nobody knows it: taken as none.
    Unknown,
}

/// A recording after the examination.
#[derive(Debug, Clone, PartialEq)]
pub struct Examined {
    /// With corrected channels.
    pub recording: Recording,
    /// The command of every sweep, one value a sample (pA in current clamp, mV in voltage clamp).
    pub command: Vec<Vec<f64>>,
    /// Where it comes from.
    pub used: UsedCommand,
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Examined {
    /// Whether the voltage was measured under a commanded current.
    pub fn is_current_clamp(&self) -> bool {
        self.recording.clamp != Some(Clamp::Voltage)
    }
}

/// Examines a recording. With `trust_header` nothing is corrected and the stated command is used where there is
/// one; what is found is told all the same.
pub fn examine(mut recording: Recording, trust_header: bool) -> Examined {
    let mut findings = Vec::new();
    let correct = !trust_header;
    labels::swapped(&mut recording, correct, &mut findings);
    labels::voltage(&mut recording, correct, &mut findings);
    let (mut command, used) = command::choose(&recording, trust_header, &mut findings);
    labels::current(&mut recording, &mut command, correct, &mut findings);
    trace::clipped(&recording, &mut findings);
    if recording.clamp != Some(Clamp::Voltage) {
        trace::bridge(&recording, &command, &mut findings);
        trace::rest(&recording, &command, &mut findings);
    }
    Examined { recording, command, used, findings }
}

/// The probability that a normal deviate stays below `z`: how sure an estimate `z` standard errors from zero is.
fn certainty(z: f64) -> f64 {
    // Abramowitz & Stegun 26.2.17, good to 1e-7: enough for a confidence.
    let x = z.abs();
    let t = 1.0 / (1.0 + 0.2316419 * x);
    let poly =
        t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    let tail = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt() * poly;
    (1.0 - 2.0 * tail).clamp(0.0, 0.99)
}

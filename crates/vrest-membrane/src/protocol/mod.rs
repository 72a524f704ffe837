//! What the experimenter does: injected current and parameters that change over time.
//!
//! A protocol is read from its own file and knows no cell. [`crate::Experiment`] brings the two together, and only
//! then is it known what a changed parameter measures.

mod noise;
mod read;
mod waveform;

pub(crate) use read::level_key;
pub(crate) use waveform::Segment;
pub use waveform::{Level, Shape, Target, Waveform};

use crate::problem::Problem;
use crate::reader::{self, Located};
use crate::units::Quantity;

/// Where a trajectory starts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Start {
    /// At the resting potential of the unchanged cell.
    Rest,
    /// At this voltage, mV, with gates at their steady state.
    Voltage(f64),
}

/// A voltage clamp: V follows `clamp.v` and its changes.
#[derive(Debug, Clone, PartialEq)]
pub struct ClampSpec {
    /// The holding voltage, mV; the trajectory starts there, gates at their steady state.
    pub v: f64,
    /// What lies between the amplifier and the membrane, as resistance times area, or of the whole cell; none for
    /// an ideal clamp.
    pub series_resistance: Option<Located<Quantity>>,
}

/// A protocol as its file describes it.
#[derive(Debug, Clone)]
pub struct Protocol {
    /// Short name.
    pub name: String,
    /// One or two sentences.
    pub description: String,
    /// ms.
    pub duration: f64,
    /// Where the trajectory starts.
    pub start: Start,
    /// Whether and how the voltage is clamped.
    pub clamp: Option<ClampSpec>,
    /// Stimuli and changes, in the order of the file.
    pub waveforms: Vec<Waveform>,
}

/// A protocol and what was odd about its file.
#[derive(Debug, Clone)]
pub struct LoadedProtocol {
    /// The protocol.
    pub protocol: Protocol,
    /// Warnings, in the order of the file.
    pub warnings: Vec<Problem>,
}

impl Protocol {
    /// Reads a protocol file.
    ///
    /// # Errors
    /// All problems of the file at once, in its order, warnings among them.
    pub fn parse(text: &str) -> Result<LoadedProtocol, Vec<Problem>> {
        let (protocol, warnings) = reader::read(text, read::protocol)?;
        Ok(LoadedProtocol { protocol, warnings })
    }

    /// Nothing happens for `duration` ms.
    pub fn rest(duration: f64) -> Protocol {
        let (name, description) = ("rest".to_string(), String::new());
        Protocol { name, description, duration, start: Start::Rest, clamp: None, waveforms: Vec::new() }
    }
}

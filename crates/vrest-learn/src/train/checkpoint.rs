//! A run's state as a file: the model's own, with the optimiser's moments, the best weights and the progress.

use super::adamw::AdamW;
use super::run::{Progress, State};
use crate::model::{Model, ModelError, numbers};
use safetensors::SafeTensors;
use std::collections::HashMap;

/// The metadata entry that holds the progress.
const ENTRY: &str = "vrest_progress";
const BEST: &str = "training.best";
const MEAN: &str = "training.adam.mean";
const SQUARE: &str = "training.adam.square";

impl State {
    /// The file. It is a model file too, of the last weights.
    ///
    /// # Errors
    /// Only if the writer refuses.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        let more = [(BEST, &self.best), (MEAN, &self.adam.m), (SQUARE, &self.adam.v)];
        let more: Vec<_> = more.map(|(name, values)| (name.to_string(), values.clone())).into();
        let progress = serde_json::to_string(&(&self.progress, self.adam.step))?;
        self.last.to_bytes(&more, HashMap::from([(ENTRY.into(), progress)]))
    }

    /// Reads a file written by [`to_bytes`](Self::to_bytes).
    ///
    /// # Errors
    /// A file that is no model, or a model without a training state.
    pub fn from_bytes(file: &[u8]) -> Result<State, ModelError> {
        let last = Model::from_bytes(file)?;
        let (_, header) = SafeTensors::read_metadata(file)?;
        let text = header.metadata().as_ref().and_then(|m| m.get(ENTRY)).ok_or(ModelError::NoProgress)?;
        let (progress, step): (Progress, u64) = serde_json::from_str(text)?;
        let tensors = SafeTensors::deserialize(file)?;
        let read = |name: &str| -> Result<Vec<f64>, ModelError> {
            let values: Vec<f64> = numbers(tensors.tensor(name)?.data()).collect();
            if values.len() == last.weights.len() {
                return Ok(values);
            }
            let found = format!("of length {}", values.len());
            Err(ModelError::Tensor { name: name.into(), found, expected: vec![last.weights.len()] })
        };
        let (best, m, v) = (read(BEST)?, read(MEAN)?, read(SQUARE)?);
        Ok(State { last, best, adam: AdamW { m, v, step }, progress })
    }
}

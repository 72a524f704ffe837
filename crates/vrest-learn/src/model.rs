//! A trained field with everything needed to use it: weights, scaling, shape, names and units, solver.
//!
//! Files are safetensors: the weights as tensors of f64 and one metadata entry with the rest as JSON.

use crate::field::{LearnedField, Shape, registry::Kind, registry::Visitor};
use crate::flow::{Flow, Stimuli};
use crate::kernels::Activation;
use crate::scaling::Scaling;
use crate::train::config::SolverConfig;
use ndarray::Array2;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use vrest_data::Dataset;
use vrest_data::dataset::Interpolation;
use vrest_ode::SolveError;

/// The metadata entry that holds the description.
const ENTRY: &str = "vrest_model";
/// The version of the layout.
const FORMAT: u32 = 2;

/// What a model is, apart from its weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// Version of this layout.
    pub format: u32,
    /// The version of the program that trained it.
    pub version: String,
    /// Which learned field.
    pub kind: Kind,
    /// Width of every hidden layer.
    pub hidden: Vec<usize>,
    /// Nonlinearity of the hidden layers.
    pub activation: Activation,
    /// Units and ranges of everything that goes in and comes out.
    pub scaling: Scaling,
    /// Tolerances to integrate it with.
    pub solver: SolverConfig,
    /// SHA-256 of the dataset it was trained on, where known.
    pub dataset_sha256: Option<String>,
}

/// A trained model.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// What it is.
    pub description: Description,
    /// Its weights, in the order of its tensors.
    pub weights: Vec<f64>,
}

/// Why a file is no model, or a model does not fit a dataset.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Not a safetensors file.
    #[error("it is not a safetensors file: {0}")]
    NotSafetensors(#[from] safetensors::SafeTensorError),
    /// Without our description.
    #[error("its metadata has no entry `{ENTRY}`: it was not written by `vrest train`")]
    NoDescription,
    /// A model without the state of its training.
    #[error("it is a model without a training state: only `last.safetensors` can be resumed")]
    NoProgress,
    /// A description that cannot be read.
    #[error("its description cannot be read: {0}")]
    BadDescription(#[from] serde_json::Error),
    /// Made by a later program.
    #[error("its format is {found}, this program reads {FORMAT}")]
    Format {
        /// The format of the file.
        found: u32,
    },
    /// A tensor is missing or has another shape or type than the description says.
    #[error("tensor `{name}` is {found}, expected f64 {expected:?}")]
    Tensor {
        /// The tensor.
        name: String,
        /// What there is.
        found: String,
        /// The shape that it should have.
        expected: Vec<usize>,
    },
    /// The dataset lacks an input of the model.
    #[error("the dataset has no parameter `{name}`, which the model was trained with")]
    MissingParameter {
        /// The parameter.
        name: String,
    },
    /// One of them has a stimulus, the other not.
    #[error("the model was trained {}, the dataset has {}", if *model { "with a stimulus" } else { "without a stimulus" }, if *model { "none" } else { "one" })]
    Stimulus {
        /// Whether the model has one.
        model: bool,
    },
    /// A trajectory could not be integrated.
    #[error("trajectory {sample} could not be integrated: {source}")]
    Solve {
        /// Its number.
        sample: usize,
        /// Why.
        source: SolveError,
    },
}

impl Model {
    /// The shape of its field.
    pub fn shape(&self) -> Shape {
        let d = &self.description;
        Shape {
            n_moving: d.scaling.n_moving(),
            n_fixed: d.scaling.n_fixed(),
            hidden: d.hidden.clone(),
            activation: d.activation,
        }
    }

    /// A description of this version of the layout and the program.
    pub fn describe(
        shape: &Shape,
        kind: Kind,
        scaling: Scaling,
        solver: SolverConfig,
        dataset_sha256: Option<String>,
    ) -> Description {
        Description {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").into(),
            kind,
            hidden: shape.hidden.clone(),
            activation: shape.activation,
            scaling,
            solver,
            dataset_sha256,
        }
    }

    /// The file, with further tensors (a training state) and metadata beside the model's own.
    pub fn to_bytes(
        &self,
        more: &[(String, Vec<f64>)],
        metadata: HashMap<String, String>,
    ) -> Result<Vec<u8>, ModelError> {
        let mut parts: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
        let mut at = 0;
        for (name, shape) in self.description.kind.visit(Tensors(&self.shape())) {
            let n: usize = shape.iter().product();
            parts.push((name, shape, bytes(&self.weights[at..at + n])));
            at += n;
        }
        parts.extend(more.iter().map(|(name, values)| (name.clone(), vec![values.len()], bytes(values))));
        let views = parts
            .iter()
            .map(|(name, shape, data)| Ok((name.clone(), TensorView::new(Dtype::F64, shape.clone(), data)?)))
            .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?;
        let mut metadata = metadata;
        metadata.insert(ENTRY.into(), serde_json::to_string(&self.description)?);
        Ok(serialize(views, Some(metadata))?)
    }

    /// Reads a model file.
    pub fn from_bytes(file: &[u8]) -> Result<Model, ModelError> {
        let (_, header) = SafeTensors::read_metadata(file)?;
        let text = header.metadata().as_ref().and_then(|m| m.get(ENTRY)).ok_or(ModelError::NoDescription)?;
        let description: Description = serde_json::from_str(text)?;
        if description.format != FORMAT {
            return Err(ModelError::Format { found: description.format });
        }
        let tensors = SafeTensors::deserialize(file)?;
        let mut model = Model { description, weights: Vec::new() };
        for (name, shape) in model.description.kind.visit(Tensors(&model.shape())) {
            let found = tensors.tensor(&name).ok();
            match found {
                Some(t) if t.dtype() == Dtype::F64 && t.shape() == shape => {
                    model.weights.extend(numbers(t.data()))
                }
                other => {
                    let found =
                        other.map_or("missing".into(), |t| format!("{:?} {:?}", t.dtype(), t.shape()));
                    return Err(ModelError::Tensor { name, found, expected: shape });
                }
            }
        }
        Ok(model)
    }

    /// The dataset's parameters in the model's order.
    fn columns(&self, data: &Dataset) -> Result<Vec<usize>, ModelError> {
        let scaling = &self.description.scaling;
        if scaling.u_scale.is_some() != data.stimulus.is_some() {
            return Err(ModelError::Stimulus { model: scaling.u_scale.is_some() });
        }
        scaling
            .columns
            .iter()
            .map(|c| {
                data.param_index(&c.name).ok_or_else(|| ModelError::MissingParameter { name: c.name.clone() })
            })
            .collect()
    }

    /// Predicts every trajectory of `data` from its parameters, stimulus and first voltage: \[samples, times\], mV.
    /// On the threads of the current rayon pool.
    ///
    /// # Errors
    /// A dataset that lacks an input, or a trajectory that cannot be integrated.
    pub fn predict(&self, data: &Dataset) -> Result<Array2<f64>, ModelError> {
        self.description.kind.visit(Predict { model: self, data })
    }

    /// The learned dV/dt at the voltages `v` (mV) under the current `u` (uA/cm2) and the parameters of sample number
    /// `sample` of `data`, mV/ms.
    ///
    /// # Errors
    /// A dataset that lacks an input.
    pub fn slopes(&self, data: &Dataset, sample: usize, u: f64, v: &[f64]) -> Result<Vec<f64>, ModelError> {
        self.description.kind.visit(Slopes { model: self, data, sample, u, v })
    }

    /// How many samples of `data` have a parameter outside the range of training.
    pub fn outside(&self, data: &Dataset) -> Result<usize, ModelError> {
        let columns = self.columns(data)?;
        let is_outside = |i: usize| {
            self.description.scaling.columns.iter().zip(&columns).any(|(c, &j)| c.is_outside(data.x[[i, j]]))
        };
        Ok((0..data.samples()).filter(|&i| is_outside(i)).count())
    }
}

fn bytes(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// The numbers of a tensor's bytes.
pub(crate) fn numbers(data: &[u8]) -> impl Iterator<Item = f64> + '_ {
    data.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().expect("eight bytes")))
}

/// Names and shapes of a kind's tensors.
pub(crate) struct Tensors<'a>(pub &'a Shape);
impl Visitor for Tensors<'_> {
    type Output = Vec<(String, Vec<usize>)>;
    fn visit<F: LearnedField>(self) -> Self::Output {
        F::new(self.0).tensors()
    }
}

struct Slopes<'a> {
    model: &'a Model,
    data: &'a Dataset,
    sample: usize,
    u: f64,
    v: &'a [f64],
}

impl Visitor for Slopes<'_> {
    type Output = Result<Vec<f64>, ModelError>;
    fn visit<F: LearnedField>(self) -> Self::Output {
        let Slopes { model, data, sample, u, v } = self;
        let params: Vec<f64> = model.columns(data)?.iter().map(|&j| data.x[[sample, j]]).collect();
        let field = F::new(&model.shape());
        let flow = Flow::new(&field, &model.weights, &model.description, Stimuli::default());
        Ok(flow.slopes(&params, v, u))
    }
}

struct Predict<'a> {
    model: &'a Model,
    data: &'a Dataset,
}

impl Visitor for Predict<'_> {
    type Output = Result<Array2<f64>, ModelError>;
    fn visit<F: LearnedField>(self) -> Self::Output {
        let Predict { model, data } = self;
        let columns = model.columns(data)?;
        let field = F::new(&model.shape());
        let times = data.t.to_vec();
        let stimuli = Stimuli {
            t: &times,
            u: data.stimulus.as_ref().map_or(Cow::default(), |s| match s.values.as_slice() {
                Some(values) => Cow::Borrowed(values),
                None => s.values.iter().copied().collect(),
            }),
            holds: data.stimulus.as_ref().is_none_or(|s| s.interpolation == Interpolation::Previous),
        };
        let flow = Flow::new(&field, &model.weights, &model.description, stimuli);
        let start = |i: usize| (columns.iter().map(|&j| data.x[[i, j]]).collect(), data.y[[i, 0]]);
        let flat = flow
            .trajectories(data.samples(), &times, start)
            .map_err(|(sample, source)| ModelError::Solve { sample, source })?;
        Ok(Array2::from_shape_vec(data.y.dim(), flat).expect("a row of every sample"))
    }
}

//! The learned fields that a configuration can name.

use super::{Gain, Perceptron, Product};
use serde::{Deserialize, Serialize};

/// One line a model: the variant, its type, its name in files, and what it is.
macro_rules! registry {
    ($($variant:ident($field:ty) = $name:literal, $about:literal;)+) => {
        /// Which learned field.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Kind {
            $(#[doc = $about] #[serde(rename = $name)] $variant,)+
        }

        impl Kind {
            /// All fields, with the name used in files and one line of description.
            pub const ALL: &'static [(Kind, &'static str, &'static str)] =
                &[$((Kind::$variant, $name, $about),)+];

            /// Calls `visitor` with the type that this kind stands for.
            pub fn visit<V: Visitor>(self, visitor: V) -> V::Output {
                match self {
                    $(Kind::$variant => visitor.visit::<$field>(),)+
                }
            }
        }
    };
}

registry! {
    Product(Gain<Product>) = "product", "a perceptron beside a response surface of all products of two inputs, times a gain";
    Perceptron(Perceptron) = "mlp", "a multilayer perceptron";
}

/// Work that is generic over the learned field.
pub trait Visitor {
    /// What the work returns.
    type Output;
    /// Does the work for one field.
    fn visit<F: super::LearnedField>(self) -> Self::Output;
}

impl Kind {
    /// The name used in files.
    pub fn name(self) -> &'static str {
        Kind::ALL.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, name, _)| name)
    }
}

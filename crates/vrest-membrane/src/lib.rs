//! vrest-membrane

pub mod expression;

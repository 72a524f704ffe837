//! vrest-figures

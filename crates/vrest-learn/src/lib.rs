//! vrest-learn

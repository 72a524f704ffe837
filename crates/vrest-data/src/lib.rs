//! vrest-data

//! vrest-membrane

//! The `hint:` of an unknown name.

use vrest_membrane::nearest::nearest;

/// The nearest of the valid names where one is near, and where to see them all.
pub fn hint<'a>(typed: &str, valid: impl IntoIterator<Item = &'a str>, elsewhere: &str) -> String {
    match nearest(typed, valid) {
        Some(name) => format!("did you mean `{name}`? {elsewhere}"),
        None => elsewhere.to_string(),
    }
}

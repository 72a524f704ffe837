//! YAML as a tree whose values know where they stand.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_saphyr::{Location, Spanned};

/// A value and its place in the text.
#[derive(Debug)]
pub struct Node {
    /// Bytes of its beginning, to the end of the line at most.
    pub span: Range<usize>,
    /// The entries of a mapping: key, place of the key, value.
    pub map: Option<Vec<(String, Range<usize>, Node)>>,
    /// Anything else.
    plain: Value,
}

impl Node {
    /// The value without places.
    pub fn value(&self) -> Value {
        match &self.map {
            Some(entries) => {
                entries.iter().map(|(key, _, node)| (key.clone(), node.value())).collect::<Value>()
            }
            None => self.plain.clone(),
        }
    }
}

/// The tree of `text`, none if it is empty.
///
/// # Errors
/// What is wrong, and where.
pub fn parse(text: &str) -> Result<Option<Node>, (String, Range<usize>)> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(None);
    }
    let tree: Spanned<Tree> = serde_saphyr::from_str(text).map_err(|error| {
        let span = error.location().map_or(0..0, |location| span(text, location));
        let message = error.without_snippet().to_string();
        (message.lines().next().unwrap_or_default().to_string(), span)
    })?;
    Ok(Some(place(text, tree)))
}

fn place(text: &str, tree: Spanned<Tree>) -> Node {
    let span_of = |location| span(text, location);
    let at = span_of(tree.referenced);
    match tree.value {
        Tree::Map(entries) => {
            let entries = entries
                .into_iter()
                .map(|(key, value)| (key.value, span_of(key.referenced), place(text, value)));
            Node { span: at, map: Some(entries.collect()), plain: Value::Null }
        }
        Tree::Plain(plain) => Node { span: at, map: None, plain },
    }
}

/// From a line and column, both counted from 1 and in characters, to the end of the word there.
fn span(text: &str, location: Location) -> Range<usize> {
    let (line, column) = (location.line() as usize, location.column() as usize);
    let begins: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let row = text[begins..].lines().next().unwrap_or_default();
    let start = begins + row.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum::<usize>();
    let rest = &text[start..begins + row.len()];
    let end = if rest.starts_with('[') {
        rest.find(']').map_or(rest.len(), |at| at + 1)
    } else {
        rest.find([' ', ':', ',', ']', '#']).unwrap_or(rest.len()).max(1.min(rest.len()))
    };
    start..start + end
}

/// What serde sees.
enum Tree {
    Map(Vec<(Spanned<String>, Spanned<Tree>)>),
    Plain(Value),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_bool<E>(self, x: bool) -> Result<Tree, E> {
        Ok(Tree::Plain(x.into()))
    }
    fn visit_i64<E>(self, x: i64) -> Result<Tree, E> {
        Ok(Tree::Plain(x.into()))
    }
    fn visit_u64<E>(self, x: u64) -> Result<Tree, E> {
        Ok(Tree::Plain(x.into()))
    }
    fn visit_f64<E>(self, x: f64) -> Result<Tree, E> {
        Ok(Tree::Plain(x.into()))
    }
    fn visit_str<E>(self, x: &str) -> Result<Tree, E> {
        Ok(Tree::Plain(x.into()))
    }
    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Plain(Value::Null))
    }
    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Plain(Value::Null))
    }
    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Tree, D::Error> {
        Tree::deserialize(inner)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Value>()? {
            list.push(item);
        }
        Ok(Tree::Plain(list.into()))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Tree::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_keys_know_their_places() {
        let text = "# first\nseed: 3\nsplit:\n  train: 0.7  # most\n  µ: [1, 2]\n";
        let node = parse(text).unwrap().unwrap();
        let entries = node.map.as_ref().unwrap();
        assert_eq!(&text[entries[0].1.clone()], "seed");
        assert_eq!(&text[entries[0].2.span.clone()], "3");
        let inner = entries[1].2.map.as_ref().unwrap();
        assert_eq!(&text[inner[0].2.span.clone()], "0.7");
        assert_eq!(&text[inner[1].2.span.clone()], "[1, 2]");
        assert_eq!(inner[1].2.value(), serde_json::json!([1, 2]));
    }

    #[test]
    fn nothing_is_no_tree_and_nonsense_has_a_place() {
        assert!(parse("# only a remark\n").unwrap().is_none());
        let (message, span) = parse("a: 1\nb: [1, 2\nc: 3\n").unwrap_err();
        assert!(!message.is_empty() && span.start > 4, "{message} {span:?}");
    }
}

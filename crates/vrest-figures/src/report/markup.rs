//! Plain text with a little emphasis as HTML. Whatever is not emphasis is escaped.

use crate::svg::escape;
use crate::text::{self, Script};

/// Paragraphs and lists.
pub fn blocks(text: &str) -> String {
    let mut out = String::new();
    for paragraph in text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        // A list may follow its introduction without an empty line between them.
        let mut lines = paragraph.lines().peekable();
        while let Some(&line) = lines.peek() {
            let is_item = item(line).is_some();
            let group: Vec<&str> =
                std::iter::from_fn(|| lines.next_if(|line| item(line).is_some() == is_item)).collect();
            if is_item {
                let items = group.iter().filter_map(|line| item(line));
                out.push_str(&format!(
                    "<ul>{}</ul>\n",
                    items.map(|i| format!("<li>{}</li>", inline(i))).collect::<String>()
                ));
            } else {
                out.push_str(&format!("<p>{}</p>\n", inline(&group.join(" "))));
            }
        }
    }
    out
}

fn item(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("- ")
}

/// One run of text: `**strong**`, `` `code` `` and scripts.
pub fn inline(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, inner, after, tag)) = next_emphasis(rest) {
        out.push_str(&scripts(before));
        let inner = if tag == "code" { escape(inner) } else { scripts(inner) };
        out.push_str(&format!("<{tag}>{inner}</{tag}>"));
        rest = after;
    }
    out + &scripts(rest)
}

/// Splits at the first complete emphasis: before, inside, after, tag.
fn next_emphasis(text: &str) -> Option<(&str, &str, &str, &'static str)> {
    let find = |fence: &'static str, tag: &'static str| {
        let start = text.find(fence)?;
        let inner = &text[start + fence.len()..];
        let end = inner.find(fence).filter(|&end| end > 0)?;
        Some((&text[..start], &inner[..end], &inner[end + fence.len()..], tag))
    };
    [find("**", "strong"), find("`", "code")].into_iter().flatten().min_by_key(|(before, ..)| before.len())
}

fn scripts(text: &str) -> String {
    text::runs(text)
        .into_iter()
        .map(|(script, run)| match script {
            Script::Normal => escape(&run),
            Script::Sub => format!("<sub>{}</sub>", escape(&run)),
            Script::Super => format!("<sup>{}</sup>", escape(&run)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emphasis_becomes_tags_and_everything_else_is_escaped() {
        for (text, html) in [
            ("a **b** c", "a <strong>b</strong> c"),
            ("`x < **y**`", "<code>x &lt; **y**</code>"),
            ("V_{rest} of leak_K.g", "V<sub>rest</sub> of leak_K.g"),
            ("2 ** 3 and `open", "2 ** 3 and `open"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("**<b>**", "<strong>&lt;b&gt;</strong>"),
            ("a****b", "a****b"),
        ] {
            assert_eq!(inline(text), html);
        }
    }

    #[test]
    fn paragraphs_and_lists_are_told_apart() {
        assert_eq!(
            blocks("one\ntwo\n\nthree:\n- a\n- b\nend"),
            "<p>one two</p>\n<p>three:</p>\n<ul><li>a</li><li>b</li></ul>\n<p>end</p>\n"
        );
        assert_eq!(blocks(" \n\n "), "");
    }
}

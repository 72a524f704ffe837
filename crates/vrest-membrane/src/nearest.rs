//! The valid name closest to a misspelt one, shared by every message that says "did you mean".

/// The candidate with the smallest edit distance to `word`, if it is close enough to be a slip of the pen: at
/// most a third of the letters (but at least one) away. Upper and lower case count as half an edit.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = 2 * (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|c| (half_edits(word, c), c))
        .filter(|(d, c)| *d <= limit && *d < 2 * c.chars().count())
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}

/// Edit distance with adjacent transpositions (optimal string alignment), in half edits.
fn half_edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).map(|j| 2 * j).collect()];
    for i in 1..=a.len() {
        let mut row = vec![2 * i];
        for j in 1..=b.len() {
            let substitution = match (a[i - 1], b[j - 1]) {
                (x, y) if x == y => 0,
                (x, y) if x.to_lowercase().eq(y.to_lowercase()) => 1,
                _ => 2,
            };
            let mut best = (rows[i - 1][j] + 2).min(row[j - 1] + 2).min(rows[i - 1][j - 1] + substitution);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 2);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let names = ["leak_K.g", "leak_Na.g", "ions.K.outside", "temperature", "capacitance"];
        for (word, want) in [
            ("leak_k.g", Some("leak_K.g")),
            ("ions.K.outsid", Some("ions.K.outside")),
            ("temprature", Some("temperature")),
            ("capacitanec", Some("capacitance")),
            ("voltage", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, names), want, "{word}");
        }
    }
}

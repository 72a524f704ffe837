//! The table of claims, its check and its document.

use std::fmt::Write as _;
use std::path::Path;

struct Row {
    id: &'static str,
    claim: String,
    unit: &'static str,
    expected: f64,
    got: f64,
    tolerance: f64,
    source: &'static str,
}

/// Collects claims.
#[derive(Default)]
pub struct Table(Vec<Row>);

impl Table {
    /// One claim with an absolute tolerance.
    #[allow(clippy::too_many_arguments, reason = "the columns of a table")]
    pub fn row(
        &mut self,
        id: &'static str,
        claim: impl Into<String>,
        unit: &'static str,
        expected: f64,
        tolerance: f64,
        got: f64,
        source: &'static str,
    ) {
        self.0.push(Row { id, claim: claim.into(), unit, expected, got, tolerance, source });
    }

    /// Panics with all claims that do not hold; then writes the document, or checks that it is not stale.
    pub fn check(mut self) {
        let number =
            |id: &str| id[1..].trim_end_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().unwrap_or(0);
        self.0.sort_by_key(|r| (number(r.id), r.id));
        let wrong: Vec<String> = self
            .0
            .iter()
            .filter(|r| (r.got - r.expected).abs() > r.tolerance || !r.got.is_finite())
            .map(|r| {
                format!(
                    "{} {}: {} instead of {} +- {} {}",
                    r.id, r.claim, r.got, r.expected, r.tolerance, r.unit
                )
            })
            .collect();
        assert!(wrong.is_empty(), "{} claims do not hold:\n{}", wrong.len(), wrong.join("\n"));
        self.document();
    }

    fn document(&self) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/validation.md");
        let text = self.markdown();
        if std::env::var_os("VREST_UPDATE").is_some() {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, text).unwrap();
            return;
        }
        let committed = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(committed == text, "docs/validation.md is stale; run the test with VREST_UPDATE=1");
    }

    fn markdown(&self) -> String {
        let mut out = String::from(
            "# What is validated\n\n\
             Every row is checked by `cargo test -p vrest-membrane --test validation`, which also writes this file \
             (`VREST_UPDATE=1`).\n\
             `derived`: the expected value was computed from the formula by other means; `SciPy`: by its solvers, from equations \
             written anew; a citation: it was published or read in the model's own code.\n\n\
             | row | claim | expected | got | tolerance | unit | source |\n|---|---|---|---|---|---|---|\n",
        );
        for r in &self.0 {
            // No more digits than the tolerance makes meaningful: the document must not depend on rounding.
            let digits = (1.0 - r.tolerance.log10().floor()).clamp(0.0, 12.0);
            let show = |x: f64| {
                if r.expected != 0.0 && r.expected.abs() < 1e-3 {
                    let significant = (digits + r.expected.abs().log10().floor()).max(1.0) as usize;
                    return format!("{x:.significant$e}");
                }
                let text = format!("{x:.0$}", digits as usize);
                // Rounding noise around zero has no meaningful sign.
                let zero = text.chars().all(|c| "-0.".contains(c));
                if zero { "0".into() } else { text }
            };
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {:e} | {} | {} |",
                r.id,
                r.claim,
                show(r.expected),
                show(r.got),
                r.tolerance,
                r.unit,
                r.source
            );
        }
        out
    }
}

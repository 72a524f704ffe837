//! The report as Markdown tables, aligned so that they read well on a terminal too.

use std::fmt::Write;

use super::{Report, Row, TaskReport};
use crate::runner::ENOUGH_S;

/// The whole report; `picture` gives the file name of a task's work-precision picture where there is one.
pub fn render(report: &Report, picture: impl Fn(&TaskReport) -> Option<String>) -> String {
    let mut out = String::from("# Benchmarks\n\n");
    out += "Written by `cargo run --release -p vrest-bench -- --markdown FILE`; not edited by hand.\n\n";
    let _ = writeln!(out, "Machine: {}.\n", report.machine.sentence());
    let versions: Vec<String> = report.versions().iter().map(|(n, v)| format!("{n} {v}")).collect();
    if !versions.is_empty() {
        let _ = writeln!(out, "Peers: {}.\n", versions.join(", "));
    }
    let rounds = match report.rounds {
        1 => "once".to_string(),
        n => format!("{n} times"),
    };
    let _ = writeln!(
        out,
        "Each side is a process of its own, bound to one core with one thread, given the same inputs from a file, \
         and started {rounds} in turn with the others (not again after {ENOUGH_S} s in all); times are medians over all \
         repetitions, without start-up and compilation. One program checks every side's answer. The ratio is the \
         side's time over ours on one core.\n"
    );
    if report.quick {
        out += "**Quick figures** from small work: they show that all runs, and are not for quoting.\n\n";
    }
    out += &summary(report);
    for task in &report.tasks {
        out += &section(task, picture(task));
    }
    out
}

fn summary(report: &Report) -> String {
    let header = ["task", "against", "at least", "aim", "ratio", ""];
    let mut rows = Vec::new();
    for task in &report.tasks {
        for target in &task.targets {
            let ratio = target.ratio.map_or("-".into(), figure);
            let verdict = if task.failed { "**task failed**" } else { target.verdict() };
            let cells =
                [&task.id, &target.against, &figure(target.at_least), &figure(target.aim), &ratio, verdict];
            rows.push(cells.map(str::to_string).to_vec());
        }
        if let Some(gain) = task.second_core() {
            let verdict = if gain >= 1.7 { "reached" } else { "**short**" };
            let cells = [&task.id, "second core", "1.7", "", &figure(gain), verdict];
            rows.push(cells.map(str::to_string).to_vec());
        }
    }
    format!("## Targets\n\n{}\n", table(&Table { header: header.map(str::to_string).to_vec(), rows }))
}

fn section(task: &TaskReport, picture: Option<String>) -> String {
    let mut out = format!("## {}: {}\n\n{}\n\n", task.id, task.title, task.work);
    let time = format!("{} a {}", task.unit.symbol(), task.item);
    let header = ["", &time, "least - most", "ratio", &task.error, "agrees within", "first run, s"];
    let rows = task.rows.iter().map(|row| cells(row, task.unit.per_second())).collect();
    out += &table(&Table { header: header.map(str::to_string).to_vec(), rows });
    out += "\n";
    for row in task.rows.iter().filter(|row| !row.agrees) {
        let why = row.failure.as_deref().unwrap_or("it does not agree with the reference");
        let _ = writeln!(out, "**Failed**: {}: {why}\n", row.name.replace("**", ""));
    }
    if let Some(file) = picture {
        let _ = writeln!(out, "![{}: error against time]({file})\n", task.id);
    }
    out
}

fn cells(row: &Row, per_second: f64) -> Vec<String> {
    let time = |s: f64| figure(s * per_second);
    vec![
        row.name.clone(),
        row.median_s.map_or("-".into(), time),
        row.range_s.map_or("-".into(), |(low, high)| format!("{} - {}", time(low), time(high))),
        row.ratio.map_or("-".into(), figure),
        row.error.map_or("-".into(), |e| format!("{e:.1e}")),
        format!("{:.0e}{}", row.tolerance, if row.agrees { "" } else { " **no**" }),
        row.warm_up_s.map_or("-".into(), |s| if s < 0.01 { "-".into() } else { figure(s) }),
    ]
}

/// Three significant figures without an exponent.
pub fn figure(x: f64) -> String {
    if !x.is_finite() {
        return "-".into();
    }
    let magnitude = if x == 0.0 { 0 } else { x.abs().log10().floor() as i32 };
    let decimals = (2 - magnitude).clamp(0, 6) as usize;
    let text = format!("{x:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

/// A header, and rows of as many cells.
struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// A Markdown table with aligned columns.
fn table(table: &Table) -> String {
    let n = table.header.len();
    let all = || std::iter::once(&table.header).chain(&table.rows);
    let width: Vec<usize> =
        (0..n).map(|c| all().map(|row| row[c].chars().count()).max().unwrap_or(0).max(3)).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row
            .iter()
            .zip(&width)
            .enumerate()
            .map(|(c, (text, w))| if c == 0 { format!("{text:<w$}") } else { format!("{text:>w$}") })
            .collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule = |(c, w): (usize, &usize)| if c == 0 { "-".repeat(*w) } else { "-".repeat(w - 1) + ":" };
    let rules: Vec<String> = width.iter().enumerate().map(rule).collect();
    let mut out = line(&table.header);
    out += &format!("| {} |\n", rules.join(" | "));
    table.rows.iter().for_each(|row| out += &line(row));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits_and_no_exponent() {
        let shown: Vec<String> = [4513.0, 28.96, 1.0, 0.012345, 0.0].into_iter().map(figure).collect();
        assert_eq!(shown, ["4513", "29", "1", "0.0123", "0"]);
    }
}

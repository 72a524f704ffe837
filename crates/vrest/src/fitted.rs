//! The answer of `vrest fit`: tables, and figures of overlay, residuals and profiles.

use std::fmt::Write as _;

use serde::Serialize;
use vrest_data::recording::Clamp;
use vrest_figures::{Axis, Band, Color, Dash, Figure, Legend, Line, Panel, Reference};
use vrest_learn::fit::contest::Contest;
use vrest_learn::fit::derived::Derived;
use vrest_learn::fit::design::Advice;
use vrest_learn::fit::report::{End, Estimated, SweepLeft, prediction};
use vrest_learn::fit::{Fit, FitError, Model, Trace, profile};

use crate::commands::fit::Split;
use crate::numbers::{fixed, significant};
use crate::session::{Answer, Paint};
use crate::table::{Align, Table};

/// A fitted cell and everything that is known about the fit.
#[derive(Serialize)]
pub struct Fitted {
    /// The recording.
    pub file: String,
    /// The cell that was fitted.
    pub cell: String,
    /// What was held.
    #[serde(skip)]
    pub clamp: Clamp,
    /// Whether every sweep has a rest of its own.
    #[serde(rename = "own_rests")]
    pub rests: bool,
    /// Estimates, correlations, residuals.
    #[serde(flatten)]
    pub fit: Fit,
    /// What follows from the estimates.
    pub derived: Vec<Derived>,
    /// Sweeps that the fit has not seen.
    pub held_out: Vec<SweepLeft>,
    /// Protocols that would tell what this one does not.
    pub advice: Vec<Advice>,
    /// Physics beside what was learned.
    pub contest: Option<Contest>,
}

impl Fitted {
    fn unit(&self) -> &'static str {
        if self.clamp == Clamp::Voltage { "pA" } else { "mV" }
    }
}

/// An interval in as many digits as its width is worth.
fn interval(low: f64, high: f64) -> String {
    let digits = |x: f64| significant(x, 5);
    format!("{} .. {}", digits(low), digits(high))
}

/// A value to the second digit of its error.
fn to_error(value: f64, se: f64) -> String {
    if !(se.is_finite() && se > 0.0) || se > 10.0 * value.abs() {
        return significant(value, 3);
    }
    let decimals = (1 - se.log10().floor() as i32).clamp(0, 10) as usize;
    fixed(value, decimals)
}

impl Answer for Fitted {
    fn text(&self, paint: Paint) -> String {
        let sweeps: Vec<String> = self.fit.sweeps.iter().map(|s| s.sweep.to_string()).collect();
        let title = format!("{} fitted to sweeps {} of {}", self.cell, sweeps.join(", "), self.file);
        let mut out = paint.bold(&title) + "\n" + &self.estimates().text(paint);
        if !self.derived.is_empty() {
            let _ = write!(out, "\n{}\n{}", paint.bold("The cell"), self.of_the_cell().text(paint));
        }
        let _ = write!(out, "\n{}\n{}", paint.bold("What is left"), self.left().text(paint));
        out += &self.judgement();
        if self.fit.estimates.len() > 1 {
            let _ = write!(out, "\n{}\n{}", paint.bold("Correlations"), self.correlations().text(paint));
        }
        let _ = write!(out, "\n{}\n{}", paint.bold("What this protocol cannot tell"), self.untold());
        if let Some(contest) = &self.contest {
            let heading = paint.bold("Physics and what was learned");
            let _ = write!(out, "\n{heading}\n{}", contenders(contest, self.unit()).text(paint));
            let _ = writeln!(out, "  {}", contest.verdict);
            let alike: Vec<String> = contest
                .curve
                .resembles
                .iter()
                .map(|(kind, r)| format!("{kind} ({})", fixed(*r, 2)))
                .collect();
            if contest.found && !alike.is_empty() {
                let _ = writeln!(out, "  the learned current bends most like {}", alike.join(", "));
            }
        }
        out
    }

    fn csv(&self) -> Table {
        let mut table = Table::new([
            ("parameter", Align::Left),
            ("unit", Align::Left),
            ("estimate", Align::Right),
            ("se", Align::Right),
            ("low", Align::Right),
            ("high", Align::Right),
            ("profile low", Align::Right),
            ("profile high", Align::Right),
        ]);
        for e in &self.fit.estimates {
            let side = |k: usize| {
                e.profile.as_ref().and_then(|p| p.interval[k]).map_or(String::new(), |x| format!("{x}"))
            };
            table.row([
                e.path.clone(),
                e.unit.clone(),
                format!("{}", e.value),
                format!("{}", e.se),
                format!("{}", e.interval[0]),
                format!("{}", e.interval[1]),
                side(0),
                side(1),
            ]);
        }
        table
    }
}

impl Fitted {
    fn estimates(&self) -> Table {
        let mut table = Table::new([
            ("parameter", Align::Left),
            ("estimate", Align::Right),
            ("se", Align::Right),
            ("unit", Align::Left),
            ("95 %, Jacobian", Align::Left),
            ("95 %, profile", Align::Left),
            ("from", Align::Right),
        ]);
        for e in &self.fit.estimates {
            table.row([
                e.path.clone(),
                to_error(e.value, e.se),
                significant(e.se, 2),
                e.unit.clone(),
                interval(e.interval[0], e.interval[1]),
                profile_interval(e),
                significant(e.start, 4),
            ]);
        }
        table
    }

    fn of_the_cell(&self) -> Table {
        let mut table = Table::new([
            ("quantity", Align::Left),
            ("value", Align::Right),
            ("se", Align::Right),
            ("unit", Align::Left),
            ("95 %", Align::Left),
        ]);
        for d in &self.derived {
            table.row([
                d.name.into(),
                to_error(d.value, d.se),
                significant(d.se, 2),
                d.unit.into(),
                interval(d.interval[0], d.interval[1]),
            ]);
        }
        table
    }

    fn left(&self) -> Table {
        let unit = self.unit();
        let mut table = Table::with_columns(vec![
            ("sweep".into(), Align::Right),
            (format!("RMS ({unit})"), Align::Right),
            (format!("noise before the step ({unit})"), Align::Right),
            (String::new(), Align::Left),
        ]);
        for (all, what) in [(&self.fit.sweeps, ""), (&self.held_out, "held out")] {
            for s in all {
                table.push(vec![
                    s.sweep.to_string(),
                    significant(s.rms, 4),
                    significant(s.noise, 4),
                    what.into(),
                ]);
            }
        }
        table
    }

    fn judgement(&self) -> String {
        let (w, unit) = (&self.fit.whiteness, self.unit());
        let size = if w.noise_only {
            "the fit leaves no more than the noise".to_string()
        } else {
            format!(
                "the fit leaves {} times the noise: the cell does something that this model does not",
                significant(w.rms / w.noise, 3)
            )
        };
        let mut out = format!(
            "  {size} ({} against {} {unit}); one independent residual in {} samples, in the noise one in {}\n",
            significant(w.rms, 4),
            significant(w.noise, 4),
            significant(w.inefficiency, 3),
            significant(w.background, 3)
        );
        let _ = writeln!(out, "  {} of {} starts found this minimum", self.fit.agreeing, self.fit.starts);
        out
    }

    fn correlations(&self) -> Table {
        let names = self.fit.estimates.iter().map(|e| e.path.clone());
        let mut table = Table::with_columns(
            std::iter::once((String::new(), Align::Left)).chain(names.map(|n| (n, Align::Right))).collect(),
        );
        for (e, row) in self.fit.estimates.iter().zip(&self.fit.correlation) {
            let cells = row.iter().map(|c| fixed(*c, 3));
            table.push(std::iter::once(e.path.clone()).chain(cells).collect());
        }
        table
    }

    /// Parameters that stopped at an end of what they may be.
    fn ends(&self) -> String {
        let mut out = String::new();
        for e in &self.fit.estimates {
            let path = &e.path;
            let _ = match e.at {
                None => Ok(()),
                Some(End::Nothing) => {
                    let most = significant(e.interval[1], 2);
                    writeln!(
                        out,
                        "  `{path}`: these sweeps want none of it, at most {most} {} (95 %)",
                        e.unit
                    )
                }
                Some(end) => {
                    let which = if end == End::Low { "lower" } else { "upper" };
                    writeln!(
                        out,
                        "  `{path}` stopped at its {which} bound: widen the bounds, or hold it with `--set`"
                    )
                }
            };
        }
        out
    }

    fn untold(&self) -> String {
        let mut out = self.ends();
        if self.fit.weak.is_empty() {
            if out.is_empty() {
                out += "  every free parameter is told, and their combinations\n";
            }
            return out;
        }
        for w in &self.fit.weak {
            let parts: Vec<String> =
                w.parts.iter().map(|(path, part)| format!("{} {path}", fixed(*part, 2))).collect();
            let how = if w.se.is_finite() {
                let se = significant(w.se, 2);
                format!("standard error {se}, where 1 is an e-fold of a conductance, 10 mV, 10 Mohm or 10 pA")
            } else {
                "the data say nothing about it".into()
            };
            let _ = writeln!(out, "  {}: {how}", parts.join(", "));
        }
        if self.advice.is_empty() {
            out += "  no sweep that was tried would tell more; hold one of them at a value known from elsewhere\n";
        }
        for a in self.advice.iter().take(4) {
            let _ = writeln!(
                out,
                "  would help: {} (error of the weakest direction {} times smaller)",
                a.protocol,
                significant(a.gain, 2)
            );
        }
        out
    }
}

/// Errors of everybody, the physics first.
fn contenders(contest: &Contest, unit: &str) -> Table {
    let mut columns = vec![
        (format!("RMS in {unit}"), Align::Left),
        ("numbers".into(), Align::Right),
        ("seen sweeps".into(), Align::Right),
        ("held out".into(), Align::Right),
    ];
    if let Some(first) = contest.contenders.first() {
        columns.extend(first.held_out.iter().map(|s| (format!("sweep {}", s.sweep), Align::Right)));
    }
    let mut table = Table::with_columns(columns);
    for c in &contest.contenders {
        let held = if c.held_out.is_empty() { "-".into() } else { significant(c.error(true), 4) };
        let mut cells =
            vec![c.name.to_string(), c.parameters.to_string(), significant(c.error(false), 4), held];
        cells.extend(c.held_out.iter().map(|s| significant(s.rms, 4)));
        table.push(cells);
    }
    table
}

fn profile_interval(e: &Estimated) -> String {
    let Some(p) = &e.profile else { return "-".into() };
    let side = |k: usize, open: &str| p.interval[k].map_or(open.to_string(), |x| significant(x, 5));
    format!("{} .. {}", side(0, "open"), side(1, "open"))
}

/// Sweeps with their predictions, for figures.
pub struct Drawn {
    sweeps: Vec<(Trace, Vec<f64>, bool)>,
}

impl Drawn {
    /// Simulates every sweep at the estimates.
    pub fn new(model: &Model, split: &Split, fitted: &Fitted) -> Result<Self, FitError> {
        let one = |held: bool| {
            move |t: &Trace| Ok((t.clone(), prediction(model, t, &fitted.fit.p, fitted.rests)?, held))
        };
        let seen = split.seen.iter().map(one(false));
        let held = split.held_out.iter().map(one(true));
        Ok(Drawn { sweeps: seen.chain(held).collect::<Result<_, FitError>>()? })
    }

    /// Every figure with its name.
    pub fn figures(&self, fitted: &Fitted) -> Vec<(&'static str, Figure)> {
        let mut all = vec![("overlay", self.overlay(fitted)), ("residuals", self.residuals(fitted))];
        if fitted.fit.estimates.iter().any(|e| e.profile.is_some()) {
            all.push(("profiles", profiles(fitted)));
        }
        if let Some(contest) = &fitted.contest {
            all.push(("learned_current", learned_current(contest)));
            if contest.contenders.iter().any(|c| !c.predicted.is_empty()) {
                all.push(("held_out", self.contest(contest, fitted)));
            }
        }
        all
    }

    /// An axis of time to the end of the last sample, which is where it has its mark.
    fn time(&self) -> Axis {
        let end = |(t, _, _): &(Trace, Vec<f64>, bool)| {
            let t = &t.samples.t_ms;
            t.last().map_or(0.0, |last| last + t.get(1).map_or(0.0, |next| next - t[0]))
        };
        Axis::new("time", "ms").range(0.0, self.sweeps.iter().map(end).fold(1e-3, f64::max))
    }

    /// Everybody's prediction of the held-out sweeps, with the band of the hybrid.
    fn contest(&self, contest: &Contest, fitted: &Fitted) -> Figure {
        let held: Vec<&(Trace, Vec<f64>, bool)> = self.sweeps.iter().filter(|s| s.2).collect();
        let mut figure = Figure::new("Sweeps that nobody has seen")
            .size(720.0, 90.0 + 230.0 * held.len() as f64)
            .shared_x();
        for (k, (t, _, _)) in held.iter().enumerate() {
            let x = &t.samples.t_ms;
            let axis = if fitted.clamp == Clamp::Voltage { "I" } else { "V" };
            let mut panel = Panel::new(self.time(), Axis::new(axis, fitted.unit()))
                .titled(format!("sweep {}", t.sweep))
                .mark(Line::new("recorded", x, &t.samples.values).color(Color::Faint).width(3.0));
            if k > 0 {
                panel = panel.legend(Legend::Hidden);
            }
            for (i, c) in contest.contenders.iter().take(3).enumerate() {
                let predicted = &c.predicted[k];
                if let Some(scatter) = &c.scatter {
                    let edge = |sign: f64| -> Vec<f64> {
                        predicted.iter().zip(&scatter[k]).map(|(v, s)| v + sign * 2.0 * s).collect()
                    };
                    panel = panel.mark(Band::new("", x, &edge(-1.0), &edge(1.0)).color(Color::Series(i)));
                }
                panel = panel.mark(Line::new(c.name, x, predicted).color(Color::Series(i)).width(1.2));
            }
            figure = figure.panel(panel);
        }
        figure
    }

    fn overlay(&self, fitted: &Fitted) -> Figure {
        let axis = if fitted.clamp == Clamp::Voltage { ("I", "pA") } else { ("V", "mV") };
        let done = if fitted.clamp == Clamp::Voltage { ("V", "mV") } else { ("I", "pA") };
        let time = || self.time();
        let mut above = Panel::new(time(), Axis::new(axis.0, axis.1)).height(3.0);
        let mut below = Panel::new(time(), Axis::new(done.0, done.1)).legend(Legend::Hidden);
        for (t, _, _) in &self.sweeps {
            let label = if above.marks.is_empty() { "recorded" } else { "" };
            above = above
                .mark(Line::new(label, &t.samples.t_ms, &t.samples.values).color(Color::Faint).width(2.6));
            let command: Vec<f64> = t.samples.t_ms.iter().map(|x| t.command_at(*x)).collect();
            below = below.mark(Line::new("", &t.samples.t_ms, &command).color(Color::Ink).width(1.0));
        }
        let mut named = [false, false];
        for (t, predicted, held) in &self.sweeps {
            let first = !std::mem::replace(&mut named[usize::from(*held)], true);
            let label = match (first, held) {
                (true, false) => "fitted",
                (true, true) => "held out",
                _ => "",
            };
            let color = Color::Series(usize::from(*held));
            above = above.mark(Line::new(label, &t.samples.t_ms, predicted).color(color).width(1.2));
        }
        Figure::new(format!("{} fitted to {}", fitted.cell, fitted.file))
            .size(720.0, 480.0)
            .shared_x()
            .panel(above)
            .panel(below)
    }

    fn residuals(&self, fitted: &Fitted) -> Figure {
        let mut figure = Figure::new("Recorded less fitted")
            .size(720.0, 80.0 + 90.0 * self.sweeps.len() as f64)
            .shared_x();
        for (t, predicted, held) in &self.sweeps {
            let left: Vec<f64> = t.samples.values.iter().zip(predicted).map(|(d, m)| d - m).collect();
            let zero = Reference { dash: Dash::Solid, ..Reference::horizontal(0.0, "") };
            let what = if *held { ", held out" } else { "" };
            let panel = Panel::new(self.time(), Axis::new("", fitted.unit()))
                .titled(format!("sweep {}{what}", t.sweep))
                .legend(Legend::Hidden)
                .mark(
                    Line::new("", &t.samples.t_ms, &left).color(Color::Series(usize::from(*held))).width(0.8),
                )
                .mark(zero);
            figure = figure.panel(panel);
        }
        figure
    }
}

/// The learned current over the voltage, with its band; dashed lines where the data end.
fn learned_current(contest: &Contest) -> Figure {
    let c = &contest.curve;
    let edge = |sign: f64| -> Vec<f64> {
        c.current.iter().zip(&c.scatter).map(|(i, s)| i + sign * 2.0 * s).collect()
    };
    let panel = Panel::new(Axis::new("V", "mV"), Axis::new("learned current", "pA"))
        .mark(Band::new("two standard deviations of the ensemble", &c.v, &edge(-1.0), &edge(1.0)))
        .mark(Line::new("ensemble mean", &c.v, &c.current).color(Color::Series(0)))
        .mark(Reference::vertical(c.reached[0], "data, a guess below"))
        .mark(Reference::vertical(c.reached[1], "a guess above"));
    let mut figure = Figure::new("What the hybrid adds to the physics (inward positive)")
        .size(720.0, 420.0 + 190.0 * c.over_time.len() as f64)
        .panel(panel.titled("steady, over the voltage").height(1.8));
    for o in &c.over_time {
        let edge = |sign: f64| -> Vec<f64> {
            o.current.iter().zip(&o.scatter).map(|(i, s)| i + sign * 2.0 * s).collect()
        };
        let panel = Panel::new(Axis::new("time", "ms"), Axis::new("learned current", "pA"))
            .titled(format!("during sweep {}", o.sweep))
            .legend(Legend::Hidden)
            .mark(Band::new("", &o.t_ms, &edge(-1.0), &edge(1.0)))
            .mark(Line::new("", &o.t_ms, &o.current).color(Color::Series(0)));
        figure = figure.panel(panel);
    }
    figure
}

/// The deviance of every parameter with its 95 % line.
fn profiles(fitted: &Fitted) -> Figure {
    let with: Vec<&Estimated> = fitted.fit.estimates.iter().filter(|e| e.profile.is_some()).collect();
    let mut figure = Figure::new("Profile likelihood").size(620.0, 60.0 + 170.0 * with.len() as f64);
    for e in with {
        let Some(p) = &e.profile else { continue };
        let panel = Panel::new(Axis::new(&e.path, &e.unit), Axis::new("deviance", "").range(0.0, 8.0))
            .legend(Legend::Hidden)
            .mark(Line::new(&e.path, &p.values, &p.deviance).color(Color::Series(0)))
            .mark(Reference::horizontal(profile::CHI2, "95 %"))
            .mark(Reference::vertical(e.value, ""));
        figure = figure.panel(panel);
    }
    figure
}

//! What `vrest inspect` found, in the three forms of an answer and as a picture.

use std::fmt::Write as _;

use serde::Serialize;
use vrest_data::doubt::{Examined, Finding, UsedCommand};
use vrest_data::features::Estimate;
use vrest_data::features::membrane_test::{self, MembraneTest};
use vrest_data::features::passive::{self, SweepFeatures};
use vrest_data::features::summary::{Summary, weighted_mean};
use vrest_data::recording::{Channel, Clamp, CommandSource, Provenance, Tag};
use vrest_figures::{Axis, Color, Dash, Figure, Legend, Line, Panel, Points};

use crate::numbers::{count, fixed, plain, significant};
use crate::session::{Answer, Paint};
use crate::table::{Align, Table};

/// Everything that is known of a recording.
#[derive(Serialize)]
pub struct Inspection {
    /// The file's name.
    pub file: String,
    #[serde(flatten)]
    provenance: Provenance,
    clamp: Option<Clamp>,
    rate_hz: f64,
    channels: Vec<Channel>,
    sweeps: usize,
    longest_sweep_ms: f64,
    command: CommandFacts,
    tags: Vec<Tag>,
    notes: Vec<String>,
    /// Reasons for distrust.
    pub findings: Vec<Finding>,
    current_clamp: Option<CurrentClamp>,
    voltage_clamp: Option<VoltageClamp>,
}

#[derive(Serialize)]
struct CommandFacts {
    used: UsedCommand,
    stated_in: Option<CommandSource>,
    recorded_on: Option<String>,
}

/// Features of current-clamp sweeps: mV, pA, ms, MOhm, pF.
#[derive(Serialize)]
struct CurrentClamp {
    together: Option<Summary>,
    sweeps: Vec<Numbered<SweepFeatures>>,
}

/// Membrane tests of voltage-clamp sweeps: mV, pA, ms, MOhm, pF.
#[derive(Serialize)]
struct VoltageClamp {
    together: Option<Together>,
    sweeps: Vec<Numbered<MembraneTest>>,
}

#[derive(Serialize)]
struct Numbered<T> {
    sweep: usize,
    #[serde(flatten)]
    found: T,
}

/// Means over sweeps with the scatter between them as error.
#[derive(Serialize)]
struct Together {
    r_a: Estimate,
    r_total: Estimate,
    c_charge: Estimate,
    tau: Estimate,
    circuit_r_a: Estimate,
    circuit_r_m: Estimate,
    circuit_c_m: Estimate,
    i_hold: Estimate,
}

impl Inspection {
    /// Looks at the sweeps `chosen` of a recording.
    pub fn new(file: &str, examined: &Examined, chosen: &[usize]) -> Self {
        let r = &examined.recording;
        let current = examined.is_current_clamp();
        let features = || {
            chosen.iter().filter_map(|&sweep| {
                let found = passive::sweep(r.response(sweep), &examined.command[sweep], r.dt_ms)?;
                Some(Numbered { sweep, found })
            })
        };
        let tests = || {
            chosen.iter().filter_map(|&sweep| {
                let found = membrane_test::sweep(r.response(sweep), &examined.command[sweep], r.dt_ms)?;
                Some(Numbered { sweep, found })
            })
        };
        let longest = r.sweeps.iter().map(|s| s.len()).max().unwrap_or(0);
        Self {
            file: file.into(),
            provenance: r.provenance.clone(),
            clamp: r.clamp,
            rate_hz: r.rate_hz(),
            channels: r.channels.clone(),
            sweeps: r.sweeps.len(),
            longest_sweep_ms: longest as f64 * r.dt_ms,
            command: CommandFacts {
                used: examined.used,
                stated_in: r.commands.first().map(|c| c.source),
                recorded_on: r.recorded_command.map(|c| r.channels[c].name.clone()),
            },
            tags: r.tags.clone(),
            notes: r.notes.clone(),
            findings: examined.findings.clone(),
            current_clamp: current.then(|| {
                let sweeps: Vec<_> = features().collect();
                let all: Vec<SweepFeatures> = sweeps.iter().map(|s| s.found.clone()).collect();
                CurrentClamp { together: Summary::of(&all), sweeps }
            }),
            voltage_clamp: (!current).then(|| {
                let sweeps: Vec<_> = tests().collect();
                VoltageClamp { together: Together::of(&sweeps), sweeps }
            }),
        }
    }
}

impl Together {
    fn of(sweeps: &[Numbered<MembraneTest>]) -> Option<Self> {
        let mean = |of: &dyn Fn(&MembraneTest) -> f64| {
            let values: Vec<f64> = sweeps.iter().map(|s| of(&s.found)).collect();
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let sd = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0)).sqrt();
            Estimate::new(mean, sd / n.sqrt())
        };
        let total: Vec<Estimate> = sweeps.iter().map(|s| s.found.r_total).collect();
        Some(Self {
            r_total: weighted_mean(&total)?,
            r_a: mean(&|t| t.r_a),
            c_charge: mean(&|t| t.c_charge),
            tau: mean(&|t| t.tau),
            circuit_r_a: mean(&|t| t.circuit.r_a),
            circuit_r_m: mean(&|t| t.circuit.r_m),
            circuit_c_m: mean(&|t| t.circuit.c_m),
            i_hold: mean(&|t| t.i_hold.value),
        })
    }
}

/// A number with its error, both to the error's second digit.
pub fn with_error(e: &Estimate) -> String {
    if !e.value.is_finite() {
        return "-".into();
    }
    if !(e.se.is_finite() && e.se > 0.0) {
        return plain(e.value);
    }
    let decimals = (1 - e.se.log10().floor() as i32).clamp(0, 6) as usize;
    format!("{} ± {}", fixed(e.value, decimals), fixed(e.se, decimals))
}

fn or_dash(e: Option<&Estimate>) -> String {
    e.map_or("-".into(), with_error)
}

impl Answer for Inspection {
    fn text(&self, paint: Paint) -> String {
        let clamp = match self.clamp {
            Some(Clamp::Current) => "current clamp",
            Some(Clamp::Voltage) => "voltage clamp",
            None => "clamp unknown",
        };
        let title = format!(
            "{}: {}, {clamp}, {} of {} ms at {} kHz",
            self.file,
            self.provenance.format,
            count(self.sweeps, "sweep"),
            plain(self.longest_sweep_ms),
            significant(self.rate_hz / 1e3, 4)
        );
        let mut out = paint.bold(&title) + "\n";
        for (what, value) in [
            ("protocol", &self.provenance.protocol),
            ("made by", &self.provenance.creator),
            ("made at", &self.provenance.created),
            ("comment", &self.provenance.comment),
        ] {
            if !value.is_empty() {
                let _ = writeln!(out, "  {what:<9} {value}");
            }
        }
        let _ = writeln!(out, "  {:<9} {}", "command", self.command.words());
        for tag in &self.tags {
            let _ = writeln!(out, "  {:<9} {} ms: {}", "tag", plain(tag.time_ms), tag.comment);
        }
        for note in &self.notes {
            let _ = writeln!(out, "  {:<9} {note}", "note");
        }
        let mut part = |heading: &str, table: Table| {
            let _ = write!(out, "\n{}\n{}", paint.bold(heading), table.text(paint));
        };
        part("Channels", self.channel_table());
        if let Some(c) = &self.current_clamp {
            part("Sweeps", c.table(Form::People));
            if let Some(s) = &c.together {
                part("Together", together(s));
            }
        }
        if let Some(v) = &self.voltage_clamp {
            part("Membrane test", v.table(Form::People));
            if let Some(t) = &v.together {
                part("Together", t.table());
            }
        }
        let _ = write!(out, "\n{}\n{}", paint.bold("Distrust"), self.distrust(paint));
        out
    }

    fn csv(&self) -> Table {
        match (&self.current_clamp, &self.voltage_clamp) {
            (Some(c), _) => c.table(Form::Programs),
            (_, Some(v)) => v.table(Form::Programs),
            _ => Table::new([("sweep", Align::Right)]),
        }
    }
}

impl CommandFacts {
    fn words(&self) -> String {
        let stated = match self.stated_in {
            Some(CommandSource::EpochTable) => "the header's epochs",
            Some(CommandSource::UserList) => "the header's user list",
            Some(CommandSource::Holding) => "the holding level",
            Some(CommandSource::Stored) => "a stored waveform",
            None => "nothing",
        };
        match (self.used, &self.recorded_on) {
            (UsedCommand::Recorded, Some(channel)) if self.stated_in.is_some() => {
                format!("as recorded on `{channel}`, against {stated}")
            }
            (UsedCommand::Recorded, Some(channel)) => format!("as recorded on `{channel}`"),
            (UsedCommand::Header, Some(channel)) => format!("{stated}; `{channel}` recorded it"),
            (UsedCommand::Header, None) => format!("{stated}; it was not recorded"),
            _ => "not known: taken as none".into(),
        }
    }
}

/// For whom a table is.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    People,
    Programs,
}

impl CurrentClamp {
    fn table(&self, form: Form) -> Table {
        let names = [
            ("I step", "pA"),
            ("V_rest", "mV"),
            ("R_in", "Mohm"),
            ("tau", "ms"),
            ("C_m", "pF"),
            ("tau fast", "ms"),
            ("tau slow", "ms"),
            ("sag", ""),
            ("noise", "mV"),
            ("spikes", ""),
        ];
        let row = |s: &SweepFeatures| -> Vec<Option<Estimate>> {
            let step = s.step.as_ref();
            let exact = |x: f64| Estimate::new(x, 0.0);
            let two = step.and_then(|s| s.two_exponentials.as_ref());
            // Two exponentials are shown where the data ask for them: a clear gain in the information criterion,
            // two distinct time constants, and neither amplitude within a twentieth of nothing.
            let two = two.filter(|t| {
                let [fast, slow] = &t.components[..] else { return false };
                let one = step.and_then(|s| s.one_exponential.as_ref());
                let total = fast.amplitude.value.abs() + slow.amplitude.value.abs();
                let part = fast.amplitude.value.abs().min(slow.amplitude.value.abs()) / total;
                one.is_none_or(|one| t.bic() + 10.0 < one.bic())
                    && slow.tau.value > 2.0 * fast.tau.value
                    && part > 0.05
            });
            vec![
                step.map(|s| exact(s.i_step)),
                Some(s.v_rest),
                step.and_then(|s| s.r_in),
                step.and_then(|s| s.tau),
                step.and_then(|s| s.c_m),
                two.map(|t| t.components[0].tau),
                two.map(|t| t.components[1].tau),
                step.and_then(|s| s.sag_ratio),
                Some(exact(s.noise)),
                Some(exact(s.spikes_ms.len() as f64)),
            ]
        };
        table(&names, self.sweeps.iter().map(|s| (s.sweep, row(&s.found))), form)
    }
}

impl VoltageClamp {
    fn table(&self, form: Form) -> Table {
        let names = [
            ("V hold", "mV"),
            ("V step", "mV"),
            ("I hold", "pA"),
            ("R_a", "Mohm"),
            ("R total", "Mohm"),
            ("C", "pF"),
            ("tau", "ms"),
            ("circuit R_a", "Mohm"),
            ("R_m", "Mohm"),
            ("C_m", "pF"),
        ];
        let row = |t: &MembraneTest| {
            let exact = |x: f64| Some(Estimate::new(x, 0.0));
            vec![
                exact(t.v_hold),
                exact(t.v_step),
                Some(t.i_hold),
                exact(t.r_a),
                Some(t.r_total),
                exact(t.c_charge),
                exact(t.tau),
                exact(t.circuit.r_a),
                exact(t.circuit.r_m),
                exact(t.circuit.c_m),
            ]
        };
        table(&names, self.sweeps.iter().map(|s| (s.sweep, row(&s.found))), form)
    }
}

/// One row a sweep; errors beside the numbers for people, in columns of their own for programs.
fn table(
    names: &[(&str, &str)],
    rows: impl Iterator<Item = (usize, Vec<Option<Estimate>>)>,
    form: Form,
) -> Table {
    let rows: Vec<(usize, Vec<Option<Estimate>>)> = rows.collect();
    // For people a column that nobody fills is left out.
    let used = |c: usize| form == Form::Programs || rows.iter().any(|r| r.1[c].is_some());
    let has_error = |c: usize| rows.iter().any(|r| r.1[c].is_some_and(|e| e.se > 0.0));
    let heading =
        |name: &str, unit: &str| if unit.is_empty() { name.to_string() } else { format!("{name} ({unit})") };
    let mut columns = vec![("sweep".to_string(), Align::Right)];
    for (c, (name, unit)) in names.iter().enumerate().filter(|(c, _)| used(*c)) {
        columns.push((heading(name, unit), Align::Right));
        if form == Form::Programs && has_error(c) {
            columns.push((heading(&format!("{name} se"), unit), Align::Right));
        }
    }
    let mut table = Table::with_columns(columns);
    for (sweep, values) in &rows {
        let mut cells = vec![sweep.to_string()];
        for (c, value) in values.iter().enumerate().filter(|(c, _)| used(*c)) {
            match form {
                Form::People => cells.push(match value {
                    Some(e) if !has_error(c) => significant(e.value, 4),
                    other => or_dash(other.as_ref()),
                }),
                Form::Programs => {
                    cells.push(value.map_or(String::new(), |e| format!("{}", e.value)));
                    if has_error(c) {
                        cells.push(value.map_or(String::new(), |e| format!("{}", e.se)));
                    }
                }
            }
        }
        table.push(cells);
    }
    table
}

fn quantities() -> Table {
    Table::new([("quantity", Align::Left), ("value", Align::Right), ("unit", Align::Left), ("", Align::Left)])
}

fn together(s: &Summary) -> Table {
    let mut table = quantities();
    let mut row = |name: &str, value: Option<&Estimate>, unit: &str, remark: &str| {
        if let Some(value) = value {
            table.row([name.into(), with_error(value), unit.into(), remark.into()]);
        }
    };
    row("V_rest", Some(&s.v_rest), "mV", "mean over sweeps; the error is the scatter between them");
    row("R_in", s.r_in.as_ref(), "Mohm", "the smallest steps");
    row("R_in, hyperpolarised", s.r_in_hyperpolarising.as_ref(), "Mohm", "");
    row("R_in, depolarised", s.r_in_depolarising.as_ref(), "Mohm", "");
    row(
        "rectification",
        s.rectification.as_ref(),
        "",
        "depolarised over hyperpolarised; 1 is a straight line",
    );
    row("tau", s.tau.as_ref(), "ms", "one exponential");
    row("C_m", s.c_m.as_ref(), "pF", "tau/R of one exponential");
    row("sag", s.sag_ratio.as_ref(), "", "of the strongest hyperpolarising step");
    for (name, value, unit, remark) in [
        ("noise", significant(s.noise, 4), "mV", "standard deviation"),
        ("spikes", s.spikes.to_string(), "", "kept out of everything above"),
    ] {
        table.row([name.into(), value, unit.into(), remark.into()]);
    }
    table
}

impl Together {
    fn table(&self) -> Table {
        let mut table = quantities();
        for (name, value, unit, remark) in [
            ("R_a", self.r_a, "Mohm", "as membrane tests show it: step over the transient's amplitude"),
            ("R total", self.r_total, "Mohm", "electrode and membrane, step over steady current"),
            ("C", self.c_charge, "pF", "as membrane tests show it: tau/R_a"),
            ("tau", self.tau, "ms", "of the transient"),
            ("R_a", self.circuit_r_a, "Mohm", "of the circuit: R_a in series with R_m parallel to C_m"),
            ("R_m", self.circuit_r_m, "Mohm", "of the circuit"),
            ("C_m", self.circuit_c_m, "pF", "of the circuit"),
            ("I hold", self.i_hold, "pA", ""),
        ] {
            table.row([name.into(), with_error(&value), unit.into(), remark.into()]);
        }
        table
    }
}

impl Inspection {
    fn channel_table(&self) -> Table {
        let mut table = Table::new([
            ("channel", Align::Left),
            ("unit in file", Align::Left),
            ("one count", Align::Right),
            ("full scale", Align::Right),
            ("telegraphed gain", Align::Right),
            ("low-pass (kHz)", Align::Right),
        ]);
        for c in &self.channels {
            let g = c.gain;
            let or_dash = |x: Option<f64>| x.map_or("-".into(), |x| significant(x, 4));
            table.row([
                c.name.clone(),
                c.file_unit.clone(),
                or_dash(g.map(|g| g.per_count)),
                or_dash(g.and_then(|g| g.full_scale)),
                or_dash(g.and_then(|g| g.telegraphed)),
                or_dash(g.and_then(|g| g.lowpass_hz).map(|f| f / 1e3)),
            ]);
        }
        table
    }

    fn distrust(&self, paint: Paint) -> String {
        if self.findings.is_empty() {
            return "  nothing was found that contradicts the file\n".into();
        }
        let mut out = String::new();
        for f in &self.findings {
            let done = if f.corrected { ", corrected" } else { "" };
            let _ = writeln!(out, "  {:.0} %{done}: {}", 100.0 * f.confidence, f.message);
            let _ = writeln!(out, "  {}", paint.dim(&format!("      {}", f.hint)));
        }
        out
    }
}

/// All chosen sweeps over time, the command below them, and the current-voltage curve.
pub fn figure(name: &str, examined: &Examined, chosen: &[usize]) -> Figure {
    let r = &examined.recording;
    let current = examined.is_current_clamp();
    let (answer, done) = if current { (("V", "mV"), ("I", "pA")) } else { (("I", "pA"), ("V", "mV")) };
    // To the end of the last sample, which is where the axis has its mark.
    let end = chosen.iter().map(|&s| r.sweeps[s].len()).max().unwrap_or(1) as f64 * r.dt_ms;
    let time = || Axis::new("time", "ms").range(0.0, end);
    let mut above = Panel::new(time(), Axis::new(answer.0, answer.1)).height(3.0);
    let mut below = Panel::new(time(), Axis::new(done.0, done.1)).height(1.2);
    let mut points: Vec<(f64, f64)> = Vec::new();
    let (mut named_quiet, mut named_spiking, mut named_header) = (false, false, false);
    let against = examined.used == UsedCommand::Recorded && !r.commands.is_empty();
    for &s in chosen {
        let t: Vec<f64> = (0..r.sweeps[s].len()).map(|i| i as f64 * r.dt_ms).collect();
        let features =
            current.then(|| passive::sweep(r.response(s), &examined.command[s], r.dt_ms)).flatten();
        let spiking = features.as_ref().is_some_and(|f| !f.spikes_ms.is_empty());
        let (label, color, named) = match spiking {
            true => ("sweeps with spikes", Color::Series(1), &mut named_spiking),
            false => ("sweeps", Color::Series(0), &mut named_quiet),
        };
        let label = if std::mem::replace(named, true) { "" } else { label };
        above = above.mark(Line::new(label, &t, r.response(s)).color(color).width(0.9));
        let label = if against && points.is_empty() && !named_header { "as recorded" } else { "" };
        below = below.mark(Line::new(label, &t, &examined.command[s]).color(Color::Series(0)).width(1.2));
        if let Some(stated) = r.stated_command(s).filter(|_| against) {
            let label = if std::mem::replace(&mut named_header, true) { "" } else { "as the header says" };
            below = below
                .mark(Line::new(label, &t, &stated).color(Color::Series(1)).dash(Dash::Dashed).width(1.0));
        }
        if let Some(step) = features.and_then(|f| f.step)
            && let Some(v) = step.v_steady
        {
            points.push((step.i_step, v.value));
        }
    }
    if !against {
        below = below.legend(Legend::Hidden);
    }
    let mut figure = Figure::new(name).size(760.0, 520.0).panel(above).panel(below);
    if points.len() > 1 {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (i, v): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
        let curve = Panel::new(Axis::new("current step", "pA"), Axis::new("steady V", "mV"))
            .height(1.6)
            .legend(Legend::Hidden)
            .mark(Line::new("", &i, &v).color(Color::Muted).width(1.0))
            .mark(Points::new("steady V", &i, &v).color(Color::Series(0)));
        figure = figure.panel(curve).size(760.0, 700.0);
    }
    figure
}

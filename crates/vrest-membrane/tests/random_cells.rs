//! Random valid cells: nothing that comes back may be NaN, infinite or a negative concentration, and whatever fails says
//! why. A few hundred by default; `VREST_RANDOM_CELLS=10000 cargo test --test random_cells -- --nocapture` reports more.

mod common;

use std::collections::BTreeMap;

use vrest_membrane::living::{Settings, living};
use vrest_membrane::mechanism::{Class, ParamSpec, Spec};
use vrest_membrane::mechanisms::specs;
use vrest_membrane::{Cell, Membrane, RestError, Severity, explain};
use vrest_ode::{Options, Output, Refusal, SolveError, VectorField, solve};

const DEFAULT: u64 = 300;
/// Usual concentrations, mM.
const IONS: &[(&str, f64, f64)] = &[
    ("K", 140.0, 5.0),
    ("Na", 10.0, 145.0),
    ("Cl", 8.0, 110.0),
    ("Ca", 1e-4, 2.0),
    ("HCO3", 15.0, 25.0),
    ("Mg", 0.5, 1.0),
    ("H", 6e-5, 4e-5),
];

/// Draws that depend on the number of the cell alone (SplitMix64).
struct Draws(u64);

impl Draws {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
    fn factor(&mut self, most: f64) -> f64 {
        most.powf(2.0 * self.uniform() - 1.0)
    }
    fn one_in(&mut self, n: f64) -> bool {
        self.uniform() * n < 1.0
    }
}

/// Around the default, or anywhere in the plausible range, small values as likely as large ones.
fn value(spec: &ParamSpec, draws: &mut Draws) -> f64 {
    let (low, high) = (spec.plausible.0.max(spec.min), spec.plausible.1.min(spec.max));
    let drawn = match spec.default {
        Some(0.0) => 0.0,
        Some(x) => x * draws.factor(2.0),
        None if low > 0.0 && high.is_finite() => low * (high / low).powf(draws.uniform()),
        None if low == 0.0 && high.is_finite() => high * 1e-5f64.powf(draws.uniform()),
        None if high.is_finite() && low.is_finite() => low + (high - low) * draws.uniform(),
        None => 1.0,
    };
    if spec.allows(drawn) { drawn } else { spec.default.unwrap_or(spec.min) }
}

fn mechanism(spec: &Spec, name: &str, ion: Option<&str>, draws: &mut Draws) -> String {
    let mut text = format!("[mechanisms.{name}]\nkind = \"{}\"\n", spec.kind);
    if let Some(ion) = ion {
        text += &format!("ion = \"{ion}\"\n");
    }
    for p in &spec.params {
        text += &format!("{} = \"{} {}\"\n", p.name, value(p, draws), p.dimension.unit());
    }
    text
}

/// The kinds that this cell can take, each with the ion that it needs: some ask for a bath or for another mechanism.
fn usable() -> Vec<(Spec, Option<&'static str>)> {
    let mut around = String::from("temperature = \"20 degC\"\ncapacitance = \"1 uF/cm2\"\n");
    for (name, inside, outside) in IONS {
        around += &format!("[ions.{name}]\ninside = \"{inside} mM\"\noutside = \"{outside} mM\"\n");
    }
    let takes =
        |spec: &Spec, ion| Cell::parse(&(around.clone() + &mechanism(spec, "m", ion, &mut Draws(0)))).is_ok();
    let ion_of = |spec: Spec| {
        let ion = [None, Some("K"), Some("Ca")].into_iter().find(|&ion| takes(&spec, ion))?;
        Some((spec, ion))
    };
    specs().into_iter().filter_map(ion_of).collect()
}

/// A cell with leaks of K, Na and Cl, a pump, and anything else in the library; some concentrations move.
fn random_cell(seed: u64, all: &[(Spec, Option<&'static str>)]) -> String {
    let mut draws = Draws(seed.wrapping_mul(0xD6E8_FEB8_6659_FD93));
    let celsius = 5.0 + 35.0 * draws.uniform();
    let mut text = format!("name = \"random_{seed}\"\ntemperature = \"{celsius} degC\"\n");
    text += &format!("capacitance = \"{} uF/cm2\"\n", draws.factor(2.0));
    text += &format!("[geometry]\nshape = \"sphere\"\ndiameter = \"{} um\"\n", 15.0 * draws.factor(4.0));
    for (name, inside, outside) in IONS {
        let (inside, outside) = (inside * draws.factor(2.0), outside * draws.factor(2.0));
        text += &format!("[ions.{name}]\ninside = \"{inside} mM\"\noutside = \"{outside} mM\"\n");
        if ["K", "Na", "Cl"].contains(name) && draws.one_in(2.0) {
            text += "dynamic = \"inside\"\n";
        }
    }
    for (ion, g) in [("K", 0.1), ("Na", 0.01), ("Cl", 0.03)] {
        let g = g * draws.factor(5.0);
        text += &format!("[mechanisms.leak_{ion}]\nkind = \"leak\"\nion = \"{ion}\"\ng = \"{g} mS/cm2\"\n");
    }
    let pumps: Vec<&Spec> = all.iter().map(|(s, _)| s).filter(|s| s.class == Class::Pump).collect();
    text += &mechanism(pumps[(draws.uniform() * pumps.len() as f64) as usize], "pump", None, &mut draws);
    for (i, (spec, ion)) in all.iter().filter(|(s, _)| s.class != Class::Pump).enumerate() {
        if draws.one_in(8.0) {
            text += &mechanism(spec, &format!("m{i}"), *ion, &mut draws);
        }
    }
    text
}

/// What became of a cell, in a word or two; panics where it is wrong rather than impossible.
fn outcome(seed: u64, all: &[(Spec, Option<&'static str>)]) -> String {
    let text = random_cell(seed, all);
    let cell = match Cell::parse(&text) {
        Ok(loaded) => loaded.cell,
        Err(problems) => {
            let error = problems.iter().find(|p| p.severity == Severity::Error);
            return format!("not a valid cell: {:?}", error.map(|p| p.fault.to_string()));
        }
    };
    let membrane = Membrane::compile(&cell);
    let p = membrane.defaults();
    let explained = match explain(&cell) {
        Ok(explained) => explained,
        Err(RestError::NoRest { .. }) => return "no rest in -200 .. 200 mV".into(),
        Err(RestError::NotFinite { mechanism, v }) => panic!("cell {seed}: {mechanism} at {v} mV\n{text}"),
    };
    let v = explained.rest.v_rest;
    assert!(v.is_finite() && v.abs() <= 200.0, "cell {seed}: {v}\n{text}");
    assert!(
        (explained.attribution.sum - v).abs() < 1e-6,
        "cell {seed}: {:#?}\n{text}",
        explained.attribution
    );
    if !explained.rest.certificate.complete {
        return "rest found, its uniqueness not proved".into();
    }
    let unstable = explained.rest.roots.iter().all(|r| !r.stable);
    for s in &explained.sensitivities {
        assert!(s.derivative.is_finite(), "cell {seed}: {s:?}\n{text}");
    }
    if seed.is_multiple_of(8) {
        let whole = living(&membrane, &p, &Settings::default()).unwrap();
        for state in whole.iter().flat_map(|w| &w.states) {
            assert!(state.values.iter().all(|v| v.value.is_finite()), "cell {seed}: {state:#?}\n{text}");
            let positive = |name: &str| name.starts_with("ions.");
            assert!(state.values.iter().all(|v| !positive(&v.name) || v.value > 0.0), "{state:#?}\n{text}");
        }
    }
    let mut y0 = vec![0.0; membrane.n_states()];
    membrane.state_at(-70.0, &p, &mut y0);
    let options = Options { max_steps: 20_000, ..Options::with_tolerance(1e-6, 1e-8) };
    let end = 10f64.powf(2.0 + (seed % 5) as f64);
    match solve(&membrane, &p, &y0, 0.0, end, Output::EveryStep, &options) {
        Ok(solution) => {
            assert!(solution.y.iter().all(|y| y.is_finite()), "cell {seed}\n{text}");
            for &i in membrane.positive_states() {
                assert!(
                    solution.state(i).all(|y| y > 0.0),
                    "cell {seed}: {}\n{text}",
                    membrane.state_name(i)
                );
            }
            if unstable { "solved; all rests unstable".into() } else { "solved".into() }
        }
        Err(SolveError::StepTooSmall { refusal: Refusal::NotPositive, .. }) => {
            "a pump drains an ion to the last".into()
        }
        Err(SolveError::TooManySteps { .. }) => "fires for longer than 20000 steps".into(),
        Err(SolveError::StepTooSmall { .. }) => "runs away to infinity".into(),
        Err(other) => panic!("cell {seed}: {other}\n{text}"),
    }
}

#[test]
fn random_cells_are_solved_or_say_why_not() {
    let count = std::env::var("VREST_RANDOM_CELLS").ok().and_then(|n| n.parse().ok()).unwrap_or(DEFAULT);
    let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
    let all = usable();
    for seed in 0..count {
        *outcomes.entry(outcome(seed, &all)).or_default() += 1;
    }
    eprintln!("{count} random cells: {outcomes:#?}");
    let solved: u64 = outcomes.iter().filter(|(what, _)| what.starts_with("solved")).map(|(_, n)| n).sum();
    assert!(solved as f64 > 0.9 * count as f64, "{outcomes:#?}");
    assert!(outcomes.keys().all(|what| !what.starts_with("not a valid")), "{outcomes:#?}");
}

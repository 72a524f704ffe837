//! What every mechanism of the registry must satisfy. A new one is picked up by itself.

mod common;

use common::{Bench, cell};
use proptest::prelude::*;
use vrest_membrane::mechanism::{Class, ParamSpec, Slot, Spec, ZeroCurrent};
use vrest_membrane::mechanisms::specs;
use vrest_ode::{Interval, Lanes, Real, VectorField};

/// Concentrations and temperature of the cells in which mechanisms are tried, drawn by the property tests.
#[derive(Debug, Clone)]
struct Surroundings {
    celsius: f64,
    /// Factors on the usual concentrations inside and outside of each ion.
    factors: Vec<f64>,
    /// Where each parameter lies in its plausible range, 0 to 1.
    places: Vec<f64>,
}

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

fn surroundings() -> impl Strategy<Value = Surroundings> {
    let factors = prop::collection::vec((-1.5f64..1.5).prop_map(f64::exp), 2 * IONS.len());
    (0.0..42.0f64, factors, prop::collection::vec(0.0..1.0f64, 16))
        .prop_map(|(celsius, factors, places)| Surroundings { celsius, factors, places })
}

/// A value inside the plausible range of a parameter.
fn value(spec: &ParamSpec, place: f64) -> f64 {
    let (low, high) = (spec.plausible.0.max(spec.min), spec.plausible.1.min(spec.max));
    match (low.is_finite(), high.is_finite()) {
        (true, true) => low + (high - low) * (0.01 + 0.98 * place),
        _ => spec.default.unwrap_or(1.0),
    }
}

/// A cell with this mechanism alone.
fn bench(spec: &Spec, around: &Surroundings) -> Bench {
    let mut text = format!("temperature = \"{} degC\"\ncapacitance = \"1 uF/cm2\"\n", around.celsius);
    text += "[geometry]\nshape = \"sphere\"\ndiameter = \"20 um\"\n";
    for (i, (name, inside, outside)) in IONS.iter().enumerate() {
        let (inside, outside) = (inside * around.factors[2 * i], outside * around.factors[2 * i + 1]);
        text += &format!("[ions.{name}]\ninside = \"{inside} mM\"\noutside = \"{outside} mM\"\n");
    }
    text += &format!("[mechanisms.m]\nkind = \"{}\"\n", spec.kind);
    if spec.slots.iter().any(Slot::is_chosen) {
        text += "ion = \"K\"\n";
    }
    for (p, place) in spec.params.iter().zip(around.places.iter().cycle()) {
        text += &format!("{} = \"{} {}\"\n", p.name, value(p, *place), p.dimension.unit());
    }
    Bench::new(&cell(&text))
}

/// Calls `check` for every mechanism.
fn each(around: &Surroundings, check: impl Fn(&Spec, &Bench)) {
    for spec in specs() {
        check(&spec, &bench(&spec, around));
    }
}

fn nernst_of(b: &Bench, ion: usize) -> f64 {
    b.membrane.ion_level(&b.p, ion).nernst
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn currents_and_gates_are_finite_from_minus_200_to_200_mv(around in surroundings()) {
        each(&around, |spec, b| {
            for v in (-200..=200).step_by(5) {
                let y = b.state(v as f64);
                for (gate, x) in spec.gates.iter().zip(&y[1..]) {
                    assert!((0.0..=1.0).contains(x), "{}: {gate} is {x} at {v} mV", spec.kind);
                }
                for c in b.membrane.currents(&b.p, &y) {
                    assert!(c.current.is_finite() && c.slope.is_finite(), "{} at {v} mV: {c:?}", spec.kind);
                }
                assert!(b.slope(&y).iter().all(|x| x.is_finite()), "{} at {v} mV", spec.kind);
            }
        });
    }

    #[test]
    fn no_current_flows_at_the_equilibrium_it_is_claimed_for(around in surroundings()) {
        each(&around, |spec, b| {
            if spec.zero_current != ZeroCurrent::AtNernst {
                return;
            }
            for c in b.membrane.currents(&b.p, &b.state(0.0)) {
                let ion = c.ion.expect("only an ion has a Nernst potential");
                let e = nernst_of(b, ion);
                let there = b.membrane.currents(&b.p, &b.state(e));
                let beside = b.membrane.currents(&b.p, &b.state(e + 10.0));
                let (at, off) = (there.iter().find(|x| x.ion == Some(ion)), beside.iter().find(|x| x.ion == Some(ion)));
                let (at, off) = (at.unwrap().current, off.unwrap().current);
                assert!(at.abs() <= 1e-10 * off.abs().max(1e-300), "{}: {at} at E, {off} beside", spec.kind);
            }
        });
    }

    #[test]
    fn currents_keep_their_stoichiometry(around in surroundings(), v in -150.0..100.0f64) {
        each(&around, |spec, b| {
            if spec.stoichiometry.is_empty() {
                return;
            }
            let currents: Vec<f64> = b.membrane.currents(&b.p, &b.state(v)).iter().map(|c| c.current).collect();
            let unit = currents[0] / spec.stoichiometry[0];
            for (i, n) in currents.iter().zip(spec.stoichiometry) {
                assert!((i - n * unit).abs() <= 1e-13 * unit.abs(), "{}: {currents:?}", spec.kind);
            }
            let net: f64 = spec.stoichiometry.iter().sum();
            let from_dv = -b.slope(&b.state(v))[0];
            assert!((from_dv - net * unit).abs() <= 1e-12 * unit.abs(), "{}: {from_dv} {net}", spec.kind);
        });
    }

    #[test]
    fn slopes_are_those_of_a_difference(around in surroundings(), v in -149.9..100.0f64) {
        // Five-point difference of the currents at fixed gates. At -150 mV the pump of Lindblad et al. stands still, and its
        // current has a kink that no difference may reach across.
        const H: f64 = 1e-2;
        each(&around, |spec, b| {
            let y = b.state(v);
            let at = |dv: f64| {
                let mut y = y.clone();
                y[0] += dv;
                b.membrane.currents(&b.p, &y)
            };
            let (a, b_, c, d) = (at(-2.0 * H), at(-H), at(H), at(2.0 * H));
            for (s, here) in at(0.0).iter().enumerate() {
                let difference = (a[s].current - 8.0 * b_[s].current + 8.0 * c[s].current - d[s].current) / (12.0 * H);
                let scale = here.slope.abs() + here.current.abs() + 1e-12;
                assert!((here.slope - difference).abs() < 1e-7 * scale, "{}: {} {difference}", spec.kind, here.slope);
            }
        });
    }

    #[test]
    fn straight_lines_are_straight_and_their_fold_is_the_sum(around in surroundings(), v in -150.0..100.0f64) {
        each(&around, |spec, b| {
            let net = |v: f64| b.membrane.currents(&b.p, &b.state(v)).iter().map(|c| c.current).sum::<f64>();
            let scale = net(v).abs() + net(v + 50.0).abs() + net(v - 50.0).abs() + 1e-9;
            if spec.affine {
                let bend = net(v + 50.0) - 2.0 * net(v) + net(v - 50.0);
                assert!(bend.abs() < 1e-12 * scale, "{}: {bend}", spec.kind);
            }
            let folded = -b.slope(&b.state(v))[0];
            assert!((folded - net(v)).abs() < 1e-12 * scale, "{}: {folded} {}", spec.kind, net(v));
        });
    }

    #[test]
    fn lanes_and_enclosures_agree_with_plain_numbers(around in surroundings(), v in -150.0..100.0f64) {
        each(&around, |spec, b| {
            // Gates away from their steady state, where their derivatives are more than rounding.
            let mut y = b.state(v);
            y.iter_mut().skip(1).for_each(|x| *x = 0.3 + 0.5 * *x);
            let plain = b.slope(&y);
            let lanes = derivative::<Lanes>(b, &y);
            let enclosed = derivative::<Interval>(b, &y);
            for i in 0..plain.len() {
                let scale = 1e-11 * (plain[i].abs() + 1e-6);
                assert!((lanes[i].lane(2) - plain[i]).abs() <= scale, "{}: {} {}", spec.kind, lanes[i].lane(2), plain[i]);
                let e = Interval { lo: enclosed[i].lo - scale, hi: enclosed[i].hi + scale };
                assert!(e.contains(plain[i]), "{}: {} not in {:?}", spec.kind, plain[i], enclosed[i]);
            }
        });
    }

    #[test]
    fn a_blocked_pump_carries_nothing(around in surroundings()) {
        each(&around, |spec, b| {
            if spec.class == Class::Pump {
                let p = b.membrane.with_pumps_blocked(&b.p);
                let parts = b.membrane.currents(&p, &b.state(-70.0));
                assert!(parts.iter().all(|c| c.current == 0.0), "{}: {parts:?}", spec.kind);
            }
        });
    }
}

/// dy/dt in another kind of number.
fn derivative<R: Real>(b: &Bench, y: &[f64]) -> Vec<R> {
    let p: Vec<R> = b.p.iter().map(|&x| R::from_f64(x)).collect();
    let y: Vec<R> = y.iter().map(|&x| R::from_f64(x)).collect();
    let (mut work, mut dy) = (vec![R::zero(); b.membrane.work_len()], vec![R::zero(); y.len()]);
    b.membrane.prepare(R::zero(), &p, &mut work);
    b.membrane.eval(R::zero(), &y, &mut work, &mut dy);
    dy
}

#[test]
fn names_are_unique_and_everything_is_said() {
    let mut kinds: Vec<&str> = specs().iter().map(|s| s.kind).collect();
    let n = kinds.len();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), n, "two mechanisms have the same kind");
    for s in specs() {
        assert!(!s.title.is_empty() && !s.equation.is_empty() && !s.source.is_empty(), "{}", s.kind);
        assert!(s.params.iter().all(|p| !p.doc.is_empty()), "{}", s.kind);
        assert!(s.stoichiometry.is_empty() || s.stoichiometry.len() == s.slots.len(), "{}", s.kind);
    }
}

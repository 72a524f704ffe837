//! The rates of gates in a table.
//!
//! The rates of most channels are functions of the voltage and of numbers in which the members of an ensemble seldom
//! differ: temperature, midpoints, factors. For an ensemble they are tabulated once, for the numbers of the cell file, and
//! then looked up in place of evaluated; [`vrest_ode::table`] says how exactly. A member with other numbers, and a voltage
//! of which the table knows nothing, get the formulas: lane by lane, so that what a member's course is made of depends on
//! nothing but itself.
//!
//! Which numbers matter is proved by enclosures: rates that come out the same to the bit, over every voltage, for a number's
//! value and for every number at once do not depend on it.

use super::{Compiled, Membrane, slot};
use crate::mechanism::{Common, Gate, MAX_GATES};
use std::sync::Arc;
use vrest_ode::lanes::{WIDTH, Work, dispatch};
use vrest_ode::{Interval, Lanes, Real, Table, Vector};

/// Voltages of the table, mV.
const FROM: f64 = -160.0;
/// See [`FROM`].
const TO: f64 = 120.0;
/// The voltages between them are enclosed in so many pieces.
const PIECES: usize = 14;
/// So many gates, of mechanisms whose formulas are not light, cost more to evaluate than to look up.
const WORTH_WHILE: usize = 3;
/// Gates that are looked up together: each has two rates.
const GATES: usize = Table::BLOCK / 2;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Rates {
    /// Source and rate of each of `gates`.
    table: Table,
    /// The parameters that they depend on, with the values that the table is for.
    key: Vec<(usize, f64)>,
    /// States.
    gates: Vec<usize>,
}

/// In which lanes the slopes of the tabulated gates are known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Known {
    Nowhere,
    Somewhere,
    Everywhere,
}

impl Membrane {
    /// The same membrane, which looks up the rates of its gates, for parameters of which those that rates depend on are mostly
    /// as in `p`; none where that is impossible or not worth while.
    pub(crate) fn with_tabulated_rates(&self, p: &[f64]) -> Option<Membrane> {
        let heavy = self.mechanisms.iter().filter(|m| !m.mechanism.has_light_rates());
        if heavy.map(|m| m.gates.len()).sum::<usize>() < WORTH_WHILE {
            return None;
        }
        let (mut membrane, mut key) = (self.clone(), Vec::new());
        for m in membrane.mechanisms.iter_mut().filter(|m| !m.gates.is_empty()) {
            if let Some(seen) = self.seen_by_rates(m, p) {
                m.tabulated = true;
                key.extend(seen.into_iter().map(|i| (i, p[i])));
            }
        }
        let tabulated = membrane.mechanisms.iter().filter(|m| m.tabulated);
        let gates: Vec<usize> = tabulated.flat_map(|m| m.gates.clone()).collect();
        if gates.is_empty() {
            return None;
        }
        let (mut work, mut y) = (vec![0.0; self.layout.end], vec![0.0; self.states.len()]);
        self.prepare_from(p, &mut work);
        self.state_at(FROM, p, &mut y);
        let table = Table::new(FROM, TO, 2 * gates.len(), |v, out| {
            // A gate's slope is source - rate x.
            let [at_0, at_1] = dispatch(Slopes { membrane: self, work: &work, y: &y, v });
            for (&gate, out) in gates.iter().zip(out.chunks_exact_mut(2)) {
                out[0] = at_0[gate];
                out[1] = std::array::from_fn(|l| at_0[gate][l] - at_1[gate][l]);
            }
        });
        membrane.rates = Some(Arc::new(Rates { table: table?, key, gates }));
        Some(membrane)
    }

    /// The parameters that the rates of `m` depend on; none where they depend on more than the voltage, the temperature and
    /// the mechanism's own parameters.
    fn seen_by_rates(&self, m: &Compiled, p: &[f64]) -> Option<Vec<usize>> {
        let candidates: Vec<usize> =
            (self.at.temperature..self.at.capacitance).chain(m.params.clone()).collect();
        let others: Vec<usize> = (0..p.len()).filter(|i| !candidates.contains(i)).collect();
        let plain = self.enclosed_rates(m, p, &[])?;
        let depend_on = |any: &[usize]| self.enclosed_rates(m, p, any).is_none_or(|rates| rates != plain);
        if depend_on(&others) {
            return None;
        }
        Some(candidates.into_iter().filter(|&i| depend_on(&[i])).collect())
    }

    /// Enclosures of the rates of `m` over all voltages, piece by piece, for parameters of which those in `any` can be any
    /// number; none where one is infinite.
    fn enclosed_rates(&self, m: &Compiled, p: &[f64], any: &[usize]) -> Option<Vec<Interval>> {
        let mut p: Vec<Interval> = p.iter().map(|&x| Interval::from_f64(x)).collect();
        for &i in any {
            p[i] = Interval::EVERYTHING;
        }
        let mut work = vec![Interval::zero(); self.layout.end];
        self.prepare_at_start(&p, &mut work);
        let piece = |i: usize| {
            let edge = |i: usize| FROM + (TO - FROM) / PIECES as f64 * i as f64;
            self.own_kinetics(m, Interval::new(edge(i), edge(i + 1)), &work)
        };
        let rates: Vec<Interval> =
            (0..PIECES).flat_map(piece).flat_map(|gate| [gate.source, gate.rate]).collect();
        rates.iter().all(|x| x.lo.is_finite() && x.hi.is_finite()).then_some(rates)
    }

    /// The kinetics of the gates of `m` at `v`.
    pub(super) fn own_kinetics<R: Real>(
        &self,
        m: &Compiled,
        v: R,
        work: &[R],
    ) -> impl Iterator<Item = Gate<R>> + use<R> {
        self.kinetics(m, v, work).into_iter().take(m.gates.len())
    }

    #[inline(never)]
    fn kinetics<R: Real>(&self, m: &Compiled, v: R, work: &[R]) -> [Gate<R>; MAX_GATES] {
        let mut all = [Gate { source: R::zero(), rate: R::one() }; MAX_GATES];
        let common = Common::default();
        let site = self.site(m, work, &common);
        m.mechanism.gates(v, &site, &work[m.k.clone()], |i, gate| all[i] = gate);
        all
    }
}

impl Rates {
    /// Zero where the table is for the parameters `p`, elsewhere not a number.
    #[inline(always)]
    pub(super) fn key<R: Real>(&self, p: &[R]) -> R {
        let mut key = R::zero();
        for &(i, value) in &self.key {
            let differs = R::zero().lt((p[i] - value).abs());
            key = R::select(differs, R::from_f64(f64::NAN), key);
        }
        key
    }

    /// Writes the slopes of the tabulated gates into `dy` where the table knows them.
    #[inline(always)]
    pub(super) fn look_up<R: Real>(&self, y: &[R], work: &[R], dy: &mut [R]) -> Known {
        let key = work[slot::KEY];
        let mut known = key.lt(R::one());
        if !R::any(known) {
            return Known::Nowhere;
        }
        // Nothing is known at a voltage that is not a number.
        let v = y[0] + key;
        for (block, gates) in self.gates.chunks(GATES).enumerate() {
            let Some(values) = v.tabulated(&self.table, block) else { return Known::Nowhere };
            known = known & values[0].abs().lt(R::from_f64(f64::INFINITY));
            for (i, &gate) in gates.iter().enumerate() {
                let slope = Gate { source: values[2 * i], rate: values[2 * i + 1] }.slope(y[gate]);
                dy[gate] = R::select(known, slope, dy[gate]);
            }
        }
        if R::all(known) { Known::Everywhere } else { Known::Somewhere }
    }
}

/// dy/dt at many voltages with every gate at 0 and at 1, else as in `y`. By the right-hand side in lanes, which is compiled
/// anyway.
struct Slopes<'a> {
    membrane: &'a Membrane,
    work: &'a [f64],
    y: &'a [f64],
    v: &'a [f64; WIDTH],
}

impl Work for Slopes<'_> {
    type Output = [Vec<[f64; WIDTH]>; 2];

    #[inline(always)]
    fn run<V: Vector>(self) -> Self::Output {
        let in_lanes = |x: &[f64]| x.iter().map(|&x| Lanes::<V>::splat(x)).collect::<Vec<_>>();
        let (mut work, mut y) = (in_lanes(self.work), in_lanes(self.y));
        y[0] = Lanes::from_array(*self.v);
        let mut dy = y.clone();
        [0.0, 1.0].map(|x| {
            for m in &self.membrane.mechanisms {
                y[m.gates.clone()].fill(Lanes::splat(x));
            }
            self.membrane.derivative(Lanes::zero(), &y, &mut work, &mut dy);
            dy.iter().map(|slope| slope.to_array()).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Cell;
    use crate::presets;
    use vrest_ode::{Portable, VectorField};

    type Sixteen = Lanes<Portable>;

    fn membrane(mechanisms: &str) -> Membrane {
        let head = "temperature = '34 degC'\ncapacitance = '1 uF/cm2'\n[ions.K]\ninside = '140 mM'\noutside = '4 mM'\n\
            [ions.Na]\ninside = '10 mM'\noutside = '145 mM'\n[ions.Ca]\ninside = '1e-4 mM'\noutside = '2 mM'\n";
        let cell = Cell::parse(&format!("{head}{mechanisms}")).expect("a right cell").cell;
        Membrane::compile(&cell)
    }

    fn every_gate() -> Membrane {
        let of = |kind: &&str| format!("[mechanisms.{kind}]\nkind = '{kind}'\ng = '0.1 mS/cm2'\n");
        let ohmic = ["hh_na", "hh_k", "k_m", "nap", "k_a", "ih", "ih_tc", "k_a_tc", "sk"];
        let own =
            "[mechanisms.own]\nkind = 'channel'\nion = 'K'\ng = '1 mS/cm2'\nhalf = '-40 mV'\nlag = '3 ms'\n\
            [mechanisms.own.gates.n]\ninf = '1/(1 + exp(-(V - half)/7))'\ntau = 'lag + 20/cosh'\n"
                .replace("20/cosh", "5*exp(-((V - half)/30)^2)");
        let ca = "[mechanisms.ca_t]\nkind = 'ca_t'\np = '1e-5 cm/s'\n";
        membrane(&(ohmic.iter().map(of).collect::<String>() + ca + &own))
    }

    /// dy/dt in lanes, where lane `l` has the parameters `p(l)` and the voltage `v(l)`.
    fn slopes(m: &Membrane, p: impl Fn(usize) -> Vec<f64>, v: impl Fn(usize) -> f64) -> Vec<[f64; WIDTH]> {
        let all: Vec<Vec<f64>> = (0..WIDTH).map(p).collect();
        let p: Vec<Sixteen> = (0..all[0].len()).map(|i| Lanes::from_fn(|l| all[l][i])).collect();
        let mut work = vec![Sixteen::zero(); m.work_len()];
        m.prepare(Sixteen::zero(), &p, &mut work);
        let mut y = vec![Sixteen::splat(0.3); m.n_states()];
        y[0] = Lanes::from_fn(v);
        let mut dy = y.clone();
        m.eval(Sixteen::zero(), &y, &mut work, &mut dy);
        dy.into_iter().map(Lanes::to_array).collect()
    }

    fn seen(m: &Membrane, name: &str) -> Option<Vec<String>> {
        let p = m.defaults();
        let own = m.mechanisms.iter().find(|m| m.name == name).expect("it is there");
        let path = |i: usize| m.params()[i].path.clone();
        m.seen_by_rates(own, &p).map(|seen| seen.into_iter().map(path).collect())
    }

    #[test]
    fn what_rates_depend_on_is_found() {
        let m = every_gate();
        let one = |name: &str| seen(&m, name).expect("rates of the voltage");
        for warm in ["hh_na", "hh_k", "k_m", "nap", "k_a", "ih_tc", "k_a_tc"] {
            assert_eq!(one(warm), ["temperature"], "{warm}");
        }
        assert!(one("ih").is_empty());
        assert_eq!(one("ca_t"), ["temperature", "ca_t.shift"]);
        assert_eq!(one("own"), ["own.half", "own.lag"]);
        assert_eq!(seen(&m, "sk"), None, "it is opened by calcium");
    }

    #[test]
    fn slopes_looked_up_are_those_of_the_formulas() {
        let m = every_gate();
        let p = m.defaults();
        let tabulated = m.with_tabulated_rates(&p).expect("worth while");
        for k in 0..200 {
            // Some lie outside the table, and some at the switches of ca_t and k_a_tc.
            let v = |l: usize| {
                if l == 5 {
                    -80.0 + 7.0 * f64::from(k % 3)
                } else {
                    -175.0 + 0.1 * f64::from(k) + 19.7 * l as f64
                }
            };
            let (looked_up, wanted) = (slopes(&tabulated, |_| p.clone(), v), slopes(&m, |_| p.clone(), v));
            for l in 0..WIDTH {
                let kinetics = m.gate_kinetics(v(l), &p);
                assert_eq!(
                    looked_up[0][l].to_bits(),
                    wanted[0][l].to_bits(),
                    "the same gates carry the same currents"
                );
                for (i, gate) in kinetics.iter().enumerate() {
                    let (got, want) = (looked_up[1 + i][l], wanted[1 + i][l]);
                    let name = m.state_name(1 + i);
                    assert!((got - want).abs() <= 1e-13 * gate.rate, "{name} at {}: {got} {want}", v(l));
                }
            }
        }
    }

    #[test]
    fn a_lane_with_other_rates_gets_the_formulas_and_disturbs_no_other() {
        let m = every_gate();
        let p = m.defaults();
        let tabulated = m.with_tabulated_rates(&p).expect("worth while");
        let [lag, g] = ["own.lag", "own.g"].map(|path| m.index(path).expect("a parameter"));
        let mixed = |l: usize| {
            let mut p = p.clone();
            p[g] *= 1.0 + l as f64;
            if l.is_multiple_of(3) {
                p[lag] = 4.0;
            }
            p
        };
        let v = |l: usize| -90.0 + 7.0 * l as f64;
        let with_g = |l: usize| {
            let mut p = p.clone();
            p[g] *= 1.0 + l as f64;
            p
        };
        let (both, formulas, table) =
            (slopes(&tabulated, mixed, v), slopes(&m, mixed, v), slopes(&tabulated, with_g, v));
        for i in 0..both.len() {
            for l in 0..WIDTH {
                let wanted = if l.is_multiple_of(3) { formulas[i][l] } else { table[i][l] };
                assert_eq!(both[i][l].to_bits(), wanted.to_bits(), "{} in lane {l}", m.state_name(i));
            }
        }
        // Where no lane has the rates of the table, nothing is looked up.
        let other = |_| mixed(0);
        assert_eq!(slopes(&tabulated, other, v), slopes(&m, other, v));
    }

    #[test]
    fn only_what_costs_is_tabulated() {
        let has_table = |m: &Membrane| m.with_tabulated_rates(&m.defaults()).is_some();
        let [built_in, data] = ["squid_hh52", "hh_as_data"].map(|name| {
            let text = presets::cell(name).expect("a preset").text;
            Membrane::compile(&Cell::parse(text).expect("it is right").cell)
        });
        assert!(!has_table(&built_in), "its formulas are as fast");
        assert!(has_table(&data));
        let sk = |i: usize| format!("[mechanisms.sk{i}]\nkind = 'sk'\ng = '1 mS/cm2'\n");
        assert!(!has_table(&membrane(&(0..4).map(sk).collect::<String>())), "calcium opens it, not voltage");
    }
}

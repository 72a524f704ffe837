//! Does something learned say more than the physics? Everyone is fitted to the same sweeps and measured on sweeps
//! that nobody has seen.

use super::learned::{Learned, Network};
use super::model::{Model, Trace};
use super::report::{Fit, SweepLeft, prediction, rms};
use super::solver::{Problem, Settings};
use super::{Body, FitError};
use rayon::prelude::*;
use serde::Serialize;
use vrest_data::features::noise;
use vrest_data::recording::Clamp;
use vrest_membrane::mechanism::Class;
use vrest_membrane::{Cell, Membrane, mechanisms};
use vrest_ode::VectorField;

/// How the contest is held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// Networks of each kind; their scatter is the band.
    pub members: usize,
    /// Hidden units.
    pub hidden: usize,
    /// Latent states.
    pub latents: usize,
    /// Seed.
    pub seed: u64,
    /// Whether every sweep has a rest of its own.
    pub rests: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Rules { members: 3, hidden: 4, latents: 1, seed: 0, rests: false }
    }
}

/// About so many means a sweep are learned from.
const MEANS: usize = 200;
/// Evaluations for each weight.
const PATIENCE: usize = 6;
/// A network whose sum of squares is this many times the best one's got stuck.
const STUCK: f64 = 2.0;
/// Less than this part of an improvement is none.
const WORTH: f64 = 0.05;

/// One contender.
#[derive(Debug, Clone, Serialize)]
pub struct Contender {
    /// Who.
    pub name: &'static str,
    /// How many numbers were found from the data.
    pub parameters: usize,
    /// Sweeps that it was fitted to.
    pub seen: Vec<SweepLeft>,
    /// Sweeps that it has not seen.
    pub held_out: Vec<SweepLeft>,
    /// Its predictions of the held-out sweeps, for pictures.
    #[serde(skip)]
    pub predicted: Vec<Vec<f64>>,
    /// Half the scatter of an ensemble around them (a standard deviation), where it is one.
    #[serde(skip)]
    pub scatter: Option<Vec<Vec<f64>>>,
}

impl Contender {
    /// Root mean square over all sweeps of a kind.
    pub fn error(&self, held_out: bool) -> f64 {
        let sweeps = if held_out { &self.held_out } else { &self.seen };
        rms(&sweeps.iter().map(|s| s.rms).collect::<Vec<_>>())
    }
}

/// The current that the hybrid learned, at its steady state.
#[derive(Debug, Clone, Serialize)]
pub struct Curve {
    /// Voltages (mV).
    pub v: Vec<f64>,
    /// Mean over the ensemble (pA, inward positive as an injected current).
    pub current: Vec<f64>,
    /// Standard deviation over the ensemble (pA).
    pub scatter: Vec<f64>,
    /// The voltages that the data reach: beyond them the network guesses.
    pub reached: [f64; 2],
    /// The same current while the held-out sweeps run (the first sweep, where none is held out), sweep by sweep: its
    /// number, times (ms), mean over the ensemble (pA), standard deviation.
    #[serde(skip)]
    pub over_time: Vec<OverTime>,
    /// Channels of the library whose steady current bends most alike, with the correlation after a straight line is
    /// taken out of both.
    pub resembles: Vec<(String, f64)>,
}

/// The learned current during one sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct OverTime {
    /// The sweep.
    pub sweep: usize,
    /// Times (ms).
    pub t_ms: Vec<f64>,
    /// Mean over the ensemble (pA, inward positive).
    pub current: Vec<f64>,
    /// Standard deviation over the ensemble (pA).
    pub scatter: Vec<f64>,
}

/// What came out.
#[derive(Debug, Clone, Serialize)]
pub struct Contest {
    /// Physics first.
    pub contenders: Vec<Contender>,
    /// The hybrid's current.
    pub curve: Curve,
    /// In one sentence.
    pub verdict: String,
    /// Whether the hybrid predicts unseen sweeps better than the physics, so that its current means something.
    pub found: bool,
}

/// Holds the contest.
///
/// # Errors
/// Where the fitted physics cannot be simulated on a sweep.
pub fn contest(
    model: &Model,
    fit: &Fit,
    seen: &[Trace],
    held_out: &[Trace],
    rules: Rules,
) -> Result<Contest, FitError> {
    let means: Vec<Trace> = seen.iter().map(|t| t.binned((t.samples.values.len() / MEANS).max(1))).collect();
    let arena = Arena { model, fit, seen, held_out, means: &means, rules };
    let network = arena.network();
    let hybrid = Learned::Network(Network { sees_current: false, ..network.clone() });
    let alone = Learned::Network(Network { out_scale: network.v_scale / 10.0, ..network });

    let mut contenders = vec![arena.physics()?];
    let (hybrid_contender, hybrids) =
        arena.ensemble("hybrid", &hybrid, model.body.clone().with(hybrid.clone()), fit.p.clone())?;
    contenders.push(hybrid_contender);
    // Without physics a network would have to learn the clamp itself.
    if model.clamp == Clamp::Current {
        let p = vec![f64::NAN; model.body.n_params()];
        contenders.push(arena.ensemble("neural ODE", &alone, Body::without_physics(alone.clone()), p)?.0);
        contenders.extend(arena.exponentials("one exponential", false));
        contenders.extend(arena.exponentials("two exponentials", true));
    }
    let mut curve = arena.curve(&hybrid, &hybrids);
    curve.over_time = arena.over_time(&hybrid, &hybrids);
    let (verdict, found) = verdict(&contenders, fit, held_out.is_empty());
    Ok(Contest { contenders, curve, verdict, found })
}

struct Arena<'a> {
    model: &'a Model,
    fit: &'a Fit,
    seen: &'a [Trace],
    held_out: &'a [Trace],
    means: &'a [Trace],
    rules: Rules,
}

impl Arena<'_> {
    /// A network in the scales of these data.
    fn network(&self) -> Network {
        let all = || self.means.iter().flat_map(|t| &t.samples.values);
        let n = all().count() as f64;
        let v_middle = match self.model.clamp {
            Clamp::Current => all().sum::<f64>() / n,
            Clamp::Voltage => self.seen[0].v_start,
        };
        let spread = (all().map(|v| (v - v_middle).powi(2)).sum::<f64>() / n).sqrt();
        let v_scale = if self.model.clamp == Clamp::Current { spread.max(1.0) } else { 10.0 };
        let reach =
            |t: &Trace| t.command.iter().map(|c| (c.level - t.command[0].level).abs()).fold(0.0, f64::max);
        let i_scale = match self.model.clamp {
            Clamp::Current => self.seen.iter().map(reach).fold(1.0, f64::max),
            Clamp::Voltage => spread.max(1.0),
        };
        Network {
            hidden: self.rules.hidden.clamp(1, 12),
            latents: self.rules.latents.min(4),
            sees_current: true,
            v_middle,
            v_scale,
            i_scale,
            out_scale: 0.5 * i_scale,
        }
    }

    fn physics(&self) -> Result<Contender, FitError> {
        let on = |traces: &[Trace]| -> Result<Vec<Vec<f64>>, FitError> {
            traces.iter().map(|t| prediction(self.model, t, &self.fit.p, self.rules.rests)).collect()
        };
        let (seen, predicted) = (on(self.seen)?, on(self.held_out)?);
        Ok(self.contender("physics", self.fit.theta.len(), &seen, predicted, None))
    }

    fn contender(
        &self,
        name: &'static str,
        parameters: usize,
        seen: &[Vec<f64>],
        predicted: Vec<Vec<f64>>,
        scatter: Option<Vec<Vec<f64>>>,
    ) -> Contender {
        let left = |traces: &[Trace], predicted: &[Vec<f64>]| -> Vec<SweepLeft> {
            let one = |(t, p): (&Trace, &Vec<f64>)| {
                let r: Vec<f64> = p.iter().zip(&t.samples.values).map(|(m, d)| m - d).collect();
                SweepLeft { sweep: t.sweep, rms: rms(&r), noise: t.noise }
            };
            traces.iter().zip(predicted).map(one).collect()
        };
        let (seen, held_out) = (left(self.seen, seen), left(self.held_out, &predicted));
        Contender { name, parameters, seen, held_out, predicted, scatter }
    }

    /// Weights are pulled to 0 as if they had been drawn with a standard deviation of 1 before the data came: the
    /// weight of that is the variance of an effective sample of noise. What the physics leaves is no measure of it,
    /// for it may be just what is to be learned.
    fn ridge(&self) -> f64 {
        let w = &self.fit.whiteness;
        let noise = w.noise * w.noise * w.background;
        if noise > 0.0 { noise } else { self.fit.variance }
    }

    /// The electrode's numbers, as the physics found them.
    fn electrode(&self) -> &[f64] {
        &self.fit.p[self.model.body.n_params()..]
    }

    /// Networks from different starts; the mean of their predictions is the contender. One that got stuck, which its
    /// error on the sweeps it was trained on shows, is tried once more from another start and then left out: its
    /// distance from the others is no uncertainty.
    fn ensemble(
        &self,
        name: &'static str,
        learned: &Learned,
        body: Body,
        p: Vec<f64>,
    ) -> Result<(Contender, Vec<Vec<f64>>), FitError> {
        let first = body.n_params() - learned.n_params();
        let rest = self.seen.iter().map(|t| t.v_start).sum::<f64>() / self.seen.len() as f64;
        let trained = |member: usize| -> (f64, Model, Vec<f64>) {
            let own = p[..first.min(p.len())].to_vec();
            let weights = learned.initial(self.rules.seed, member as u64, rest);
            let mut model = Model::new(body.clone(), self.model.clamp, [own, weights].concat());
            let extras = body.n_params();
            model.start[extras..].copy_from_slice(self.electrode());
            let free = learned.free(first);
            let settings = Settings {
                starts: 1,
                rests: self.rules.rests,
                ridge: self.ridge(),
                patience: PATIENCE,
                ..Settings::default()
            };
            let problem = Problem { model: &model, traces: self.means, free: &free, settings };
            let start: Vec<f64> = free.iter().map(|f| f.transform.inward(model.start[f.index])).collect();
            let (left, theta) = problem.minimise(start.clone()).unwrap_or((f64::INFINITY, start));
            let p = problem.parameters(&theta);
            (left, model, p)
        };
        let wanted = self.rules.members.max(1);
        let mut all: Vec<(f64, Model, Vec<f64>)> = (0..wanted).into_par_iter().map(trained).collect();
        let bar =
            |all: &[(f64, Model, Vec<f64>)]| STUCK * all.iter().map(|m| m.0).fold(f64::INFINITY, f64::min);
        let stuck = all.iter().filter(|m| m.0 > bar(&all)).count();
        all.extend((wanted..wanted + stuck).into_par_iter().map(trained).collect::<Vec<_>>());
        let bar = bar(&all);
        let members: Vec<(Model, Vec<f64>)> =
            all.into_iter().filter(|m| m.0 <= bar).take(wanted).map(|(_, model, p)| (model, p)).collect();
        let predict = |traces: &[Trace]| -> Vec<Vec<Vec<f64>>> {
            let one = |t: &Trace| -> Vec<Vec<f64>> {
                let predicted: Vec<Vec<f64>> = members
                    .par_iter()
                    .filter_map(|(m, p)| prediction(m, t, p, self.rules.rests).ok())
                    .collect();
                predicted
            };
            traces.iter().map(one).collect()
        };
        let mean = |all: &Vec<Vec<f64>>, n: usize| -> (Vec<f64>, Vec<f64>) {
            (0..n).map(|k| mean_and_sd(all.iter().map(|p| p[k]))).unzip()
        };
        let length = |t: &Trace| t.samples.values.len();
        let seen: Vec<Vec<f64>> =
            predict(self.seen).iter().zip(self.seen).map(|(a, t)| mean(a, length(t)).0).collect();
        let (predicted, scatter): (Vec<_>, Vec<_>) =
            predict(self.held_out).iter().zip(self.held_out).map(|(a, t)| mean(a, length(t))).unzip();
        let weights = members.iter().map(|(_, p)| p[first..first + learned.n_params()].to_vec()).collect();
        Ok((self.contender(name, learned.n_params(), &seen, predicted, Some(scatter)), weights))
    }

    /// The linear baselines; nothing where even these do not come to an end.
    fn exponentials(&self, name: &'static str, two: bool) -> Option<Contender> {
        let learned = Learned::Exponentials;
        let rest = self.seen.iter().map(|t| t.v_start).sum::<f64>() / self.seen.len() as f64;
        let mut start = learned.initial(0, 0, rest);
        if !two {
            start[2] = 0.0;
        }
        let mut model = Model::new(Body::without_physics(learned.clone()), self.model.clamp, start);
        let extras = model.body.n_params();
        model.start[extras..].copy_from_slice(self.electrode());
        let mut free = learned.free(0);
        if !two {
            free.retain(|f| f.index != 2 && f.index != 4);
        }
        let settings = Settings { starts: 4, rests: self.rules.rests, ..Settings::default() };
        let problem = Problem { model: &model, traces: self.means, free: &free, settings };
        let found = super::fit(&problem).ok()?;
        let on = |traces: &[Trace]| -> Option<Vec<Vec<f64>>> {
            traces.iter().map(|t| prediction(&model, t, &found.p, self.rules.rests).ok()).collect()
        };
        Some(self.contender(name, free.len(), &on(self.seen)?, on(self.held_out)?, None))
    }

    /// The learned current over the voltages that the data reach and a fifth beyond.
    fn curve(&self, learned: &Learned, weights: &[Vec<f64>]) -> Curve {
        let voltages = |t: &Trace| -> Vec<f64> {
            match self.model.clamp {
                Clamp::Current => t.samples.values.clone(),
                Clamp::Voltage => t.command.iter().map(|c| c.level).collect(),
            }
        };
        let (low, high) = self
            .means
            .iter()
            .flat_map(voltages)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        let (from, to) = (low - 0.2 * (high - low), high + 0.2 * (high - low));
        let v: Vec<f64> = (0..=60).map(|k| from + (to - from) * k as f64 / 60.0).collect();
        let all: Vec<Vec<f64>> =
            weights.iter().map(|w| v.iter().map(|&v| learned.steady_current(v, w)).collect()).collect();
        let (current, scatter): (Vec<f64>, Vec<f64>) =
            (0..v.len()).map(|k| mean_and_sd(all.iter().map(|c| c[k]))).unzip();
        let inside: Vec<usize> = (0..v.len()).filter(|&k| (low..=high).contains(&v[k])).collect();
        let pick = |x: &[f64]| inside.iter().map(|&k| x[k]).collect::<Vec<f64>>();
        // A channel's outward current is an injected current with the other sign.
        let outward: Vec<f64> = pick(&current).iter().map(|i| -i).collect();
        let resembles = resembling(&pick(&v), &outward);
        Curve { v, current, scatter, reached: [low, high], over_time: vec![], resembles }
    }

    /// The hybrid's current while sweeps run that it has not seen.
    fn over_time(&self, learned: &Learned, weights: &[Vec<f64>]) -> Vec<OverTime> {
        let mut model = self.model.clone();
        model.body = model.body.with(learned.clone());
        let sweeps = if self.held_out.is_empty() { &self.seen[..1] } else { self.held_out };
        let own = self.model.body.n_params();
        let one = |trace: &Trace| -> Option<OverTime> {
            let means = trace.binned((trace.samples.values.len() / 1000).max(1));
            let all: Vec<Vec<f64>> = weights
                .iter()
                .filter_map(|w| {
                    let p = [&self.fit.p[..own], w, self.electrode()].concat();
                    model.learned_current(&means, &p).ok()
                })
                .collect();
            if all.is_empty() {
                return None;
            }
            let n = means.samples.t_ms.len();
            let (current, scatter) = (0..n).map(|k| mean_and_sd(all.iter().map(|c| c[k]))).unzip();
            Some(OverTime { sweep: trace.sweep, t_ms: means.samples.t_ms, current, scatter })
        };
        sweeps.par_iter().filter_map(one).collect()
    }
}

/// Mean and standard deviation (0 of a single value).
fn mean_and_sd(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let values: Vec<f64> = values.collect();
    (noise::mean(&values), noise::sd(&values))
}

/// The channels whose steady current bends most like `current` (outward) over `v`.
fn resembling(v: &[f64], current: &[f64]) -> Vec<(String, f64)> {
    let bent = without_line(v, current);
    let mut all: Vec<(String, f64)> = mechanisms::specs()
        .into_iter()
        .filter(|s| s.class == Class::Channel)
        .filter_map(|spec| {
            let text = format!(
                "name = \"one channel\"\ntemperature = \"34 degC\"\ncapacitance = \"1 uF/cm2\"\n\
                 [ions.K]\ninside = \"140 mM\"\noutside = \"3 mM\"\n[ions.Na]\ninside = \"10 mM\"\noutside = \"145 mM\"\n\
                 [ions.Ca]\ninside = \"1e-4 mM\"\noutside = \"2 mM\"\n\
                 [mechanisms.one]\nkind = \"{}\"\ng = \"1 mS/cm2\"\n",
                spec.kind
            );
            let membrane = Membrane::compile(&Cell::parse(&text).ok()?.cell);
            let mut work = vec![0.0; membrane.work_len()];
            membrane.prepare_at_start(&membrane.defaults(), &mut work);
            let i: Vec<f64> = v.iter().map(|&v| membrane.steady_current(v, &work)).collect();
            let r = correlation(&bent, &without_line(v, &i));
            r.is_finite().then(|| (spec.kind.to_string(), r))
        })
        .collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all.truncate(3);
    all
}

/// `y` less its least-squares straight line over `x`.
fn without_line(x: &[f64], y: &[f64]) -> Vec<f64> {
    let n = x.len() as f64;
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let sxx: f64 = x.iter().map(|x| (x - mx).powi(2)).sum();
    let sxy: f64 = x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum();
    x.iter().zip(y).map(|(x, y)| y - my - sxy / sxx * (x - mx)).collect()
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// One honest sentence, and whether the hybrid found something.
fn verdict(contenders: &[Contender], fit: &Fit, nothing_held_out: bool) -> (String, bool) {
    let of = |name: &str| contenders.iter().find(|c| c.name == name);
    let (Some(physics), Some(hybrid)) = (of("physics"), of("hybrid")) else { return (String::new(), false) };
    if nothing_held_out {
        let unknown =
            "no sweep was held out, so nothing is known about who predicts better: use `--hold-out`";
        return (unknown.into(), false);
    }
    let (p, h) = (physics.error(true), hybrid.error(true));
    let noise = rms(&physics.held_out.iter().map(|s| s.noise).collect::<Vec<_>>());
    let gain = 100.0 * (1.0 - h / p);
    if p <= (1.0 + WORTH) * noise && fit.whiteness.noise_only {
        let nothing = format!(
            "nothing was found: the physics leaves {p:.3} where the noise is {noise:.3}, and the hybrid {h:.3}"
        );
        return (nothing, false);
    }
    let found = h < (1.0 - WORTH) * p;
    let outcome = if found {
        format!("the hybrid leaves {gain:.0} % less than the physics on sweeps that neither has seen")
    } else if h > (1.0 + WORTH) * p {
        format!(
            "nothing was found: the physics wins, the hybrid leaves {:.0} % more on sweeps that neither has seen",
            -gain
        )
    } else {
        "nothing was found: what was learned adds nothing to the physics on sweeps that neither has seen"
            .into()
    };
    let best = contenders.iter().min_by(|a, b| a.error(true).total_cmp(&b.error(true)));
    let outcome = match best {
        Some(best)
            if !["physics", "hybrid"].contains(&best.name) && best.error(true) < (1.0 - WORTH) * p.min(h) =>
        {
            format!("{outcome}; the smallest error is that of {}", best.name)
        }
        _ => outcome,
    };
    (outcome, found)
}

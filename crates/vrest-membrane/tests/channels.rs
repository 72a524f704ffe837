//! Channels that a cell file defines by formulas: they are what the built-in ones are, and mistakes are placed.

mod common;

use common::{Bench, cell, experiment, preset, trajectory};
use std::sync::atomic::{AtomicUsize, Ordering};
use vrest_membrane::{Cell, Problem};
use vrest_ode::{Dual, Interval, Lanes, Member, Options, Output, Plan, Real, VectorField, solve};

#[test]
fn the_squid_axon_as_data_spikes_as_the_built_in_one_does() {
    let text = "duration = '60 ms'\n[stimulus]\nkind = 'step'\namplitude = '10 uA/cm2'\nstart = '5 ms'";
    let times: Vec<f64> = (0..=600).map(|i| 0.1 * i as f64).collect();
    let [built_in, data] =
        ["squid_hh52", "hh_as_data"].map(|name| trajectory(&experiment(&preset(name), text), &times));
    for (k, t) in times.iter().enumerate() {
        for (a, b) in built_in.row(k).iter().zip(data.row(k)) {
            assert!((a - b).abs() < 1e-9, "at {t} ms: {a} {b}");
        }
    }
    let peak = built_in.state(0).fold(f64::MIN, f64::max);
    assert!(peak > 30.0, "a spike was compared: {peak}");
}

#[test]
fn formulas_run_in_every_kind_of_number() {
    let b = Bench::of("hh_as_data");
    let y = [-40.0, 0.3, 0.4, 0.5];
    let plain = b.slope(&y);
    let lanes: Vec<Lanes> = derivative(&b, &y.map(Lanes::splat));
    let enclosed: Vec<Interval> = derivative(&b, &y.map(Interval::from_f64));
    let mut dual = y.map(Dual::<f64, 1>::constant);
    dual[0] = Dual::variable(-40.0, 0);
    let exact: Vec<Dual<f64, 1>> = derivative(&b, &dual);
    let difference = |i: usize| {
        let at = |v: f64| b.slope(&[v, y[1], y[2], y[3]])[i];
        (at(-40.0 - 2e-3) - 8.0 * at(-40.0 - 1e-3) + 8.0 * at(-40.0 + 1e-3) - at(-40.0 + 2e-3)) / 12e-3
    };
    for i in 0..4 {
        assert!((lanes[i].lane(5) - plain[i]).abs() < 1e-11 * plain[i].abs().max(1.0));
        assert!(enclosed[i].contains(plain[i]));
        assert!((exact[i].eps[0] - difference(i)).abs() < 1e-7 * (1.0 + exact[i].eps[0].abs()));
    }
}

fn derivative<R: Real>(b: &Bench, y: &[R]) -> Vec<R> {
    let p: Vec<R> = b.p.iter().map(|&x| R::from_f64(x)).collect();
    let (mut work, mut dy) = (vec![R::zero(); b.membrane.work_len()], vec![R::zero(); y.len()]);
    b.membrane.prepare(R::zero(), &p, &mut work);
    b.membrane.eval(R::zero(), y, &mut work, &mut dy);
    dy
}

/// Rates are looked up where members have those of the file, and evaluated for the others.
#[test]
fn members_of_an_ensemble_spike_as_each_does_alone() {
    let e = experiment(
        &preset("hh_as_data"),
        "duration = '40 ms'\n[stimulus]\nkind = 'step'\namplitude = '10 uA/cm2'",
    );
    let place = |path: &str| e.index(path).expect("a number of the file");
    let varied = [(place("na.g"), 0.01), (place("ions.K.e"), -0.003)];
    let (warmth, v_half) = (place("temperature"), place("k.v_half"));
    let options = Options::with_tolerance(1e-9, 1e-9);
    let times: Vec<f64> = (0..=400).map(|i| 0.1 * f64::from(i)).collect();
    let member = |id: usize| {
        let mut p = e.defaults();
        varied.iter().for_each(|&(i, by)| p[i] *= 1.0 + by * id as f64);
        p[warmth] += f64::from(u8::from(id % 4 == 1));
        p[v_half] += f64::from(u8::from(id % 5 == 2));
        let y0 = e.initial_state(&p).expect("it rests");
        Some(Member { id, p, y0 })
    };
    let alone: Vec<_> = (0..24)
        .map(|id| {
            let Member { p, y0, .. } = member(id).expect("each");
            solve(&e, &p, &y0, 0.0, 40.0, Output::At(&times), &options).expect("it solves")
        })
        .collect();
    let plan = Plan { t0: 0.0, t1: 40.0, times: &times, record: &[0], options: &options };
    let met = AtomicUsize::new(0);
    e.ensemble(&plan, alone.len(), &member, &|id, course| {
        let course = course.expect("it solves");
        for ((t, v), wanted) in times.iter().zip(&course.values).zip(alone[id].state(0)) {
            assert!((v - wanted).abs() < 1e-6, "member {id} at {t} ms: {v} {wanted}");
        }
        met.fetch_add(1, Ordering::Relaxed);
    });
    assert_eq!(met.into_inner(), alone.len());
    let peaks: Vec<f64> = alone.iter().map(|a| a.state(0).fold(f64::MIN, f64::max)).collect();
    assert!(peaks.iter().all(|&peak| peak > 20.0), "{peaks:?}");
}

#[test]
fn constants_are_numbers_of_the_cell() {
    let b = Bench::of("hh_as_data");
    let before = b.state(-50.0)[3];
    let moved = Bench::of("hh_as_data").with("k.v_half", -45.0).state(-50.0)[3];
    let rate = |v_half: f64| {
        let x: f64 = -(-50.0 - v_half) / 10.0;
        0.01 * 10.0 * x / x.exp_m1()
    };
    let n = |alpha: f64| alpha / (alpha + 0.125 * (-15.0f64 / 80.0).exp());
    assert!((before - n(rate(-55.0))).abs() < 1e-14 && (moved - n(rate(-45.0))).abs() < 1e-14);
}

/// A calcium-activated channel, an instantaneous rectifier, a constant-field channel and a cation channel.
const MANY: &str = r#"
temperature = "34 degC"
capacitance = "1 uF/cm2"
[ions.K]
inside = "140 mM"
outside = "5 mM"
[ions.Na]
e = "50 mV"
[ions.Ca]
inside = "4.3e-4 mM"
outside = "2 mM"
[mechanisms.sk]
kind = "channel"
ion = "K"
g = "1 mS/cm2"
gates.z = { inf = "1/(1 + (half/Ca.inside)^4.8)", tau = 1 }
half = "430 nM"
[mechanisms.kir]
kind = "channel"
ion = "K"
g = "1 mS/cm2"
factor = "sqrt(K.outside/5.4)"
gates.m = { inf = "1/(1 + exp((V - E)/13))", power = 2 }
[mechanisms.cat]
kind = "channel"
ion = "Ca"
current = "ghk"
p = "1e-4 cm/s"
gates.m = { power = 2, inf = "1/(1 + exp(-(V + 57)/6.2))", tau = "if(V < -80, 3, 2 + exp(-(V + 22)/10.5))/2.5^((T - 297.15)/10)" }
[mechanisms.ih]
kind = "channel"
e = "-45 mV"
g = "0.1 mS/cm2"
gates.m = { alpha = "0.001*6.43*(V + 154.9)/(exp((V + 154.9)/11.9) - 1)", beta = "0.001*193*exp(V/33.1)" }
"#;

#[test]
fn every_form_of_current_follows_its_formula() {
    let b = Bench::new(&cell(MANY));
    let v = -75.0;
    let y = b.state(v);
    let names: Vec<&str> = b.membrane.states().iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["V", "sk.z", "cat.m", "ih.m"]);
    let parts = b.membrane.currents(&b.p, &y);
    let [sk, kir, cat, ih] = ["sk", "kir", "cat", "ih"]
        .map(|m| parts.iter().find(|c| c.mechanism == m).map(|c| c.current).unwrap());
    let rt_f: f64 = 26.468_139;
    let e_k = rt_f * (5.0f64 / 140.0).ln();
    assert!((sk - 0.5 * (v - e_k)).abs() < 1e-6, "{sk}");
    let m = 1.0 / (1.0 + ((v - e_k) / 13.0).exp());
    assert!((kir - (5.0f64 / 5.4).sqrt() * m * m * (v - e_k)).abs() < 1e-6, "{kir}");
    let m = 1.0 / (1.0 + (-(v + 57.0) / 6.2).exp());
    let u = 2.0 * v / rt_f;
    let ghk = 1e-4 * 2.0 * 96_485.332_123 * (4.3e-4 * -u / (-u).exp_m1() - 2.0 * u / u.exp_m1());
    assert!((cat - m * m * ghk).abs() < 1e-6 * cat.abs(), "{cat}");
    let x = (v + 154.9) / 11.9;
    let (a, beta) = (0.001 * 6.43 * 11.9 * x / x.exp_m1(), 0.193 * (v / 33.1).exp());
    assert!((ih - 0.1 * a / (a + beta) * (v + 45.0)).abs() < 1e-12, "{ih}");
    let tau = 2.0 + (-(v + 22.0) / 10.5).exp();
    let q = 2.5f64;
    assert!((b.membrane.gate_kinetics(v, &b.p)[1].rate - q / tau).abs() < 1e-12);
}

fn told(text: &str, problems: &[Problem]) -> Vec<String> {
    let one = |p: &Problem| {
        let marked = text[p.span.clone()].lines().next().unwrap_or("");
        format!("{marked} <- {p}; {}", p.hint().unwrap_or_default())
    };
    problems.iter().map(one).collect()
}

#[track_caller]
fn mistake(from: &str, to: &str, expected: &[&str]) {
    let good = vrest_membrane::presets::cell("hh_as_data").unwrap().text;
    assert!(good.contains(from), "`{from}` is not in the file");
    let text = good.replacen(from, to, 1);
    match Cell::parse(&text) {
        Ok(loaded) => panic!("accepted with {:?}", loaded.warnings),
        Err(problems) => assert_eq!(told(&text, &problems), expected),
    }
}

#[test]
fn mistakes_in_formulas_are_placed_and_explained() {
    mistake(
        "4*exp(-(V + 65)/18)",
        "4*exp(-(V + 65)/18",
        &[" <- unexpected end of the formula, expected `,` or `)`; "],
    );
    mistake(
        "4*exp(-(V + 65)/18)",
        "4*exp(-(V +* 65)/18)",
        &["* <- unexpected `*`, expected a number, a name or `(`; "],
    );
    mistake("4*exp(-(V", "4*epx(-(V", &["epx <- unknown name `epx`; did you mean `exp`?"]);
    mistake("/slope))", "/slop))", &["slop <- unknown name `slop`; did you mean `slope`?"]);
    mistake(
        "0.07*exp(-(V + 65)/20)",
        "0.07*exp(-(K.outside)/20)",
        &[
            "K.outside <- `K.outside` is not known: K gives only `e`; write `inside` and `outside` in `[ions.K]` instead of `e`",
        ],
    );
    mistake(
        "v_half = \"-55 mV\"",
        "v_half = -55",
        &[
            "V - v_half <- `-` stands between a voltage and a plain number; give a named constant its unit, as in `v_half = \"-40 mV\"`",
        ],
    );
    mistake(
        "exp(-(V + 65)/20)",
        "exp(V)",
        &[
            "V <- `exp` of a voltage, and it takes a plain number; divide by a number or a constant of the same unit, as in `exp(V/10)`",
        ],
    );
    mistake(
        "\"0.1 1/ms\"",
        "\"0.1 uA/cm2\"",
        &[
            "\"0.1 uA/cm2\" <- `rate` is in `uA/cm2`, which no formula can use; a constant is a plain number, or measured in mV, ms, 1/ms, mM, K, mV/ms",
        ],
    );
}

#[test]
fn formulas_outside_their_domain_are_refused() {
    mistake(
        "1/(1 + exp(-(V + 35)/10))",
        "1/(1 - exp(-(V + 35)/10))",
        &[
            "\"1/(1 - exp(-(V + 35)/10))\" <- `na.gates.h.beta` divides by zero at V = -35 mV; if the numerator vanishes there too, write x/(exp(x) - 1) as `bernoulli(x)`",
        ],
    );
    mistake(
        "0.07*exp(",
        "-0.07*exp(",
        &[
            "\"-0.07*exp(-(V + 65)/20)\" <- `na.gates.h.alpha` is -0.033066 at V = -50 mV, and must not be negative; ",
        ],
    );
    let rates = "alpha = \"0.07*exp(-(V + 65)/20)\"\nbeta = \"1/(1 + exp(-(V + 35)/10))\"";
    mistake(
        rates,
        "inf = \"1/(1 + exp((V + 62)/6))\"\ntau = \"1 + 0.1*(V + 40)\"",
        &["\"1 + 0.1*(V + 40)\" <- `na.gates.h.tau` is 0 at V = -50 mV, and must be above 0; "],
    );
    mistake(
        rates,
        "inf = \"1.5/(1 + exp((V + 62)/6))\"\ntau = 1",
        &[
            "\"1.5/(1 + exp((V + 62)/6))\" <- `na.gates.h.inf` is 1.0188 at V = -66.5 mV, and must lie between 0 and 1; ",
        ],
    );
    mistake(
        rates,
        "inf = \"ln((V + 62)/10)\"\ntau = 1",
        &[
            "\"ln((V + 62)/10)\" <- `na.gates.h.inf` is -0.051293 at V = -52.5 mV, and must lie between 0 and 1; ",
        ],
    );
}

#[test]
fn keys_that_do_not_belong_are_told_from_constants() {
    mistake(
        "slope = \"10 mV\"",
        "slope = \"10 mV\"\nspare = 3",
        &["spare <- no formula of `[mechanisms.k]` uses the constant `spare`; remove it, or use it"],
    );
    mistake(
        "power = 3",
        "powr = 3",
        &["powr <- unknown key `powr` in `[mechanisms.na.gates.m]`; did you mean `power`?"],
    );
    mistake(
        "slope = \"10 mV\"",
        "slope = \"10 mV\"\nexp = 3",
        &[
            "exp <- a constant may not be called `exp`; a letter first, then letters, digits and `_`; not the name of a function",
        ],
    );
    mistake(
        "g = \"36 mS/cm2\"",
        "p = \"1e-6 cm/s\"",
        &[
            "[mechanisms.k] <- the strength of an `ohmic` current is `g`, not `p`; write `g`, or `current = \"ghk\"`",
            "[mechanisms.k] <- `k` needs the concentrations of K, which gives only `e`; write `inside` and `outside` in `[ions.K]` instead of `e`",
        ],
    );
    mistake(
        "beta = \"4*exp(-(V + 65)/18)\"\n",
        "",
        &[
            "[mechanisms.na.gates.m] <- `[mechanisms.na.gates.m]` needs `beta`; add `beta = \"0.125*exp(-(V + 65)/80)\"`",
        ],
    );
    mistake(
        "ion = \"K\"",
        "ion = \"K\"\ne = \"-70 mV\"",
        &[
            "[mechanisms.k] <- a channel with a reversal potential `e` of its own carries no ion; remove `e`, or remove `ion`",
        ],
    );
}

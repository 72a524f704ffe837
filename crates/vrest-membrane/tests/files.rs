//! What a user reads when a file is wrong: every problem at once, each with its place and what to write.

use vrest_membrane::{Cell, Experiment, Membrane, Problem, Protocol, Severity, presets};

/// A right cell file, into which the tests put mistakes.
const GOOD: &str = r#"
temperature = "37 degC"
capacitance = "1 uF/cm2"
[ions.K]
inside = "140 mM"
outside = "5 mM"
[mechanisms.leak_K]
kind = "leak"
ion = "K"
g = "0.36 mS/cm2"
"#;

/// The marked text, the message and the hint of each problem.
fn told(text: &str, problems: &[Problem]) -> Vec<String> {
    problems
        .iter()
        .map(|p| {
            let level = if p.severity == Severity::Error { "error" } else { "warning" };
            let marked = text[p.span.clone()].lines().next().unwrap_or("");
            format!("{level}: {marked} <- {p}; {}", p.hint().unwrap_or_default())
        })
        .collect()
}

fn of_cell(text: &str) -> Vec<String> {
    match Cell::parse(text) {
        Ok(loaded) => told(text, &loaded.warnings),
        Err(problems) => told(text, &problems),
    }
}

#[track_caller]
fn check(from: &str, to: &str, expected: &[&str]) {
    let text = GOOD.replacen(from, to, 1);
    assert_ne!(text, GOOD, "`{from}` is not in the file");
    assert_eq!(of_cell(&text), expected);
}

#[test]
fn a_right_file_has_no_problems() {
    assert_eq!(of_cell(GOOD), [""; 0]);
}

#[test]
fn units_missing_wrong_or_nonsensical() {
    check(
        "\"0.36 mS/cm2\"",
        "0.36",
        &[
            "error: 0.36 <- `0.36` has no unit, and a conductance per area is needed here; write `0.36 mS/cm2`",
        ],
    );
    check(
        "0.36 mS/cm2",
        "0.36 mV",
        &[
            "error: mV <- `mV` is a voltage, and a conductance per area is needed here; give it in mS/cm2, as in `0.36 mS/cm2`",
        ],
    );
    check("5 mM", "5 mm0l", &["error: mm0l <- unknown unit `mm0l`; did you mean `mmol`?"]);
    check(
        "\"37 degC\"",
        "37",
        &["error: 37 <- `37` has no unit, and a temperature is needed here; write `37 degC`"],
    );
    check(
        "\"5 mM\"",
        "true",
        &[
            "error: true <- `outside` is true or false, and a concentration is needed; write `outside = \"1 mM\"`",
        ],
    );
}

#[test]
fn values_that_cannot_be() {
    check(
        "5 mM",
        "0 mM",
        &[
            "error: \"0 mM\" <- `ions.K.outside` is `0 mM`, and must be above 0; an absent ion has no equilibrium; leave it out, or give a small concentration",
        ],
    );
    check("5 mM", "-5 mM", &["error: \"-5 mM\" <- `ions.K.outside` is `-5 mM`, and must be above 0; "]);
    check(
        "0.36",
        "-0.36",
        &["error: \"-0.36 mS/cm2\" <- `leak_K.g` is `-0.36 mS/cm2`, and must not be below 0; "],
    );
    check("1 uF", "-1 uF", &["error: \"-1 uF/cm2\" <- `capacitance` is `-1 uF/cm2`, and must be above 0; "]);
    check(
        "37 degC",
        "-300 degC",
        &[
            "error: \"-300 degC\" <- `temperature` is `-300 degC`, and there is nothing below 0 K; write `37 degC` or `310.15 K`",
        ],
    );
}

#[test]
fn values_that_are_odd_are_remarked_on() {
    check(
        "37 degC",
        "37 K",
        &[
            "warning: \"37 K\" <- `temperature` is `37 K`: 37 K is -236.15 degC, and membranes work between -2 and 50 degC; did you mean `37 degC`?",
        ],
    );
    check(
        "140 mM",
        "1 mM",
        &[
            "warning: [ions.K] <- `ions.K` is `1 mM inside, 5 mM outside`: the gradient is inverted; K is higher inside than outside in living cells; are `inside` and `outside` exchanged?",
        ],
    );
    check(
        "1 uF/cm2",
        "1 F/cm2",
        &[
            "warning: \"1 F/cm2\" <- `capacitance` is `1 F/cm2`: cells have a membrane capacitance between 0.3 and 10 uF/cm2; check the number and its unit",
        ],
    );
}

#[test]
fn names_misspelt_or_missing() {
    check(
        "capacitance",
        "capacitanec",
        &[
            "error:  <- the file needs `capacitance`; add `capacitance = \"... uF/cm2\"`",
            "error: capacitanec <- unknown key `capacitanec` in the file; did you mean `capacitance`?",
        ],
    );
    check(
        "\"leak\"",
        "\"leek\"",
        &["error: \"leek\" <- unknown mechanism kind `leek`; did you mean `leak`?"],
    );
    check("ion = \"K\"", "ion = \"Na\"", &["error: \"Na\" <- unknown ion `Na`; allowed: `K`"]);
    check(
        "g =",
        "gbar =",
        &[
            "error: [mechanisms.leak_K] <- `[mechanisms.leak_K]` needs `g`; add `g = \"... mS/cm2\"`",
            "error: gbar <- unknown key `gbar` in `[mechanisms.leak_K]`; allowed: `kind`, `ion`, `g`",
        ],
    );
    check(
        "[ions.K]",
        "[ions.X]",
        &[
            "error: [ions.X] <- `[ions.X]` needs `valence`; add `valence = -1`",
            "error: \"K\" <- unknown ion `K`; allowed: `X`",
        ],
    );
    check(
        "[mechanisms.leak_K]",
        "[mechanisms.ions]",
        &[
            "error: ions <- a mechanism may not be called `ions`; paths such as `ions.K.outside` begin with that word; choose another name",
        ],
    );
}

#[test]
fn all_problems_of_a_file_come_at_once() {
    let text = GOOD
        .replace("37 degC", "37 furlong")
        .replace("5 mM", "-5 mM")
        .replace("leak\"", "leek\"")
        .replace("1 uF", "1 mF");
    let told = of_cell(&text);
    assert_eq!(told.len(), 4, "{told:#?}");
}

#[test]
fn broken_toml_is_placed() {
    check("\"140 mM\"", "\"140 mM", &["error:  <- invalid basic string, expected `\"`; "]);
    let twice = GOOD.replace("inside", "outside");
    assert!(of_cell(&twice)[0].contains("duplicate key"), "{:?}", of_cell(&twice));
}

#[test]
fn balances_that_cannot_be_solved_say_why() {
    let balanced = presets::cell("neuron_balanced").unwrap().text;
    let told = |from: &str, to: &str| {
        let text = balanced.replacen(from, to, 1);
        assert_ne!(text, balanced);
        of_cell(&text)
    };
    let t = told("v_rest = \"-70 mV\"", "v_rest = \"-100 mV\"");
    assert!(
        t[0].contains("no value of `leak_Na.g`") || t[0].contains("no value of `nak_pump.i_max`"),
        "{t:?}"
    );
    let t = told("inside = \"balance\"", "inside = \"8 mM\"");
    assert!(
        t[0].contains("3 ions (K, Na, Cl) must be in balance, but 2 numbers are written `balance`"),
        "{t:?}"
    );
    let t = told("[balance]\nv_rest = \"-70 mV\"\n", "");
    assert!(t[0].contains("at which voltage"), "{t:?}");
}

#[test]
fn ions_without_concentrations_refuse_what_needs_them() {
    let text = GOOD.replace("inside = \"140 mM\"\noutside = \"5 mM\"", "e = \"-89 mV\"");
    assert_eq!(of_cell(&text), [""; 0]);
    let ghk = text.replace("\"leak\"", "\"ghk_leak\"").replace("g = \"0.36 mS/cm2\"", "p = \"1e-6 cm/s\"");
    let told = of_cell(&ghk);
    assert!(told[0].contains("`leak_K` needs the concentrations of K"), "{told:?}");
}

#[test]
fn moving_ions_need_a_volume() {
    check(
        "outside = \"5 mM\"",
        "outside = \"5 mM\"\ndynamic = \"inside\"",
        &[
            "error: \"inside\" <- K is to move, but the volume of the cell is not known; add a table `[geometry]` with `shape = \"sphere\"` and `diameter = \"20 um\"`",
        ],
    );
}

fn of_protocol(text: &str) -> Vec<String> {
    let cell = Cell::parse(presets::cell("seed_neuron").unwrap().text).unwrap().cell;
    match Protocol::parse(text) {
        Err(problems) => told(text, &problems),
        Ok(loaded) => match Experiment::new(Membrane::compile(&cell), loaded.protocol) {
            Err(problems) => told(text, &problems),
            Ok(_) => told(text, &loaded.warnings),
        },
    }
}

#[test]
fn protocols_are_checked_against_the_cell() {
    let ramp = |parameter: &str, to: &str| {
        format!(
            "duration = '500 ms'\n[changes.k]\nparameter = '{parameter}'\nkind = 'ramp'\nto = '{to}'\nstart = '1 ms'\nduration = '2 ms'"
        )
    };
    assert_eq!(of_protocol(&ramp("ions.K.outside", "10 mM")), [""; 0]);
    assert_eq!(
        of_protocol(&ramp("ions.K.outsid", "10 mM")),
        ["error: 'ions.K.outsid' <- unknown parameter `ions.K.outsid`; did you mean `ions.K.outside`?",]
    );
    assert_eq!(
        of_protocol(&ramp("ions.K.outside", "10 mV")),
        [
            "error: '10 mV' <- `mV` is a voltage, and a concentration is needed here; give it in mM, as in `10 mM`",
        ]
    );
    assert_eq!(
        of_protocol(&ramp("ions.K.outside", "-10 mM")),
        ["error: '-10 mM' <- `k.to` is `-10 mM`, and `ions.K.outside` cannot take that value; ",]
    );
    assert_eq!(
        of_protocol("duration = '500 ms'\n[stimulus]\nkind = 'stp'\namplitude = '1 uA/cm2'"),
        ["error: 'stp' <- unknown kind `stp`; did you mean `step`?",]
    );
    assert_eq!(
        of_protocol("[stimulus]\nkind = 'step'\namplitude = '1 mV'\nstrt = '1 ms'"),
        [
            "error:  <- the file needs `duration`; add `duration = \"... ms\"`",
            "error: '1 mV' <- `mV` is a voltage, and a current per area is needed here; give it in uA/cm2, as in `1 uA/cm2`",
            "error: strt <- unknown key `strt` in `[stimulus]`; did you mean `start`?",
        ]
    );
}

#[test]
fn what_moving_volumes_need() {
    let with = |more: &str| of_cell(&format!("{GOOD}{more}"));
    assert_eq!(
        with("[water]\npermeability = \"0.01 cm/s\"\n"),
        [
            "error: [water] <- water is to move, but the volume of the cell is not known; add a table `[geometry]` with `shape = \"sphere\"` and `diameter = \"20 um\"`",
            "warning: [water] <- the inside holds 140.000 mM of net charge; a cell is neutral but for the micromolars that charge its membrane; state the charge of what cannot cross under `[impermeants.A]`",
        ]
    );
    assert_eq!(
        with("[impermeants.X]\ninside = \"140 mM\"\n"),
        ["error: [impermeants.X] <- `[impermeants.X]` needs `valence`; add `valence = -1`"]
    );
    assert_eq!(
        with("[water]\npermeability = \"1 um\"\narea = \"round\"\n").len(),
        4,
        "length, rule, volume and charge"
    );
    assert_eq!(
        with(
            "[ions.Ca]\ninside = \"1e-4 mM\"\noutside = \"2 mM\"\npool = { depth = \"0.1 um\", tau = \"80 ms\", rest = \"1e-4 mM\" }\n"
        ),
        ["error: [ions.Ca] <- Ca has a shell, but does not move inside; add `dynamic = \"inside\"`"]
    );
    assert_eq!(
        with("[mechanisms.glia]\nkind = \"glia_uptake\"\n"),
        [
            "warning: [mechanisms.glia] <- `glia` changes K outside, which is clamped: it has no effect; write `dynamic = \"outside\"` or `\"both\"` in `[ions.K]`",
        ]
    );
}

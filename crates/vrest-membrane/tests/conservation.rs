//! Cells whose concentrations, amounts and volumes move keep the laws of conservation.

mod common;

use common::{Bench, cell};
use proptest::prelude::*;
use vrest_membrane::constants::FARADAY;
use vrest_ode::{Interval, Lanes, Real, VectorField, jacobian};

/// A closed cell with everything that moves ions, for the property tests.
fn living(shape: &str, area: &str, x: &[f64]) -> Bench {
    let mut next = x.iter().copied().cycle();
    let mut around = |usual: f64| usual * next.next().unwrap();
    let mut text = format!(
        "temperature = '37 degC'\ncapacitance = '{} uF/cm2'\n[geometry]\nshape = '{shape}'\n\
         diameter = '{} um'\noutside_ratio = {}\n",
        around(1.0),
        around(15.0),
        around(1.0)
    );
    if shape == "cylinder" {
        text += "length = '50 um'\n";
    }
    for (name, inside, outside) in
        [("Na", 12.0, 145.0), ("K", 130.0, 4.0), ("Cl", 7.0, 115.0), ("HCO3", 15.0, 25.0)]
    {
        text += &format!(
            "[ions.{name}]\ninside = '{} mM'\noutside = '{} mM'\ndynamic = 'both'\n",
            around(inside),
            around(outside)
        );
    }
    text += &format!("[impermeants.X]\nvalence = -1.2\ninside = '{} mM'\noutside = '20 mM'\n", around(120.0));
    text += &format!("[water]\npermeability = '{} cm/s'\narea = '{area}'\n", around(0.01));
    for (i, ion) in ["Na", "K", "Cl"].into_iter().enumerate() {
        text +=
            &format!("[mechanisms.leak{i}]\nkind = 'leak'\nion = '{ion}'\ng = '{} mS/cm2'\n", around(0.05));
    }
    for (kind, parameters) in [
        ("nak_pump_sites", "i_max = '10 uA/cm2'"),
        ("kcc2", "g = '0.02 mS/cm2'"),
        ("nkcc1", "u = '0.1 uA/cm2'"),
        ("nbc", "g = '0.01 mS/cm2'"),
        ("gaba_a", "p = '1e-7 cm/s'"),
        ("nalcn", "p = '1e-8 cm/s'"),
        ("hh_na", "g = '20 mS/cm2'"),
        ("hh_k", "g = '10 mS/cm2'"),
    ] {
        text += &format!("[mechanisms.{kind}]\nkind = '{kind}'\n{parameters}\n");
    }
    Bench::new(&cell(&text))
}

/// dy/dt in another kind of number.
fn derivative<R: Real>(b: &Bench, y: &[f64]) -> Vec<R> {
    let lift = |x: &[f64]| x.iter().map(|&x| R::from_f64(x)).collect::<Vec<_>>();
    let (mut work, mut dy) = (vec![R::zero(); b.membrane.work_len()], vec![R::zero(); y.len()]);
    b.membrane.prepare(R::zero(), &lift(&b.p), &mut work);
    b.membrane.eval(R::zero(), &lift(y), &mut work, &mut dy);
    dy
}

/// The place of a state.
fn at(b: &Bench, name: &str) -> usize {
    b.membrane.states().iter().position(|s| s.name == name).unwrap_or_else(|| panic!("no state `{name}`"))
}

fn factors() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((-0.5f64..0.5).prop_map(f64::exp), 24)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn charge_and_amounts_are_conserved(
        x in factors(),
        sphere in any::<bool>(),
        follows in any::<bool>(),
        swelling in 0.6..1.6f64,
        v in -120.0..50.0f64,
    ) {
        let (shape, area) = (if sphere { "sphere" } else { "cylinder" }, if follows { "follows" } else { "constant" });
        let b = living(shape, area, &x);
        let mut y = b.state(v);
        let volume = at(&b, "volume");
        y[volume] *= swelling.min(1.0 + 0.5 * x[2]);
        let dy = b.slope(&y);

        // What leaves the cell arrives outside.
        for ion in ["Na", "K", "Cl", "HCO3"] {
            let (i, o) = (dy[at(&b, &format!("ions.{ion}.amount_inside"))], dy[at(&b, &format!("ions.{ion}.amount_outside"))]);
            prop_assert!((i + o).abs() <= 1e-14 * i.abs(), "{ion}: {i} {o}");
        }

        // C A V and F (sum of z n) change together; the area with the volume where it follows.
        let charge = b.membrane.charge(&b.p, &y).unwrap();
        let exponent = match (follows, sphere) { (false, _) => 0.0, (_, true) => 2.0 / 3.0, (_, false) => 0.5 };
        let per_mv = charge.membrane / v;
        let membrane = per_mv * dy[0] + charge.membrane * exponent * dy[volume] / y[volume];
        let each = [("Na", 1.0), ("K", 1.0), ("Cl", -1.0), ("HCO3", -1.0)]
            .map(|(ion, z)| 1e-3 * FARADAY * z * dy[at(&b, &format!("ions.{ion}.amount_inside"))]);
        let scale: f64 = each.iter().map(|q| q.abs()).sum();
        prop_assert!((membrane - each.iter().sum::<f64>()).abs() <= 1e-12 * scale, "{membrane} {each:?}");
    }

    #[test]
    fn lanes_derivatives_and_enclosures_agree(x in factors(), sphere in any::<bool>(), v in -120.0..50.0f64) {
        let b = living(if sphere { "sphere" } else { "cylinder" }, "follows", &x);
        let mut y = b.state(v);
        y[at(&b, "volume")] *= 1.1;
        let plain = b.slope(&y);
        let lanes = derivative::<Lanes>(&b, &y);
        let enclosed = derivative::<Interval>(&b, &y);
        let exact = jacobian(&b.membrane, 0.0, &y, &b.p);
        let n = y.len();
        for i in 0..n {
            let scale = 1e-9 * (plain[i].abs() + 1e-3);
            prop_assert!((lanes[i].lane(2) - plain[i]).abs() <= scale, "{i}: {} {}", lanes[i].lane(2), plain[i]);
            prop_assert!(enclosed[i].lo - scale <= plain[i] && plain[i] <= enclosed[i].hi + scale, "{i}");
        }
        // One column of the Jacobian at a time against a central difference.
        for k in 0..n {
            let h = 1e-5 * y[k].abs().max(1e-3);
            let moved = |h: f64| { let mut y = y.clone(); y[k] += h; b.slope(&y) };
            let (up, down) = (moved(h), moved(-h));
            for i in 0..n {
                let difference = (up[i] - down[i]) / (2.0 * h);
                let noise = 1e-5 * (difference.abs() + (1e-6 + plain[i].abs()) / y[k].abs().max(1e-3));
                prop_assert!((exact[i * n + k] - difference).abs() <= noise, "{i} {k}: {} {difference}", exact[i * n + k]);
            }
        }
    }

    #[test]
    fn a_cell_without_water_keeps_its_charge_too(x in factors(), v in -120.0..50.0f64) {
        let mut text = String::from("temperature = '37 degC'\ncapacitance = '1.3 uF/cm2'\n[geometry]\nshape = 'sphere'\ndiameter = '17 um'\n");
        for (i, (name, inside, outside)) in [("Na", 12.0, 145.0), ("K", 130.0, 4.0), ("Cl", 7.0, 115.0)].into_iter().enumerate() {
            text += &format!("[ions.{name}]\ninside = '{} mM'\noutside = '{} mM'\ndynamic = 'both'\n", inside * x[2 * i], outside * x[2 * i + 1]);
            text += &format!("[mechanisms.leak_{name}]\nkind = 'ghk_leak'\nion = '{name}'\np = '{} cm/s'\n", 1e-6 * x[6 + i]);
        }
        text += "[mechanisms.nkcc1]\nkind = 'nkcc1'\nu = '1 uA/cm2'\n";
        let b = Bench::new(&cell(&text));
        let y = b.state(v);
        let dy = b.slope(&y);
        let volume = b.membrane.volumes(&b.p, &y).unwrap()[0];
        let each = [("Na", 1.0), ("K", 1.0), ("Cl", -1.0)]
            .map(|(ion, z)| 1e-3 * FARADAY * z * volume * dy[at(&b, &format!("ions.{ion}.inside"))]);
        let membrane = b.membrane.charge(&b.p, &y).unwrap().membrane / v * dy[0];
        let scale: f64 = each.iter().map(|q| q.abs()).sum();
        prop_assert!((membrane - each.iter().sum::<f64>()).abs() <= 1e-12 * scale, "{membrane} {each:?}");
    }
}

/// A cell with one transporter and nothing else that moves ions.
fn alone(kind: &str, parameters: &str) -> Bench {
    let mut text = String::from(
        "temperature = '37 degC'\ncapacitance = '1 uF/cm2'\n[geometry]\nshape = 'sphere'\ndiameter = '20 um'\n",
    );
    for (name, inside, outside) in [("Na", 12.0, 145.0), ("K", 130.0, 4.0), ("Cl", 7.0, 115.0)] {
        text +=
            &format!("[ions.{name}]\ninside = '{inside} mM'\noutside = '{outside} mM'\ndynamic = 'both'\n");
    }
    text += "[water]\npermeability = '0.01 cm/s'\n[impermeants.X]\nvalence = -1\ninside = '135 mM'\n";
    text += &format!("[mechanisms.m]\nkind = '{kind}'\n{parameters}\n");
    Bench::new(&cell(&text))
}

#[test]
fn electroneutral_cotransport_moves_ions_in_proportion_and_no_voltage() {
    for (kind, parameters, na, k, cl) in [
        ("kcc2", "g = '0.02 mS/cm2'", 0.0, 1.0, 1.0),
        ("kcc2_mass_action", "k = '1e-3 uA/cm2/mM2'", 0.0, 1.0, 1.0),
        ("kcc2_saturable", "i_max = '1 uA/cm2'", 0.0, 1.0, 1.0),
        ("nkcc1", "u = '0.3 uA/cm2'", 1.0, 1.0, 2.0),
        ("nkcc1_gated", "u = '0.3 uA/cm2'", 1.0, 1.0, 2.0),
    ] {
        let b = alone(kind, parameters);
        let dy = b.slope(&b.state(-63.0));
        assert_eq!(dy[0], 0.0, "{kind}");
        let of = |ion: &str| dy[at(&b, &format!("ions.{ion}.amount_inside"))];
        assert_ne!(of("K"), 0.0, "{kind}");
        assert_eq!([of("Na"), of("Cl")], [na * of("K"), cl * of("K")], "{kind}: K {k}");
    }
}

#[test]
fn the_pump_moves_three_for_two_and_one_charge() {
    let b = alone("nak_pump_sites", "i_max = '10 uA/cm2'");
    let y = b.state(-63.0);
    let dy = b.slope(&y);
    let (na, k) = (dy[at(&b, "ions.Na.amount_inside")], dy[at(&b, "ions.K.amount_inside")]);
    assert!(na < 0.0 && (na / k + 1.5).abs() < 1e-15, "{na} {k}");
    let per_mv = b.membrane.charge(&b.p, &y).unwrap().membrane / y[0];
    assert!((per_mv * dy[0] / (1e-3 * FARADAY * (na + k)) - 1.0).abs() < 1e-13);
}

/// Water alone: amounts stay, and the volume goes exponentially to where both sides have the same osmolarity.
#[test]
fn a_cell_swells_in_thin_solution() {
    let b = alone("kcc2", "g = '0 mS/cm2'").with("ions.Na.outside", 40.0);
    let y = b.state(-70.0);
    let dy = b.slope(&y);
    let (volume, area) = (std::f64::consts::PI * 8000.0 / 6.0, std::f64::consts::PI * 400.0);
    let excess = (12.0 + 130.0 + 7.0 + 135.0) - (40.0 + 4.0 + 115.0);
    let want = 0.01 * 10.0 * 18e-6 * area * excess;
    assert!((dy[at(&b, "volume")] / want - 1.0).abs() < 1e-13, "{} {want}", dy[at(&b, "volume")]);
    assert!((y[at(&b, "volume")] / volume - 1.0).abs() < 1e-15);
    assert!(dy.iter().enumerate().all(|(i, d)| i == at(&b, "volume") || *d == 0.0), "{dy:?}");
}

#[test]
fn glia_and_bath_act_on_the_space_outside_alone() {
    let mut text = String::from(
        "temperature = '37 degC'\ncapacitance = '1 uF/cm2'\n[geometry]\nshape = 'sphere'\ndiameter = '14 um'\n",
    );
    text += "[ions.K]\ninside = '140 mM'\noutside = '6 mM'\ndynamic = 'both'\n";
    text += "[mechanisms.glia]\nkind = 'glia_uptake'\n[mechanisms.bath]\nkind = 'bath'\nion = 'K'\nrate = '1.3333 1/s'\nbath = '4 mM'\n";
    let b = Bench::new(&cell(&text));
    let dy = b.slope(&b.state(-70.0));
    // mM/ms: 66.667/(1 + e^((18 - 6)/2.5)) and 1.3333 (6 - 4), over a thousand.
    let want = -(66.667 / (1.0 + 4.8f64.exp()) + 1.3333 * 2.0) * 1e-3;
    let (inside, outside) = (at(&b, "ions.K.inside"), at(&b, "ions.K.outside"));
    assert!((dy[outside] - want).abs() < 1e-15, "{} {want}", dy[outside]);
    assert_eq!((dy[0], dy[inside]), (0.0, 0.0));
    assert!(b.membrane.currents(&b.p, &b.state(-70.0)).is_empty());
}

/// V51: a steady -1 uA/cm2 of calcium lifts a shell of 0.1 um to 2.172854e-3 mM.
#[test]
fn a_calcium_shell_fills_and_empties() {
    let text = "temperature = '34 degC'\ncapacitance = '1 uF/cm2'\n[ions.K]\ninside = '140 mM'\noutside = '5 mM'\n\
        [ions.Ca]\ninside = '1e-4 mM'\noutside = '2 mM'\ndynamic = 'inside'\n\
        pool = { depth = '0.1 um', free = 0.05, tau = '80 ms', rest = '1e-4 mM' }\n\
        [mechanisms.ca]\nkind = 'leak'\nion = 'Ca'\ng = '0.01 mS/cm2'\n";
    let b = Bench::new(&cell(text));
    let ca = at(&b, "ions.Ca.inside");
    let mut y = b.state(b.membrane.ion_level(&b.p, 1).nernst - 100.0);
    let steady = 1e-4 + b.slope(&y)[ca] * 80.0;
    assert!((steady - 2.172854e-3).abs() < 1e-8, "{steady}");
    // Without current it falls to rest with its time constant.
    y[ca] = 1.1e-3;
    let rt_f = vrest_membrane::constants::rt_over_f(34.0 + 273.15);
    y[0] = rt_f / 2.0 * (2.0f64 / 1.1e-3).ln();
    assert!((b.slope(&y)[ca] + 1e-3 / 80.0).abs() < 1e-15, "{}", b.slope(&y)[ca]);
}

#[test]
fn unstated_charge_in_a_cell_with_water_is_remarked_on() {
    let text = "temperature = '37 degC'\ncapacitance = '1 uF/cm2'\ngeometry = { shape = 'sphere', diameter = '20 um' }\n\
        [ions.K]\ninside = '140 mM'\noutside = '5 mM'\ndynamic = 'inside'\n[water]\npermeability = '0.01 cm/s'\n\
        [mechanisms.leak]\nkind = 'leak'\nion = 'K'\ng = '0.1 mS/cm2'\n";
    let warnings = vrest_membrane::Cell::parse(text).unwrap().warnings;
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].to_string().contains("140.000 mM of net charge"), "{}", warnings[0]);
}

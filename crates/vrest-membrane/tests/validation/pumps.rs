//! The saturation of every form of the Na/K pump, and Donnan equilibrium.

use crate::common::{Bench, cell, experiment, trajectory};
use crate::table::Table;

/// The net current of a pump of strength 1 uA/cm2 at `v`, K 140 mM inside and Na 140 mM outside.
fn factor(kind: &str, options: &str, na: f64, k: f64, v: f64) -> f64 {
    // The published factors of Luo and Rudy are those of their own RT/F, 8314*310/96485.
    let rt_over_f = if kind == "nak_pump_luo_rudy" { "rt_over_f = '26.712339 mV'" } else { "" };
    let text = format!(
        "temperature = '37 degC'\ncapacitance = '1 uF/cm2'\n{rt_over_f}\n[ions.K]\ninside = '140 mM'\noutside = '{k} mM'\n\
         [ions.Na]\ninside = '{na} mM'\noutside = '140 mM'\n[mechanisms.m]\nkind = '{kind}'\ni_max = '1 uA/cm2'\n{options}"
    );
    let b = Bench::new(&cell(&text));
    b.membrane.currents(&b.p, &b.state(v)).iter().map(|c| c.current).sum()
}

pub fn rows(t: &mut Table) {
    // Luo and Rudy's voltage factor alone: the two saturations are divided out.
    let lr = |v: f64| factor("nak_pump_luo_rudy", "", 10.0, 1.5, v) * 4.0;
    for (kind, options, na, k, v, want, source) in [
        ("nak_pump_mm", "", 10.0, 5.0, -70.0, 0.416667, "derived"),
        ("nak_pump_mm", "k_k = '1.5 mM'", 10.0, 5.0, -70.0, 0.384615, "derived"),
        ("nak_pump_mm", "k_k = '2 mM'", 10.0, 5.0, -70.0, 0.357143, "derived"),
        ("nak_pump_sites", "", 10.0, 5.0, -70.0, 0.063776, "derived"),
        ("nak_pump_sites", "", 10.0, 3.5, -70.0, 0.050620, "derived"),
        ("nak_pump_sites", "", 20.0, 5.0, -70.0, 0.151172, "derived"),
        ("nak_pump_sites", "", 10.0, 10.0, -70.0, 0.086806, "derived"),
        ("nak_pump_sigmoid", "", 18.0, 4.0, -70.0, 0.01612636, "derived"),
        ("nak_pump_sigmoid", "k_half = '3.5 mM'", 18.0, 4.0, -70.0, 0.05502520, "derived"),
        ("nak_pump_sigmoid", "", 25.0, 5.5, -70.0, 0.25, "derived"),
        ("nak_pump_glia", "", 15.189, 3.082, -70.0, 0.438424, "derived"),
        ("nak_pump_hamada", "", 10.0, 5.0, -70.0, 0.477869, "derived"),
        ("nak_pump_hamada", "", 20.0, 5.0, -70.0, 0.607128, "derived"),
        ("nak_pump_lindblad", "", 10.0, 5.0, -70.0, 0.384526, "derived"),
        ("nak_pump_decker", "", 8.0, 5.4, -70.0, 0.233788, "derived"),
        ("nak_pump_kyoto", "", 8.0, 5.4, -90.0, 0.033438, "derived"),
        ("nak_pump_kyoto", "", 8.0, 5.4, -70.0, 0.041829, "derived"),
        ("nak_pump_kyoto", "", 8.0, 5.4, 0.0, 0.055097, "derived"),
    ] {
        let name = kind.trim_start_matches("nak_pump_");
        let with =
            if options.is_empty() { String::new() } else { format!(", {}", options.replace('\'', "")) };
        let claim =
            format!("saturation of the pump `{name}`, Na inside {na} mM, K outside {k} mM, {v} mV{with}");
        t.row("V27", claim, "", want, 1e-6, factor(kind, options, na, k, v), source);
    }
    for (v, want) in [(-100.0, 0.367035), (-70.0, 0.601010), (0.0, 0.861302), (40.0, 0.896573)] {
        let claim = format!("voltage factor of the pump `luo_rudy` at {v} mV");
        t.row("V27", claim, "", want, 2e-6, lr(v), "derived");
    }
    donnan(t);
}

/// A rigid cell with 50 mM of a fixed anion in 100 mM KCl: left alone it comes to K_i Cl_i = K_o Cl_o.
fn donnan(t: &mut Table) {
    let text = "temperature = '37 degC'\ncapacitance = '1 uF/cm2'\n[geometry]\nshape = 'sphere'\ndiameter = '2000 um'\n\
                [ions.K]\ninside = '130 mM'\noutside = '100 mM'\ndynamic = 'inside'\n\
                [ions.Cl]\ninside = '80 mM'\noutside = '100 mM'\ndynamic = 'inside'\n\
                [mechanisms.leak_K]\nkind = 'leak'\nion = 'K'\ng = '1 mS/cm2'\n\
                [mechanisms.leak_Cl]\nkind = 'leak'\nion = 'Cl'\ng = '1 mS/cm2'\n";
    let s = trajectory(&experiment(&cell(text), "duration = '200 h'"), &[7.2e8]);
    // Charge on the membrane: 2e-6 mM in a cell of this size.
    t.row(
        "V32",
        "Donnan: Cl inside, 100 mM KCl, 50 mM of a fixed anion",
        "mM",
        78.077641,
        1e-4,
        s.row(0)[2],
        "derived",
    );
    t.row("V32", "Donnan potential of that cell", "mV", -6.613952, 1e-4, s.row(0)[0], "derived");
}

//! Transporters and channels of the library, each alone in a cell.

use crate::common::{Bench, cell};
use crate::table::Table;

/// A cell with the usual concentrations and one mechanism called `m`.
fn alone(celsius: f64, mechanism: &str) -> Bench {
    let mut text = format!("temperature = '{celsius} degC'\ncapacitance = '1 uF/cm2'\n");
    for (name, inside, outside) in
        [("K", 140.0, 5.0), ("Na", 10.0, 145.0), ("Cl", 8.0, 110.0), ("Ca", 1e-4, 2.0), ("HCO3", 15.0, 25.0)]
    {
        text += &format!("[ions.{name}]\ninside = '{inside} mM'\noutside = '{outside} mM'\n");
    }
    Bench::new(&cell(&format!("{text}[mechanisms.m]\n{mechanism}\n")))
}

/// The first current of the mechanism at 0 mV.
fn first(b: &Bench) -> f64 {
    b.membrane.currents(&b.p, &b.state(0.0))[0].current
}

/// The chloride inside at which a cotransporter stops, by bisection.
fn stops_at(kind: &str, strength: &str) -> f64 {
    let at =
        |cl: f64| first(&alone(37.0, &format!("kind = '{kind}'\n{strength}")).with("ions.Cl.inside", cl));
    let (mut low, mut high) = (1e-3, 1e3);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if at(middle) < 0.0 { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

pub fn rows(t: &mut Table) {
    let k2p = alone(37.0, "kind = 'k2p'\np = '5.771517e-6 cm/s'");
    for (v, want) in [(-120.0, -8.67062), (-70.0, 8.18260), (0.0, 75.17701), (40.0, 149.13540)] {
        let got = k2p.membrane.currents(&k2p.p, &k2p.state(v))[0].current;
        t.row("V17", format!("K2P at {v} mV, 0.36 mS/cm2 at E_K"), "uA/cm2", want, 1e-4, got, "derived");
    }
    let kcc2 = stops_at("kcc2", "g = '0.02 mS/cm2'");
    t.row("V29", "KCC2 stops at a chloride inside of", "mM", 3.928571, 1e-6, kcc2, "derived");
    let nkcc1 = stops_at("nkcc1", "u = '1 uA/cm2'");
    t.row("V29", "NKCC1 stops at a chloride inside of", "mM", 79.1585, 1e-3, nkcc1, "derived");
    for (cl, want) in [(8.0, -62.7285), (25.0, -37.7575)] {
        let b = alone(37.0, "kind = 'gaba_a'\np = '1e-6 cm/s'").with("ions.Cl.inside", cl);
        t.row("V30", format!("E_GABA, Cl inside {cl} mM"), "mV", want, 1e-3, b.rest(), "derived");
    }

    // Kind, degC, parameters, number and name of the gate, steady values at -90, -70 and -60 mV.
    type Row = (&'static str, f64, &'static str, usize, &'static str, [f64; 3]);
    let table: [Row; 13] = [
        ("ih", 37.0, "g = '1 mS/cm2'", 0, "m", [0.123540, 0.018359, 0.006622]),
        ("ih_tc", 34.0, "", 0, "m", [0.579672, 0.187813, 0.086500]),
        ("k_m", 34.0, "g = '1 mS/cm2'", 0, "m", [0.000017, 0.000911, 0.006693]),
        ("nap", 34.0, "g = '1 mS/cm2'", 0, "m", [0.000294, 0.022257, 0.166770]),
        ("nap", 34.0, "g = '1 mS/cm2'", 1, "h", [0.984015, 0.892832, 0.753989]),
        ("k_a", 34.0, "g = '1 mS/cm2'", 0, "m", [0.014622, 0.040781, 0.067133]),
        ("k_a", 34.0, "g = '1 mS/cm2'", 1, "h", [0.802184, 0.354344, 0.167982]),
        ("k_a_tc", 34.0, "g = '1 mS/cm2'", 0, "m1", [0.028487, 0.235687, 0.500000]),
        ("k_a_tc", 34.0, "g = '1 mS/cm2'", 2, "h1", [0.880797, 0.208609, 0.047426]),
        ("ca_t", 34.0, "shift = '0 mV'", 0, "m", [0.004856, 0.109411, 0.381338]),
        ("ca_t", 34.0, "shift = '0 mV'", 1, "h", [0.904651, 0.060087, 0.005220]),
        ("kir2", 37.0, "g = '1 mS/cm2'", usize::MAX, "open fraction", [0.649168, 0.284331, 0.155473]),
        ("k_a_tc", 34.0, "g = '1 mS/cm2'", 3, "h2", [0.880797, 0.208609, 0.047426]),
    ];
    for (kind, celsius, parameters, gate, name, wanted) in table {
        let b = alone(celsius, &format!("kind = '{kind}'\n{parameters}"));
        for (v, want) in [-90.0, -70.0, -60.0].into_iter().zip(wanted) {
            let y = b.state(v);
            let got = match gate {
                usize::MAX => {
                    b.membrane.currents(&b.p, &y)[0].current / (v - b.membrane.ion_level(&b.p, 0).nernst)
                }
                gate => y[1 + gate],
            };
            t.row("V50", format!("{kind}, steady {name} at {v} mV"), "", want, 1e-6, got, "derived");
        }
    }

    // A steady calcium current of -1 uA/cm2: the leak of 0.01 mS/cm2 at E_Ca - 100 mV.
    let shell = Bench::new(&cell(
        "temperature = '34 degC'\ncapacitance = '1 uF/cm2'\n[ions.Ca]\ninside = '1e-4 mM'\noutside = '2 mM'\n\
         dynamic = 'inside'\npool = { depth = '0.1 um', free = 0.05, tau = '80 ms', rest = '1e-4 mM' }\n\
         [mechanisms.ca]\nkind = 'leak'\nion = 'Ca'\ng = '0.01 mS/cm2'\n",
    ));
    let y = shell.state(shell.membrane.ion_level(&shell.p, 0).nernst - 100.0);
    let steady = 1e-4 + 80.0 * shell.slope(&y)[1];
    t.row("V51", "calcium shell under a steady -1 uA/cm2", "mM", 2.172854e-3, 1e-6, steady, "derived");
}

//! The squid axon of Hodgkin and Huxley.

use crate::common::Bench;
use crate::table::Table;

const HH: &str = "Hodgkin & Huxley 1952";

pub fn rows(t: &mut Table) {
    let squid = Bench::of("squid_hh52");
    let y = squid.state(-65.0);
    for (i, (gate, want)) in [("m", 0.052932), ("h", 0.596121), ("n", 0.317677)].into_iter().enumerate() {
        t.row("V43", format!("squid_hh52, steady {gate} at -65 mV"), "", want, 1e-6, y[1 + i], HH);
    }
    t.row("V44", "squid_hh52, rest", "mV", -64.97405, 1e-4, squid.rest(), HH);
}

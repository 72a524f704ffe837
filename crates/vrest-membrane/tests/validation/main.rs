//! Every number that the program claims to reproduce: claim, expected, got, source. `docs/validation.md` is written
//! from this table; run with `VREST_UPDATE=1` to write it anew.

#[path = "../common/mod.rs"]
mod common;
mod equilibrium;
mod pump_leak;
mod pumps;
mod rest;
mod squid;
mod table;
mod time;
mod tissue;
mod transport;

use table::Table;

#[test]
fn every_claim_holds_and_the_document_says_so() {
    let mut table = Table::default();
    equilibrium::rows(&mut table);
    rest::rows(&mut table);
    squid::rows(&mut table);
    transport::rows(&mut table);
    pump_leak::rows(&mut table);
    tissue::rows(&mut table);
    pumps::rows(&mut table);
    time::rows(&mut table);
    table.check();
}

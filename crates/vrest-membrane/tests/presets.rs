//! Every embedded file loads without a remark, and what cell files claim about their rest is true.

use vrest_membrane::{Cell, Experiment, Fault, Membrane, Problem, Protocol, presets, rest};
use vrest_ode::VectorField;

/// Whether a protocol drives a number that this cell does not have, or that moves by itself in it.
fn not_for_this_cell(problem: &Problem) -> bool {
    matches!(problem.fault, Fault::UnknownName { .. })
        || problem.to_string().contains("only the starting value")
}

#[test]
fn presets_load_without_remarks_and_compile() {
    for preset in presets::cells() {
        let loaded = Cell::parse(preset.text).unwrap_or_else(|p| panic!("{}: {p:?}", preset.name));
        assert_eq!(loaded.warnings, [], "{}", preset.name);
        assert_eq!(loaded.cell.name, preset.name);
        let membrane = Membrane::compile(&loaded.cell);
        for protocol in presets::protocols() {
            let p = Protocol::parse(protocol.text)
                .unwrap_or_else(|p| panic!("{}: {p:?}", protocol.name))
                .protocol;
            assert_eq!(p.name, protocol.name);
            let e = match Experiment::new(membrane.clone(), p) {
                Ok(e) => e,
                Err(p) if p.iter().all(not_for_this_cell) => continue,
                Err(p) => panic!("{} {}: {p:?}", preset.name, protocol.name),
            };
            let params = e.defaults();
            let (mut work, mut dy) = (vec![0.0; e.work_len()], vec![0.0; e.n_states()]);
            let mut y = vec![0.0; e.n_states()];
            e.state_at(-70.0, &params, &mut y);
            e.prepare(150.0, &params, &mut work);
            e.eval(150.0, &y, &mut work, &mut dy);
            assert!(dy.iter().all(|x| x.is_finite()), "{} {} {dy:?}", preset.name, protocol.name);
        }
    }
}

#[test]
fn what_cell_files_expect_of_their_rest_is_true() {
    for preset in presets::cells() {
        let cell = Cell::parse(preset.text).unwrap().cell;
        let membrane = Membrane::compile(&cell);
        let p = membrane.defaults();
        let report = rest(&membrane, &p).unwrap_or_else(|e| panic!("{}: {e}", preset.name));
        assert!(!cell.expected.is_empty(), "{} expects nothing", preset.name);
        assert!(!cell.source.is_empty() && !cell.description.is_empty(), "{}", preset.name);
        for e in &cell.expected {
            let got = report.quantity(&e.key).or_else(|| membrane.index(&e.key).map(|i| p[i]));
            let got = got.unwrap_or_else(|| panic!("{}: `{}` is not reported", preset.name, e.key));
            let off = (got - e.value).abs();
            assert!(off <= e.tolerance, "{}: {} is {got} instead of {}", preset.name, e.key, e.value);
        }
    }
}

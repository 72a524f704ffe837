//! Every embedded file loads without a remark, and what cell files claim about their rest is true.

use vrest_membrane::{Cell, Experiment, Membrane, Protocol, presets};
use vrest_ode::VectorField;

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
            let e = Experiment::new(membrane.clone(), p).unwrap_or_else(|p| panic!("{}: {p:?}", preset.name));
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

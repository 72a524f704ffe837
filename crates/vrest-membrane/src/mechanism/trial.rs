//! One mechanism in a cell of its own, for the tests beside each mechanism.

use crate::cell::Cell;
use crate::mechanism::{Gate, Slot};
use crate::mechanisms::specs;
use crate::membrane::Membrane;

/// A mechanism on trial: its cell at 37 degC with usual concentrations, unless changed.
pub(crate) struct Trial {
    membrane: Membrane,
    p: Vec<f64>,
}

const IONS: &[(&str, f64, f64)] =
    &[("K", 140.0, 5.0), ("Na", 10.0, 145.0), ("Cl", 8.0, 110.0), ("Ca", 1e-4, 2.0), ("HCO3", 15.0, 25.0)];

impl Trial {
    /// `kind` with its defaults, 1 (in the unit of its dimension) where it has none.
    pub fn of(kind: &str) -> Self {
        Self::with_ion(kind, "K")
    }

    /// The same, carrying `ion` where the mechanism leaves the choice.
    pub fn with_ion(kind: &str, ion: &str) -> Self {
        let spec =
            specs().into_iter().find(|s| s.kind == kind).unwrap_or_else(|| panic!("no mechanism `{kind}`"));
        let mut text = String::from("temperature = '37 degC'\ncapacitance = '1 uF/cm2'\n");
        text += "geometry = { shape = 'sphere', diameter = '20 um' }\n";
        for (name, inside, outside) in IONS {
            text += &format!("[ions.{name}]\ninside = '{inside} mM'\noutside = '{outside} mM'\n");
        }
        text += &format!("[mechanisms.m]\nkind = '{kind}'\n");
        if spec.slots.iter().any(Slot::is_chosen) {
            text += &format!("ion = '{ion}'\n");
        }
        for p in spec.params.iter().filter(|p| p.default.is_none()) {
            text += &format!("{} = '1 {}'\n", p.name, p.dimension.unit());
        }
        let cell = Cell::parse(&text).unwrap_or_else(|p| panic!("{p:?}\n{text}")).cell;
        let membrane = Membrane::compile(&cell);
        let p = membrane.defaults();
        Trial { membrane, p }
    }

    /// With the mechanism's parameter `name` changed.
    pub fn set(mut self, name: &str, value: f64) -> Self {
        let i = self.membrane.index(&format!("m.{name}")).unwrap_or_else(|| panic!("no parameter `{name}`"));
        self.p[i] = value;
        self
    }
    /// With the concentrations of an ion changed, mM.
    pub fn ion(mut self, name: &str, inside: f64, outside: f64) -> Self {
        for (side, value) in [("inside", inside), ("outside", outside)] {
            let i = self
                .membrane
                .index(&format!("ions.{name}.{side}"))
                .unwrap_or_else(|| panic!("no ion `{name}`"));
            self.p[i] = value;
        }
        self
    }
    /// At another temperature, degC.
    pub fn at(mut self, celsius: f64) -> Self {
        self.p[0] = celsius + crate::constants::ZERO_CELSIUS;
        self
    }
    /// The current of each slot at `v` mV with gates at their steady state, uA/cm2.
    pub fn currents(&self, v: f64) -> Vec<f64> {
        let mut y = vec![0.0; self.membrane.states().len()];
        self.membrane.state_at(v, &self.p, &mut y);
        self.membrane.currents(&self.p, &y).iter().map(|c| c.current).collect()
    }
    /// The net current at `v` mV.
    pub fn net(&self, v: f64) -> f64 {
        self.currents(v).iter().sum()
    }
    /// The kinetics of each gate at `v` mV.
    pub fn gates(&self, v: f64) -> Vec<Gate<f64>> {
        self.membrane.gate_kinetics(v, &self.p)
    }
    /// Steady states of the gates at `v` mV.
    pub fn steady(&self, v: f64) -> Vec<f64> {
        self.gates(v).into_iter().map(Gate::steady).collect()
    }
}

/// Asserts that two numbers differ by at most `tolerance`.
#[track_caller]
pub(crate) fn close(got: f64, want: f64, tolerance: f64) {
    assert!((got - want).abs() <= tolerance, "{got} instead of {want}");
}

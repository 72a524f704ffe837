//! The schema of cell files.

use super::{document, named, object, parameter, properties, quantity, text};
use crate::cell::{Shape, specs};
use crate::mechanism::{Slot, Spec};
use crate::mechanisms::{self, channel};
use crate::units::Dimension;
use serde_json::{Map, Value, json};

/// The JSON schema of a cell file.
pub fn cell() -> Value {
    let all = properties([
        ("name", text("Short name.")),
        ("description", text("One or two sentences.")),
        ("source", text("Where the numbers come from.")),
        ("notes", text("What a user should know.")),
        ("temperature", parameter(&specs::temperature(), true)),
        ("rt_over_f", parameter(&specs::rt_over_f(), true)),
        ("capacitance", parameter(&specs::capacitance(), true)),
        ("geometry", geometry()),
        ("ions", named("The ions, by name.", ion())),
        ("impermeants", named("Solutes that cannot cross the membrane, by name.", impermeant())),
        ("water", water()),
        ("mechanisms", named("The mechanisms, by a name of your choice.", mechanism())),
        ("balance", balance()),
        ("expected", named("What the cell claims about its rest, checked for presets.", expected())),
    ]);
    let required = ["temperature", "capacitance", "ions", "mechanisms"];
    document(
        "vrest cell",
        object("A cell: temperature, capacitance, shape, ions and mechanisms.", all, &required),
    )
}

fn geometry() -> Value {
    let shapes: Vec<Value> = Shape::ALL
        .into_iter()
        .map(|shape| {
            let mut all = properties([("shape", json!({ "const": shape.name() }))]);
            let params = shape.params();
            all.extend(params.iter().map(|p| (p.name.to_string(), parameter(p, true))));
            let mut required = vec!["shape"];
            required.extend(params.iter().filter(|p| p.default.is_none()).map(|p| p.name.as_ref()));
            object("A shape and its size.", all, &required)
        })
        .collect();
    json!({ "description": "The shape of the cell.", "oneOf": shapes })
}

fn impermeant() -> Value {
    let side = |key| (key, parameter(&specs::impermeant(key), true));
    let valence = ("valence", quantity(Dimension::Dimensionless, "Mean charge number"));
    let all = properties([valence, side("inside"), side("outside")]);
    object("A solute that counts for osmosis and for charge.", all, &["valence"])
}

fn water() -> Value {
    let all = properties([
        ("permeability", parameter(&specs::water_permeability(), true)),
        (
            "area",
            json!({ "enum": ["constant", "follows"], "description": "Whether the membrane's area stays (default) or follows the volume as the shape says." }),
        ),
    ]);
    object("Water follows osmosis, and the volume moves.", all, &["permeability"])
}

fn pool() -> Value {
    let specs = specs::pool();
    let all = specs.iter().map(|s| (s.name.to_string(), parameter(s, true))).collect();
    let required: Vec<&str> = specs.iter().filter(|s| s.default.is_none()).map(|s| s.name.as_ref()).collect();
    object("A shell under the membrane in which the ion stays.", all, &required)
}

fn ion() -> Value {
    let valence =
        quantity(Dimension::Dimensionless, "Signed charge number, for ions that are not known by name");
    let by_concentration = properties([
        ("valence", valence.clone()),
        ("inside", parameter(&specs::concentration("inside", "concentration inside"), true)),
        ("outside", parameter(&specs::concentration("outside", "concentration outside"), true)),
        (
            "dynamic",
            json!({ "enum": ["none", "inside", "outside", "both"], "description": "The sides whose concentration moves." }),
        ),
        ("pool", pool()),
    ]);
    let fixed = properties([("valence", valence), ("e", parameter(&specs::equilibrium(), true))]);
    json!({ "oneOf": [
        object("An ion by its concentrations.", by_concentration, &["inside", "outside"]),
        object("An ion by a fixed equilibrium potential.", fixed, &["e"]),
    ]})
}

fn mechanism() -> Value {
    json!({ "oneOf": mechanisms::specs().iter().map(one_mechanism).collect::<Vec<_>>() })
}

fn one_mechanism(spec: &Spec) -> Value {
    let mut all: Map<String, Value> = properties([("kind", json!({ "const": spec.kind }))]);
    let mut required = vec!["kind"];
    if spec.kind == "channel" {
        return channel(spec);
    }
    if spec.slots.iter().any(Slot::is_chosen) {
        all.insert("ion".into(), text("The ion that it carries."));
        required.push("ion");
    }
    all.extend(spec.params.iter().map(|p| (p.name.to_string(), parameter(p, true))));
    required.extend(spec.params.iter().filter(|p| p.default.is_none()).map(|p| p.name.as_ref()));
    object(&format!("{}: {}. {}.", spec.title, spec.equation, spec.source), all, &required)
}

/// A channel by formulas: keys that are none of these are its named constants.
fn channel(spec: &Spec) -> Value {
    let formula =
        |d: &str| json!({ "type": ["string", "number"], "description": format!("{d}, a formula in V (mV)") });
    let power =
        || json!({ "type": "integer", "minimum": 1, "description": "Its power in the current (default 1)." });
    let rates = properties([
        ("power", power()),
        ("alpha", formula("Opening rate in 1/ms")),
        ("beta", formula("Closing rate in 1/ms")),
    ]);
    let relaxation = properties([
        ("power", power()),
        ("inf", formula("Steady state, 0 to 1")),
        ("tau", formula("Time constant in ms; without it the gate follows at once")),
    ]);
    let gate = json!({ "oneOf": [
        object("A gate by its rates.", rates, &["alpha", "beta"]),
        object("A gate by its steady state.", relaxation, &["inf"]),
    ]});
    let mut all = properties([
        ("kind", json!({ "const": spec.kind })),
        ("ion", text("The ion that it carries.")),
        (
            "current",
            json!({ "enum": ["ohmic", "ghk"], "description": "Ohmic (default), or the constant-field current." }),
        ),
        ("factor", formula("A further factor of the current")),
        ("gates", named("The gates, by name.", gate)),
    ]);
    all.extend(channel::numbers().iter().map(|p| (p.name.to_string(), parameter(p, true))));
    let mut value = object(&format!("{}: {}. {}.", spec.title, spec.equation, spec.source), all, &["kind"]);
    value["additionalProperties"] = json!({ "type": ["string", "number"], "description": "A named constant of the formulas, with its unit." });
    value
}

fn balance() -> Value {
    let all = properties([
        ("v_rest", quantity(Dimension::Voltage, "The voltage at which every ion is in balance")),
        (
            "ions",
            json!({ "type": "array", "items": { "type": "string" }, "description": "The ions to balance; all that carry current where left out." }),
        ),
    ]);
    object(
        "Numbers written \"balance\" are solved so that no ion has a net current at v_rest.",
        all,
        &["v_rest"],
    )
}

fn expected() -> Value {
    let any = |description: &str| json!({ "type": ["string", "number"], "description": description });
    let all = properties([("value", any("With its unit.")), ("tolerance", any("Absolute, with its unit."))]);
    object("A claim.", all, &["value", "tolerance"])
}

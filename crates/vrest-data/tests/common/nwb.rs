//! NWB files built from series, so that tests need no recording.

use hdf5_pure::{AttrValue, FileBuilder};

/// One series to be written.
pub struct Series {
    pub name: &'static str,
    pub kind: &'static str,
    pub unit: &'static str,
    pub data: Vec<f32>,
    pub conversion: f64,
    pub offset: f64,
    pub rate: f64,
    pub start: f64,
    pub sweep: Option<i64>,
}

impl Series {
    pub fn voltage(name: &'static str, sweep: i64, data: Vec<f32>) -> Series {
        let (kind, unit) = ("CurrentClampSeries", "volts");
        let start = sweep as f64 * 2.0;
        Series { name, kind, unit, data, conversion: 1e-3, offset: 0.0, rate: 1e4, start, sweep: Some(sweep) }
    }
    pub fn current(name: &'static str, sweep: i64, data: Vec<f32>) -> Series {
        let (kind, unit) = ("CurrentClampStimulusSeries", "amperes");
        Series { kind, unit, conversion: 1e-12, ..Series::voltage(name, sweep, data) }
    }
}

/// A file of acquired and presented series.
pub fn file(version: &str, acquired: &[Series], presented: &[Series]) -> Vec<u8> {
    let mut file = FileBuilder::new();
    file.set_attr("nwb_version", AttrValue::VarLenString(version.into()));
    file.create_dataset("session_description").with_vlen_strings(&["a test"]).with_shape(&[]);
    let mut acquisition = file.create_group("acquisition");
    let mut presentation = file.create_group("stimulus");
    let mut inner = presentation.create_group("presentation");
    for (group, all) in [(&mut acquisition, acquired), (&mut inner, presented)] {
        for s in all {
            let mut g = group.create_group(s.name);
            g.set_attr("neurodata_type", AttrValue::VarLenString(s.kind.into()));
            if let Some(sweep) = s.sweep {
                g.set_attr("sweep_number", AttrValue::U32(sweep as u32));
            }
            let data = g.create_dataset("data").with_f32_data(&s.data);
            data.set_attr("unit", AttrValue::String(s.unit.into()));
            data.set_attr("conversion", AttrValue::F64(s.conversion));
            data.set_attr("offset", AttrValue::F64(s.offset));
            let start = g.create_dataset("starting_time").with_f64_data(&[s.start]).with_shape(&[]);
            start.set_attr("rate", AttrValue::F64(s.rate));
            group.add_group(g.finish());
        }
    }
    presentation.add_group(inner.finish());
    file.add_group(acquisition.finish());
    file.add_group(presentation.finish());
    file.finish().unwrap()
}

/// Two sweeps of current clamp, the later one first.
pub fn sound() -> Vec<u8> {
    file(
        "2.5.0",
        &[
            Series::voltage("ic_10", 10, vec![-70.0, -69.0, -68.0]),
            Series::voltage("ic_9", 9, vec![-71.0, -71.5]),
        ],
        &[Series::current("s_10", 10, vec![0.0, 100.0, 100.0]), Series::current("s_9", 9, vec![0.0, 50.0])],
    )
}

//! NumPy as the judge: it reads what we write without pickle, and we read what it writes.

mod common;

use common::{python_with, run_python};
use ndarray::array;
use vrest_data::npz::{self, NpzError};
use vrest_data::{Dataset, Interpolation, Stimulus, Table};

fn dataset() -> Dataset {
    Dataset {
        x: array![[0.1, 5.0], [0.2, 1e-300]],
        y: array![[-70.0, -69.5, 0.1 + 0.2], [-80.0, -79.0, std::f64::consts::PI]],
        t: array![0.0, 0.025, 1.0],
        param_names: vec!["leak_K.g".into(), "ions.K.outside".into()],
        param_units: vec!["mS/cm2".into(), "mM".into()],
        stimulus: Some(Stimulus {
            values: array![[0., 1., 0.], [0., 2., 0.]],
            interpolation: Interpolation::Linear,
        }),
    }
}

#[test]
fn numpy_reads_what_is_written() {
    let Some(python) = python_with("numpy") else { return };
    let folder = tempfile::tempdir().unwrap();
    npz::write(&folder.path().join("a.npz"), &dataset()).unwrap();
    let program = r#"
import numpy as np
a = np.load("a.npz", allow_pickle=False)
for k in a.files:
    v = a[k]
    print(k, v.dtype.str, v.shape, *(float(x).hex() if v.dtype.kind == "f" else x for x in v.ravel()))
"#;
    let hex = |v: &[f64]| {
        // Python's own notation of the exact value.
        let list = v.iter().map(|x| format!("{x:e}")).collect::<Vec<_>>().join(",");
        let text = run_python(&python, folder.path(), &format!("print(*(float(x).hex() for x in [{list}]))"));
        text.trim().to_string()
    };
    let d = dataset();
    let expected = format!(
        "X <f8 (2, 2) {}\nY <f8 (2, 3) {}\nt <f8 (3,) {}\n\
         param_names <U14 (2,) leak_K.g ions.K.outside\nparam_units <U6 (2,) mS/cm2 mM\n\
         stimulus <f8 (2, 3) {}\nstimulus_interpolation <U6 () linear\n",
        hex(d.x.as_slice().unwrap()),
        hex(d.y.as_slice().unwrap()),
        hex(d.t.as_slice().unwrap()),
        hex(d.stimulus.as_ref().unwrap().values.as_slice().unwrap()),
    );
    assert_eq!(run_python(&python, folder.path(), program), expected);
}

#[test]
fn what_numpy_writes_is_read() {
    let Some(python) = python_with("numpy") else { return };
    let folder = tempfile::tempdir().unwrap();
    let program = r#"
import numpy as np
X = np.array([[1, 2], [3, 4], [5, 6]]) / 7
Y = np.arange(12).reshape(3, 4) / 3
t = np.linspace(0, 1, 4)
names = ["g_K", "µ"]
np.savez("plain.npz", X=X, Y=Y, t=t, param_names=names)
np.savez_compressed("compressed.npz", X=X, Y=Y, t=t, param_names=np.array(names))
np.savez("fortran.npz", X=np.asfortranarray(X), Y=np.asfortranarray(Y), t=t, param_names=names)
np.savez("big.npz", X=X.astype(">f8"), Y=Y.astype(">f8"), t=t.astype(">f8"), param_names=np.array(names, dtype=">U9"))
np.savez("single.npz", X=X.astype("f4"), Y=Y.astype("f4"), t=t.astype("f4"), param_names=names)
np.savez("bytes.npz", X=X, Y=Y, t=t, param_names=np.array(["g_K".encode(), "µ".encode()]))
np.savez("objects.npz", X=X, Y=Y, t=t, param_names=np.array(names, dtype=object))
np.savez("integers.npz", X=np.array([[1], [2]], dtype="u2"), Y=np.array([[1, 2], [3, 4]]), t=[0, 1])
"#;
    run_python(&python, folder.path(), program);
    let read = |name: &str| npz::read(&folder.path().join(name));
    let plain = read("plain.npz").unwrap();
    assert_eq!(plain.x, array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]] / 7.0);
    assert_eq!(plain.y[[2, 1]], 9.0 / 3.0);
    assert_eq!(plain.param_names, ["g_K", "µ"]);
    for name in ["compressed.npz", "fortran.npz", "big.npz", "bytes.npz"] {
        assert_eq!(read(name).unwrap(), plain, "{name}");
    }
    let single = read("single.npz").unwrap();
    assert_eq!(single.x, plain.x.mapv(|v| f64::from(v as f32)));
    assert!(matches!(read("objects.npz"), Err(NpzError::Pickled { .. })));
    assert_eq!(read("integers.npz").unwrap().y, array![[1.0, 2.0], [3.0, 4.0]]);
}

#[test]
fn numpy_reads_a_table() {
    let Some(python) = python_with("numpy") else { return };
    let folder = tempfile::tempdir().unwrap();
    let table = Table::new().with_numbers("V", "mV", vec![-70.0, -69.5]).unwrap();
    let table = table.with_text("ion", vec!["K".into(), "Na".into()]).unwrap();
    table.write_npz(&folder.path().join("a.npz")).unwrap();
    let program = r#"
import numpy as np
a = np.load("a.npz", allow_pickle=False)
print(a["V"].tolist(), a["ion"].tolist(), a["column_names"].tolist(), a["column_units"].tolist())
"#;
    let said = run_python(&python, folder.path(), program);
    assert_eq!(said, "[-70.0, -69.5] ['K', 'Na'] ['V', 'ion'] ['mV', '']\n");
}

//! Igor waves built after the format's technical note.

/// A wave to be written: unit, axis unit, step, number type, samples and columns, data, note.
pub struct Wave {
    pub big_endian: bool,
    pub unit: &'static str,
    pub x_unit: &'static str,
    pub step: f64,
    pub kind: i16,
    pub axes: [i32; 4],
    pub data: Vec<u8>,
    pub note: &'static str,
}

impl Wave {
    pub fn f32(unit: &'static str, values: &[f32], big_endian: bool) -> Wave {
        let bytes = |v: &f32| if big_endian { v.to_be_bytes() } else { v.to_le_bytes() };
        Wave {
            big_endian,
            unit,
            x_unit: "s",
            step: 1e-4,
            kind: 2,
            axes: [values.len() as i32, 0, 0, 0],
            data: values.iter().flat_map(bytes).collect(),
            note: "from a rig\rsecond line",
        }
    }

    pub fn points(&self) -> i32 {
        self.axes[0].wrapping_mul(self.axes[1].max(1))
    }

    pub fn put(&self, bytes: &mut [u8], at: usize, mut field: Vec<u8>) {
        if self.big_endian {
            field.reverse();
        }
        bytes[at..at + field.len()].copy_from_slice(&field);
    }

    /// Makes the sum of the header's 16-bit words nought.
    pub fn seal(&self, header: &mut [u8], at: usize) {
        let word = |b: [u8; 2]| if self.big_endian { i16::from_be_bytes(b) } else { i16::from_le_bytes(b) };
        let sum = header.as_chunks().0.iter().fold(0i16, |s, &b| s.wrapping_add(word(b)));
        self.put(header, at, sum.wrapping_neg().to_le_bytes().to_vec());
    }

    pub fn version_5(&self) -> Vec<u8> {
        let mut h = vec![0; 384];
        self.put(&mut h, 0, 5i16.to_le_bytes().to_vec());
        self.put(&mut h, 4, (320 + self.data.len() as i32).to_le_bytes().to_vec());
        self.put(&mut h, 12, (self.note.len() as i32).to_le_bytes().to_vec());
        self.put(&mut h, 64 + 12, self.points().to_le_bytes().to_vec());
        self.put(&mut h, 64 + 16, self.kind.to_le_bytes().to_vec());
        h[64 + 28..64 + 32].copy_from_slice(b"wave");
        for (k, n) in self.axes.iter().enumerate() {
            self.put(&mut h, 64 + 68 + 4 * k, n.to_le_bytes().to_vec());
        }
        self.put(&mut h, 64 + 84, self.step.to_le_bytes().to_vec());
        h[64 + 148..][..self.unit.len()].copy_from_slice(self.unit.as_bytes());
        h[64 + 152..][..self.x_unit.len()].copy_from_slice(self.x_unit.as_bytes());
        self.seal(&mut h, 2);
        [h, self.data.clone(), self.note.as_bytes().to_vec()].concat()
    }

    pub fn version_2(&self) -> Vec<u8> {
        let mut h = vec![0; 126];
        self.put(&mut h, 0, 2i16.to_le_bytes().to_vec());
        self.put(&mut h, 2, (126 + self.data.len() as i32).to_le_bytes().to_vec());
        self.put(&mut h, 6, (self.note.len() as i32).to_le_bytes().to_vec());
        self.put(&mut h, 16, self.kind.to_le_bytes().to_vec());
        h[22..26].copy_from_slice(b"wave");
        h[50..][..self.unit.len()].copy_from_slice(self.unit.as_bytes());
        h[54..][..self.x_unit.len()].copy_from_slice(self.x_unit.as_bytes());
        self.put(&mut h, 58, self.points().to_le_bytes().to_vec());
        self.put(&mut h, 64, self.step.to_le_bytes().to_vec());
        let mut all = [h, self.data.clone(), vec![0; 16], self.note.as_bytes().to_vec()].concat();
        // The old wave header counts the first 16 bytes of data as its own.
        self.seal(&mut all[..142], 14);
        all
    }
}

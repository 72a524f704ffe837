//! Axon files built byte by byte after the format's documentation, so that tests need no recording.

/// What a file is to hold.
#[derive(Clone)]
pub struct Spec {
    /// Name, unit, units per volt of the amplifier, telegraphed gain.
    pub channels: Vec<(&'static str, &'static str, f32, Option<f32>)>,
    /// Raw counts, `[sweep][sample][channel]` in one row.
    pub counts: Vec<i16>,
    pub sweeps: usize,
    pub gap_free: bool,
    pub rate_hz: f32,
    /// Stored as f32 in the channels' units, where the format allows it.
    pub float: bool,
    /// The first output's unit and holding level.
    pub output: (&'static str, f32),
    /// Kind, level, its increment, samples, their increment, period, width.
    pub epochs: Vec<(i16, f32, f32, i32, i32, i32, i32)>,
    /// Enabled, parameter, repeat, entries.
    pub user_list: Option<(bool, i16, bool, &'static str)>,
    pub hold_last: bool,
    /// Samples (of all channels) and comment.
    pub tags: Vec<(i32, &'static str)>,
}

impl Spec {
    /// A current-clamp file: two sweeps of 640 samples with a step.
    pub fn steps() -> Spec {
        Spec {
            channels: vec![("Vm", "mV", 0.01, Some(5.0))],
            counts: (0..1280).map(|i| (i * 37 % 2001 - 1000) as i16).collect(),
            sweeps: 2,
            gap_free: false,
            rate_hz: 20_000.0,
            float: false,
            output: ("pA", -10.0),
            epochs: vec![(1, 0.0, 0.0, 100, 0, 0, 0), (1, -100.0, 50.0, 200, 20, 0, 0)],
            user_list: None,
            hold_last: false,
            tags: vec![],
        }
    }

    fn data(&self) -> Vec<u8> {
        if self.float {
            self.counts.iter().flat_map(|&c| (f32::from(c) * 0.25).to_le_bytes()).collect()
        } else {
            self.counts.iter().flat_map(|c| c.to_le_bytes()).collect()
        }
    }

    fn mode(&self) -> i16 {
        if self.gap_free { 3 } else { 5 }
    }
}

const ADC_RANGE: f32 = 10.0;
const ADC_RESOLUTION: i32 = 32768;

struct Record(Vec<u8>);

impl Record {
    fn new(bytes: usize) -> Record {
        Record(vec![0; bytes])
    }
    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }
    fn i16(&mut self, at: usize, x: i16) {
        self.put(at, &x.to_le_bytes());
    }
    fn i32(&mut self, at: usize, x: i32) {
        self.put(at, &x.to_le_bytes());
    }
    fn f32(&mut self, at: usize, x: f32) {
        self.put(at, &x.to_le_bytes());
    }
}

/// An ABF2 file of version 2.6.
pub fn abf2(spec: &Spec) -> Vec<u8> {
    let mut strings: Vec<&str> = vec!["", "clampex", "C:\\protocols\\steps.pro"];
    let mut index = |s| {
        strings.push(s);
        strings.len() as i32 - 1
    };
    let mut protocol = Record::new(512);
    protocol.i16(0, spec.mode());
    protocol.f32(2, 1e6 / spec.rate_hz);
    protocol.f32(14, 0.0);
    protocol.f32(110, ADC_RANGE);
    protocol.i32(118, ADC_RESOLUTION);
    protocol.i32(10, (spec.counts.len() / spec.sweeps) as i32); // samples of a sweep, all channels
    let adc: Vec<Record> = spec
        .channels
        .iter()
        .enumerate()
        .map(|(i, (name, unit, scale, telegraph))| {
            let mut r = Record::new(128);
            r.i16(0, i as i16);
            r.i16(2, telegraph.is_some().into());
            r.f32(6, telegraph.unwrap_or(1.0));
            r.f32(28, 1.0);
            r.f32(40, *scale);
            r.f32(48, 1.0);
            r.i32(74, index(name));
            r.i32(78, index(unit));
            r
        })
        .collect();
    let mut dac = Record::new(256);
    dac.f32(12, spec.output.1);
    dac.i32(24, index("Cmd 0"));
    dac.i32(28, index(spec.output.0));
    dac.i16(40, (!spec.epochs.is_empty()).into());
    dac.i16(42, 1);
    dac.i16(44, spec.hold_last.into());
    let epochs: Vec<Record> = spec
        .epochs
        .iter()
        .enumerate()
        .map(|(i, &(kind, level, level_step, samples, samples_step, period, width))| {
            let mut r = Record::new(48);
            r.i16(0, i as i16);
            r.i16(4, kind);
            r.f32(6, level);
            r.f32(10, level_step);
            r.i32(14, samples);
            r.i32(18, samples_step);
            r.i32(22, period);
            r.i32(26, width);
            r
        })
        .collect();
    // Digital outputs: none, but one entry an epoch.
    let digital: Vec<Record> = (0..epochs.len())
        .map(|i| {
            let mut r = Record::new(32);
            r.i16(0, i as i16);
            r
        })
        .collect();
    let user_list: Vec<Record> = spec
        .user_list
        .iter()
        .map(|&(enabled, parameter, repeat, entries)| {
            let mut r = Record::new(64);
            r.i16(2, enabled.into());
            r.i16(4, parameter);
            r.i16(6, repeat.into());
            r.i32(8, index(entries));
            r
        })
        .collect();
    let tags: Vec<Record> = spec
        .tags
        .iter()
        .map(|(at, comment)| {
            let mut r = Record::new(64);
            r.i32(0, *at);
            r.put(4, comment.as_bytes());
            r.i16(60, 1);
            r
        })
        .collect();
    let each = (spec.counts.len() / spec.sweeps) as i32;
    let synch: Vec<Record> = (0..if spec.gap_free { 0 } else { spec.sweeps as i32 })
        .map(|k| {
            let mut r = Record::new(8);
            r.i32(0, k * each);
            r.i32(4, each);
            r
        })
        .collect();
    let count = strings.len() - 1;
    let mut text = b"SSCH\x01\0\0\0".to_vec();
    text.extend((count as u32).to_le_bytes());
    text.extend([0; 32]);
    for s in &strings[1..] {
        text.extend(s.bytes());
        text.push(0);
    }

    let mut header = Record::new(512);
    header.put(0, b"ABF2\0\0\x06\x02");
    header.i32(12, if spec.gap_free { 0 } else { spec.sweeps as i32 });
    header.i32(16, 20_260_102);
    header.i32(20, 3_723_000);
    header.i16(30, spec.float.into());
    header.i32(60, 1);
    header.i32(72, 2);
    let join = |records: Vec<Record>| records.into_iter().flat_map(|r| r.0).collect::<Vec<u8>>();
    let width = if spec.float { 4 } else { 2 };
    let sections: [(usize, usize, i64, Vec<u8>); 10] = [
        (0, 512, 1, protocol.0),
        (1, 128, adc.len() as i64, join(adc)),
        (2, 256, 1, dac.0),
        (3, 32, digital.len() as i64, join(digital)),
        (5, 48, epochs.len() as i64, join(epochs)),
        (6, 64, user_list.len() as i64, join(user_list)),
        (9, text.len(), count as i64, text),
        (10, width, spec.counts.len() as i64, spec.data()),
        (11, 64, tags.len() as i64, join(tags)),
        (15, 8, synch.len() as i64, join(synch)),
    ];
    let mut body = Vec::new();
    for (place, size, count, bytes) in sections {
        if bytes.is_empty() {
            continue;
        }
        let block = 1 + body.len() / 512;
        let at = 76 + 16 * place;
        header.i32(at, block as i32);
        header.i32(at + 4, size as i32);
        header.put(at + 8, &count.to_le_bytes());
        body.extend(bytes);
        body.resize(body.len().next_multiple_of(512), 0);
    }
    [header.0, body].concat()
}

/// An ABF1 file of version 1.65.
pub fn abf1(spec: &Spec) -> Vec<u8> {
    let mut h = Record::new(6144);
    let n = spec.channels.len();
    h.put(0, b"ABF ");
    h.f32(4, 1.65);
    h.i16(8, spec.mode());
    h.i32(10, spec.counts.len() as i32);
    h.i32(16, if spec.gap_free { 1 } else { spec.sweeps as i32 });
    h.i32(20, 260_102);
    h.i32(24, 3723);
    h.i32(40, 12);
    h.i16(100, spec.float.into());
    h.i16(120, n as i16);
    h.f32(122, 1e6 / spec.rate_hz / n as f32);
    h.i32(138, (spec.counts.len() / spec.sweeps) as i32);
    h.f32(244, ADC_RANGE);
    h.i32(252, ADC_RESOLUTION);
    h.put(294, b"clampex");
    for (i, (name, unit, scale, telegraph)) in spec.channels.iter().enumerate() {
        h.i16(378 + 2 * i, i as i16);
        h.i16(410 + 2 * i, i as i16);
        h.put(442 + 10 * i, format!("{name:<10}").as_bytes());
        h.put(602 + 8 * i, format!("{unit:<8}").as_bytes());
        h.f32(730 + 4 * i, 1.0);
        h.f32(922 + 4 * i, *scale);
        h.f32(1050 + 4 * i, 1.0);
        h.i16(4512 + 2 * i, telegraph.is_some().into());
        h.f32(4576 + 4 * i, telegraph.unwrap_or(1.0));
    }
    h.put(1306, b"Cmd 0     ");
    h.put(1346, format!("{:<8}", spec.output.0).as_bytes());
    h.f32(1394, spec.output.1);
    h.i16(2296, (!spec.epochs.is_empty()).into());
    h.i16(2300, 1);
    h.i16(2304, spec.hold_last.into());
    for (i, &(kind, level, level_step, samples, samples_step, period, width)) in
        spec.epochs.iter().enumerate()
    {
        h.i32(2136 + 4 * i, period);
        h.i32(2216 + 4 * i, width);
        h.i16(2308 + 2 * i, kind);
        h.f32(2348 + 4 * i, level);
        h.f32(2428 + 4 * i, level_step);
        h.i32(2508 + 4 * i, samples);
        h.i32(2588 + 4 * i, samples_step);
    }
    if let Some((enabled, parameter, repeat, entries)) = spec.user_list {
        h.i16(3360, enabled.into());
        h.i16(3368, parameter);
        h.put(3376, entries.as_bytes());
        h.i16(4400, repeat.into());
    }
    let mut bytes = h.0;
    bytes.extend(spec.data());
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    if !spec.tags.is_empty() {
        let block = bytes.len() / 512;
        bytes[44..48].copy_from_slice(&(block as i32).to_le_bytes());
        bytes[48..52].copy_from_slice(&(spec.tags.len() as i32).to_le_bytes());
        for (at, comment) in &spec.tags {
            bytes.extend(at.to_le_bytes());
            bytes.extend(format!("{comment:<56}").as_bytes());
            bytes.extend([1, 0, 0, 0]);
        }
    }
    bytes
}

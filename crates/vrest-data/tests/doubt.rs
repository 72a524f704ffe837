//! Recordings that lie, made here so that the truth is known.

use vrest_data::doubt::{About, Examined, UsedCommand, examine};
use vrest_data::recording::{
    Channel, Clamp, Command, CommandSource, Provenance, Quantity, Recording, Segment, Shape, Sweep, Waveform,
};

const DT: f64 = 0.1;
const N: usize = 6000;
const STEP: std::ops::Range<usize> = 1000..5000;

/// Reproducible noise of standard deviation 1.
struct Noise(u64);
impl Noise {
    fn next(&mut self) -> f64 {
        let mut uniform = || {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (self.0 >> 11) as f64 / (1u64 << 53) as f64
        };
        (0..12).map(|_| uniform()).sum::<f64>() - 6.0
    }
}

/// A cell of 200 MOhm and 100 pF at -68 mV with `stated` steps in its header and `true_step` steps injected, an
/// electrode of `r_s` MOhm left in, a rest that moves by `drift` mV a sweep.
struct Lab {
    stated: Vec<f64>,
    given: Vec<f64>,
    r_s: f64,
    drift: f64,
    records_command: bool,
}

impl Lab {
    fn honest() -> Lab {
        let steps = vec![-100.0, -75.0, -50.0, -25.0, 25.0, 50.0];
        Lab { stated: steps.clone(), given: steps, r_s: 0.0, drift: 0.0, records_command: true }
    }

    fn record(&self) -> Recording {
        let mut noise = Noise(7);
        let (r, tau) = (200.0, 20.0);
        let sweeps = self.given.iter().enumerate().map(|(k, &i)| {
            let wave = |j: usize| if STEP.contains(&j) { i } else { 0.0 };
            let mut deflection = 0.0;
            let v: Vec<f64> = (0..N)
                .map(|j| {
                    deflection += (r * 1e-3 * wave(j) - deflection) * (1.0 - (-DT / tau).exp());
                    let electrode = self.r_s * 1e-3 * wave(j);
                    -68.0 + self.drift * k as f64 + deflection + electrode + 0.1 * noise.next()
                })
                .collect();
            let mut channels = vec![v];
            if self.records_command {
                channels.push((0..N).map(|j| wave(j) + 2.0 * noise.next()).collect());
            }
            Sweep { start_ms: 2000.0 * k as f64, channels }
        });
        let channel = |name: &str, quantity, unit: &str| Channel {
            name: name.into(),
            quantity,
            file_unit: unit.into(),
            gain: None,
        };
        let mut channels = vec![channel("Vm", Quantity::Voltage, "mV")];
        if self.records_command {
            channels.push(channel("Im", Quantity::Current, "pA"));
        }
        let piece = |samples, level| Segment { samples, shape: Shape::Hold(level) };
        let waveform = |&i: &f64| {
            Waveform::Segments(vec![piece(0..STEP.start, 0.0), piece(STEP, i), piece(STEP.end..N, 0.0)])
        };
        Recording {
            channels,
            sweeps: sweeps.collect(),
            dt_ms: DT,
            clamp: Some(Clamp::Current),
            commands: vec![Command {
                name: "Cmd".into(),
                quantity: Quantity::Current,
                file_unit: "pA".into(),
                source: CommandSource::EpochTable,
                waveforms: self.stated.iter().map(waveform).collect(),
            }],
            recorded_command: self.records_command.then_some(1),
            response: 0,
            tags: vec![],
            provenance: Provenance { comment: "junction corrected".into(), ..Provenance::default() },
            notes: vec![],
        }
    }
}

fn about(examined: &Examined) -> Vec<About> {
    examined.findings.iter().map(|f| f.about).collect()
}

fn step_of(examined: &Examined, sweep: usize) -> f64 {
    examined.command[sweep][STEP.start + 500] - examined.command[sweep][0]
}

#[test]
fn an_honest_recording_is_not_suspected() {
    let examined = examine(Lab::honest().record(), false);
    assert_eq!(about(&examined), []);
    assert_eq!((examined.used, step_of(&examined, 0)), (UsedCommand::Header, -100.0));
}

#[test]
fn a_header_with_wrong_steps_loses_against_the_recorded_command() {
    let lab = Lab { stated: vec![-200.0, -150.0, -100.0, -50.0, 0.0, 50.0], ..Lab::honest() };
    let examined = examine(lab.record(), false);
    assert_eq!((about(&examined), examined.used), (vec![About::HeaderCommand], UsedCommand::Recorded));
    let finding = &examined.findings[0];
    assert!(finding.corrected && finding.confidence > 0.99, "{finding:?}");
    assert!((step_of(&examined, 0) + 100.0).abs() < 0.5, "{}", step_of(&examined, 0));

    let trusting = examine(lab.record(), true);
    assert_eq!((about(&trusting), trusting.used), (vec![About::HeaderCommand], UsedCommand::Header));
    assert!(!trusting.findings[0].corrected && step_of(&trusting, 0) == -200.0);
}

#[test]
fn a_monitor_that_is_not_connected_loses_against_the_header() {
    let mut recording = Lab::honest().record();
    let mut noise = Noise(1);
    for sweep in &mut recording.sweeps {
        sweep.channels[1].iter_mut().for_each(|v| *v = 2.0 * noise.next());
    }
    let examined = examine(recording, false);
    assert_eq!((about(&examined), examined.used), (vec![About::RecordedCommand], UsedCommand::Header));
    assert!(examined.findings[0].confidence > 0.99);
}

#[test]
fn exchanged_channels_are_exchanged_back() {
    let mut recording = Lab::honest().record();
    let honest = recording.clone();
    recording.sweeps.iter_mut().for_each(|s| s.channels.swap(0, 1));
    let examined = examine(recording.clone(), false);
    assert_eq!(about(&examined), [About::SwappedChannels]);
    assert_eq!(examined.recording.sweeps, honest.sweeps);
    assert_eq!(examine(recording.clone(), true).recording.sweeps, recording.sweeps);

    // Without a header that says more, a reader takes the column that jumps for the command of a voltage clamp.
    let (response, recorded) = (recording.response, recording.recorded_command.unwrap());
    recording.commands.clear();
    recording.clamp = Some(Clamp::Voltage);
    (recording.response, recording.recorded_command) = (recorded, Some(response));
    let examined = examine(recording, false);
    assert!(about(&examined).contains(&About::SwappedChannels));
    assert!(examined.is_current_clamp() && examined.recording.sweeps == honest.sweeps);
    assert_eq!(examined.recording.response, honest.response);
}

#[test]
fn units_that_are_off_by_a_thousand_are_put_right() {
    for (scale, expected) in [(1e3, -68.0), (1e-3, -68.0), (10.0, -68.0)] {
        let mut recording = Lab::honest().record();
        recording.sweeps.iter_mut().for_each(|s| s.channels[0].iter_mut().for_each(|v| *v *= scale));
        let examined = examine(recording, false);
        assert_eq!(about(&examined), [About::VoltageScale], "{scale}");
        assert!((examined.recording.response(0)[0] - expected).abs() < 1.0);
    }
    for scale in [1e3, 1e-3] {
        let mut lab = Lab { records_command: false, ..Lab::honest() };
        lab.stated.iter_mut().for_each(|i| *i *= scale);
        let examined = examine(lab.record(), false);
        assert_eq!(about(&examined), [About::CurrentScale], "{scale}");
        assert!((step_of(&examined, 0) + 100.0).abs() < 1e-9);
        let kept = examine(lab.record(), true);
        assert!((step_of(&kept, 0) + 100.0 * scale).abs() < 1e-9);
    }
}

#[test]
fn an_electrode_in_the_voltage_is_measured() {
    for r_s in [25.0, -15.0] {
        let examined = examine(Lab { r_s, ..Lab::honest() }.record(), false);
        assert_eq!(about(&examined), [About::Bridge], "{r_s}");
        let message = &examined.findings[0].message;
        let value: f64 =
            message.split("balanced: ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        assert!((value - r_s.abs()).abs() < 1.6, "{message}");
    }
}

#[test]
fn a_clipped_trace_and_a_drifting_rest_are_seen() {
    let mut recording = Lab::honest().record();
    recording.sweeps.iter_mut().for_each(|s| s.channels[0].iter_mut().for_each(|v| *v = v.max(-85.0)));
    assert_eq!(about(&examine(recording, false)), [About::Clipped]);
    let examined = examine(Lab { drift: 0.5, ..Lab::honest() }.record(), false);
    assert_eq!(about(&examined), [About::Drift]);
    assert!(examined.findings[0].message.contains("+2.5"), "{}", examined.findings[0].message);
}

#[test]
fn a_junction_potential_that_nobody_noted_and_a_rest_that_no_neuron_has_are_named() {
    let mut recording = Lab::honest().record();
    recording.provenance.comment.clear();
    assert_eq!(about(&examine(recording.clone(), false)), [About::LiquidJunction]);
    recording.sweeps.iter_mut().for_each(|s| s.channels[0].iter_mut().for_each(|v| *v += 60.0));
    assert_eq!(about(&examine(recording, false)), [About::Offset]);
}

#[test]
fn short_and_odd_recordings_do_no_harm() {
    for n in [1, 2, 5, 30] {
        let mut recording = Lab::honest().record();
        for dt in [1e-3, 0.1, 5.0, 1e4] {
            recording.dt_ms = dt;
            for sweep in &mut recording.sweeps {
                sweep.channels.iter_mut().for_each(|c| c.truncate(n));
            }
            let _ = examine(recording.clone(), false);
            recording.clamp = Some(Clamp::Voltage);
            let _ = examine(recording.clone(), false);
            recording.clamp = None;
            let _ = examine(recording.clone(), true);
        }
    }
}

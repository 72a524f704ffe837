//! Which channel is the cell's answer, and which recorded the command.

use super::{Clamp, Quantity, Recording};

impl Recording {
    /// Assigns the roles of channels, and the clamp.
    ///
    /// `stated` is what the file itself says. Without it, the unit of a stated command decides, then the
    /// only quantity that was measured (a voltage alone is current clamp), then how the voltage behaves: see
    /// [`is_a_command`]. A note tells where it had to be guessed.
    pub(super) fn assign_roles(&mut self, stated: Option<Clamp>) {
        let first = |q: Quantity| self.channels.iter().position(|c| c.quantity == q);
        let (voltage, current) = (first(Quantity::Voltage), first(Quantity::Current));
        let commanded = self.commands.first().map(|c| c.quantity);
        self.clamp = stated.or(match (commanded, voltage, current) {
            (Some(Quantity::Current), Some(_), _) | (_, Some(_), None) => Some(Clamp::Current),
            (Some(Quantity::Voltage), _, Some(_)) | (_, None, Some(_)) => Some(Clamp::Voltage),
            (_, None, None) => None,
            (_, Some(voltage), Some(_)) => {
                let held = self.sweeps.iter().all(|s| is_a_command(&s.channels[voltage]));
                let clamp = if held { Clamp::Voltage } else { Clamp::Current };
                self.notes.push(format!(
                    "the file does not say what was clamped: taken for {}, as the voltage {}",
                    if held { "voltage clamp" } else { "current clamp" },
                    if held { "only jumps" } else { "relaxes" }
                ));
                Some(clamp)
            }
        });
        if (stated, commanded, voltage) == (None, None, None) && current.is_some() {
            self.notes.push("only a current was recorded: taken for voltage clamp".into());
        }
        let (answer, command) = match self.clamp {
            Some(Clamp::Voltage) => (current, voltage),
            _ => (voltage, current),
        };
        self.response = answer.unwrap_or(0);
        self.recorded_command = command.filter(|&c| c != self.response);
    }
}

/// Whether a trace looks commanded: it goes most of its way in a few jumps from one sample to the next. A
/// membrane takes many samples for every change, a noisy trace makes many changes.
fn is_a_command(trace: &[f64]) -> bool {
    let (low, high) = trace.iter().fold((f64::MAX, f64::MIN), |(l, h), &v| (l.min(v), h.max(v)));
    let range = high - low;
    let changes = |part: f64| trace.windows(2).filter(|w| (w[1] - w[0]).abs() > part * range).count();
    range == 0.0 || (changes(0.5) > 0 && changes(0.1) <= trace.len() / 100 + 2)
}

#[cfg(test)]
mod tests {
    use super::is_a_command;

    #[test]
    fn commands_jump_and_membranes_relax() {
        let step = |i: usize| if (100..600).contains(&i) { -80.0 } else { -70.0 };
        let noise = |i: usize| ((i * 7919) % 101) as f64 / 101.0 - 0.5;
        let trace = |f: &dyn Fn(usize) -> f64| (0..1000).map(f).collect::<Vec<_>>();
        assert!(is_a_command(&trace(&step)));
        assert!(is_a_command(&trace(&|i| step(i) + noise(i))));
        assert!(is_a_command(&trace(&|_| -70.0)));
        assert!(!is_a_command(&trace(&|i| -70.0 + noise(i))));
        assert!(!is_a_command(&trace(&|i| -70.0 - 10.0 * (1.0 - (-(i as f64) / 50.0).exp()))));
    }
}

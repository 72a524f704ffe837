//! When the automatic method changes between explicit and stiff steps.

/// An explicit step this long, in units of its stability limit, is limited by stability.
pub(crate) const AT_THE_LIMIT: f64 = 0.8;
/// A stiff step this short could be explicit.
const FAR_BELOW: f64 = 0.4;
/// Steps in favour of a change before it is made, and steps against that forget them.
const FOR: u32 = 15;
const AGAINST: u32 = 6;
/// A change pays only if at least so many steps of the present length are left.
const WORTH_IT: f64 = 100.0;

/// Counts the steps of one segment that speak for the other method.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    in_favour: u32,
    against: u32,
}

impl Watch {
    /// Whether any step of late spoke for the other method.
    pub(crate) fn suspects(&self) -> bool {
        self.in_favour > 0
    }
    /// Takes note of an accepted step of `length` stability limits with `steps_left` of its kind to go.
    pub(crate) fn should_switch(&mut self, stiff: bool, length: Option<f64>, steps_left: f64) -> bool {
        let Some(length) = length else { return false };
        let speaks_for = if stiff { length < FAR_BELOW } else { length > AT_THE_LIMIT };
        if speaks_for {
            self.in_favour += 1;
            self.against = 0;
        } else {
            self.against += 1;
            if self.against >= AGAINST {
                self.in_favour = 0;
            }
        }
        self.in_favour >= FOR && steps_left > WORTH_IT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lasting_stability_limit_changes_the_method_and_a_passing_one_does_not() {
        let mut watch = Watch::default();
        assert!((0..40).all(|k| !watch.should_switch(false, Some(if k % 14 < 8 { 1.0 } else { 0.1 }), 1e6)));
        assert!((0..20).any(|_| watch.should_switch(false, Some(1.0), 1e6)));
        let mut near_the_end = Watch::default();
        assert!((0..40).all(|_| !near_the_end.should_switch(false, Some(1.0), 50.0)));
    }
}

//! What one lane knows of the member that it works on.

use super::method::Method;
use super::{Member, Plan};
use crate::check;
use crate::control::first_step;
use crate::field::VectorField;
use crate::lanes::Vector;
use crate::options;
use crate::segments::edges;
use crate::solution::Stats;
use crate::stiffness::Watch;

/// A member in work.
pub(super) struct Lane {
    pub(super) member: Member,
    /// Start, inner edges and end of its span.
    edges: Vec<f64>,
    /// The edge it is on its way to.
    edge: usize,
    pub(super) watch: Watch,
    pub(super) stats: Stats,
}

/// What a segment begins with: the field's work, the slope at its start and the first step.
pub(super) struct Beginning {
    pub(super) work: Vec<f64>,
    pub(super) slope: Vec<f64>,
    pub(super) h: f64,
}

impl Lane {
    /// Takes the member in as lane `l`, or gives it back where lanes and `method` do not suit it.
    pub(super) fn take<F: VectorField, V: Vector, M: Method<V>>(
        field: &F,
        plan: &Plan,
        member: Member,
        l: usize,
        method: &mut M,
        room: &mut Beginning,
    ) -> Result<Lane, Member> {
        let suited = plan.options.method != options::Method::Stiff && plan.t1 > plan.t0;
        if !suited || check::system(field, &member.p, &member.y0).is_err() {
            return Err(member);
        }
        let mut lane = Lane {
            edges: edges(field, &member.p, plan.t0, plan.t1),
            member,
            edge: 0,
            watch: Watch::default(),
            stats: Stats::default(),
        };
        let y0 = std::mem::take(&mut lane.member.y0);
        method.take(l);
        let usable = lane.begin_segment(field, plan, &y0, l, method, room);
        lane.member.y0 = y0;
        if !usable {
            return Err(lane.member);
        }
        Ok(lane)
    }

    /// Makes ready for the next segment of lane `l`, from the state `y` at its start; false where the method does not suit
    /// it or the slope is no number.
    pub(super) fn begin_segment<F: VectorField, V: Vector, M: Method<V>>(
        &mut self,
        field: &F,
        plan: &Plan,
        y: &[f64],
        l: usize,
        method: &mut M,
        room: &mut Beginning,
    ) -> bool {
        let (start, end) = (self.edges[self.edge], self.edges[self.edge + 1]);
        self.edge += 1;
        self.watch = Watch::default();
        field.prepare(0.5 * (start + end), &self.member.p, &mut room.work);
        if !method.open(field, l, start, y, &room.work) {
            return false;
        }
        method.slope(field, start, y, &mut room.work, &mut room.slope);
        self.stats.evals += if M::SELECTIVE { 0 } else { 2 };
        let (work, slope) = (&mut room.work, &room.slope);
        room.h = first_step(y, slope, end - start, M::ORDER, plan.options, |h, f| {
            let ahead: Vec<f64> = y.iter().zip(slope).map(|(y, k)| y + k * h).collect();
            method.slope(field, start + h, &ahead, work, f);
        });
        slope.iter().all(|f| f.is_finite())
    }

    /// The edge it is on its way to.
    pub(super) fn end(&self) -> f64 {
        self.edges[self.edge]
    }

    /// Whether that edge is the end of the span.
    pub(super) fn is_last_segment(&self) -> bool {
        self.edge + 1 == self.edges.len()
    }
}

//! Snapshots of what a solve costs: a change that keeps the answer right but takes more work shows here.

mod problems;

use problems::{Case, Visitor, for_each};
use std::fmt::Write;
use vrest_ode::{Method, Options, Output, Tolerance, VectorField, solve};

struct Table(String);

impl Visitor for Table {
    fn visit<F: VectorField>(&mut self, case: &Case<F>) {
        for method in [Method::Auto, Method::Explicit, Method::Stiff] {
            if case.stiff && method == Method::Explicit {
                continue;
            }
            let atol = Tolerance::PerState(case.atol(1e-6));
            let options = Options { atol, method, ..Options::default() };
            let at = Output::At(&case.times());
            let stats =
                solve(&case.field, &case.p, &case.y0, case.t0, case.t1(), at, &options).unwrap().stats;
            writeln!(
                self.0,
                "{:18}{:14}{:6}{:5}{:7}{:6}{:6}{:4}",
                case.name,
                stats.method.to_string(),
                stats.steps,
                stats.rejected,
                stats.evals,
                stats.jacobians,
                stats.factorisations,
                stats.switches
            )
            .unwrap();
        }
    }
}

#[test]
fn work_per_problem_at_a_relative_tolerance_of_one_in_a_million() {
    let mut table =
        Table(String::from("problem           method         steps  rej  evals  jacs   lus  sw\n"));
    for_each(&mut table);
    insta::assert_snapshot!(table.0);
}

use super::*;
use crate::dual::Dual;
use crate::lanes::Portable;
use crate::options::Method;
use crate::real::Real;

/// Van der Pol's oscillator, y'' = mu (1 - y^2) y' - y + a sin(t), with a jump of a at t = p[2].
struct VanDerPol;

impl VectorField for VanDerPol {
    fn n_states(&self) -> usize {
        2
    }
    fn n_params(&self) -> usize {
        3
    }
    fn work_len(&self) -> usize {
        2
    }
    fn prepare<R: Real>(&self, t: R, p: &[R], work: &mut [R]) {
        work[0] = p[0];
        work[1] = R::select(t.lt(p[2]), R::zero(), p[1]);
    }
    fn eval<R: Real>(&self, t: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        dy[0] = y[1];
        dy[1] = work[0] * (-(y[0] * y[0]) + 1.0) * y[1] - y[0] + work[1] * t.sin();
    }
    fn breakpoints<R: Real>(&self, p: &[R], out: &mut Vec<R>) {
        out.push(p[2]);
    }
}

/// The same with its second derivative.
struct Twice;

impl VectorField for Twice {
    fn n_states(&self) -> usize {
        VanDerPol.n_states()
    }
    fn n_params(&self) -> usize {
        VanDerPol.n_params()
    }
    fn work_len(&self) -> usize {
        VanDerPol.work_len()
    }
    fn prepare<R: Real>(&self, t: R, p: &[R], work: &mut [R]) {
        VanDerPol.prepare(t, p, work);
    }
    fn eval<R: Real>(&self, t: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        VanDerPol.eval(t, y, work, dy);
    }
    fn breakpoints<R: Real>(&self, p: &[R], out: &mut Vec<R>) {
        VanDerPol.breakpoints(p, out);
    }
    fn has_second_derivative(&self) -> bool {
        true
    }
    /// By derivatives along the slope: what the definition says.
    fn eval_second<R: Real>(&self, t: R, y: &[R], work: &mut [Dual<R, 1>], dy: &mut [R], ddy: &mut [R]) {
        let mut plain: Vec<R> = work.iter().map(|w| w.re).collect();
        VanDerPol.eval(t, y, &mut plain, dy);
        let along: Vec<_> = y.iter().zip(dy.iter()).map(|(&re, &slope)| Dual { re, eps: [slope] }).collect();
        let mut all = [Dual::constant(R::zero()); 2];
        VanDerPol.eval(Dual::variable(t, 0), &along, work, &mut all);
        for (ddy, all) in ddy.iter_mut().zip(all) {
            *ddy = all.eps[0];
        }
    }
}

fn members(n: usize) -> Vec<Member> {
    let one = |id: usize| {
        let x = id as f64 / n as f64;
        Member { id, p: vec![0.2 + 3.0 * x, 1.0 - x, 3.0 + 4.0 * x], y0: vec![2.0 - x, 0.1] }
    };
    (0..n).map(one).collect()
}

fn times() -> Vec<f64> {
    (0..=50).map(|k| 0.2 * f64::from(k)).collect()
}

fn run<F: VectorField>(
    field: &F,
    options: &Options,
    record: &[usize],
    members: Vec<Member>,
) -> Vec<Result<Trajectory, SolveError>> {
    let times = times();
    let plan = Plan { t0: 0.0, t1: 10.0, times: &times, record, options };
    let mut results: Vec<_> = members.iter().map(|_| None).collect();
    let mut left = members.into_iter();
    ensemble(field, &plan, || left.next(), |id, result| results[id] = Some(result));
    results.into_iter().map(|r| r.expect("every member comes back")).collect()
}

fn alone_of<F: VectorField>(field: &F, options: &Options, member: &Member) -> Vec<f64> {
    let solution = solve(field, &member.p, &member.y0, 0.0, 10.0, Output::At(&times()), options);
    solution.expect("it solves").y
}

#[test]
fn every_member_has_the_course_that_it_has_alone() {
    for (rtol, within) in [(1e-5, 1e-3), (1e-9, 1e-7)] {
        let options = Options::with_tolerance(rtol, rtol);
        let all = run(&VanDerPol, &options, &[0, 1], members(37));
        for (member, got) in members(37).iter().zip(all) {
            let got = got.expect("it solves");
            let want = alone_of(&VanDerPol, &Options::with_tolerance(1e-12, 1e-12), member);
            assert_eq!(got.values.len(), want.len());
            for (a, b) in got.values.iter().zip(&want) {
                assert!((a - b).abs() < within, "member {}: {a} and not {b}", member.id);
            }
            // The same method and the same control: the same work, but for roundings.
            let work = solve(&VanDerPol, &member.p, &member.y0, 0.0, 10.0, Output::EveryStep, &options);
            let steps = work.expect("it solves").stats.steps;
            assert!(got.stats.steps.abs_diff(steps) <= 2, "{} {steps}", got.stats.steps);
        }
    }
}

/// Second derivatives make cheaper steps of the same accuracy.
#[test]
fn second_derivatives_are_made_use_of() {
    for (rtol, within) in [(1e-5, 1e-3), (1e-9, 1e-7)] {
        let options = Options::with_tolerance(rtol, rtol);
        let [without, with] =
            [run(&VanDerPol, &options, &[0, 1], members(37)), run(&Twice, &options, &[0, 1], members(37))];
        for ((member, without), with) in members(37).iter().zip(without).zip(with) {
            let [without, with] = [without, with].map(|course| course.expect("it solves"));
            assert_eq!(with.stats.method.to_string(), "tdrk6");
            let want = alone_of(&VanDerPol, &Options::with_tolerance(1e-12, 1e-12), member);
            for (a, b) in with.values.iter().zip(&want) {
                assert!((a - b).abs() < within, "member {}: {a} and not {b}", member.id);
            }
            assert!(with.stats.evals < without.stats.evals);
        }
    }
    let by_name = Options { method: Method::Explicit, ..Options::default() };
    let results = run(&Twice, &by_name, &[0], members(1));
    assert_eq!(results[0].as_ref().expect("it solves").stats.method.to_string(), "tsit5");
}

/// Steps of the greatest length, because every error is allowed.
#[test]
fn steps_with_second_derivatives_converge_with_order_six() {
    // Without the jump, which no step of a fixed length meets.
    let member = || Member { id: 0, p: vec![0.5, 1.0, -1.0], y0: vec![1.0, 0.5] };
    let want = alone_of(&VanDerPol, &Options::with_tolerance(1e-14, 1e-14), &member());
    // Every fifth time is the end of a step, the others are between.
    let worst = |h_max: f64, ends: bool| {
        let options = Options { h_max, ..Options::with_tolerance(1.0, 1e6) };
        let got = run(&Twice, &options, &[0, 1], vec![member()]).remove(0).expect("it solves").values;
        let off = got.iter().zip(&want).enumerate().filter(|(k, _)| (k / 2).is_multiple_of(5) == ends);
        off.map(|(_, (a, b))| (a - b).abs()).fold(0.0, f64::max)
    };
    for ends in [true, false] {
        let order = (worst(0.125, ends) / worst(0.0625, ends)).log2();
        assert!((order - 6.0).abs() < 0.3, "at the ends {ends}: order {order}");
    }
}

#[test]
fn neither_neighbours_nor_order_change_a_bit_of_a_member() {
    bits_stay(&VanDerPol);
    bits_stay(&Twice);
}

fn bits_stay<F: VectorField>(field: &F) {
    let options = Options::default();
    let together = run(field, &options, &[1], members(23));
    let mut backwards = members(23);
    backwards.reverse();
    let reversed = run(field, &options, &[1], backwards);
    assert_eq!(together, reversed);
    for member in members(23).into_iter().step_by(5) {
        let id = member.id;
        let single = run(field, &options, &[1], vec![Member { id: 0, ..member }]);
        assert_eq!(single[0], together[id]);
    }
}

#[test]
fn stiff_members_go_to_the_stiff_solver_and_the_others_stay() {
    let mut two = members(2);
    two[1].p[0] = 1e6;
    let results = run(&VanDerPol, &Options::default(), &[0], two.clone());
    let of = |i: usize| results[i].as_ref().expect("it solves").stats.method.to_string();
    assert_eq!(of(0), "tsit5");
    assert!(of(1).contains("rodas5p"), "{}", of(1));
    let results = run(&Twice, &Options::default(), &[0], two.clone());
    let of = |i: usize| results[i].as_ref().expect("it solves").stats.method.to_string();
    assert_eq!(of(0), "tdrk6");
    assert!(of(1).contains("rodas5p"), "{}", of(1));
    let forced = Options { method: Method::Stiff, ..Options::default() };
    let result = run(&VanDerPol, &forced, &[0], two);
    assert!(result.iter().all(|r| r.as_ref().is_ok_and(|t| t.stats.method.to_string() == "rodas5p")));
}

/// y' = -p y + 1: one state, a straight line.
struct Line;

impl VectorField for Line {
    fn n_states(&self) -> usize {
        1
    }
    fn n_params(&self) -> usize {
        1
    }
    fn work_len(&self) -> usize {
        1
    }
    fn prepare<R: Real>(&self, _: R, p: &[R], work: &mut [R]) {
        work[0] = p[0];
    }
    fn eval<R: Real>(&self, _: R, y: &[R], work: &mut [R], dy: &mut [R]) {
        dy[0] = -(work[0] * y[0]) + 1.0;
    }
    fn depends_on_time(&self) -> bool {
        false
    }
}

#[test]
fn straight_lines_are_solved_exactly_and_wrong_members_say_why() {
    let member = |id, p: f64, y0: f64| Member { id, p: vec![p], y0: vec![y0] };
    let all = vec![member(0, 0.5, 3.0), member(1, f64::NAN, 1.0), member(2, 2.0, 0.0)];
    let results = run(&Line, &Options::default(), &[0], all);
    for (i, p, y0) in [(0, 0.5, 3.0), (2, 2.0, 0.0)] {
        let course = results[i].as_ref().expect("it solves");
        assert_eq!(course.stats.method.to_string(), "exponential");
        for (t, y) in times().iter().zip(&course.values) {
            let exact = 1.0 / p + (y0 - 1.0 / p) * f64::exp(-p * t);
            assert!((y - exact).abs() < 1e-13, "{t}: {y} {exact}");
        }
    }
    assert!(results[1].is_err());
}

#[test]
fn a_member_that_fails_says_so_and_the_others_go_on() {
    let mut three = members(3);
    three[1].y0[0] = 1e300;
    let results = run(&VanDerPol, &Options::default(), &[0, 1], three);
    assert!(results[0].is_ok() && results[2].is_ok());
    let error = results[1].as_ref().expect_err("it overflows");
    assert!(!error.to_string().is_empty());
}

#[test]
fn every_level_of_the_vector_unit_gives_the_same_bits() {
    let (times, options) = (times(), Options::default());
    let plan = Plan { t0: 0.0, t1: 10.0, times: &times, record: &[0, 1], options: &options };
    let mut portable: Vec<Option<Trajectory>> = vec![None; 19];
    let mut left = members(19).into_iter();
    Pack::<_, Portable, Tsit5<_>>::new(&VanDerPol, &plan)
        .run(&mut || left.next(), &mut |id, result| portable[id] = Some(result.expect("it solves")));
    for (got, want) in run(&VanDerPol, &options, &[0, 1], members(19)).into_iter().zip(&portable) {
        assert_eq!(got.ok(), *want);
    }
    let mut left = members(19).into_iter();
    Pack::<_, Portable, Tdrk6<_>>::new(&Twice, &plan)
        .run(&mut || left.next(), &mut |id, result| portable[id] = Some(result.expect("it solves")));
    for (got, want) in run(&Twice, &options, &[0, 1], members(19)).into_iter().zip(&portable) {
        assert_eq!(got.ok(), *want);
    }
}

/// More times within a step than are recorded at once, one of them twice, and two states in an order of their own.
#[test]
fn dense_outputs_are_those_of_sparse_ones() {
    let options = Options::default();
    let fine: Vec<f64> =
        (0..=20_000).flat_map(|k| vec![f64::from(k) * 5e-4; 1 + usize::from(k == 777)]).collect();
    let of = |times: &[f64], record: &[usize]| {
        let plan = Plan { t0: 0.0, t1: 10.0, times, record, options: &options };
        let mut results = vec![Vec::new(); 40];
        let mut left = members(40).into_iter();
        ensemble(
            &VanDerPol,
            &plan,
            || left.next(),
            |id, result| results[id] = result.expect("solved").values,
        );
        results
    };
    let (dense, sparse) = (of(&fine, &[1, 0]), of(&times(), &[0, 1]));
    for (dense, sparse) in dense.iter().zip(&sparse) {
        assert_eq!(dense.len(), 2 * fine.len());
        assert_eq!(dense[2 * 777..][..2], dense[2 * 778..][..2]);
        for (k, y) in sparse.chunks_exact(2).enumerate() {
            // Every 400th, behind the one that is there twice.
            let at = 400 * k + usize::from(400 * k > 777);
            let [y1, y0] = [dense[2 * at], dense[2 * at + 1]];
            assert!((y0 - y[0]).abs() < 1e-9 && (y1 - y[1]).abs() < 1e-9, "{k}: {y0} {y1} {y:?}");
        }
    }
}

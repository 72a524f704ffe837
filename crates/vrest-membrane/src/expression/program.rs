//! A formula as a flat program over a small stack: no recursion, no allocation, any kind of number.

use super::ExpressionError;
use super::tree::{Binary, Tree, Unary};
use vrest_ode::Real;

/// The deepest stack a formula may need.
const STACK: usize = 24;
/// What printed rate functions need at most. A stack of many lanes is long, and clearing it costs.
const USUAL_STACK: usize = 8;

/// One step: operands come from the stack, the result goes onto it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Number(f64),
    Variable(usize),
    Unary(Unary),
    Binary(Binary),
    /// x^n with a whole exponent, also of a negative base.
    PowI(i32),
    /// Takes left, right, yes, no.
    IfLess,
}

/// A compiled formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    steps: Vec<Step>,
    /// The stack that they need.
    depth: usize,
}

impl Program {
    /// Flattens `tree`; `source_len` places the one possible error.
    pub fn compile(tree: &Tree, source_len: usize) -> Result<Program, ExpressionError> {
        let mut steps = Vec::new();
        emit(tree, &mut steps);
        let (mut depth, mut deepest) = (0usize, 0usize);
        for s in &steps {
            match s {
                Step::Number(_) | Step::Variable(_) => depth += 1,
                Step::Unary(_) | Step::PowI(_) => {}
                Step::Binary(_) => depth -= 1,
                Step::IfLess => depth -= 3,
            }
            deepest = deepest.max(depth);
        }
        if deepest > STACK {
            return Err(ExpressionError::TooDeep { limit: STACK, span: 0..source_len });
        }
        Ok(Program { steps, depth: deepest })
    }

    pub fn uses(&self, variable: usize) -> bool {
        self.steps.contains(&Step::Variable(variable))
    }

    #[inline(always)]
    pub fn eval<R: Real>(&self, variable: impl Fn(usize) -> R) -> R {
        if self.depth <= USUAL_STACK {
            self.eval_on::<R, USUAL_STACK>(variable)
        } else {
            self.eval_on::<R, STACK>(variable)
        }
    }

    #[inline(always)]
    fn eval_on<R: Real, const N: usize>(&self, variable: impl Fn(usize) -> R) -> R {
        let mut stack = [R::zero(); N];
        // Number of values on the stack.
        let mut n = 0;
        for step in &self.steps {
            match *step {
                Step::Number(x) => {
                    stack[n] = R::from_f64(x);
                    n += 1;
                }
                Step::Variable(v) => {
                    stack[n] = variable(v);
                    n += 1;
                }
                Step::Unary(op) => stack[n - 1] = unary(op, stack[n - 1]),
                Step::PowI(e) => stack[n - 1] = stack[n - 1].powi(e),
                Step::Binary(op) => {
                    n -= 1;
                    stack[n - 1] = binary(op, stack[n - 1], stack[n]);
                }
                Step::IfLess => {
                    n -= 3;
                    stack[n - 1] = R::select(stack[n - 1].lt(stack[n]), stack[n + 1], stack[n + 2]);
                }
            }
        }
        stack[0]
    }
}

fn emit(tree: &Tree, out: &mut Vec<Step>) {
    if let Some(x) = tree.constant() {
        return out.push(Step::Number(x));
    }
    match tree {
        Tree::Number(x) => out.push(Step::Number(*x)),
        Tree::Variable(v) => out.push(Step::Variable(*v)),
        Tree::Unary(op, x) => {
            emit(x, out);
            out.push(Step::Unary(*op));
        }
        Tree::Binary(Binary::Pow, x, e) => {
            emit(x, out);
            match e.constant() {
                Some(n) if n.fract() == 0.0 && n.abs() <= 64.0 => out.push(Step::PowI(n as i32)),
                _ => {
                    emit(e, out);
                    out.push(Step::Binary(Binary::Pow));
                }
            }
        }
        Tree::Binary(op, x, y) => {
            emit(x, out);
            emit(y, out);
            out.push(Step::Binary(*op));
        }
        Tree::IfLess(parts) => {
            for p in parts.iter() {
                emit(p, out);
            }
            out.push(Step::IfLess);
        }
    }
}

#[inline(always)]
fn unary<R: Real>(op: Unary, x: R) -> R {
    match op {
        Unary::Neg => -x,
        Unary::Exp => x.exp(),
        Unary::ExpM1 => x.exp_m1(),
        Unary::Ln => x.ln(),
        Unary::Log10 => x.ln() * std::f64::consts::LOG10_E,
        Unary::Sqrt => x.sqrt(),
        Unary::Tanh => x.tanh(),
        Unary::Abs => x.abs(),
        Unary::Bernoulli => x.bernoulli(),
        Unary::Logistic => x.logistic(),
    }
}

#[inline(always)]
fn binary<R: Real>(op: Binary, x: R, y: R) -> R {
    match op {
        Binary::Add => x + y,
        Binary::Sub => x - y,
        Binary::Mul => x * y,
        Binary::Div => x / y,
        Binary::Pow => x.pow(y),
        Binary::Min => x.min(y),
        Binary::Max => x.max(y),
    }
}

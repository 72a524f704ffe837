//! The tree of a formula, and the questions asked of it.

/// A function of one argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unary {
    Neg,
    Exp,
    ExpM1,
    Ln,
    Log10,
    Sqrt,
    Tanh,
    Abs,
    Bernoulli,
    Logistic,
}

/// An operation on two arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    Min,
    Max,
}

/// A formula.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    Number(f64),
    Variable(usize),
    Unary(Unary, Box<Tree>),
    Binary(Binary, Box<Tree>, Box<Tree>),
    /// `if(left < right, yes, no)`.
    IfLess(Box<[Tree; 4]>),
}

impl Tree {
    pub fn unary(op: Unary, a: Tree) -> Tree {
        Tree::Unary(op, Box::new(a))
    }
    pub fn binary(op: Binary, a: Tree, b: Tree) -> Tree {
        Tree::Binary(op, Box::new(a), Box::new(b))
    }

    /// The value of a tree without variables made of numbers and arithmetic.
    pub fn constant(&self) -> Option<f64> {
        match self {
            Tree::Number(x) => Some(*x),
            Tree::Unary(Unary::Neg, x) => Some(-x.constant()?),
            Tree::Binary(op, x, y) => {
                let (x, y) = (x.constant()?, y.constant()?);
                match op {
                    Binary::Add => Some(x + y),
                    Binary::Sub => Some(x - y),
                    Binary::Mul => Some(x * y),
                    Binary::Div => Some(x / y),
                    Binary::Pow => Some(x.powf(y)),
                    Binary::Min | Binary::Max => None,
                }
            }
            _ => None,
        }
    }

    /// (variable, a, b) where the tree is a*x + b in exactly one variable x with constant a != 0 and b.
    pub fn affine(&self) -> Option<(usize, f64, f64)> {
        match self.linear()? {
            Linear { variable: Some(v), a, b } if a != 0.0 => Some((v, a, b)),
            _ => None,
        }
    }

    fn linear(&self) -> Option<Linear> {
        match self {
            Tree::Number(b) => Some(Linear { variable: None, a: 0.0, b: *b }),
            Tree::Variable(v) => Some(Linear { variable: Some(*v), a: 1.0, b: 0.0 }),
            Tree::Unary(Unary::Neg, x) => Some(x.linear()?.times(-1.0)),
            Tree::Binary(op, x, y) => {
                let (x, y) = (x.linear()?, y.linear()?);
                match op {
                    Binary::Add => x.plus(y),
                    Binary::Sub => x.plus(y.times(-1.0)),
                    Binary::Mul if x.variable.is_none() => Some(y.times(x.b)),
                    Binary::Mul if y.variable.is_none() => Some(x.times(y.b)),
                    Binary::Div if y.variable.is_none() => Some(x.times(1.0 / y.b)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// a*x + b, or the constant b.
struct Linear {
    variable: Option<usize>,
    a: f64,
    b: f64,
}

impl Linear {
    fn times(self, c: f64) -> Linear {
        Linear { a: self.a * c, b: self.b * c, ..self }
    }
    fn plus(self, o: Linear) -> Option<Linear> {
        match (self.variable, o.variable) {
            (Some(x), Some(y)) if x != y => None,
            (x, y) => Some(Linear { variable: x.or(y), a: self.a + o.a, b: self.b + o.b }),
        }
    }
}

//! The header of one NPY array: what it states, and whether that can be believed.
//!
//! Written here and not taken from a crate because the text comes from strangers: the length is limited
//! before anything is allocated, products of dimensions are checked, and nothing recurses.
//! Source: the NumPy Enhancement Proposal 1 (`numpy.lib.format`), versions 1.0, 2.0 and 3.0.

use std::io::{self, Read};

/// NumPy itself refuses headers above 10 000 characters unless told otherwise.
const MAX_HEADER_BYTES: usize = 10_000;
const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// What one element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Signed,
    Unsigned,
    Float,
    /// UCS-4 text of fixed width.
    Unicode,
    /// Bytes of fixed width.
    Bytes,
}

/// The type of the elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DType {
    pub kind: Kind,
    pub big_endian: bool,
    /// Bytes of one element.
    pub item_bytes: usize,
}

/// What the header states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub dtype: DType,
    pub fortran_order: bool,
    pub shape: Vec<usize>,
    /// Product of the shape.
    pub count: usize,
    /// Bytes of the data behind the header.
    pub data_bytes: u64,
    /// Bytes of the header itself, with its magic.
    pub header_bytes: u64,
}

/// Why a header was not accepted.
#[derive(Debug)]
pub(crate) enum Refusal {
    Io(io::Error),
    /// Not a header, or a broken one.
    Malformed(String),
    /// A type that is no number and no text.
    DType(String),
    /// Python objects.
    Pickled,
    /// A product beyond what a machine can address.
    Absurd(String),
}

impl Header {
    /// Reads magic, version, length and text; the reader then stands at the data.
    pub(crate) fn read(reader: &mut impl Read) -> Result<Header, Refusal> {
        let mut start = [0; 8];
        reader.read_exact(&mut start).map_err(Refusal::Io)?;
        if &start[..6] != MAGIC {
            return Err(Refusal::Malformed("it does not start as an NPY array does".into()));
        }
        let length_bytes = match start[6] {
            1 => 2,
            2 | 3 => 4,
            v => return Err(Refusal::Malformed(format!("NPY version {v} is not known"))),
        };
        let mut length = [0; 4];
        reader.read_exact(&mut length[..length_bytes]).map_err(Refusal::Io)?;
        let length = u32::from_le_bytes(length) as usize;
        if length > MAX_HEADER_BYTES {
            return Err(Refusal::Malformed(format!(
                "its header claims {length} characters, at most {MAX_HEADER_BYTES} are allowed"
            )));
        }
        let mut text = vec![0; length];
        reader.read_exact(&mut text).map_err(Refusal::Io)?;
        let mut header = Header::parse(&String::from_utf8_lossy(&text))?;
        header.header_bytes = (8 + length_bytes + length) as u64;
        Ok(header)
    }

    /// Understands the text: a Python dictionary of exactly three entries.
    fn parse(text: &str) -> Result<Header, Refusal> {
        let mut at = Cursor { rest: text };
        let (mut dtype, mut fortran_order, mut shape) = (None, None, None);
        at.expect('{')?;
        while !at.take('}') {
            let key = at.string()?;
            at.expect(':')?;
            match key.as_str() {
                "descr" => dtype = Some(at.dtype()?),
                "fortran_order" => fortran_order = Some(at.boolean()?),
                "shape" => shape = Some(at.shape()?),
                _ => return Err(Refusal::Malformed(format!("its header has an unknown entry `{key}`"))),
            }
            if !at.take(',') {
                at.expect('}')?;
                break;
            }
        }
        let missing = |what: &str| Refusal::Malformed(format!("its header has no `{what}`"));
        let dtype = dtype.ok_or_else(|| missing("descr"))?;
        let shape = shape.ok_or_else(|| missing("shape"))?;
        let absurd = || Refusal::Absurd(format!("{shape:?}"));
        // Zero times anything is zero, but the other dimensions must be possible too.
        let count = shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d.max(1))).ok_or_else(absurd)?;
        let count = if shape.contains(&0) { 0 } else { count };
        let data_bytes = count.checked_mul(dtype.item_bytes.max(1)).ok_or_else(absurd)?;
        let data_bytes = if dtype.item_bytes == 0 { 0 } else { data_bytes as u64 };
        Ok(Header {
            dtype,
            fortran_order: fortran_order.ok_or_else(|| missing("fortran_order"))?,
            shape,
            count,
            data_bytes,
            header_bytes: 0,
        })
    }
}

/// The bytes that stand before the data: version 1.0, padded so that the data begin at a multiple of 64.
pub(crate) fn header_bytes(descr: &str, shape: &[usize]) -> Vec<u8> {
    let shape = match shape {
        [n] => format!("({n},)"),
        _ => format!("({})", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
    };
    let mut text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    let unpadded = MAGIC.len() + 4 + text.len() + 1;
    text.extend(std::iter::repeat_n(' ', unpadded.next_multiple_of(64) - unpadded));
    text.push('\n');
    let mut bytes = MAGIC.to_vec();
    bytes.extend([1, 0]);
    // A type and a handful of dimensions: far below the 65 535 of this version.
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes
}

/// A place in the header's text.
struct Cursor<'a> {
    rest: &'a str,
}

impl Cursor<'_> {
    fn take(&mut self, c: char) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, c: char) -> Result<(), Refusal> {
        if self.take(c) { Ok(()) } else { Err(self.malformed(&format!("`{c}`"))) }
    }

    fn malformed(&self, wanted: &str) -> Refusal {
        let found: String = self.rest.chars().take(20).collect();
        Refusal::Malformed(format!("its header has `{found}` where {wanted} should stand"))
    }

    fn string(&mut self) -> Result<String, Refusal> {
        let quote = if self.take('\'') {
            '\''
        } else if self.take('"') {
            '"'
        } else {
            return Err(self.malformed("a quoted word"));
        };
        let (word, rest) = self.rest.split_once(quote).ok_or_else(|| self.malformed("a closed quote"))?;
        let word = word.to_string();
        self.rest = rest;
        Ok(word)
    }

    fn boolean(&mut self) -> Result<bool, Refusal> {
        self.rest = self.rest.trim_start();
        for (word, value) in [("True", true), ("False", false)] {
            if let Some(rest) = self.rest.strip_prefix(word) {
                self.rest = rest;
                return Ok(value);
            }
        }
        Err(self.malformed("`True` or `False`"))
    }

    fn shape(&mut self) -> Result<Vec<usize>, Refusal> {
        self.expect('(')?;
        let mut shape = Vec::new();
        while !self.take(')') {
            self.rest = self.rest.trim_start();
            let digits = self.rest.len() - self.rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, rest) = self.rest.split_at(digits);
            let number = match number.parse() {
                Ok(n) => n,
                Err(_) if digits > 0 => return Err(Refusal::Absurd(number.into())),
                Err(_) => return Err(self.malformed("a dimension")),
            };
            // Python 2 wrote `1000L`.
            self.rest = rest.strip_prefix('L').unwrap_or(rest);
            shape.push(number);
            if !self.take(',') {
                self.expect(')')?;
                break;
            }
        }
        Ok(shape)
    }

    fn dtype(&mut self) -> Result<DType, Refusal> {
        if self.take('[') {
            return Err(Refusal::DType("a structured type".into()));
        }
        let text = self.string()?;
        let other = || Refusal::DType(text.clone());
        let (order, rest) = match text.as_bytes() {
            [o @ (b'<' | b'>' | b'|' | b'='), ..] => (*o, &text[1..]),
            _ => (b'|', text.as_str()),
        };
        let mut characters = rest.chars();
        let kind = characters.next().ok_or_else(other)?;
        if kind == 'O' {
            return Err(Refusal::Pickled);
        }
        let width: usize = characters.as_str().parse().map_err(|_| other())?;
        let (kind, item_bytes) = match (kind, width) {
            ('b', 1) => (Kind::Bool, 1),
            ('i', 1 | 2 | 4 | 8) => (Kind::Signed, width),
            ('u', 1 | 2 | 4 | 8) => (Kind::Unsigned, width),
            ('f', 4 | 8) => (Kind::Float, width),
            ('U', _) => (Kind::Unicode, width.checked_mul(4).ok_or_else(other)?),
            ('S' | 'a', _) => (Kind::Bytes, width),
            _ => return Err(other()),
        };
        Ok(DType { kind, big_endian: order == b'>', item_bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Header, Refusal> {
        Header::parse(text)
    }

    #[test]
    fn understands_what_numpy_writes() {
        let h = parse("{'descr': '>f4', 'fortran_order': True, 'shape': (3, 4), }     \n").unwrap();
        assert_eq!(h.dtype, DType { kind: Kind::Float, big_endian: true, item_bytes: 4 });
        assert_eq!((h.fortran_order, h.shape, h.count, h.data_bytes), (true, vec![3, 4], 12, 48));
        let h = parse("{\"descr\": \"<U7\", \"fortran_order\": False, \"shape\": ()}").unwrap();
        assert_eq!((h.dtype.item_bytes, h.count), (28, 1));
        let h = parse("{'descr': '|b1', 'fortran_order': False, 'shape': (0L, 5L)}").unwrap();
        assert_eq!((h.shape, h.count, h.data_bytes), (vec![0, 5], 0, 0));
    }

    #[test]
    fn reads_its_own_headers() {
        for shape in [vec![], vec![7], vec![1000, 1000]] {
            let bytes = header_bytes("<f8", &shape);
            assert_eq!(bytes.len() % 64, 0);
            let h = Header::read(&mut &bytes[..]).unwrap();
            assert_eq!((h.header_bytes, h.shape), (bytes.len() as u64, shape));
        }
    }

    #[test]
    fn refuses_objects_structures_and_the_impossible() {
        let with =
            |d: &str, s: &str| parse(&format!("{{'descr': {d}, 'fortran_order': False, 'shape': {s}}}"));
        assert!(matches!(with("'|O'", "(3,)"), Err(Refusal::Pickled)));
        assert!(matches!(with("[('a', '<f8')]", "(3,)"), Err(Refusal::DType(_))));
        for d in ["'<c16'", "'<f16'", "'<M8[ns]'", "''", "'<'", "'<é8'"] {
            assert!(matches!(with(d, "(3,)"), Err(Refusal::DType(_))), "{d}");
        }
        for s in
            ["(99999999999999999999999,)", "(4294967296, 4294967296, 16)", "(0, 18446744073709551615, 9)"]
        {
            assert!(matches!(with("'<f8'", s), Err(Refusal::Absurd(_))), "{s}");
        }
        for s in ["(-1,)", "(3", "((((((", "3", "(1,,)"] {
            assert!(matches!(with("'<f8'", s), Err(Refusal::Malformed(_))), "{s}");
        }
        let long = [MAGIC.as_slice(), &[2, 0], &u32::MAX.to_le_bytes()].concat();
        assert!(matches!(Header::read(&mut &long[..]), Err(Refusal::Malformed(_))));
    }
}

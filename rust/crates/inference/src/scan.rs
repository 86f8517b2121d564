//! A JSON array of numbers, however nested, to a flat buffer and its shape, in one pass.

use crate::datatype::Datatype;
use crate::error::{Error, Place};
use crate::number::{Element, Refusal, number_length};

/// Dimensions that an array may have; numpy's own bound is 64.
const MAXIMUM_RANK: usize = 32;

/// A rectangular array: row-major little-endian elements and the length of each dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    /// The length of each dimension, outermost first.
    pub shape: Vec<usize>,
    /// The elements.
    pub data: Vec<u8>,
}

/// Read `text`, one JSON array, as elements of `datatype`; `null` is NaN, `true` is 1.
///
/// ```
/// use tallystick_inference::{Datatype, scan};
/// let tensor = scan(b"[[1, 2], [3, 4]]", Datatype::Int8).unwrap();
/// assert_eq!((tensor.shape, tensor.data), (vec![2, 2], vec![1, 2, 3, 4]));
/// ```
pub fn scan(text: &[u8], datatype: Datatype) -> Result<Tensor, Error> {
    match datatype {
        Datatype::Bool => Scanner::<bool>::new(text).run(),
        Datatype::Uint8 => Scanner::<u8>::new(text).run(),
        Datatype::Uint16 => Scanner::<u16>::new(text).run(),
        Datatype::Uint32 => Scanner::<u32>::new(text).run(),
        Datatype::Uint64 => Scanner::<u64>::new(text).run(),
        Datatype::Int8 => Scanner::<i8>::new(text).run(),
        Datatype::Int16 => Scanner::<i16>::new(text).run(),
        Datatype::Int32 => Scanner::<i32>::new(text).run(),
        Datatype::Int64 => Scanner::<i64>::new(text).run(),
        Datatype::Fp32 => Scanner::<f32>::new(text).run(),
        Datatype::Fp64 => Scanner::<f64>::new(text).run(),
    }
}

struct Scanner<'a, E> {
    text: &'a [u8],
    offset: usize,
    /// How many values each open array holds already; its length is the depth.
    open: Vec<usize>,
    /// The length of a finished array at each depth.
    lengths: Vec<Option<usize>>,
    /// The depth of the numbers, once the first was seen.
    rank: Option<usize>,
    data: Vec<u8>,
    element: std::marker::PhantomData<E>,
}

impl<'a, E: Element> Scanner<'a, E> {
    fn new(text: &'a [u8]) -> Self {
        let data = Vec::with_capacity(text.len() / 4 * E::DATATYPE.size());
        Self {
            text,
            offset: 0,
            open: Vec::new(),
            lengths: Vec::new(),
            rank: None,
            data,
            element: std::marker::PhantomData,
        }
    }

    fn run(mut self) -> Result<Tensor, Error> {
        self.skip_space();
        if self.peek() != Some(b'[') {
            return Err(self.unexpected("an array"));
        }
        self.enter()?;
        while !self.open.is_empty() {
            self.skip_space();
            match self.peek() {
                Some(b']') if self.open.last() == Some(&0) => self.leave()?,
                Some(b'[') => self.enter()?,
                _ => {
                    self.scalar()?;
                    self.separate()?;
                }
            }
        }
        self.skip_space();
        if self.offset < self.text.len() {
            return Err(self.not_json("something follows the array"));
        }
        let rank = self.rank.unwrap_or(0);
        let shape = self
            .lengths
            .iter()
            .take(rank)
            .map(|length| length.unwrap_or(0))
            .collect();
        Ok(Tensor {
            shape,
            data: self.data,
        })
    }

    fn enter(&mut self) -> Result<(), Error> {
        if self.open.len() == MAXIMUM_RANK {
            return Err(Error::TooDeep {
                place: self.place(),
                maximum: MAXIMUM_RANK,
            });
        }
        if self.rank.is_some_and(|rank| self.open.len() >= rank) {
            return Err(self.ragged_depth("an array"));
        }
        self.offset += 1;
        self.open.push(0);
        if self.lengths.len() < self.open.len() {
            self.lengths.push(None);
        }
        Ok(())
    }

    /// Close the innermost array, then go on in the one around it.
    fn leave(&mut self) -> Result<(), Error> {
        let depth = self.open.len();
        let length = self.open.last().copied().unwrap_or(0);
        if length == 0 && *self.rank.get_or_insert(depth) != depth {
            return Err(self.ragged_depth("an empty array"));
        }
        let before = self.lengths.get_mut(depth - 1);
        if let Some(before) = before {
            let expected = *before.get_or_insert(length);
            if expected != length {
                self.open.pop();
                return Err(Error::Ragged {
                    place: self.place(),
                    expected: format!("length {expected}"),
                    found: format!("length {length}"),
                });
            }
        }
        self.offset += 1;
        self.open.pop();
        if self.open.is_empty() {
            Ok(())
        } else {
            self.separate()
        }
    }

    /// After a value: a comma and another value, or the end of the array.
    fn separate(&mut self) -> Result<(), Error> {
        if let Some(count) = self.open.last_mut() {
            *count += 1;
        }
        self.skip_space();
        match self.peek() {
            Some(b',') => {
                self.offset += 1;
                self.skip_space();
                if self.peek() == Some(b']') {
                    Err(self.not_json("a value is missing"))
                } else {
                    Ok(())
                }
            }
            Some(b']') => self.leave(),
            _ => Err(self.not_json("a comma or a bracket is missing")),
        }
    }

    fn scalar(&mut self) -> Result<(), Error> {
        let depth = self.open.len();
        let rest = self.text.get(self.offset..).unwrap_or_default();
        let (length, element) = match rest.first() {
            Some(b'-' | b'0'..=b'9') => {
                let length = number_length(rest);
                let text = rest
                    .get(..length)
                    .and_then(|digits| std::str::from_utf8(digits).ok())
                    .unwrap_or_default();
                if text.is_empty() {
                    return Err(self.not_json("a number is malformed"));
                }
                (
                    length,
                    E::number(text).map_err(|refusal| self.refused(refusal, text))?,
                )
            }
            Some(b't') if rest.starts_with(b"true") => (
                4,
                E::number("1").map_err(|refusal| self.refused(refusal, "true"))?,
            ),
            Some(b'f') if rest.starts_with(b"false") => (
                5,
                E::number("0").map_err(|refusal| self.refused(refusal, "false"))?,
            ),
            Some(b'n') if rest.starts_with(b"null") => (
                4,
                E::null().map_err(|refusal| self.refused(refusal, "null"))?,
            ),
            _ => return Err(self.unexpected("a number")),
        };
        if *self.rank.get_or_insert(depth) != depth {
            return Err(self.ragged_depth("a number"));
        }
        element.push(&mut self.data);
        self.offset += length;
        Ok(())
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.offset += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.offset).copied()
    }

    fn place(&self) -> Place {
        Place(self.open.clone())
    }

    fn refused(&self, refusal: Refusal, text: &str) -> Error {
        let place = self.place();
        match refusal {
            Refusal::OutOfRange => Error::OutOfRange {
                place,
                text: shortened(text),
                datatype: E::DATATYPE.name(),
            },
            Refusal::Fraction => Error::Unexpected {
                place,
                expected: "a whole number",
                found: "a fraction",
            },
            Refusal::NoNull => Error::Unexpected {
                place,
                expected: "a number",
                found: "null",
            },
        }
    }

    fn unexpected(&self, expected: &'static str) -> Error {
        let found = match self.peek() {
            None => return self.not_json("the text ends"),
            Some(b'"') => "a string",
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            Some(b'n') => "null",
            Some(b't' | b'f') => "a boolean",
            Some(b'-' | b'0'..=b'9') => "a number",
            Some(_) => return self.not_json("a value is missing"),
        };
        Error::Unexpected {
            place: self.place(),
            expected,
            found,
        }
    }

    fn ragged_depth(&self, found: &str) -> Error {
        let expected = format!("depth {}", self.rank.unwrap_or(0));
        Error::Ragged {
            place: self.place(),
            expected,
            found: format!("{found} at depth {}", self.open.len()),
        }
    }

    fn not_json(&self, reason: &'static str) -> Error {
        Error::NotJson {
            offset: self.offset,
            reason,
        }
    }
}

/// At most 40 characters of a number that somebody sent.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

//! One party's filters: rows of 64-bit words, borrowed where their bytes are aligned.

use std::borrow::Cow;

use crate::error::Error;

const MOST_WORDS: usize = 1024;

/// A column of filters of equal width, row after row.
#[derive(Debug)]
pub struct Filters<'a> {
    words: Cow<'a, [u64]>,
    width: usize,
}

impl<'a> Filters<'a> {
    /// View `bytes` as filters of `width` words; unaligned bytes are copied. Byte order does not matter to counts.
    pub fn from_bytes(bytes: &'a [u8], width: usize) -> Result<Self, Error> {
        let row = Self::row_bytes(width)?;
        if !bytes.len().is_multiple_of(row) {
            return Err(Error::Length {
                bytes: bytes.len(),
                row,
            });
        }
        // SAFETY: every bit pattern is a valid u64.
        let words = match unsafe { bytes.align_to::<u64>() } {
            ([], words, []) => Cow::Borrowed(words),
            _ => Cow::Owned(
                bytes
                    .as_chunks()
                    .0
                    .iter()
                    .map(|&word| u64::from_ne_bytes(word))
                    .collect(),
            ),
        };
        Self::from_words(words, width)
    }

    /// Take `words` as filters of `width` words.
    pub fn from_words(words: Cow<'a, [u64]>, width: usize) -> Result<Self, Error> {
        let row = Self::row_bytes(width)?;
        if !words.len().is_multiple_of(width) {
            return Err(Error::Length {
                bytes: words.len() * 8,
                row,
            });
        }
        let rows = words.len() / width;
        if u32::try_from(rows).is_err() {
            return Err(Error::Rows(rows));
        }
        Ok(Self { words, width })
    }

    /// The same filters, borrowed.
    pub fn view(&self) -> Filters<'_> {
        Filters {
            words: Cow::Borrowed(&self.words),
            width: self.width,
        }
    }

    /// How many filters there are.
    pub fn rows(&self) -> usize {
        self.words.len() / self.width
    }

    /// Words of one filter.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The words of one filter.
    pub fn row(&self, index: usize) -> &[u64] {
        &self.words[index * self.width..][..self.width]
    }

    /// The words of the filters in `rows`, row after row.
    pub fn slice(&self, rows: std::ops::Range<usize>) -> &[u64] {
        &self.words[rows.start * self.width..rows.end * self.width]
    }

    /// Every filter's number of set bits.
    pub fn popcounts(&self) -> Vec<u32> {
        self.words.chunks_exact(self.width).map(popcount).collect()
    }

    fn row_bytes(width: usize) -> Result<usize, Error> {
        if width == 0 || width > MOST_WORDS {
            Err(Error::Width(width))
        } else {
            Ok(width * 8)
        }
    }
}

/// Set bits of a run of words.
pub fn popcount(words: &[u64]) -> u32 {
    words.iter().map(|word| word.count_ones()).sum()
}

//! Buffers that start on a cache line.

use std::ops::{Deref, DerefMut};

const LINE: usize = 64;

/// A zeroed vector whose first element lies on a 64-byte boundary, so that no aligned vector straddles
/// two cache lines.
#[derive(Debug)]
pub struct Aligned<T> {
    room: Vec<T>,
    start: usize,
    len: usize,
}

impl<T: Copy + Default> Aligned<T> {
    /// `len` zeros.
    pub fn zeros(len: usize) -> Self {
        let room = vec![T::default(); len + LINE / size_of::<T>()];
        let start = room.as_ptr().align_offset(LINE);
        Aligned { room, start, len }
    }
}

impl<T> Deref for Aligned<T> {
    type Target = [T];
    #[inline(always)]
    fn deref(&self) -> &[T] {
        &self.room[self.start..self.start + self.len]
    }
}

impl<T> DerefMut for Aligned<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.room[self.start..self.start + self.len]
    }
}

//! Sizes in an ABF header against the size of the file, before anything is allocated by them.
//!
//! Offsets: the "Unofficial Guide to the ABF File Format" of the pyABF project, after Axon's documentation.

use super::Bytes;

/// Bytes of a block, in which ABF counts positions.
const BLOCK: u64 = 512;

/// Refuses a header that claims more samples than the file has room for, or more sweeps than samples.
///
/// `head` is the file's first 512 bytes or what there is of them.
pub(super) fn check(head: &Bytes, file_bytes: u64) -> Result<(), String> {
    let short = || format!("it ends within its header, after {file_bytes} bytes");
    let (start, each, samples, sweeps) = if head.0.starts_with(b"ABF2") {
        let (block, each) = (head.u32(236).ok_or_else(short)?, head.u32(240).ok_or_else(short)?);
        let samples = head.i64(244).ok_or_else(short)?;
        (u64::from(block) * BLOCK, u64::from(each), samples, u64::from(head.u32(12).ok_or_else(short)?))
    } else {
        let each = if head.i16(100).ok_or_else(short)? == 0 { 2 } else { 4 };
        let (block, samples) = (head.i32(40).ok_or_else(short)?, head.i32(10).ok_or_else(short)?);
        let start = u64::try_from(block).map_err(|_| format!("its data start at block {block}"))? * BLOCK;
        let sweeps = u64::try_from(head.i32(16).ok_or_else(short)?).unwrap_or(0);
        (start, each, i64::from(samples), sweeps)
    };
    let samples = u64::try_from(samples).map_err(|_| format!("its header claims {samples} samples"))?;
    let room = file_bytes.saturating_sub(start) / each.max(1);
    if samples > room {
        return Err(format!("its header claims {samples} samples, the file has room for {room}"));
    }
    if samples == 0 || sweeps > samples {
        return Err(format!("its header claims {sweeps} sweeps of together {samples} samples"));
    }
    Ok(())
}

//! How much memory there is, so that a request for more can be refused with a number and not with a kill.
//!
//! Headers of files are not to be believed: an array that claims 10^15 elements must be refused before
//! anything is allocated for it.

use std::fs;

/// What is assumed where the system does not tell.
const UNKNOWN_SYSTEM_BYTES: u64 = 4 << 30;

/// Bytes that can be allocated now without swapping: the least of what the machine has free and what the
/// process's control group leaves (Linux; elsewhere a cautious 4 GiB).
pub fn available_bytes() -> u64 {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|s| mem_available(&s));
    let group = group_headroom("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current");
    match (machine, group) {
        (Some(a), Some(b)) => a.min(b),
        (Some(a), None) | (None, Some(a)) => a,
        (None, None) => UNKNOWN_SYSTEM_BYTES,
    }
}

fn mem_available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|l| l.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    kib.checked_mul(1024)
}

fn group_headroom(max: &str, current: &str) -> Option<u64> {
    let read = |path: &str| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    Some(read(max)?.saturating_sub(read(current)?))
}

/// Bytes as people read them: `1.5 GiB`.
pub fn human_bytes(bytes: u64) -> String {
    const UNITS: [&str; 7] = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if bytes == 1 {
        "1 byte".into()
    } else if unit == 0 {
        format!("{bytes} bytes")
    } else {
        format!("{value:.1} {}", UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_meminfo() {
        let text = "MemTotal:  100 kB\nMemFree:  7 kB\nMemAvailable:   20 kB\n";
        assert_eq!(mem_available(text), Some(20 * 1024));
        assert_eq!(mem_available("MemTotal: 100 kB\n"), None);
        assert!(available_bytes() > 0);
    }

    #[test]
    fn says_sizes_as_people_do() {
        assert_eq!(human_bytes(1), "1 byte");
        assert_eq!(human_bytes(1536), "1.5 KiB");
        assert_eq!(human_bytes(8_000_000), "7.6 MiB");
        assert_eq!(human_bytes(u64::MAX), "16.0 EiB");
    }
}

//! Milliseconds since 1970 as a date that a person reads.

use std::fmt;

/// A time of the box's clock, shown as `2026-11-24 15:04:05.678 UTC`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time(pub u64);

const DAY: u64 = 86_400_000;

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.0 / DAY);
        let ms = self.0 % DAY;
        write!(
            f,
            "{year}-{month:02}-{day:02} {:02}:{:02}:{:02}.{:03} UTC",
            ms / 3_600_000,
            ms / 60_000 % 60,
            ms / 1_000 % 60,
            ms % 1_000
        )
    }
}

/// Days since 1970-01-01 as year, month, day (proleptic Gregorian). Counted in years that begin
/// in March, so that the leap day is a year's last: 400 such years have 146,097 days.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468; // since 0000-03-01
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march = (5 * of_year + 2) / 153; // month from March = 0
    let day = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (ms, text) in [
            (0, "1970-01-01 00:00:00.000 UTC"),
            (951_782_400_000, "2000-02-29 00:00:00.000 UTC"),
            (951_868_799_999, "2000-02-29 23:59:59.999 UTC"),
            (1_609_459_199_001, "2020-12-31 23:59:59.001 UTC"),
            (1_709_164_800_000, "2024-02-29 00:00:00.000 UTC"),
            (4_107_542_400_000, "2100-03-01 00:00:00.000 UTC"),
        ] {
            assert_eq!(Time(ms).to_string(), text);
        }
        assert!(!Time(u64::MAX).to_string().is_empty());
    }
}

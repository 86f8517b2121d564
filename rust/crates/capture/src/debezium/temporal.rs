//! PostgreSQL's ISO texts of dates and times (session in UTC) as Debezium's numbers and texts.

/// The driver's marks for an infinite timestamp, which Debezium passes on.
const INFINITE: i64 = 9_223_372_036_825_200_000;
const MINUS_INFINITE: i64 = -9_223_372_036_832_400_000;
const DAY_US: i64 = 86_400_000_000;

/// A date as days after 1970-01-01; PostgreSQL's own ends of time for the infinities.
pub fn date(text: &str) -> Option<i32> {
    match text {
        "infinity" => Some(i32::MAX),
        "-infinity" => Some(i32::MIN),
        _ => {
            let (text, before_christ) = era(text);
            i32::try_from(days(calendar(text, before_christ)?)).ok()
        }
    }
}

/// A time of day in microseconds.
pub fn time(text: &str) -> Option<i64> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = clock.split(':').map(number);
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let micros = match fraction.len() {
        0 => 0,
        length @ 1..=6 => number(fraction)? * 10_i64.pow(6 - length as u32),
        _ => return None,
    };
    let possible =
        (0..=24).contains(&hours) && (0..60).contains(&minutes) && (0..=60).contains(&seconds);
    possible.then_some(((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + micros)
}

/// A timestamp in microseconds after 1970-01-01, saturating.
pub fn timestamp(text: &str) -> Option<i64> {
    match text {
        "infinity" => return Some(INFINITE),
        "-infinity" => return Some(MINUS_INFINITE),
        _ => {}
    }
    let (text, before_christ) = era(text);
    let (day, clock) = text.split_once(' ')?;
    let days = days(calendar(day, before_christ)?);
    Some(days.saturating_mul(DAY_US).saturating_add(time(clock)?))
}

/// A `timestamptz` of a UTC session, with as many fraction digits as its column declares.
pub fn zoned_timestamp(text: &str, digits: usize) -> Option<String> {
    if text.ends_with("infinity") {
        return Some(text.to_owned());
    }
    let (text, before_christ) = era(text);
    let (day, clock) = text.strip_suffix("+00")?.split_once(' ')?;
    let (year, month, date) = calendar(day, before_christ)?;
    let year = match year {
        10_000.. => format!("+{year}"),
        0.. => format!("{year:04}"),
        _ => format!("-{:04}", -year),
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    time(clock)?;
    let point = if digits == 0 { "" } else { "." };
    Some(format!(
        "{year}-{month:02}-{date:02}T{clock}{point}{fraction:0<digits$}Z"
    ))
}

/// A `timetz` shifted to UTC, without trailing zeros.
pub fn zoned_time(text: &str) -> Option<String> {
    let sign = text.rfind(['+', '-'])?;
    let (clock, offset) = text.split_at(sign);
    let missing = ":00:00".get(offset.len().checked_sub(3)?..)?;
    let shift = time(&format!("{}{missing}", &offset[1..]))?;
    let shift = if offset.starts_with('-') {
        shift
    } else {
        -shift
    };
    let micros = (time(clock)? + shift).rem_euclid(DAY_US);
    let seconds = micros / 1_000_000;
    let clock = format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    );
    let fraction = format!(".{:06}", micros % 1_000_000);
    Some(format!(
        "{clock}{}Z",
        fraction.trim_end_matches('0').trim_end_matches('.')
    ))
}

/// An interval, written `P1Y2M3DT4H5M6.789S`, in microseconds of 365.25-day years.
pub fn interval(text: &str) -> Option<i64> {
    let mut total = 0_i64;
    let mut clock = false;
    let mut rest = text.strip_prefix('P')?;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('T') {
            (clock, rest) = (true, after);
            continue;
        }
        let end = rest.find(|letter: char| letter.is_ascii_alphabetic())?;
        let (amount, unit) = (&rest[..end], rest.as_bytes()[end]);
        rest = &rest[end + 1..];
        let micros = match (unit, clock) {
            (b'Y', false) => number(amount)?.checked_mul(DAY_US * 1461 / 4)?,
            (b'M', false) => number(amount)?.checked_mul(DAY_US * 1461 / 48)?,
            (b'W', false) => number(amount)?.checked_mul(DAY_US * 7)?,
            (b'D', false) => number(amount)?.checked_mul(DAY_US)?,
            (b'H', true) => number(amount)?.checked_mul(3_600_000_000)?,
            (b'M', true) => number(amount)?.checked_mul(60_000_000)?,
            (b'S', true) => seconds(amount)?,
            _ => return None,
        };
        total = total.checked_add(micros)?;
    }
    Some(total)
}

fn seconds(text: &str) -> Option<i64> {
    let (negative, magnitude) = text
        .strip_prefix('-')
        .map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, ""));
    let digits = format!("{fraction:0<6}");
    let micros = number(whole)?.checked_mul(1_000_000)? + number(digits.get(..6)?)?;
    Some(if negative { -micros } else { micros })
}

fn era(text: &str) -> (&str, bool) {
    text.strip_suffix(" BC")
        .map_or((text, false), |rest| (rest, true))
}

/// `YYYY-MM-DD` as an astronomical year, a month and a day.
fn calendar(text: &str, before_christ: bool) -> Option<(i64, i64, i64)> {
    let mut parts = text.splitn(3, '-').map(number);
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || year > 10_000_000 {
        return None;
    }
    Some((if before_christ { 1 - year } else { year }, month, day))
}

/// Days after 1970-01-01 of a proleptic Gregorian date; years start in March so that leap days come last.
fn days((year, month, day): (i64, i64, i64)) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let cycle = year.div_euclid(400);
    let year_of_cycle = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    cycle * 146_097 + year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year
        - 719_468
}

fn number(text: &str) -> Option<i64> {
    text.parse()
        .ok()
        .filter(|number: &i64| number.abs() < 1 << 40)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_of_the_reference() {
        assert_eq!(date("2024-02-29"), Some(19_782));
        assert_eq!(date("0044-03-15 BC"), Some(-735_160));
        assert_eq!(date("5874897-12-31"), Some(2_145_042_905));
    }

    #[test]
    fn timestamps_of_the_reference() {
        assert_eq!(
            timestamp("2024-02-29 13:37:42.123456"),
            Some(1_709_213_862_123_456)
        );
        assert_eq!(
            timestamp("0044-03-15 10:00:00 BC"),
            Some(-63_517_788_000_000_000)
        );
        assert_eq!(timestamp("294276-12-31 23:59:59"), Some(i64::MAX));
        assert_eq!(
            zoned_timestamp("2024-02-29 11:37:42.123456+00", 6).unwrap(),
            "2024-02-29T11:37:42.123456Z"
        );
        assert_eq!(
            zoned_timestamp("0044-03-15 10:00:00+00 BC", 6).unwrap(),
            "-0043-03-15T10:00:00.000000Z"
        );
        assert_eq!(
            zoned_timestamp("294276-12-31 23:59:59+00", 6).unwrap(),
            "+294276-12-31T23:59:59.000000Z"
        );
        assert_eq!(
            zoned_timestamp("2024-02-29 11:37:42+00", 0).unwrap(),
            "2024-02-29T11:37:42Z"
        );
    }

    #[test]
    fn times_of_the_reference() {
        assert_eq!(time("13:37:42.123456"), Some(49_062_123_456));
        assert_eq!(
            zoned_time("13:37:42.123456+02").unwrap(),
            "11:37:42.123456Z"
        );
        assert_eq!(zoned_time("00:30:00+05:30").unwrap(), "19:00:00Z");
        assert_eq!(interval("P1Y2M3DT4H5M6.789S"), Some(37_091_106_789_000));
        assert_eq!(interval("PT-0.5S"), Some(-500_000));
    }

    proptest! {
        #[test]
        fn any_text_never_panics(text in "[0-9:. +P\\-TYMDHSinfty BC]{0,40}") {
            let _ = (date(&text), time(&text), timestamp(&text), zoned_timestamp(&text, 3), zoned_time(&text), interval(&text));
        }

        #[test]
        fn days_follow_each_other(year in -4000i64..4000, month in 1i64..12) {
            prop_assert_eq!(days((year, month + 1, 1)) - days((year, month, 28)) <= 4, true);
            prop_assert_eq!(days((year + 1, 1, 1)) - days((year, 12, 31)), 1);
        }
    }
}

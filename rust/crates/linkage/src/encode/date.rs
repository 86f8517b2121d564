//! Dates read by a `strptime` format and written as `%Y%m%d`, by the rules of Python's `strptime`.

use regex::{Captures, Regex};

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A format, compiled to a pattern with a group for each part of the date.
pub(super) struct DateFormat {
    pattern: Regex,
    year_day: bool,
}

impl DateFormat {
    pub(super) fn new(format: &str) -> Result<Self, String> {
        let mut pattern = String::from(r"(?i)\A");
        let mut rest = format.chars().peekable();
        while let Some(character) = rest.next() {
            match character {
                '%' => pattern.push_str(&directive(rest.next())?),
                space if space.is_whitespace() => {
                    while rest.next_if(|next| next.is_whitespace()).is_some() {}
                    pattern.push_str(r"\s+");
                }
                other => pattern.push_str(&regex::escape(&other.to_string())),
            }
        }
        pattern.push_str(r"\z");
        let pattern = Regex::new(&pattern)
            .map_err(|_| "format.format names a part of the date twice".to_owned())?;
        Ok(Self {
            pattern,
            year_day: format.contains("%j"),
        })
    }

    pub(super) fn canonical(&self, value: &str) -> Result<String, String> {
        let parts = self
            .pattern
            .captures(value)
            .ok_or("is not a date of the format")?;
        let year = year(&parts);
        let (month, day) = if self.year_day {
            month_and_day(year, number(&parts, "j").unwrap_or(1))
        } else {
            (month(&parts), number(&parts, "d").unwrap_or(1))
        };
        if year == 0 || day > days_in(year, month) {
            return Err("is not a day of the calendar".to_owned());
        }
        Ok(format!("{year}{month:02}{day:02}"))
    }
}

fn directive(letter: Option<char>) -> Result<String, String> {
    let pattern = match letter {
        Some('d') => "(?<d>3[0-1]|[1-2][0-9]|0[1-9]|[1-9]| [1-9])",
        Some('m') => "(?<m>1[0-2]|0[1-9]|[1-9])",
        Some('Y') => "(?<Y>[0-9]{4})",
        Some('y') => "(?<y>[0-9]{2})",
        Some('j') => {
            "(?<j>36[0-6]|3[0-5][0-9]|[1-2][0-9]{2}|0[1-9][0-9]|00[1-9]|[1-9][0-9]|0[1-9]|[1-9])"
        }
        Some('H') => "(?:2[0-3]|[0-1][0-9]|[0-9])",
        Some('M') => "(?:[0-5][0-9]|[0-9])",
        Some('S') => "(?:6[0-1]|[0-5][0-9]|[0-9])",
        Some('B') => return Ok(format!("(?<b>{})", MONTHS.join("|"))),
        Some('b') => return Ok(format!("(?<b>{})", MONTHS.map(|name| &name[..3]).join("|"))),
        Some('%') => "%",
        Some(other) => {
            return Err(format!(
                "format.format has the unsupported directive %{other}"
            ));
        }
        None => return Err("format.format ends in a single %".to_owned()),
    };
    Ok(pattern.to_owned())
}

fn number(parts: &Captures, name: &str) -> Option<u32> {
    parts.name(name)?.as_str().trim().parse().ok()
}

fn year(parts: &Captures) -> u32 {
    let short = |year: u32| if year <= 68 { 2000 + year } else { 1900 + year };
    number(parts, "Y")
        .or_else(|| number(parts, "y").map(short))
        .unwrap_or(1900)
}

fn month(parts: &Captures) -> u32 {
    let named = |name: &str| {
        MONTHS
            .iter()
            .position(|month| month.starts_with(&name.to_lowercase()))
    };
    let by_name = parts
        .name("b")
        .and_then(|name| named(name.as_str()))
        .map(|index| index as u32 + 1);
    number(parts, "m").or(by_name).unwrap_or(1)
}

fn month_and_day(year: u32, year_day: u32) -> (u32, u32) {
    let mut day = year_day;
    for month in 1..12 {
        if day <= days_in(year, month) {
            return (month, day);
        }
        day -= days_in(year, month);
    }
    (12, day)
}

fn days_in(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(format: &str, value: &str) -> Result<String, String> {
        DateFormat::new(format).unwrap().canonical(value)
    }

    #[test]
    fn formats() {
        assert_eq!(read("%Y-%m-%d", "1996-2-29").unwrap(), "19960229");
        assert_eq!(read("%d %b %y", "1  FEB 69").unwrap(), "19690201");
        assert_eq!(read("%Y%j", "2001060").unwrap(), "20010301");
        assert_eq!(read("%Y/%m/%d", "0999/01/01").unwrap(), "9990101");
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for value in [
            "1995-02-29",
            "2000-04-31",
            "0000-01-01",
            "2000-13-01",
            "2000-01-01 ",
        ] {
            assert!(read("%Y-%m-%d", value).is_err(), "{value}");
        }
    }
}

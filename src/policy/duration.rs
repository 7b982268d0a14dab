//! Lengths of time as gate.toml has them: `90 days`.

use jiff::SignedDuration;

const UNITS: [(&str, i64); 4] = [("minute", 60), ("hour", 3600), ("day", 86_400), ("week", 604_800)];
/// The longest time that makes sense, in seconds: ten years.
const LONGEST: i64 = 315_619_200;

/// Reads a whole number and a unit.
pub(super) fn parse(text: &str) -> Result<SignedDuration, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim();
    let Some((_, seconds)) = UNITS
        .iter()
        .find(|(name, _)| unit == *name || unit.strip_suffix('s').is_some_and(|unit| unit == *name))
    else {
        return Err("not a length of time".to_owned());
    };
    match number.parse::<i64>().map(|number| number.checked_mul(*seconds)) {
        Ok(Some(0)) => Err("no time at all".to_owned()),
        Ok(Some(seconds)) if seconds <= LONGEST => Ok(SignedDuration::from_secs(seconds)),
        Ok(_) => Err("longer than ten years".to_owned()),
        Err(_) if number.is_empty() => Err("not a length of time".to_owned()),
        Err(_) => Err("longer than ten years".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_unit_is_a_length_of_time() {
        for (text, hours) in
            [("90 days", 2160), ("1 day", 24), ("12 hours", 12), ("2 weeks", 336), ("1day", 24)]
        {
            assert_eq!(parse(text), Ok(SignedDuration::from_hours(hours)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_none() {
        for text in ["", "90", "days", "-1 day", "1 month", "P90D", "1.5 days", "1 day 2 hours", "dayss"] {
            assert_eq!(parse(text), Err("not a length of time".to_owned()), "{text}");
        }
        assert_eq!(parse("0 days"), Err("no time at all".to_owned()));
        assert_eq!(parse("99999999999999999999999 days"), Err("longer than ten years".to_owned()));
        assert_eq!(parse("4000 days"), Err("longer than ten years".to_owned()));
    }
}

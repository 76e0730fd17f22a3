//! Times on a page: in UTC as the program sends them, in the reader's time zone once the script has run.

use maud::{Markup, html};

const DAY: i64 = 86_400;

/// The time of so many milliseconds after 1970.
#[must_use]
pub fn moment(millis: i64) -> Markup {
    let (date, time) = utc(millis.div_euclid(1_000));
    html! { time datetime=(format!("{date}T{time}Z")) { (date) " " (time) " UTC" } }
}

fn utc(seconds: i64) -> (String, String) {
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    let date = format!("{year:04}-{month:02}-{day:02}");
    let time = format!(
        "{:02}:{:02}:{:02}",
        second / 3_600,
        second / 60 % 60,
        second % 60
    );
    (date, time)
}

/// Days after 1970-01-01 as a date, counted from the first of March so that a leap day is a year's last.
fn civil(days: i64) -> (i64, i64, i64) {
    const DAYS_OF_400_YEARS: i64 = 146_097;
    let days = days + 719_468;
    let era = days.div_euclid(DAYS_OF_400_YEARS);
    let day = days.rem_euclid(DAYS_OF_400_YEARS);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (year + era * 400 + next, month, date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        for (seconds, date, time) in [
            (0, "1970-01-01", "00:00:00"),
            (951_782_399, "2000-02-28", "23:59:59"),
            (951_782_400, "2000-02-29", "00:00:00"),
            (1_709_251_199, "2024-02-29", "23:59:59"),
            (4_107_542_400, "2100-03-01", "00:00:00"),
            (-1, "1969-12-31", "23:59:59"),
        ] {
            assert_eq!(utc(seconds), (date.into(), time.into()));
        }
    }
}

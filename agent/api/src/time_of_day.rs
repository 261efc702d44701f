//! Times of the day as people type them, `22:00`, and as the box keeps them: minutes since midnight.

/// Minutes since midnight; none for what is no time.
pub fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str, below: u16| {
        let is_plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number: &u16| is_plain && *number < below)
    };
    Some(number(hours, 24)? * 60 + number(minutes, 60)?)
}

/// As it is shown.
pub fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_and_shown() {
        for text in ["00:00", "07:05", "23:59"] {
            assert_eq!(clock(minutes(text).unwrap()), text);
        }
        for text in ["", "7:05", "24:00", "12:60", "12:5", "+1:00", "12", "12:00:00"] {
            assert_eq!(minutes(text), None, "{text}");
        }
    }
}

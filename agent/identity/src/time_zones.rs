//! Time zones that an account can have: the names of tzdata 2025b by continent and city, those that
//! browsers still use for older ones among them, `Etc/…` and `UTC`. Part of the program, because the
//! process sees no file of the system.

/// All names, ascending.
pub fn all() -> impl Iterator<Item = &'static str> {
    include_str!("time_zones.txt").lines()
}

/// Whether there is a zone of this name.
#[must_use]
pub fn is_known(name: &str) -> bool {
    all().any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_well_formed() {
        let names: Vec<&str> = all().collect();
        assert!(names.len() > 400, "{}", names.len());
        assert!(names.is_sorted_by(|one, next| one < next));
        for name in names {
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+');
            let parts: Vec<&str> = name.split('/').collect();
            assert!(matches!(parts.len(), 2 | 3) || name == "UTC", "{name}");
            assert!(parts.iter().all(|part| !part.is_empty() && part.chars().all(fits)), "{name}");
            assert!(name.len() <= 64, "{name}");
        }
    }

    #[test]
    fn knows_what_browsers_say_and_nothing_else() {
        for name in
            ["Asia/Shanghai", "UTC", "Etc/UTC", "Asia/Calcutta", "Asia/Kolkata", "Europe/Kiev"]
        {
            assert!(is_known(name), "{name}");
        }
        for name in
            ["", "Asia", "Asia/", "asia/shanghai", "Mars/Olympus", "UTC\nAsia/Tokyo", "../UTC"]
        {
            assert!(!is_known(name), "{name}");
        }
    }
}

//! A part of a list.

use host_api::seeing::{MAX_FIND, MAX_PAGE, Page};
use settings::MacAddress;

/// What a list is chosen by, ready to be compared.
pub(crate) struct Wanted {
    find: String,
    zone: Option<String>,
    /// The device; of what is no MAC address there is none.
    device: Option<Option<MacAddress>>,
}

impl Wanted {
    pub(crate) fn of<S>(page: &Page<S>) -> Self {
        // A text that is too long is in no row.
        let find = if page.find.chars().count() > MAX_FIND { "\n" } else { page.find.trim() };
        Self {
            find: find.to_lowercase(),
            zone: page.zone.clone(),
            device: page.device.as_ref().map(|mac| mac.parse().ok()),
        }
    }

    /// Whether a zone is the one that is wanted.
    pub(crate) fn zone(&self, zone: Option<&str>) -> bool {
        self.zone.as_ref().is_none_or(|wanted| Some(wanted.as_str()) == zone)
    }

    /// Whether a device is the one that is wanted.
    pub(crate) fn device(&self, mac: Option<MacAddress>) -> bool {
        self.device.is_none_or(|wanted| wanted.is_some() && wanted == mac)
    }

    /// Whether every text is wanted, so that none needs to be made.
    pub(crate) fn any_text(&self) -> bool {
        self.find.is_empty()
    }

    /// Whether the text has what is looked for.
    pub(crate) fn text(&self, text: &str) -> bool {
        self.find.is_empty() || text.to_lowercase().contains(&self.find)
    }
}

/// The rows of a page.
pub(crate) fn cut<S, T>(rows: impl Iterator<Item = T>, page: &Page<S>) -> impl Iterator<Item = T> {
    rows.skip(page.from).take(page.limit.min(MAX_PAGE))
}

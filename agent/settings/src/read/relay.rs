//! Zones whose devices find each other.

use super::Reader;
use crate::json::Value;
use crate::problem::Place;
use crate::{Reason, Relay, Relayed, ZoneName};

impl Reader {
    pub(super) fn relay(&mut self, value: &Value, place: &Place<'_>) -> Option<Relay> {
        let fields = self.fields(value, place, &["zones", "services"])?;
        let zones = self.required(&fields, "zones", Self::two_zones);
        let what = self.optional(&fields, "services", |r, v, p| {
            let words = [("all", Relayed::All), ("printing", Relayed::Printing)];
            r.word(v, p, "all, printing", &words)
        });
        Some(Relay { zones: zones?, what: what?.unwrap_or_default() })
    }

    fn two_zones(&mut self, value: &Value, place: &Place<'_>) -> Option<[ZoneName; 2]> {
        let zones: Vec<ZoneName> = self.list(value, place, Self::text)?;
        self.noted(place, zones.try_into().map_err(|_| Reason::RelayTwo))
    }
}

//! Labels and isolation of zones: no two zones that people call the same, and no word that does nothing.

use super::Check;
use crate::Reason;
use crate::problem::Place;
use crate::shown_name::Called;

impl Check<'_> {
    pub(super) fn labels(&mut self) {
        let zones = Place::Root.field("zones");
        for (name, zone) in &self.settings.zones {
            let place = zones.field(name.as_str());
            if zone.isolated && *name == self.settings.crm.zone {
                self.note(&place.field("isolated"), Reason::IsolatedCrm);
            }
            let Some(label) = &zone.label else { continue };
            let reason = match self.settings.called(label.as_str(), name) {
                Some(Called::Zone(zone)) => Reason::LabelUsed { zone },
                Some(Called::Elsewhere) => Reason::LabelReserved,
                Some(Called::Part(part)) => Reason::LabelJoins { part },
                None => continue,
            };
            self.note(&place.field("label"), reason);
        }
    }
}

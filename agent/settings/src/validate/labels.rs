//! Labels and isolation of zones: no two zones that people call the same, and no word that does nothing.

use super::Check;
use crate::Reason;
use crate::problem::Place;

impl Check<'_> {
    pub(super) fn labels(&mut self) {
        let zones = Place::Root.field("zones");
        for (index, (name, zone)) in self.settings.zones.iter().enumerate() {
            let place = zones.field(name.as_str());
            if zone.isolated && *name == self.settings.crm.zone {
                self.note(&place.field("isolated"), Reason::IsolatedCrm);
            }
            let Some(label) = &zone.label else { continue };
            let label = label.as_str().to_lowercase();
            let mut others = self.settings.zones.iter().enumerate();
            let same = others.find(|(at, (other, zone))| {
                let theirs = zone.label.as_ref().map(|label| label.as_str().to_lowercase());
                // Of two labels the second one is told.
                (*at < index && theirs.as_deref() == Some(label.as_str()))
                    || (*at != index && other.as_str() == label)
            });
            if let Some((_, (other, _))) = same {
                self.note(&place.field("label"), Reason::LabelUsed { zone: other.clone() });
            }
        }
    }
}

//! Published services.

use super::Reader;
use crate::json::Value;
use crate::problem::Place;
use crate::{Publication, Published, Reason, Way};

impl Reader {
    pub(super) fn publication(&mut self, value: &Value, place: &Place<'_>) -> Option<Publication> {
        const KNOWN: [&str; 8] =
            ["id", "enabled", "label", "ports", "to", "from", "until", "comment"];
        let fields = self.fields(value, place, &KNOWN)?;
        let id = self.required(&fields, "id", Self::rule_id);
        let enabled = self.optional(&fields, "enabled", Self::yes_or_no);
        let label = self.required(&fields, "label", Self::text);
        let ports = self.required(&fields, "ports", |r, v, p| r.list(v, p, Self::port_outside));
        let to = self.required(&fields, "to", Self::published);
        let from = self.required(&fields, "from", |r, v, p| r.which(v, p, Self::member));
        let until = self.optional(&fields, "until", Self::text);
        let comment = self.optional(&fields, "comment", Self::text);
        Some(Publication {
            id: id?,
            enabled: enabled?.unwrap_or(true),
            label: label?,
            ports: ports?,
            to: to?,
            from: from?,
            until: until?,
            comment: comment?,
        })
    }

    /// A service has more ways than can be published: what would be right is said of ports.
    fn port_outside(&mut self, value: &Value, place: &Place<'_>) -> Option<Way> {
        match value {
            Value::Text(text) if text.parse::<Way>() == Err(Reason::ServiceInvalid) => {
                self.wrong(place, Reason::PublishPortInvalid)
            }
            _ => self.text(value, place),
        }
    }

    fn published(&mut self, value: &Value, place: &Place<'_>) -> Option<Published> {
        let fields = self.fields(value, place, &["zone", "address", "port", "ipv6"])?;
        let zone = self.required(&fields, "zone", Self::text);
        let address = self.required(&fields, "address", Self::ipv4_address);
        let port = self.optional(&fields, "port", Self::port_number);
        let ipv6 = self.optional(&fields, "ipv6", Self::text);
        Some(Published { zone: zone?, address: address?, port: port?, ipv6: ipv6? })
    }
}

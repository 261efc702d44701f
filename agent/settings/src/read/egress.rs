//! Where the box's own programs may go.

use super::Reader;
use crate::json::Value;
use crate::problem::Place;
use crate::{Egress, EgressProtocol, EgressUser};

impl Reader {
    pub(super) fn egress(&mut self, value: &Value, place: &Place<'_>) -> Option<Egress> {
        let known = ["for", "to", "protocol", "port", "note", "reason"];
        let fields = self.fields(value, place, &known)?;
        let user = self.required(&fields, "for", |r, v, p| {
            r.word(v, p, "crm, admin", &[("crm", EgressUser::Crm), ("admin", EgressUser::Admin)])
        });
        let to = self.required(&fields, "to", Self::text);
        let protocol = self.required(&fields, "protocol", |r, v, p| {
            let words = [("tcp", EgressProtocol::Tcp), ("udp", EgressProtocol::Udp)];
            r.word(v, p, "tcp, udp", &words)
        });
        let port = self.required(&fields, "port", Self::port_number);
        let note = self.optional(&fields, "note", Self::text);
        let reason = self.optional(&fields, "reason", Self::text);
        Some(Egress {
            user: user?,
            to: to?,
            protocol: protocol?,
            port: port?,
            note: note?,
            reason: reason?,
        })
    }
}

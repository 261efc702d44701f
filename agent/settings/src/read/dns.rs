//! Who is asked for names.

use std::net::IpAddr;

use super::{Reader, single};
use crate::json::Value;
use crate::problem::Place;
use crate::{Dns, Reason, TlsServer, Upstream};

impl Reader {
    pub(super) fn dns(&mut self, value: &Value, place: &Place<'_>) -> Option<Dns> {
        let fields = self.fields(value, place, &["upstream", "dnssec"])?;
        let upstream = self.optional(&fields, "upstream", Self::upstream);
        let dnssec = self.optional(&fields, "dnssec", Self::yes_or_no);
        Some(Dns { upstream: upstream?.unwrap_or_default(), dnssec: dnssec?.unwrap_or_default() })
    }

    fn upstream(&mut self, value: &Value, place: &Place<'_>) -> Option<Upstream> {
        match (value, single(value)) {
            (Value::Text(text), _) if text == "provider" => Some(Upstream::Provider),
            (_, Some(("tls", servers))) => {
                self.list(servers, &place.field("tls"), Self::tls_server).map(Upstream::Tls)
            }
            _ => self.wrong(place, Reason::UpstreamInvalid),
        }
    }

    fn tls_server(&mut self, value: &Value, place: &Place<'_>) -> Option<TlsServer> {
        let fields = self.fields(value, place, &["address", "name"])?;
        let address = self.required(&fields, "address", Self::address);
        let name = self.required(&fields, "name", Self::text);
        Some(TlsServer { address: address?, name: name? })
    }

    fn address(&mut self, value: &Value, place: &Place<'_>) -> Option<IpAddr> {
        let parsed = self.string(value, place)?.parse();
        self.noted(place, parsed.map_err(|_| Reason::AddressInvalid))
    }
}

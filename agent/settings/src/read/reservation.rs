//! Reservations of a zone.

use super::Reader;
use crate::Reservation;
use crate::json::Value;
use crate::problem::Place;

impl Reader {
    pub(super) fn reservations(
        &mut self,
        value: &Value,
        place: &Place<'_>,
    ) -> Option<Vec<Reservation>> {
        self.list(value, place, Self::reservation)
    }

    fn reservation(&mut self, value: &Value, place: &Place<'_>) -> Option<Reservation> {
        let fields = self.fields(value, place, &["mac", "address", "name"])?;
        let mac = self.required(&fields, "mac", Self::text);
        let address = self.required(&fields, "address", Self::ipv4_address);
        let name = self.optional(&fields, "name", Self::text);
        Some(Reservation { mac: mac?, address: address?, name: name? })
    }
}

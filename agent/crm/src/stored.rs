//! Contacts as records: fields of decision 0002, empty ones absent, unknown ones left as they are.

use std::collections::BTreeMap;

use records::Row;
use seal::body::{Body, Value};
use seal::numbers::table;

use crate::contact::{ContactFields, ContactRow, field};

pub(crate) fn written(row: &ContactRow) -> BTreeMap<u32, Value> {
    let mut fields = BTreeMap::new();
    set(&mut fields, &row.fields);
    let by = row.created_by.map(|by| Value::Link(table::ACCOUNTS, by));
    fields.extend(by.map(|by| (field::CREATED_BY, by)));
    fields.extend(row.created_at.map(|at| (field::CREATED_AT, Value::Instant(at))));
    fields
}

/// Puts in what people typed; empty is absent. What else is there stays.
pub(crate) fn set(fields: &mut BTreeMap<u32, Value>, typed: &ContactFields) {
    for known in ContactRow::fields() {
        match typed.text(known.id) {
            Some("") => {
                fields.remove(&known.id);
            }
            Some(text) => {
                fields.insert(known.id, Value::Text(text.to_owned()));
            }
            None => {}
        }
    }
}

pub(crate) fn read(body: &Body) -> ContactRow {
    let mut fields = ContactFields::default();
    for known in ContactRow::fields() {
        if let (Some(place), Some(Value::Text(text))) =
            (fields.text_mut(known.id), body.fields.get(&known.id))
        {
            place.clone_from(text);
        }
    }
    let created_by = match body.fields.get(&field::CREATED_BY) {
        Some(Value::Link(_, by)) => Some(*by),
        _ => None,
    };
    let created_at = match body.fields.get(&field::CREATED_AT) {
        Some(Value::Instant(at)) => Some(*at),
        _ => None,
    };
    ContactRow { fields, created_by, created_at }
}

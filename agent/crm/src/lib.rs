//! Rules of the CRM: contacts.

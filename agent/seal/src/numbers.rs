//! The one file of numbers of the written format (decision 0002): tables, fields of each table,
//! choices, actions, outcomes. A number is never used for anything else, also when it falls out of
//! use; new ones go to the end.

mod actions;

pub use actions::action;

/// Tables.
pub mod table {
    use crate::TableId;

    /// Where the chain stands; one record, its body fixed (0002, Engine).
    pub const HEAD: TableId = TableId(1);
    /// The key of this table wraps the persons' keys; it seals nothing else.
    pub const PERSON_KEYS: TableId = TableId(2);
    /// What is to be told to others.
    pub const OUTBOX: TableId = TableId(3);
    /// Parts of audit entries.
    pub const AUDIT: TableId = TableId(4);
    /// Posting lists of a day.
    pub const POSTINGS: TableId = TableId(5);
    /// Definitions of tables.
    pub const SCHEMA: TableId = TableId(6);
    /// Accounts.
    pub const ACCOUNTS: TableId = TableId(7);
    /// Sessions.
    pub const SESSIONS: TableId = TableId(8);
    /// Second factors.
    pub const TOTP: TableId = TableId(9);
    /// Requests that were answered.
    pub const IDEMPOTENCY: TableId = TableId(10);
    /// Manifests and chunks of files.
    pub const FILES: TableId = TableId(11);
    /// Deleted records.
    pub const DELETED: TableId = TableId(13);
    /// Erased persons.
    pub const ERASED: TableId = TableId(14);
    /// Contacts.
    pub const CONTACTS: TableId = TableId(16);
    /// Companies.
    pub const COMPANIES: TableId = TableId(17);
    /// Leads.
    pub const LEADS: TableId = TableId(18);
    /// Deals.
    pub const DEALS: TableId = TableId(19);
    /// Activities.
    pub const ACTIVITIES: TableId = TableId(20);
    /// Certificates and their keys.
    pub const CERTIFICATES: TableId = TableId(21);
    /// Invitations and other one-time codes.
    pub const INVITATIONS: TableId = TableId(22);
    /// The organisation that the store belongs to.
    pub const ORGANISATION: TableId = TableId(23);
    /// Changes of the settings.
    pub const CHANGES: TableId = TableId(24);
    /// Parts of the documents of changes.
    pub const DOCUMENTS: TableId = TableId(25);
    /// What is kept of alerts, in pieces.
    pub const ALERTS: TableId = TableId(26);
    /// Targets of alerts, with the secrets that reach them.
    pub const ALERT_TARGETS: TableId = TableId(27);
    /// Targets of copies, with the secrets that reach and open them.
    pub const COPY_TARGETS: TableId = TableId(28);
    /// The settings in force, for copies of the store: hostd keeps them elsewhere.
    pub const SETTINGS: TableId = TableId(29);
}

/// Tables that this program seals for: each has a key of its own.
pub const TABLES: &[crate::TableId] = &[
    table::HEAD,
    table::PERSON_KEYS,
    table::OUTBOX,
    table::AUDIT,
    table::ACCOUNTS,
    table::SESSIONS,
    table::TOTP,
    table::IDEMPOTENCY,
    table::DELETED,
    table::ERASED,
    table::CONTACTS,
    table::CERTIFICATES,
    table::INVITATIONS,
    table::ORGANISATION,
    table::CHANGES,
    table::DOCUMENTS,
    table::ALERTS,
    table::ALERT_TARGETS,
    table::COPY_TARGETS,
    table::SETTINGS,
];

/// How an access ended.
pub mod outcome {
    /// It was done.
    pub const ALLOWED: u32 = 1;
    /// It was not.
    pub const REFUSED: u32 = 2;
    /// It was not, for what it was about does not exist, or no longer.
    pub const MISSING: u32 = 3;

    /// Its code in the API.
    #[must_use]
    pub fn code(number: u32) -> Option<&'static str> {
        match number {
            ALLOWED => Some("allowed"),
            REFUSED => Some("refused"),
            MISSING => Some("missing"),
            _ => None,
        }
    }
}

/// A module of the fields of one table: name, number, what it holds.
macro_rules! fields {
    ($(#[$doc:meta])* $module:ident { $($name:ident = $number:literal, $holds:literal;)+ }) => {
        $(#[$doc])*
        pub mod $module {
            $(#[doc = $holds] pub const $name: u32 = $number;)+

            /// All of them, ascending.
            pub const ALL: &[u32] = &[$($name),+];
        }
    };
}

fields! {
    /// Table 3. `KIND` is a choice of [`change`].
    outbox {
        RECORD = 1, "What changed: a link.";
        VERSION = 2, "Its version after the change: an integer.";
        KIND = 3, "What happened to it: a choice.";
    }
}

fields! {
    /// What happened to a record: choices of [`outbox::KIND`].
    change {
        CREATED = 1, "It is new.";
        CHANGED = 2, "It has new fields.";
        DELETED = 3, "It was deleted.";
        RESTORED = 4, "It was brought back.";
    }
}

fields! {
    /// Table 4: bodies of audit parts.
    audit {
        ACTOR = 1, "Who acted: a link to the account.";
        SESSION = 2, "Session or token: bytes, the first half of its SHA-256.";
        DEVICE = 3, "What the browser calls itself: a text.";
        ADDRESS = 4, "Where from: a text.";
        ACTION = 5, "What: a choice of `action`.";
        OUTCOME = 6, "How it ended: a choice of `outcome`.";
        RECORDS = 7, "Records it is about: a list of links.";
        VERSIONS = 8, "Their new versions, in the same order, 0 if only read: a list of integers.";
        DIGESTS = 9, "SHA-256 of each new sealed record, zeros if only read: a list of bytes.";
        COUNT = 10, "Number of records, where it says more: an integer.";
        REASON = 11, "Why: a text.";
        CHANGED = 12, "Ids of the fields that changed: a list of integers.";
    }
}

fields! {
    /// Table 7. The id is that of the person.
    account {
        NAME = 1, "Name, to sign in with: a text.";
        LANGUAGE = 2, "BCP 47 tag: a text.";
        TIME_ZONE = 3, "IANA name: a text.";
        ROLE = 4, "A choice of `role`.";
        PASSWORD = 5, "Argon2id in PHC form: a text.";
        DISABLED = 6, "It may not sign in: yes or no.";
        CREATED_AT = 7, "An instant.";
        LAST_SEEN = 8, "An instant.";
        SHOW_AS_UNLOCKER = 9, "Its name stands on the locked page: yes or no.";
    }
}

fields! {
    /// Choices of [`account::ROLE`].
    role {
        ADMIN = 1, "Of the admin realm.";
        MANAGER = 2, "Contacts, people and log of the CRM.";
        STAFF = 3, "Contacts of the CRM.";
    }
}

fields! {
    /// Table 8. The id is a UUIDv7; the token is kept as its SHA-256 only.
    session {
        TOKEN = 1, "SHA-256 of the token: bytes.";
        ACCOUNT = 2, "Whose: a link.";
        CREATED_AT = 3, "An instant.";
        LAST_SEEN = 4, "An instant.";
        DEVICE = 5, "What the browser calls itself: a text.";
        ADDRESS = 6, "Where from: a text.";
    }
}

fields! {
    /// Table 9. The id is the account's.
    totp {
        SECRET = 1, "The shared secret (RFC 6238): bytes.";
        STEP = 2, "Step of the last code taken: an integer.";
        PLACES = 3, "Where the account signed in from, the last first, IPv4 as mapped IPv6: a list of bytes.";
        BROWSERS = 4, "Browsers that the account signed in with, the last first, half a SHA-256 of a cookie each: a list of bytes.";
        SEEN = 5, "Last request of a session that is over: an instant.";
    }
}

fields! {
    /// Table 10. The id is the key that came with the request.
    idempotency {
        ACCOUNT = 1, "Whose: a link.";
        REQUEST = 2, "SHA-256 of method, path and body: bytes.";
        STATUS = 3, "HTTP status of the answer: an integer.";
        RECORD = 4, "What was made: a link.";
        AT = 5, "When: an instant.";
    }
}

fields! {
    /// Table 13. The id is that of the deleted record.
    deleted {
        TABLE = 1, "Its table: an integer.";
    }
}

fields! {
    /// Table 14. The id is the person's.
    erased {
        KEYS = 1, "Ids of the keys that were destroyed: a list of bytes.";
    }
}

fields! {
    /// Table 16.
    contact {
        NAME = 1, "A text.";
        COMPANY = 2, "A text.";
        POSITION = 3, "A text.";
        PHONE = 4, "A text.";
        EMAIL = 5, "A text.";
        NOTE = 6, "A text of many lines.";
        CREATED_BY = 7, "The account that made it: a link.";
        CREATED_AT = 8, "An instant.";
    }
}

fields! {
    /// Table 21.
    certificate {
        KIND = 1, "A choice of `certificate_kind`.";
        NAME = 2, "The name it is for: a text.";
        CHAIN = 3, "The certificate and those above it, PEM: a text.";
        KEY = 4, "The private key, PKCS #8 in DER: bytes.";
        NOT_BEFORE = 5, "An instant.";
        NOT_AFTER = 6, "An instant.";
    }
}

fields! {
    /// Choices of [`certificate::KIND`].
    certificate_kind {
        AUTHORITY = 1, "The box's own authority.";
        LEAF = 2, "Of a web application.";
    }
}

fields! {
    /// Table 22. The code is kept as its SHA-256 only.
    invitation {
        KIND = 1, "A choice of `invitation_kind`.";
        CODE = 2, "SHA-256 of the code: bytes.";
        NAME = 3, "Name of the one invited: a text.";
        ROLE = 4, "A choice of `role`.";
        CREATED_AT = 5, "An instant.";
        EXPIRES_AT = 6, "An instant.";
        CREATED_BY = 7, "The account that made it: a link.";
    }
}

fields! {
    /// Choices of [`invitation::KIND`].
    invitation_kind {
        INVITATION = 1, "To an account of the CRM.";
        MANAGER_CODE = 2, "To claim the CRM.";
    }
}

fields! {
    /// Table 23: one record, its id all zeros.
    organisation {
        NAME = 1, "A text.";
    }
}

fields! {
    /// Table 24.
    settings_change {
        AT = 1, "When it was tried: an instant.";
        BY = 2, "The account that did: a link.";
        REASON = 3, "Why, as typed: a text.";
        OUTCOME = 4, "A choice of `settings_outcome`.";
        BEFORE = 5, "Bytes of the former document: an integer.";
        AFTER = 6, "Bytes of the new document: an integer.";
        DIGEST = 7, "SHA-256 of the new document: bytes.";
        DONE_AT = 8, "When its outcome was known: an instant.";
        DONE_BY = 9, "The account that kept or undid it: a link.";
        KEY = 10, "Key that the request came with: bytes.";
    }
}

fields! {
    /// Choices of [`settings_change::OUTCOME`].
    settings_outcome {
        TRYING = 1, "It is being tried.";
        KEPT = 2, "It was kept.";
        UNDONE = 3, "Somebody went back.";
        EXPIRED = 4, "Nobody kept it in time.";
        INTERRUPTED = 5, "The box started anew meanwhile.";
        FAILED = 6, "It could not be brought about.";
        CONSOLE = 7, "Whoever stood at the box went back.";
    }
}

fields! {
    /// Table 25. The id is half a SHA-256 of the change's id, which of its documents, and which part.
    settings_document {
        PART = 1, "Bytes of the document.";
    }
}

fields! {
    /// Table 26. A record without the field is free for another piece.
    alerts {
        PIECE = 1, "A piece, as the crate `notify` writes it: bytes.";
    }
}

fields! {
    /// Table 27.
    alert_targets {
        CHOSEN = 1, "What an admin chose, as the crate `notify` writes it: bytes.";
    }
}

fields! {
    /// Table 28.
    copy_targets {
        CHOSEN = 1, "What somebody chose, as the crate `backup` writes it: bytes.";
        OPENS = 2, "The recovery key that opens the store on another machine, as it is printed; in a record of its own.";
    }
}

fields! {
    /// Table 29. One record; the document's parts lie in table 25.
    settings_kept {
        AT = 1, "When they were first seen in force.";
        LENGTH = 2, "Bytes of the document.";
        DIGEST = 3, "SHA-256 of the document.";
        FORMER = 4, "They are of the box that the store's copy is of, and not in force on this one: yes.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_stands_for_two_things() {
        let all = [
            outbox::ALL,
            change::ALL,
            audit::ALL,
            account::ALL,
            role::ALL,
            session::ALL,
            totp::ALL,
            idempotency::ALL,
            deleted::ALL,
            erased::ALL,
            contact::ALL,
            certificate::ALL,
            certificate_kind::ALL,
            invitation::ALL,
            invitation_kind::ALL,
            organisation::ALL,
            settings_change::ALL,
            settings_outcome::ALL,
            settings_document::ALL,
            alerts::ALL,
            alert_targets::ALL,
            copy_targets::ALL,
            settings_kept::ALL,
        ];
        for fields in all {
            assert!(fields.first() == Some(&1) && fields.is_sorted_by(|one, two| *two == one + 1));
        }
        assert!(TABLES.is_sorted_by(|one, two| one < two));
    }
}

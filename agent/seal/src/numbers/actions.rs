//! What an audit entry says was done.

/// Numbers of actions, and their codes in the API, which the web applications translate.
pub mod action {
    macro_rules! actions {
        ($($name:ident = $number:literal, $code:literal;)+) => {
            $(#[doc = concat!("`", $code, "`")] pub const $name: u32 = $number;)+

            /// All with their codes, ascending.
            pub const ALL: &[(u32, &str)] = &[$(($name, $code)),+];
        };
    }

    actions! {
        UNLOCKED = 1, "unlock";
        UNLOCK_FAILED = 2, "unlock-failed";
        LOCKED = 3, "lock";
        VAULT_CREATED = 4, "vault-created";
        PASSPHRASE_CHANGED = 5, "passphrase-changed";
        RECOVERY_MADE = 6, "recovery-made";
        RECOVERY_CONFIRMED = 7, "recovery-confirmed";
        OPENED = 8, "opened";
        CLOSED = 9, "closed";
        DISK_FAILED = 10, "disk-failed";
        DAMAGE_FOUND = 11, "damage-found";
        DAMAGE_SEEN = 12, "damage-seen";
        SIGN_IN = 20, "sign-in";
        SIGN_IN_REFUSED = 21, "sign-in-refused";
        SIGN_OUT = 22, "sign-out";
        SESSION_REVOKED = 23, "session-revoked";
        SESSION_EXPIRED = 24, "session-expired";
        SETUP_DONE = 25, "setup-done";
        ENROLLED = 26, "enrolled";
        ENROL_REFUSED = 27, "enrol-refused";
        ADMINS_LOST = 28, "admins-lost";
        ACCOUNT_CREATED = 30, "account-created";
        ACCOUNT_CHANGED = 31, "account-changed";
        ACCOUNT_DISABLED = 32, "account-disabled";
        ACCOUNT_ENABLED = 33, "account-enabled";
        PASSWORD_CHANGED = 34, "password-changed";
        INVITATION_MADE = 35, "invitation-made";
        INVITATION_WITHDRAWN = 36, "invitation-withdrawn";
        CODE_MADE = 37, "code-made";
        PEOPLE_LIST = 38, "people-list";
        LAST_SEEN = 39, "last-seen";
        INVITATION_EXPIRED = 40, "invitation-expired";
        CODE_USED = 41, "code-used";
        CONTACT_LIST = 50, "contact-list";
        CONTACT_OPENED = 51, "contact-opened";
        CONTACT_CREATED = 52, "contact-created";
        CONTACT_CHANGED = 53, "contact-changed";
        CONTACT_DELETED = 54, "contact-deleted";
        CONTACT_RESTORED = 55, "contact-restored";
        CONTACT_HISTORY = 56, "contact-history";
        PERSON_ERASED = 57, "contact-erased";
        REQUESTS_FORGOTTEN = 58, "requests-forgotten";
        LOG_READ = 70, "log-read";
        LOG_EXPORTED = 71, "log-exported";
        NOT_ALLOWED = 72, "not-allowed";
        LOG_HEAD = 73, "log-head";
        SETTINGS_CHANGED = 80, "settings-changed";
        CRM_ACCESS_CHANGED = 81, "crm-access-changed";
        CERTIFICATE_MADE = 82, "certificate-made";
        CRM_EVENT = 83, "crm-event";
        LANGUAGE_CHANGED = 84, "language-changed";
        SETTINGS_TRIED = 85, "settings-tried";
        SETTINGS_ENDED = 86, "settings-ended";
        SETTINGS_EXPORTED = 87, "settings-exported";
        PACKET_TRIED = 95, "packet-tried";
        DEVICES_KNOWN = 110, "devices-known";
        DEVICE_FORGOTTEN = 111, "device-forgotten";
        CONNECTIONS_ENDED = 112, "connections-ended";
        DEVICE_NEW = 113, "device-new";
        EGRESS_WANTED = 120, "egress-wanted";
        EGRESS_DECLINED = 121, "egress-declined";
        LIST_FETCHED = 125, "list-fetched";
        ALERTS_KEPT = 130, "alerts-kept";
        ALERTS_READ = 131, "alerts-read";
        ALERTS_MUTED = 132, "alerts-muted";
        ALERTS_UNMUTED = 133, "alerts-unmuted";
        ALERT_TARGET_ADDED = 134, "alert-target-added";
        ALERT_TARGET_CHANGED = 135, "alert-target-changed";
        ALERT_TARGET_REMOVED = 136, "alert-target-removed";
        ALERT_TARGET_TESTED = 137, "alert-target-tested";
        ALERTS_SENDING = 138, "alerts-sending";
        ALERTS_SENT = 139, "alerts-sent";
        COPY_TARGET_ADDED = 150, "copy-target-added";
        COPY_TARGET_CHANGED = 151, "copy-target-changed";
        COPY_TARGET_REMOVED = 152, "copy-target-removed";
        COPY_ASKED = 153, "copy-asked";
        COPY_DRILL_ASKED = 154, "copy-drill-asked";
        COPY_SHEET_SHOWN = 155, "copy-sheet-shown";
        COPY_SHEET_PROVED = 156, "copy-sheet-proved";
        COPY_LOOKED_INTO = 157, "copy-looked-into";
        COPY_BROUGHT_BACK = 158, "copy-brought-back";
        COPY_KEY_MADE = 165, "copy-key-made";
        MACHINE_KEY_CHANGED = 166, "machine-key-changed";
        SETTINGS_KEPT = 167, "settings-kept";
        FORMER_SETTINGS_LEFT = 168, "former-settings-left";
        BOX_RESTORED = 169, "box-restored";
    }

    /// The code of a number; `None` for those of a newer program.
    #[must_use]
    pub fn code(number: u32) -> Option<&'static str> {
        ALL.iter().find(|(of, _)| *of == number).map(|(_, code)| *code)
    }

    /// The number of a code.
    #[must_use]
    pub fn number(code: &str) -> Option<u32> {
        ALL.iter().find(|(_, of)| *of == code).map(|(number, _)| *number)
    }
}

#[cfg(test)]
mod tests {
    use super::action;

    #[test]
    fn numbers_and_codes_stand_for_each_other() {
        assert!(action::ALL.is_sorted_by(|one, two| one.0 < two.0));
        for (number, code) in action::ALL {
            assert_eq!(action::code(*number), Some(*code));
            assert_eq!(action::number(code), Some(*number));
        }
    }
}

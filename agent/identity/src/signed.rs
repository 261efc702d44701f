//! Somebody who is signed in, and the handles that their role gives them.
//!
//! Permission is a type: what reads contacts takes a [`Reader`], and only [`crate::Door`] can begin
//! the chain that ends in one. A forgotten check does not compile.

use seal::RecordId;
use vault::Actor;

use crate::account::{Account, Role};
use crate::sessions::Peer;
use crate::writes::Holder;

/// Somebody with a live session, as of the request that showed its token.
#[derive(Debug, Clone)]
pub struct Signed {
    pub(crate) account: Account,
    pub(crate) session: RecordId,
    /// First half of the token's SHA-256: what the log names the session by.
    pub(crate) mark: [u8; 16],
    pub(crate) peer: Peer,
    pub(crate) idle_expires: u64,
    pub(crate) absolute_expires: u64,
}

impl Signed {
    /// Whose session it is.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Id of the session.
    #[must_use]
    pub fn session(&self) -> RecordId {
        self.session
    }

    /// When it ends without a further request, ms since 1970.
    #[must_use]
    pub fn idle_expires(&self) -> u64 {
        self.idle_expires
    }

    /// When it ends at the latest, ms since 1970.
    #[must_use]
    pub fn absolute_expires(&self) -> u64 {
        self.absolute_expires
    }

    /// Who acts, for the log: the account, the session, and where this request came from.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            account: Some(self.account.id),
            session: Some(self.mark),
            device: self.peer.device.clone(),
            address: Some(self.peer.address),
        }
    }

    fn has(&self, roles: &[Role]) -> bool {
        !self.account.disabled && roles.contains(&self.account.role)
    }
}

/// Whatever the role: what people do with their own account.
impl Holder for Signed {
    fn signed(&self) -> &Signed {
        self
    }

    fn is_given_to(now: &Signed) -> bool {
        !now.account.disabled
    }
}

/// Makes a handle: a [`Signed`] of one of some roles, and nothing else.
macro_rules! handle {
    ($(#[$doc:meta])* $name:ident, $from:ident, $($role:ident),+) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(Signed);

        impl Signed {
            #[doc = concat!("The [`", stringify!($name), "`] handle, if the role gives it.")]
            #[must_use]
            pub fn $from(&self) -> Option<$name> {
                self.has(&[$(Role::$role),+]).then(|| $name(self.clone()))
            }
        }

        impl $name {
            /// Who holds it.
            #[must_use]
            pub fn signed(&self) -> &Signed {
                &self.0
            }

            /// Who acts, for the log.
            #[must_use]
            pub fn actor(&self) -> Actor {
                self.0.actor()
            }
        }

        impl Holder for $name {
            fn signed(&self) -> &Signed {
                &self.0
            }

            fn is_given_to(now: &Signed) -> bool {
                now.$from().is_some()
            }
        }
    };
}

handle!(
    /// May read contacts.
    Reader, reader, Manager, Staff
);
handle!(
    /// May make, change and delete contacts.
    Editor, editor, Manager, Staff
);
handle!(
    /// May invite people, change and disable them, and lock the CRM.
    Manager, manager, Manager
);
handle!(
    /// May do everything in the admin realm.
    Admin, admin, Admin
);
handle!(
    /// May read the log of the realm.
    LogReader, log_reader, Manager, Admin
);

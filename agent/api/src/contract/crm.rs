//! The CRM's own routes.

use super::Access::{Manager, Public, Session, Step};
use super::Method::{Delete, Get, Patch, Post};
use super::{Parameter, Route};
use crate::shape::claim as l;
use crate::shape::contact as c;
use crate::shape::copies as k;
use crate::shape::past as t;
use crate::shape::person as p;
use crate::shape::shared as s;

const LIST: &[Parameter] = &[
    Parameter { name: "search", text: "Text that contacts contain; pinyin and initials count" },
    Parameter {
        name: "sort",
        text: "`name`, `company`, `position`, `created`; `-` before it for the reverse",
    },
    Parameter { name: "filter[company]", text: "The company's exact name" },
    CURSOR,
    LIMIT,
];
const HISTORY: &[Parameter] = &[CURSOR, LIMIT];
const CURSOR: Parameter = Parameter { name: "cursor", text: "`next` of the page before" };
const LIMIT: Parameter = Parameter { name: "limit", text: "1 to 200; 50 when left out" };

pub(super) fn routes() -> Vec<Route> {
    let mut all = before();
    all.extend(contacts());
    all.extend(past());
    all.extend(people());
    all
}

fn before() -> Vec<Route> {
    vec![
        Route::new(Get, "/start", Public, "What a page needs first").gives::<l::CrmStart>(),
        Route::new(Post, "/claim/code", Public, "Begin the claim with the code of the admin")
            .takes::<s::TypedCode>()
            .problems(&[403, 409, 422]),
        Route::new(Get, "/claim", Step, "How far the claim has come")
            .gives::<l::ClaimSoFar>()
            .problems(&[409]),
        Route::new(Post, "/claim/passphrase-proposal", Step, "Six words to take or leave")
            .gives::<l::Proposal>(),
        Route::new(Post, "/claim/vault", Step, "Make the vault")
            .takes::<l::NewVault>()
            .gives::<l::RecoveryKey>()
            .problems(&[409, 422]),
        Route::new(Post, "/claim/recovery", Step, "Prove that the recovery key was written down")
            .takes::<l::TypedRecoveryKey>()
            .problems(&[409, 422]),
        Route::new(Post, "/claim/copies", Step, "Which copies a recovery sheet leads to")
            .takes::<k::TypedSheet>()
            .gives::<k::CopiesFound>()
            .problems(&[422]),
        Route::new(Get, "/claim/restore", Step, "How a restore goes").gives::<k::RestoreSoFar>(),
        Route::new(Post, "/claim/restore", Step, "Restore a copy in place of a new vault")
            .takes::<k::NewRestore>()
            .problems(&[422]),
        Route::new(Post, "/claim/account", Step, "Name the first manager")
            .takes::<l::FirstManager>()
            .gives::<s::TotpSetup>()
            .problems(&[409, 422]),
        Route::new(
            Post,
            "/claim/totp",
            Step,
            "Prove that the authenticator app works, and sign in",
        )
        .takes::<s::TypedCode>()
        .gives::<s::SignedIn>()
        .problems(&[409, 422]),
        Route::new(Post, "/unlock", Public, "Open the vault")
            .takes::<l::Unlock>()
            .problems(&[403, 409, 422]),
        Route::new(Post, "/enrol/code", Public, "Show an invitation")
            .takes::<s::TypedCode>()
            .gives::<l::Invited>()
            .problems(&[403, 409, 422]),
        Route::new(Post, "/enrol/account", Step, "Choose name and password")
            .takes::<s::NewAccount>()
            .gives::<s::TotpSetup>()
            .problems(&[403, 409, 422]),
        Route::new(
            Post,
            "/enrol/totp",
            Step,
            "Prove that the authenticator app works, and sign in",
        )
        .takes::<s::TypedCode>()
        .gives::<s::SignedIn>()
        .problems(&[403, 409, 422]),
    ]
}

const DIFFERING: &[Parameter] = &[
    Parameter {
        name: "since",
        text: "`deleted`, `changed`, `made`, with commas; the first two when left out",
    },
    Parameter { name: "search", text: "Text in name or company" },
    Parameter { name: "offset", text: "How many to leave out; 0 when left out" },
    LIMIT,
];

/// A look into a copy.
fn past() -> Vec<Route> {
    vec![
        Route::new(Get, "/copies/{id}/made", Manager, "Which copies are at a target")
            .gives::<k::CopiesFound>()
            .problems(&[404]),
        Route::new(Get, "/past", Manager, "How it goes with a look into a copy").gives::<t::Past>(),
        Route::new(Post, "/past", Manager, "Restore a copy beside the CRM, to look into it")
            .takes::<t::NewPast>()
            .problems(&[404, 409, 422]),
        Route::new(Delete, "/past", Manager, "Close it").problems(&[409]),
        Route::new(Get, "/past/contacts", Manager, "Contacts that differ from those of now")
            .query(DIFFERING)
            .gives::<t::PastContacts>()
            .problems(&[409, 422]),
        Route::new(Get, "/past/contacts/{id}", Manager, "A contact in the copy and now")
            .gives::<t::PastContact>()
            .problems(&[404, 409]),
        Route::new(
            Post,
            "/past/contacts/{id}/restore",
            Manager,
            "Make a contact what it was in the copy",
        )
        .problems(&[404, 409]),
        Route::new(Post, "/past/restore", Manager, "Make all contacts what they were in the copy")
            .takes::<t::PastRestore>()
            .problems(&[409, 422]),
    ]
}

fn contacts() -> Vec<Route> {
    vec![
        Route::new(Get, "/contacts", Session, "Contacts, a page at a time")
            .query(LIST)
            .gives::<c::Contacts>()
            .problems(&[422]),
        Route::new(Post, "/contacts", Session, "Make a contact")
            .takes::<c::NewContact>()
            .creates::<c::Contact>()
            .repeatable()
            .problems(&[404, 409, 422]),
        Route::new(Get, "/contacts/deleted", Session, "Deleted contacts that can be restored")
            .gives::<c::DeletedContacts>(),
        Route::new(Get, "/contacts/{id}", Session, "A contact")
            .versioned::<c::Contact>()
            .problems(&[404, 410]),
        Route::new(Patch, "/contacts/{id}", Session, "Change a contact")
            .takes::<c::ContactChange>()
            .versioned::<c::Contact>()
            .conditional()
            .problems(&[404, 410, 422]),
        Route::new(Delete, "/contacts/{id}", Session, "Delete a contact")
            .gives::<c::Deleted>()
            .conditional()
            .problems(&[404, 410]),
        Route::new(Post, "/contacts/{id}/restore", Session, "Undo the deletion of a contact")
            .versioned::<c::Contact>()
            .problems(&[404, 410]),
        Route::new(
            Get,
            "/contacts/{id}/history",
            Session,
            "Versions of a contact, a page at a time",
        )
        .query(HISTORY)
        .gives::<c::History>()
        .problems(&[404, 410, 422]),
        Route::new(
            Get,
            "/contacts/{id}/erasure",
            Manager,
            "What erasing a contact for good would take, and who else names it",
        )
        .gives::<c::ErasureAhead>()
        .problems(&[404, 410]),
        Route::new(
            Post,
            "/contacts/{id}/erasure",
            Manager,
            "Erase a contact for good, live or deleted: its key is destroyed",
        )
        .takes::<c::NewErasure>()
        .gives::<c::Erasure>()
        .conditional()
        .repeatable()
        .problems(&[404, 409, 410, 422]),
        Route::new(Get, "/events", Session, "What happens to contacts, as it happens")
            .events::<c::ContactHappened>(),
    ]
}

fn people() -> Vec<Route> {
    vec![
        Route::new(Get, "/people", Manager, "People with an account").gives::<p::People>(),
        Route::new(Patch, "/people/{id}", Manager, "Change role, disable or enable")
            .takes::<p::PersonChange>()
            .versioned::<p::Person>()
            .conditional()
            .problems(&[404, 409, 422]),
        Route::new(Get, "/invitations", Manager, "Invitations nobody has used yet")
            .gives::<p::Invitations>(),
        Route::new(Post, "/invitations", Manager, "Invite a person")
            .takes::<p::NewInvitation>()
            .gives::<p::FreshInvitation>()
            .repeatable()
            .problems(&[404, 409, 422]),
        Route::new(Delete, "/invitations/{id}", Manager, "Withdraw an invitation").problems(&[404]),
        Route::new(Post, "/lock", Manager, "Lock now; the process and every session end")
            .gives::<l::CrmStart>(),
    ]
}

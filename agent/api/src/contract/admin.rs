//! The admin application's own routes.

use super::Access::{Public, Session, Step};
use super::Method::{Get, Post, Put};
use super::Route;
use crate::shape::admin as a;
use crate::shape::setup as u;
use crate::shape::shared as s;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(Get, "/start", Public, "What a page needs first").gives::<a::AdminStart>(),
        Route::new(Post, "/setup/code", Public, "Begin the set-up with the code of the console")
            .takes::<s::TypedCode>()
            .problems(&[403, 409, 422]),
        Route::new(Get, "/setup", Step, "What the set-up asks about").gives::<u::Setup>(),
        Route::new(Post, "/setup/account", Step, "Name the first admin")
            .takes::<s::NewAccount>()
            .gives::<s::TotpSetup>()
            .problems(&[409, 422]),
        Route::new(Post, "/setup/totp", Step, "Prove that the authenticator app works")
            .takes::<s::TypedCode>()
            .problems(&[409, 422]),
        Route::new(Post, "/setup/finish", Step, "Apply the settings and sign in")
            .takes::<u::SetupFinish>()
            .gives::<a::ManagerCode>()
            .problems(&[409, 422]),
        Route::new(Get, "/protection", Session, "What is known of the box's protections")
            .gives::<a::Protection>(),
        Route::new(Get, "/zones", Session, "Zones and what passes between them")
            .gives::<a::Zones>(),
        Route::new(Get, "/crm-access", Session, "Who reaches the CRM").versioned::<a::CrmAccess>(),
        Route::new(Put, "/crm-access", Session, "Say who reaches the CRM")
            .takes::<u::CrmChoice>()
            .versioned::<a::CrmAccess>()
            .conditional()
            .problems(&[422]),
        Route::new(Get, "/crm", Session, "How the CRM is").gives::<a::CrmStatus>(),
        Route::new(Post, "/crm/manager-code", Session, "Make a new code for the first manager")
            .gives::<a::ManagerCode>()
            .problems(&[409]),
        Route::new(Get, "/certificate", Session, "Certificates of the box")
            .gives::<a::Certificates>(),
        Route::new(Get, "/ca.crt", Public, "The certificate authority")
            .bytes("application/x-x509-ca-cert"),
    ]
}

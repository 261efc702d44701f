//! Routes that both applications have.

use super::Access::{Public, Session, Step};
use super::Method::{Delete, Get, Patch, Post};
use super::{Access, App, Parameter, Route};
use crate::shape::shared as s;

const LOG: &[Parameter] = &[
    Parameter { name: "cursor", text: "`next` of the page before" },
    Parameter { name: "limit", text: "1 to 200; 50 when left out" },
];

pub(super) fn routes(app: App) -> Vec<Route> {
    let log: Access = if app == App::Crm { Access::Manager } else { Session };
    vec![
        Route::new(Post, "/session", Public, "Sign in with name and password")
            .takes::<s::Credentials>()
            .gives::<s::NextStep>()
            .problems(&[401, 409, 422]),
        Route::new(Post, "/session/totp", Step, "Finish signing in with a code")
            .takes::<s::TypedCode>()
            .gives::<s::SignedIn>()
            .problems(&[409, 422]),
        Route::new(Get, "/session", Session, "The session of the one who asks")
            .gives::<s::Session>(),
        Route::new(Delete, "/session", Session, "Sign out"),
        Route::new(Get, "/sessions", Session, "All sessions of the account").gives::<s::Sessions>(),
        Route::new(Delete, "/sessions/{id}", Session, "End a session").problems(&[404]),
        Route::new(Patch, "/account", Session, "Change language or time zone")
            .takes::<s::AccountChange>()
            .gives::<s::Account>()
            .problems(&[422]),
        Route::new(Post, "/account/password", Session, "Change the password")
            .takes::<s::PasswordChange>()
            .problems(&[422]),
        Route::new(Get, "/log", log, "The log, newest first")
            .query(LOG)
            .gives::<s::LogPage>()
            .problems(&[422]),
        Route::new(Get, "/log/export", log, "The log as gatehouse-verify takes it")
            .bytes("application/octet-stream"),
        Route::new(Get, "/log/head", log, "A signed head of the log").gives::<s::LogHead>(),
        Route::new(Get, "/openapi.json", Session, "This document").bytes("application/json"),
        Route::new(Post, "/csp-report", Public, "Where browsers report what the policy stopped"),
    ]
}

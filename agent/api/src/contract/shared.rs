//! Routes that both applications have.

use super::Access::{Public, Session, Step};
use super::Method::{Delete, Get, Patch, Post, Put};
use super::{Access, App, Parameter, Route};
use crate::shape::copies as k;
use crate::shape::shared as s;

const LOG: &[Parameter] = &[
    Parameter { name: "cursor", text: "`next` of the page before" },
    Parameter { name: "limit", text: "1 to 200; 50 when left out" },
];

pub(super) fn routes(app: App) -> Vec<Route> {
    let log: Access = if app == App::Crm { Access::Manager } else { Session };
    let mut all = copies(log);
    all.extend(of_everybody(log));
    all
}

fn of_everybody(log: Access) -> Vec<Route> {
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

/// Copies of an application's store, for whoever may say where to.
fn copies(access: Access) -> Vec<Route> {
    vec![
        Route::new(Get, "/copies", access, "Where copies go, and how they do")
            .gives::<k::CopyTargets>(),
        Route::new(Post, "/copies", access, "Copy to another target from now on")
            .takes::<k::CopyTargetGiven>()
            .creates::<k::CopyTarget>()
            .problems(&[422]),
        Route::new(Put, "/copies/{id}", access, "Change a target; another place voids its sheet")
            .takes::<k::CopyTargetGiven>()
            .versioned::<k::CopyTarget>()
            .conditional()
            .problems(&[404, 422]),
        Route::new(Delete, "/copies/{id}", access, "Copy there no more; what is there stays")
            .conditional()
            .problems(&[404]),
        Route::new(Post, "/copies/{id}/copy", access, "Make a copy now; one that is gone anew")
            .problems(&[404]),
        Route::new(Post, "/copies/{id}/drill", access, "Restore the newest copy, and compare it")
            .problems(&[404]),
        Route::new(Post, "/copies/{id}/sheet", access, "The recovery sheet, to be printed")
            .gives::<k::CopySheet>()
            .problems(&[404]),
        Route::new(Post, "/copies/{id}/sheet/proof", access, "Prove that it is printed")
            .takes::<k::TypedSheetEnd>()
            .versioned::<k::CopyTarget>()
            .conditional()
            .problems(&[404, 422]),
    ]
}

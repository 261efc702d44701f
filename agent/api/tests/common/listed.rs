//! What is answered is what the contract says: each answer that a test is given is held against it.

use api::contract::App;

/// Fails for a status that the document of the application does not have.
#[track_caller]
pub fn check(app: App, method: &str, path: &str, status: u16) {
    let path = path.split('?').next().unwrap();
    let fits = |listed: &str| {
        let (mut listed, mut asked) = (listed.split('/'), path.split('/'));
        loop {
            match (listed.next(), asked.next()) {
                (None, None) => return true,
                (Some(part), Some(given)) if part == "{id}" || part == given => {}
                _ => return false,
            }
        }
    };
    let is_asked = |of: api::contract::Method| format!("{of:?}").eq_ignore_ascii_case(method);
    let routes = app.routes();
    // Of what is in no table nothing is said.
    let Some(route) = routes.iter().find(|it| is_asked(it.method) && fits(it.path)) else { return };
    let listed = status == route.done() || route.refusals().contains(&status);
    assert!(listed, "{method} {path} answers {status}, which its contract does not say");
}

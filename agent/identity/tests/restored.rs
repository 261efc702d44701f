//! A realm over a store that came back from a copy: which codes were used since the copy nobody knows.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;
#[path = "../../vault/tests/store/copied.rs"]
mod copied;

use std::time::Duration;

use common::{PASSWORD, TestBox, code, first, password, peer};
use identity::{DoorRefused, Identity, Realm, Refused};
use vault::Store;

#[tokio::test]
async fn no_code_is_taken_until_those_used_since_the_copy_have_run_out() {
    let of = TestBox::new();
    let (store, identity) = of.crm().await;
    let (app, _, _) = first(&identity, &of.clock).await;
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("store.1");
    copied::make(&store, &path);
    let back = Store::open(&path, &of.unlock(), of.clock.clone()).unwrap();
    // On the box that is lost somebody signs in after the copy, and somebody else saw that code.
    of.clock.forward(30);
    let seen = code(&app, &of.clock);
    let step = identity.sign_in("王芳", password(PASSWORD), &peer()).await.unwrap();
    identity.sign_in_code(step.expose(), &seen, &peer()).await.unwrap();

    let identity = Identity::open(back.clone(), Realm::Crm, of.clock.clone()).await.unwrap();
    let step = identity.sign_in("王芳", password(PASSWORD), &peer()).await.unwrap();
    let tried = identity.sign_in_code(step.expose(), &seen, &peer()).await;
    let Err(Refused::Door(DoorRefused::JustRestored { retry_after })) = tried else {
        panic!("{tried:?}")
    };
    assert_eq!(retry_after, Duration::from_secs(120));
    of.clock.forward(119);
    let early = identity.sign_in_code(step.expose(), &code(&app, &of.clock), &peer()).await;
    assert!(matches!(early, Err(Refused::Door(DoorRefused::JustRestored { .. }))), "{early:?}");
    of.clock.forward(1);
    let old = identity.sign_in_code(step.expose(), &seen, &peer()).await;
    assert!(matches!(old, Err(Refused::Door(DoorRefused::WrongTotp { used: false, .. }))));
    identity.sign_in_code(step.expose(), &code(&app, &of.clock), &peer()).await.unwrap();
    // Another opening is one as any other.
    back.close(vault::Actor::default()).await.unwrap();
    drop((back, identity));
    let again = Store::open(&path, &of.unlock(), of.clock.clone()).unwrap();
    let identity = Identity::open(again, Realm::Crm, of.clock.clone()).await.unwrap();
    of.clock.forward(30);
    let step = identity.sign_in("王芳", password(PASSWORD), &peer()).await.unwrap();
    identity.sign_in_code(step.expose(), &code(&app, &of.clock), &peer()).await.unwrap();
}

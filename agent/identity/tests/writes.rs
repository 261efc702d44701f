//! What somebody does whose session ends, or whose role is taken away, while the request is under way.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{PASSWORD, TestBox, code, first, password, peer};
use identity::{Identity, Language, Realm, Refused, Role, Signed, TotpSecret};
use seal::numbers::{action, outcome, table};
use vault::{Actor, BatchError, Store};

/// Ends the session on the disk; what asks at the same time has its turn after this.
async fn ends(store: &Store, of: &Signed) {
    let session = of.session();
    let ended = store.write(Actor::default(), move |batch| {
        batch.delete(table::SESSIONS, session)?;
        Ok::<_, BatchError>(())
    });
    ended.await.unwrap().unwrap();
}

#[track_caller]
fn over<T: std::fmt::Debug>(done: Result<T, Refused>) {
    assert!(matches!(done, Err(Refused::SessionEnded)), "{done:?}");
}

async fn opened(realm: Realm) -> (TestBox, Store, Identity, TotpSecret, Signed) {
    let the_box = TestBox::new();
    let store = the_box.create();
    let identity = Identity::open(store.clone(), realm, the_box.clock.clone()).await.unwrap();
    let (secret, _, signed) = first(&identity, &the_box.clock).await;
    (the_box, store, identity, secret, signed)
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_and_password_stay_as_they_were() {
    let (the_box, store, identity, secret, signed) = opened(Realm::Crm).await;
    let english = Some(Language::En);
    let (_, changed) =
        tokio::join!(ends(&store, &signed), identity.change_settings(&signed, english, None));
    over(changed);
    the_box.clock.forward(30);
    let code = code(&secret, &the_box.clock);
    let (old, new) = (password(PASSWORD), password("春风又绿江南岸边几只鸭子"));
    over(identity.change_password(&signed, old, new, &code, &peer()).await);
    let step = identity.sign_in("王芳", password(PASSWORD), &peer()).await;
    assert!(step.is_ok(), "the old password is in force");
    let manager = signed.manager().unwrap();
    let me = identity.people(&manager).into_iter().next().unwrap();
    assert_eq!(me.language, Language::ZhCn);
    let entries = store.audit(None, 10).unwrap();
    let refused = |of: u32| {
        entries.iter().any(|it| it.action == Some(of) && it.outcome == Some(outcome::REFUSED))
    };
    assert!(refused(action::ACCOUNT_CHANGED) && refused(action::PASSWORD_CHANGED));
    store.close(Actor::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_invitations_people_and_codes_stay_as_they_were() {
    let (the_box, store, identity, secret, signed) = opened(Realm::Crm).await;
    let manager = signed.manager().unwrap();
    let staff = Role::Staff;
    let (made, _) = identity.invite(&manager, "Anna", staff, None).await.unwrap();
    the_box.clock.forward(30);
    let step = identity.sign_in("王芳", password(PASSWORD), &peer()).await.unwrap();
    let code = code(&secret, &the_box.clock);
    let (_, other) = identity.sign_in_code(step.expose(), &code, &peer()).await.unwrap();
    let (_, revoked) =
        tokio::join!(ends(&store, &signed), identity.revoke(&signed, other.session()));
    over(revoked);
    over(identity.invite(&manager, "Bert", staff, None).await);
    over(identity.withdraw(&manager, made.id).await);
    let me = signed.account();
    over(identity.change_person(&manager, me.id, me.version, None, None).await);
    over(identity.confirm(&manager).await);
    let other = other.manager().unwrap();
    identity.confirm(&other).await.unwrap();
    assert_eq!(identity.invitations(&other).unwrap(), [made]);
    store.close(Actor::default()).await.unwrap();

    let (_the_box, store, identity, _, signed) = opened(Realm::Admin).await;
    let admin = signed.admin().unwrap();
    let (_, made) = tokio::join!(ends(&store, &signed), identity.make_manager_code(&admin));
    over(made.map(|code| code.kept));
    assert_eq!(identity.manager_code().unwrap(), None);
    store.close(Actor::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_was_taken_away_gives_nothing_any_more() {
    let (_the_box, store, identity, _, signed) = opened(Realm::Crm).await;
    let (manager, id) = (signed.manager().unwrap(), signed.account().id);
    let lowered = store.write(Actor::default(), move |batch| {
        batch.change(table::ACCOUNTS, id, |fields| {
            let staff = seal::body::Value::Choice(seal::numbers::role::STAFF);
            fields.insert(seal::numbers::account::ROLE, staff);
        })?;
        Ok::<_, BatchError>(())
    });
    let (lowered, invited) =
        tokio::join!(lowered, identity.invite(&manager, "Anna", Role::Staff, None));
    lowered.unwrap().unwrap();
    over(invited);
    over(identity.confirm(&manager).await);
    // What is not the role's goes on.
    identity.confirm(&signed).await.unwrap();
    identity.change_settings(&signed, Some(Language::En), None).await.unwrap();
    store.close(Actor::default()).await.unwrap();
}

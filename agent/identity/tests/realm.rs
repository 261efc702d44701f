//! A realm over a real store: what was answered is on the disk.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{PASSWORD, TestBox, code, first, new_account, password, peer};
use identity::{
    DoorRefused, Identity, Language, PeopleRefused, Realm, Refused, Role, Secret, Signed,
    TotpSecret,
};
use seal::Version;
use seal::body::Value;
use seal::numbers::{account, action, outcome, table};
use vault::{Actor, Clock};

async fn sign_in(identity: &Identity, code: &str) -> Result<(Secret, Signed), Refused> {
    let step = identity.sign_in("王芳", password(PASSWORD), &peer()).await?;
    identity.sign_in_code(step.expose(), code, &peer()).await
}

fn is_send<T: Send>(what: T) -> T {
    what
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_answered_is_never_taken_again() {
    let the_box = TestBox::new();
    let store = the_box.create();
    let identity =
        Identity::open(store.clone(), Realm::Admin, the_box.clock.clone()).await.unwrap();
    assert!(!identity.has_accounts());
    let (secret, _, signed) = first(&identity, &the_box.clock).await;
    assert!(signed.admin().is_some() && signed.manager().is_none());
    let enrolled_with = code(&secret, &the_box.clock);
    let again = is_send(sign_in(&identity, &enrolled_with)).await;
    assert!(matches!(again, Err(Refused::Door(DoorRefused::WrongTotp { used: true, .. }))));

    the_box.clock.forward(30);
    let answered = code(&secret, &the_box.clock);
    let (token, _) = sign_in(&identity, &answered).await.unwrap();
    // The power goes with the answer; the box boots with its clock 25 s back.
    the_box.clock.set_back(25);
    let (cut, identity, _copy) = the_box.cut(Realm::Admin).await;
    let again = sign_in(&identity, &answered).await;
    assert!(matches!(again, Err(Refused::Door(DoorRefused::WrongTotp { used: true, .. }))));
    // The session of before goes on, and the next code is taken.
    assert!(identity.session(token.expose(), &peer()).is_some());
    the_box.clock.forward(60);
    assert!(sign_in(&identity, &code(&secret, &the_box.clock)).await.is_ok());
    cut.close(Actor::default()).await.unwrap();
    store.close(Actor::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_cannot_be_read_lets_no_stranger_be_the_first() {
    let the_box = TestBox::new();
    let store = the_box.create();
    let identity = Identity::open(store.clone(), Realm::Crm, the_box.clock.clone()).await.unwrap();
    let (_, _, signed) = first(&identity, &the_box.clock).await;
    let id = signed.account().id;
    let lost = store.write(Actor::default(), move |batch| {
        batch.delete(table::TOTP, id)?;
        batch.audit(action::ACCOUNT_CHANGED, outcome::ALLOWED);
        Ok::<(), vault::BatchError>(())
    });
    lost.await.unwrap().unwrap();
    let again = Identity::open(store, Realm::Crm, the_box.clock.clone()).await.unwrap();
    assert!(again.has_accounts());
    assert_eq!(again.unreadable(), 1);
    let refused = again.begin_first(new_account("Mallory", PASSWORD)).await;
    assert!(matches!(refused, Err(Refused::AlreadySetUp)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_account_is_named_and_the_others_sign_in() {
    let the_box = TestBox::new();
    let (store, identity) = the_box.crm().await;
    let (secret, _, signed) = first(&identity, &the_box.clock).await;
    let manager = signed.manager().unwrap();
    for (name, table) in [("Anna", table::ACCOUNTS), ("Bernd", table::TOTP)] {
        let (_, link) = identity.invite(&manager, name, Role::Manager, None).await.unwrap();
        let new = new_account(name, PASSWORD);
        let (step, setup) =
            identity.begin_invited(link.expose(), new, None, &peer()).await.unwrap();
        let bytes = data_encoding::BASE32_NOPAD.decode(setup.secret.as_bytes()).unwrap();
        let factor = TotpSecret::from_bytes(&bytes).unwrap();
        identity.enrol_code(step.expose(), &code(&factor, &the_box.clock), &peer()).unwrap();
        let (_, damaged) = identity.enrol_finish(step.expose(), &peer()).await.unwrap();
        the_box.mark(table, damaged.account().id);
    }
    let (store, identity) = the_box.reopen_damaged(store, Realm::Crm).await;
    assert_eq!(identity.unreadable(), 2);
    let named = store.audit(None, 10).unwrap();
    let named = named.iter().find(|it| it.action == Some(action::DAMAGE_FOUND)).unwrap();
    let reason = named.reason.as_deref().unwrap();
    assert!(reason.contains("of table 7: it was altered"), "{reason}");
    assert_eq!(named.records.len(), 2);
    the_box.clock.forward(60);
    assert!(sign_in(&identity, &code(&secret, &the_box.clock)).await.is_ok());
    for gone in ["Anna", "Bernd"] {
        let refused = identity.sign_in(gone, password(PASSWORD), &peer()).await;
        assert!(matches!(refused, Err(Refused::Door(DoorRefused::WrongCredentials))));
    }
    store.close(Actor::default()).await.unwrap();
}

/// The console's code is the way back: only who stands before the box reads it.
#[tokio::test(flavor = "multi_thread")]
async fn an_only_admin_who_is_damaged_counts_as_lost() {
    let the_box = TestBox::new();
    let store = the_box.create();
    let identity =
        Identity::open(store.clone(), Realm::Admin, the_box.clock.clone()).await.unwrap();
    let (_, token, signed) = first(&identity, &the_box.clock).await;
    the_box.mark(table::ACCOUNTS, signed.account().id);
    let (store, identity) = the_box.reopen_damaged(store, Realm::Admin).await;
    assert_eq!((identity.has_accounts(), identity.unreadable()), (false, 1));
    assert!(identity.session(token.expose(), &peer()).is_none());
    let (secret, _, _) = first(&identity, &the_box.clock).await;
    let (store, identity) = the_box.reopen(store, Realm::Admin).await;
    assert_eq!((identity.has_accounts(), identity.unreadable()), (true, 1));
    the_box.clock.forward(60);
    assert!(sign_in(&identity, &code(&secret, &the_box.clock)).await.is_ok());
    store.close(Actor::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_of_the_crm_ends_every_session() {
    let the_box = TestBox::new();
    let (store, identity) = the_box.crm().await;
    let (_, token, signed) = first(&identity, &the_box.clock).await;
    assert!(signed.manager().is_some() && signed.admin().is_none());
    assert!(identity.session(token.expose(), &peer()).is_some());
    // When it was last used is noted now and then, and outlives the session.
    the_box.clock.forward(20 * 60);
    assert!(identity.session(token.expose(), &peer()).is_some());
    identity.tick().await.unwrap();
    let (manager, id, last) = (signed.manager().unwrap(), signed.account().id, the_box.clock.now());
    let mut store = store;
    for _ in 0..2 {
        let (again, identity) = the_box.reopen(store, Realm::Crm).await;
        store = again;
        assert!(identity.has_accounts());
        assert!(identity.session(token.expose(), &peer()).is_none());
        assert_eq!(identity.last_seen(&manager, id), Some(last.wall));
        the_box.clock.forward(60);
    }
    store.close(Actor::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn revoking_is_over_when_it_returns_and_touches_no_one_elses() {
    let the_box = TestBox::new();
    let (store, identity) = the_box.crm().await;
    let (secret, token, signed) = first(&identity, &the_box.clock).await;
    the_box.clock.forward(30);
    let (other, _) = sign_in(&identity, &code(&secret, &the_box.clock)).await.unwrap();
    let listed = identity.sessions(&signed);
    assert_eq!(listed.len(), 2);
    let newest = listed.first().unwrap().id;
    assert_ne!(newest, signed.session());
    identity.revoke(&signed, newest).await.unwrap();
    assert!(identity.session(other.expose(), &peer()).is_none());
    assert!(identity.session(token.expose(), &peer()).is_some());
    assert!(matches!(identity.revoke(&signed, newest).await, Err(Refused::NotFound)));
    assert!(identity.is_alive(&signed));
    identity.revoke(&signed, signed.session()).await.unwrap();
    assert!(!identity.is_alive(&signed));
    assert!(identity.session(token.expose(), &peer()).is_none());
    store.close(Actor::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_or_an_account_that_went_on_the_way_in_opens_nothing() {
    let (disabled, another) = (Value::YesNo(true), Value::Text("$argon2id$another".to_owned()));
    for (field, value) in [(account::DISABLED, disabled), (account::PASSWORD, another)] {
        let the_box = TestBox::new();
        let (store, identity) = the_box.crm().await;
        let (secret, _, signed) = first(&identity, &the_box.clock).await;
        the_box.clock.forward(30);
        let step = identity.sign_in("王芳", password(PASSWORD), &peer()).await.unwrap();
        let (id, code, here) = (signed.account().id, code(&secret, &the_box.clock), peer());
        let (go, wait) = std::sync::mpsc::channel();
        let changed = store.write(Actor::default(), move |batch| {
            wait.recv().unwrap();
            batch.change(table::ACCOUNTS, id, |fields| drop(fields.insert(field, value)))?;
            Ok::<_, vault::BatchError>(())
        });
        let code = identity.sign_in_code(step.expose(), &code, &here);
        // Each is begun in this order: the change, the code, the end of waiting.
        let (changed, entered, ()) = tokio::join!(changed, code, async { go.send(()).unwrap() });
        changed.unwrap().unwrap();
        assert!(matches!(entered, Err(Refused::Door(DoorRefused::StepGone))), "{entered:?}");
        let mut sessions = 0;
        store.load(table::SESSIONS, |_, _, _| sessions += 1).unwrap();
        assert_eq!(sessions, 1, "the first one's own");
        store.close(Actor::default()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_look_alike_and_are_in_the_log() {
    let the_box = TestBox::new();
    let (store, identity) = the_box.crm().await;
    let (_, _, signed) = first(&identity, &the_box.clock).await;
    for (name, text) in [("nobody", PASSWORD), ("王芳", "lampe-wolke-8-fahrrad")] {
        let refused = identity.sign_in(name, password(text), &peer()).await;
        assert!(matches!(refused, Err(Refused::Door(DoorRefused::WrongCredentials))));
    }
    let entries = store.audit(None, 10).unwrap();
    let refusals = entries.iter().filter(|entry| {
        entry.action == Some(action::SIGN_IN_REFUSED) && entry.outcome == Some(outcome::REFUSED)
    });
    let reasons: Vec<_> = refusals.map(|entry| entry.reason.as_deref()).collect();
    assert_eq!(reasons, [Some("wrong-credentials"); 2]);
    let wrong = sign_in(&identity, "000000").await;
    assert!(matches!(wrong, Err(Refused::Door(DoorRefused::WrongTotp { .. }))));
    let entries = store.audit(None, 1).unwrap();
    let last = entries.first().unwrap();
    assert_eq!(last.account, Some(signed.account().id));
    assert_eq!(last.reason.as_deref(), Some("wrong-totp"), "the password was right");
    let twice = identity.begin_first(new_account("Anna", PASSWORD)).await;
    assert!(matches!(twice, Err(Refused::AlreadySetUp)));
    store.close(Actor::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_agreed_stands_on_the_locked_page() {
    for shown in [true, false] {
        let the_box = TestBox::new();
        let (store, identity) = the_box.crm().await;
        let new = new_account("王芳", PASSWORD);
        let (step, setup) = identity.begin_first_shown(new, shown, None).await.unwrap();
        assert_eq!(identity.unlockers().unwrap(), Vec::<String>::new());
        let bytes = data_encoding::BASE32_NOPAD.decode(setup.secret.as_bytes()).unwrap();
        let secret = TotpSecret::from_bytes(&bytes).unwrap();
        identity.enrol_code(step.expose(), &code(&secret, &the_box.clock), &peer()).unwrap();
        let (_, signed) = identity.enrol_finish(step.expose(), &peer()).await.unwrap();
        let named = if shown { vec!["王芳".to_owned()] } else { Vec::new() };
        assert_eq!(identity.unlockers().unwrap(), named);
        // What they change of their account leaves it as it is.
        identity.change_settings(&signed, None, Some("Europe/Berlin")).await.unwrap();
        assert_eq!(identity.unlockers().unwrap(), named);
        store.close(Actor::default()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_begin_at_once_one_becomes_the_first() {
    let the_box = TestBox::new();
    let (store, identity) = the_box.crm().await;
    let mut steps = Vec::new();
    for name in ["Anna", "王芳"] {
        let (step, setup) = identity.begin_first(new_account(name, PASSWORD)).await.unwrap();
        let bytes = data_encoding::BASE32_NOPAD.decode(setup.secret.as_bytes()).unwrap();
        let secret = TotpSecret::from_bytes(&bytes).unwrap();
        identity.enrol_code(step.expose(), &code(&secret, &the_box.clock), &peer()).unwrap();
        steps.push(step);
    }
    let [one, other] = steps.as_slice() else { panic!() };
    let here = peer();
    let (one, other) = tokio::join!(
        identity.enrol_finish(one.expose(), &here),
        identity.enrol_finish(other.expose(), &here),
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    let refused = one.err().or(other.err());
    assert!(matches!(refused, Some(Refused::AlreadySetUp)), "{refused:?}");
    store.close(Actor::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_wants_the_old_one_and_a_code_and_ends_the_other_sessions() {
    let the_box = TestBox::new();
    let (store, identity) = the_box.crm().await;
    let (secret, token, signed) = first(&identity, &the_box.clock).await;
    the_box.clock.forward(30);
    let (other, _) = sign_in(&identity, &code(&secret, &the_box.clock)).await.unwrap();
    the_box.clock.forward(30);
    let good = code(&secret, &the_box.clock);
    let new = "春风又绿江南岸边几只鸭子";
    let change = |current: &'static str, new: &'static str, code: String| {
        let (identity, signed) = (identity.clone(), signed.clone());
        async move {
            let (current, new) = (password(current), password(new));
            identity.change_password(&signed, current, new, &code, &peer()).await
        }
    };
    let weak = change(PASSWORD, "short", good.clone()).await;
    assert!(matches!(weak, Err(Refused::Password(_))));
    let wrong = change("lampe-wolke-8-fahrrad", new, good.clone()).await;
    assert!(matches!(wrong, Err(Refused::Door(DoorRefused::WrongCredentials))));
    let no_code = change(PASSWORD, new, "000000".to_owned()).await;
    assert!(matches!(no_code, Err(Refused::Door(DoorRefused::WrongTotp { .. }))));
    change(PASSWORD, new, good.clone()).await.unwrap();
    assert!(identity.session(token.expose(), &peer()).is_some());
    assert!(identity.session(other.expose(), &peer()).is_none());
    let old = identity.sign_in("王芳", password(PASSWORD), &peer()).await;
    assert!(matches!(old, Err(Refused::Door(DoorRefused::WrongCredentials))));
    let step = identity.sign_in("王芳", password(new), &peer()).await.unwrap();
    let used = identity.sign_in_code(step.expose(), &good, &peer()).await;
    assert!(matches!(used, Err(Refused::Door(DoorRefused::WrongTotp { used: true, .. }))));
    store.close(Actor::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_change_and_the_last_manager_stays_one() {
    let the_box = TestBox::new();
    let (store, identity) = the_box.crm().await;
    let (_, token, signed) = first(&identity, &the_box.clock).await;
    let zone = identity.change_settings(&signed, None, Some("Nowhere; rm")).await;
    assert!(matches!(zone, Err(Refused::TimeZone)));
    let changed =
        identity.change_settings(&signed, Some(Language::En), Some("Europe/Berlin")).await;
    let changed = changed.unwrap();
    assert_eq!((changed.language, changed.time_zone.as_str()), (Language::En, "Europe/Berlin"));
    let manager = signed.manager().unwrap();
    assert_eq!(identity.people(&manager), std::slice::from_ref(&changed));
    let (id, version) = (changed.id, changed.version);
    let off = identity.change_person(&manager, id, version, None, Some(true)).await;
    assert!(matches!(off, Err(Refused::People(PeopleRefused::LastKeeper))));
    let down = identity.change_person(&manager, id, version, Some(Role::Staff), None).await;
    assert!(matches!(down, Err(Refused::People(PeopleRefused::LastKeeper))));
    let stale = identity.change_person(&manager, id, Version(1), None, None).await;
    let Err(Refused::ChangedMeanwhile { current }) = stale else { panic!("{stale:?}") };
    assert_eq!(*current, changed);
    assert!(identity.session(token.expose(), &peer()).is_some());
    store.close(Actor::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_knows_how_long_a_session_was_idle() {
    let the_box = TestBox::new();
    let store = the_box.create();
    let identity =
        Identity::open(store.clone(), Realm::Admin, the_box.clock.clone()).await.unwrap();
    let (_, token, _) = first(&identity, &the_box.clock).await;
    for _ in 0..4 {
        the_box.clock.forward(20 * 60);
        assert!(identity.session(token.expose(), &peer()).is_some());
        identity.tick().await.unwrap();
    }
    // 80 minutes old, last seen now: a restart does not end it; idle for half an hour does.
    let (store, identity) = the_box.reopen(store, Realm::Admin).await;
    assert!(identity.session(token.expose(), &peer()).is_some());
    the_box.clock.forward(30 * 60);
    assert!(identity.session(token.expose(), &peer()).is_none());
    identity.tick().await.unwrap();
    let entries = store.audit(None, 3).unwrap();
    assert!(entries.iter().any(|entry| entry.action == Some(action::SESSION_EXPIRED)));
    store.close(Actor::default()).await.unwrap();
}

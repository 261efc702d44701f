//! People who are invited, over a real store.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{TestBox, code, first, new_account, peer};
use identity::repeated::Repeat;
use identity::{
    DoorRefused, INVITED_FOR, Identity, MANAGER_CODE_FOR, Manager, Peer, PeopleRefused, Realm,
    Refused, Role, Secret, Signed, TotpSecret,
};
use seal::numbers::action;
use vault::Actor;

const OTHER: &str = "tonnerre-bleu-sous-la-pluie";

async fn enrol(
    the_box: &TestBox,
    identity: &Identity,
    link: &str,
    name: &str,
) -> Result<(Secret, Signed), Refused> {
    let (step, setup) =
        identity.begin_invited(link, new_account(name, OTHER), None, &peer()).await?;
    let bytes = data_encoding::BASE32_NOPAD.decode(setup.secret.as_bytes()).unwrap();
    let secret = TotpSecret::from_bytes(&bytes).unwrap();
    identity.enrol_code(step.expose(), &code(&secret, &the_box.clock), &peer())?;
    identity.enrol_finish(step.expose(), &peer()).await
}

async fn office(the_box: &TestBox) -> (vault::Store, Identity, Signed, Manager) {
    let (store, identity) = the_box.crm().await;
    let (_, _, signed) = first(&identity, &the_box.clock).await;
    let manager = signed.manager().unwrap();
    (store, identity, signed, manager)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_lets_one_person_in_once() {
    let the_box = TestBox::new();
    let (store, identity, _, manager) = office(&the_box).await;
    let (made, link) = identity.invite(&manager, "Anna", Role::Staff, None).await.unwrap();
    assert_eq!(identity.invitations(&manager).unwrap(), std::slice::from_ref(&made));
    assert_eq!(identity.invited(link.expose(), &peer()).unwrap(), made);
    let taken = enrol(&the_box, &identity, link.expose(), "王芳").await;
    assert!(matches!(taken, Err(Refused::People(PeopleRefused::NameTaken))));
    // Two who share the link: whoever is done first is in.
    let (one, other) = tokio::join!(
        enrol(&the_box, &identity, link.expose(), "Anna"),
        enrol(&the_box, &identity, link.expose(), "Hanna"),
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    let (_, signed) = one.or(other).unwrap();
    assert!(signed.editor().is_some() && signed.manager().is_none());
    let again = identity.invited(link.expose(), &peer());
    assert!(matches!(again, Err(Refused::InvitationGone)));
    assert!(identity.invitations(&manager).unwrap().is_empty());
    store.close(Actor::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn taken_back_over_or_guessed_it_opens_nothing() {
    let the_box = TestBox::new();
    let (store, identity, _, manager) = office(&the_box).await;
    let (made, link) = identity.invite(&manager, "Anna", Role::Staff, None).await.unwrap();
    identity.withdraw(&manager, made.id).await.unwrap();
    let gone = identity.invited(link.expose(), &peer());
    assert!(matches!(gone, Err(Refused::InvitationGone)));
    assert!(matches!(identity.withdraw(&manager, made.id).await, Err(Refused::NotFound)));
    let (_, link) = identity.invite(&manager, "Anna", Role::Staff, None).await.unwrap();
    the_box.clock.forward(INVITED_FOR / 1_000);
    let over = identity.invited(link.expose(), &peer());
    assert!(matches!(over, Err(Refused::InvitationGone)));
    let refused = (0..10).find_map(|_| match identity.invited("guess", &peer()) {
        Err(Refused::Door(DoorRefused::SlowDown { .. })) => Some(()),
        _ => None,
    });
    assert!(refused.is_some());
    let wrong = identity.invite(&manager, "Bob", Role::Admin, None).await;
    assert!(matches!(wrong, Err(Refused::People(PeopleRefused::NoSuchRole(Role::Admin)))));
    store.close(Actor::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_disabled_is_out_at_once_and_of_two_managers_one_stays() {
    let the_box = TestBox::new();
    let (store, identity, signed, manager) = office(&the_box).await;
    let (_, link) = identity.invite(&manager, "Anna", Role::Manager, None).await.unwrap();
    let (token, anna) = enrol(&the_box, &identity, link.expose(), "Anna").await.unwrap();
    let (hers, mine) = (anna.account(), signed.account());
    let off = identity.change_person(&manager, hers.id, hers.version, None, Some(true)).await;
    let off = off.unwrap();
    assert!(identity.session(token.expose(), &peer()).is_none());
    assert!(!identity.is_alive(&anna));
    let staff = Some(Role::Staff);
    let on = identity.change_person(&manager, hers.id, off.version, staff, Some(false)).await;
    assert!(identity.session(token.expose(), &peer()).is_none(), "the old session stays over");
    // A request that was under way when she was disabled does nothing any more.
    let her_handle = anna.manager().unwrap();
    let late = identity.invite(&her_handle, "Carla", Role::Staff, None).await;
    assert!(matches!(late, Err(Refused::SessionEnded)), "{late:?}");
    let late = identity.change_person(&her_handle, hers.id, on.unwrap().version, None, None).await;
    assert!(matches!(late, Err(Refused::SessionEnded)), "{late:?}");
    // Both managers step down at the same time.
    let (_, link) = identity.invite(&manager, "Berta", Role::Manager, None).await.unwrap();
    let (_, berta) = enrol(&the_box, &identity, link.expose(), "Berta").await.unwrap();
    let (hers, her_handle) = (berta.account(), berta.manager().unwrap());
    let (one, other) = tokio::join!(
        identity.change_person(&manager, mine.id, mine.version, staff, None),
        identity.change_person(&her_handle, hers.id, hers.version, staff, None),
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    let refused = one.err().or(other.err());
    assert!(matches!(refused, Some(Refused::People(PeopleRefused::LastKeeper))), "{refused:?}");
    let left = identity.people(&manager).iter().filter(|a| a.role == Role::Manager).count();
    assert_eq!(left, 1);
    store.close(Actor::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_code_of_the_manager_is_the_one_and_is_forgotten_when_used() {
    let the_box = TestBox::new();
    let store = the_box.create();
    let identity =
        Identity::open(store.clone(), Realm::Admin, the_box.clock.clone()).await.unwrap();
    let (_, _, signed) = first(&identity, &the_box.clock).await;
    let admin = signed.admin().unwrap();
    assert_eq!(identity.manager_code().unwrap(), None);
    let old = identity.make_manager_code(&admin).await.unwrap();
    let new = identity.make_manager_code(&admin).await.unwrap();
    assert_ne!(*old.code, *new.code);
    assert_eq!(identity.manager_code().unwrap(), Some(new.kept));
    assert_eq!(identity::code_hash(&new.code), new.kept.sha256);
    assert!(!format!("{new:?}").contains(new.code.as_str()));
    the_box.clock.forward(MANAGER_CODE_FOR / 1_000);
    assert_eq!(identity.manager_code().unwrap(), None);
    identity.forget_manager_code().await.unwrap();
    identity.forget_manager_code().await.unwrap();
    let log = store.audit(None, 200).unwrap();
    let count = |action| log.iter().filter(|entry| entry.action == Some(action)).count();
    let counts = [action::CODE_MADE, action::CODE_USED, action::INVITATION_WITHDRAWN].map(count);
    assert_eq!(counts, [2, 1, 0]);
    store.close(Actor::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_gives_one_link_and_after_a_restart_a_new_one_in_its_place() {
    let the_box = TestBox::new();
    let (store, identity, signed, manager) = office(&the_box).await;
    let repeat = Some(Repeat { key: [5; 16], request: [1; 32] });
    let invite = |identity: Identity| {
        let manager = manager.clone();
        async move { identity.invite(&manager, "Anna", Role::Staff, repeat).await }
    };
    let (made, link) = invite(identity.clone()).await.unwrap();
    let (again, same) = invite(identity.clone()).await.unwrap();
    assert_eq!((&made, link.expose()), (&again, same.expose()));
    // Another process over the same store: what the links are made of is gone.
    let other = Identity::open(store.clone(), Realm::Admin, the_box.clock.clone()).await.unwrap();
    let (again, fresh) = invite(other.clone()).await.unwrap();
    assert_eq!(made, again);
    assert_ne!(link.expose(), fresh.expose());
    assert_eq!(other.invited(fresh.expose(), &peer()).unwrap(), made);
    let former = other.invited(link.expose(), &peer());
    assert!(matches!(former, Err(Refused::InvitationGone)), "{former:?}");
    assert_eq!(other.invitations(&manager).unwrap().len(), 1);
    drop(signed);
    store.close(Actor::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_of_who_enrols_are_in_the_log_and_do_not_fill_it() {
    let the_box = TestBox::new();
    let (store, identity, _, manager) = office(&the_box).await;
    let (_, link) = identity.invite(&manager, "Anna", Role::Staff, None).await.unwrap();
    let stranger = Peer::new("192.168.8.66".parse().unwrap(), "curl");
    // Somebody with the link begins anew whenever they have had their tries.
    let mut wrong = 0;
    while wrong < 60 {
        let new = new_account("Anna", OTHER);
        let (step, _) = identity.begin_invited(link.expose(), new, None, &stranger).await.unwrap();
        while let Err(Refused::Door(DoorRefused::WrongTotp { .. })) =
            identity.enrol_code(step.expose(), "000000", &stranger)
        {
            wrong += 1;
        }
    }
    identity.tick().await.unwrap();
    // The log takes them within a second; whatever is written next has them before it.
    identity.withdraw(&manager, identity.invitations(&manager).unwrap()[0].id).await.unwrap();
    let entries = store.audit(None, 200).unwrap();
    let refused: Vec<_> = entries
        .iter()
        .filter(|entry| entry.action == Some(action::ENROL_REFUSED))
        .map(|entry| (entry.address, entry.reason.as_deref(), entry.count))
        .collect();
    let single = (Some(stranger.address), Some("totp"), None);
    assert_eq!(refused.iter().filter(|entry| **entry == single).count(), 30, "{refused:?}");
    let counted = (None, Some("counted"), Some(wrong - 30));
    // The first code of whoever set this up was wrong, too.
    assert_eq!(refused.len(), 32, "{refused:?}");
    assert!(refused.contains(&counted), "{refused:?}");
    store.close(Actor::default()).await.unwrap();
}

fn kept(store: &vault::Store) -> usize {
    let mut count = 0;
    store.load(seal::numbers::table::INVITATIONS, |_, _, _| count += 1).unwrap();
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_leaves_the_store_a_day_later() {
    let the_box = TestBox::new();
    let (store, identity, _, manager) = office(&the_box).await;
    for name in ["Anna", "Bob"] {
        identity.invite(&manager, name, Role::Staff, None).await.unwrap();
    }
    the_box.clock.forward(INVITED_FOR / 1_000);
    identity.invite(&manager, "Carla", Role::Staff, None).await.unwrap();
    identity.tick().await.unwrap();
    assert_eq!(kept(&store), 3, "the clock may have been ahead");
    // Also those that an earlier process knew.
    let (store, identity) = the_box.reopen(store, Realm::Crm).await;
    the_box.clock.forward(24 * 60 * 60 + 1);
    identity.tick().await.unwrap();
    assert_eq!(kept(&store), 1);
    let told = |store: &vault::Store| {
        let log = store.audit(None, 200).unwrap();
        log.iter().filter(|entry| entry.action == Some(action::INVITATION_EXPIRED)).count()
    };
    assert_eq!(told(&store), 1, "one entry for all");
    identity.tick().await.unwrap();
    assert_eq!(told(&store), 1);
    store.close(Actor::default()).await.unwrap();
}

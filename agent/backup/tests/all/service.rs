//! Copies that are taken on time: to a real server over TLS, by the service that the applications use.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use backup::service::{
    Around, Bucket, Chosen, Doing, Folder, Found, Parts, Place, Rest, STRETCH, Said, Service, Told,
    Why,
};
use backup::{
    BoxKey, Clock, Keep, KeyRepository, ObjectLock, Protection, Repository, Restic, S3Style,
    SftpSignIn, Sheet, SheetKey, Trust,
};
use events::Secret;
use seal::RecordId;

use crate::bucket;
use crate::nas::{NAME, Nas, PASSWORD};
use crate::sshd::{self, Sshd};
use crate::store::{DAY, Shop, contacts};

pub const ID: RecordId = RecordId([7; 16]);
/// Longer than any step here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Office {
    pub shop: Shop,
    pub service: Service,
    said: Arc<Mutex<Vec<Said>>>,
}

pub fn chosen(nas: &Nas) -> Chosen {
    chosen_in(nas, "crm")
}

pub fn chosen_in(nas: &Nas, folder: &str) -> Chosen {
    let rest = Rest {
        address: format!("https://{NAME}:{}/box/{folder}", nas.port),
        user: "box".to_owned(),
        password: Secret::new(PASSWORD.to_owned()),
        authority: Some(nas.authority.pem.clone()),
    };
    let key = SheetKey::new().unwrap();
    let made = crate::store::START;
    let (name, place) = ("NAS".to_owned(), Place::Rest(rest));
    Chosen { name, place, key, keep: Keep::default(), limit: None, made, sheet: None }
}

pub fn around(clock: Arc<Clock>) -> Around {
    Around {
        clock,
        authorities: "/nowhere".into(),
        resolve: Arc::new(|host| {
            if host == NAME { vec![IpAddr::V4(Ipv4Addr::LOCALHOST)] } else { Vec::new() }
        }),
        minute: Arc::new(|_| Some(600)),
        name: "/crm".to_owned(),
        host: "gatehouse".to_owned(),
    }
}

fn rest(chosen: &mut Chosen) -> &mut Rest {
    match &mut chosen.place {
        Place::Rest(rest) => rest,
        Place::S3(_) | Place::Sftp(_) => panic!("another"),
    }
}

impl Office {
    fn new() -> Self {
        Self::looking(STRETCH)
    }

    /// That looks at the clock so often.
    pub fn looking(stretch: Duration) -> Self {
        let shop = Shop::new();
        let (said, time) = (Arc::new(Mutex::new(Vec::new())), shop.time.clone());
        let to = Arc::clone(&said);
        let service = Service::new(Parts {
            store: shop.store.clone(),
            path: shop.folder.path().join("store.1"),
            directory: shop.folder.path().join("copies"),
            scratch: shop.folder.path().join("drill"),
            around: around(Arc::new(move || ::vault::Clock::now(&time).wall)),
            stretch,
            say: Arc::new(move |said| to.lock().unwrap().push(said)),
        });
        Self { shop, service, said }
    }

    /// How the target does, once this is so.
    pub fn until(&self, what: &str, is_so: impl Fn(&Told) -> bool) -> Told {
        let begun = Instant::now();
        loop {
            let told = self.service.told(ID).unwrap();
            if is_so(&told) {
                return told;
            }
            assert!(begun.elapsed() < PATIENCE, "{what}: {told:?}");
            std::thread::yield_now();
        }
    }

    pub fn rests(&self) -> Told {
        self.until("it rests", |told| told.doing.is_none() && told.next.is_some())
    }
}

/// A blank box that has the sheet and nothing else.
fn restored(nas: &Nas, chosen: &Chosen, shop: &Shop, name: &str) -> Vec<String> {
    let sheet = chosen.sheet();
    let here = || Arc::new(|| vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]);
    let login =
        || backup::Login::new(sheet.user.clone(), password(sheet.password.reveal())).unwrap();
    let address: backup::RestAddress = sheet.at.parse().unwrap();
    let trust = || Trust::These(nas.authority.pem.clone());
    let target =
        |address| Arc::new(backup::RestServer::new(address, &login(), trust(), here()).unwrap());
    let keys = target(address.of_keys());
    let key = SheetKey::parse(&sheet.key.text()).unwrap();
    let clock = shop.time.of_copies();
    let copies =
        Restic::open(target(address), &key.of_copies(), crate::store::names(), clock.clone());
    let copies = copies.unwrap();
    let keys = KeyRepository::open(keys, &key.of_keys(), crate::store::names(), clock).unwrap();
    let newest = copies.copies().unwrap().copies.pop().unwrap();
    let to = shop.blank(name);
    backup::restore(&copies, &newest, &keys, &to).unwrap();
    contacts(&shop.open(&to))
}

fn password(text: &str) -> backup::Password {
    backup::Password::new(text.to_owned())
}

#[test]
fn a_target_gets_copies_on_time_and_a_drill_and_a_blank_box_comes_back_from_its_sheet() {
    let nas = Nas::start(&["--private-repos"]);
    let office = Office::new();
    office.shop.contact("Anna");
    let chosen = chosen(&nas);
    office.service.put(ID, chosen.clone()).unwrap();
    let told = office.rests();
    assert_eq!((told.failing, told.drill_failed), (None, None));
    assert_eq!(told.kept.protection, Some(Protection::Deletes));
    let drill = told.kept.drill.unwrap();
    assert!(drill.good, "{drill:?}");
    assert!(drill.rows.iter().any(|[table, open, ..]| (*table, *open) == (16, 1)), "{drill:?}");
    assert_eq!(restored(&nas, &chosen, &office.shop, "first"), ["Anna"]);

    // Nothing changed: nothing is sent, and what is there is as good as new.
    let before = told.kept.copied.unwrap();
    office.shop.time.forward(11 * 60_000);
    office.service.drill(ID);
    let told = office.until("it looked", |told| told.kept.good > Some(before.at + 10 * 60_000));
    assert_eq!(told.kept.copied.unwrap(), before);

    office.shop.contact("李雷");
    office.shop.time.forward(11 * 60_000);
    office.service.drill(ID);
    let told = office.until("a journal", |told| told.kept.copied.unwrap().at > before.at);
    assert!(told.kept.copied.unwrap().sent < 1 << 20);
    assert_eq!(restored(&nas, &chosen, &office.shop, "second"), ["Anna", "李雷"]);
    let stock = nas.restic(&chosen.key.text(), &["check", "--read-data"]);
    assert!(stock.contains("no errors were found"), "{stock}");

    // A restart remembers, and copies anew from the beginning.
    office.service.end();
    office.shop.contact("Carla");
    office.shop.time.forward(60_000);
    office.service.put(ID, chosen.clone()).unwrap();
    assert!(office.service.told(ID).unwrap().kept.drill.is_some());
    let at = told.kept.copied.unwrap().at;
    office.until("a whole copy", |told| told.kept.copied.unwrap().at > at);
    office.rests();
    assert_eq!(restored(&nas, &chosen, &office.shop, "third"), ["Anna", "Carla", "李雷"]);
    assert_eq!(*office.said.lock().unwrap(), []);
}

#[test]
fn a_bucket_that_locks_takes_copies_and_gives_them_back_to_a_blank_box() {
    let store = bucket::Store::start(&[]);
    let office = Office::new();
    office.shop.contact("Anna");
    let [key_id, secret] = store.key_of("box");
    let days = NonZeroU16::new(3_650);
    let in_bucket = |bucket: &str, secret: &str| {
        let place = Place::S3(Bucket {
            endpoint: format!("https://{NAME}:{}", store.port),
            region: "us-east-1".to_owned(),
            bucket: bucket.to_owned(),
            prefix: bucket::PREFIX.to_owned(),
            style: S3Style::Path,
            key_id: key_id.clone(),
            secret: Secret::new(secret.to_owned()),
            authority: Some(store.authority.pem.clone()),
            lock_days: days,
        });
        let key = SheetKey::new().unwrap();
        let (name, made) = ("Cloud".to_owned(), crate::store::START);
        Chosen { name, place, key, keep: Keep::default(), limit: None, made, sheet: None }
    };
    for (chosen, why) in [
        (in_bucket("locked", "hunter2"), Why::WrongLogin),
        (in_bucket("no-such-bucket", &secret), Why::WrongPlace),
        (in_bucket("copies", &secret), Why::NoObjectLock),
    ] {
        office.service.put(ID, chosen).unwrap();
        let told = office.until("it failed", |told| told.failing.is_some());
        assert_eq!(told.failing.unwrap().why, why);
        office.service.remove(ID);
    }
    let chosen = in_bucket("locked", &secret);
    office.service.put(ID, chosen.clone()).unwrap();
    let told = office.rests();
    assert_eq!((told.failing, told.drill_failed), (None, None));
    let lock = ObjectLock { days: days.map(NonZeroU16::get) };
    assert_eq!(told.kept.protection, Some(Protection::Locked(lock)));
    assert!(told.kept.drill.unwrap().good);
    store.restic("locked", &chosen.key.text(), &["check", "--read-data"]);

    // What is printed is all that a blank box has.
    let sheet = Sheet::parse(chosen.sheet().text().reveal()).unwrap();
    let place = Place::of_sheet(&sheet).unwrap();
    let found = Found::open(&around(bucket::wall()), &place, &sheet.key).unwrap();
    let to = office.shop.blank("bucket");
    found.restore(None, &to).unwrap();
    assert_eq!(contacts(&office.shop.open(&to)), ["Anna"]);
}

#[test]
fn a_nas_over_sftp_takes_copies_and_gives_them_back_to_a_blank_box() {
    let (nas, other) = (Sshd::start(), Sshd::start());
    let office = Office::new();
    office.shop.contact("Anna");
    let own = BoxKey::new().unwrap();
    let folder = || Folder {
        server: format!("sftp://{NAME}:{}", nas.port),
        folder: sshd::FOLDER.to_owned(),
        host_key: nas.host_key(),
        user: "box".to_owned(),
        sign_in: SftpSignIn::Password,
        secret: Secret::new(sshd::PASSWORD.to_owned()),
    };
    let by_key = || {
        let secret = Secret::new(own.text().to_string());
        Folder { sign_in: SftpSignIn::Key, secret, ..folder() }
    };
    let chosen = |folder: Folder| {
        let (key, place) = (SheetKey::new().unwrap(), Place::Sftp(folder));
        let (name, made) = ("NAS".to_owned(), crate::store::START);
        Chosen { name, place, key, keep: Keep::default(), limit: None, made, sheet: None }
    };
    for (wrong, why) in [
        (Folder { secret: Secret::new("hunter3".to_owned()), ..folder() }, Why::WrongLogin),
        (by_key(), Why::WrongLogin),
        (Folder { host_key: other.host_key(), ..folder() }, Why::HostKey),
        (Folder { folder: "/copeis/crm".to_owned(), ..folder() }, Why::WrongPlace),
        (Folder { user: "reader".to_owned(), ..folder() }, Why::Refused),
        (Folder { server: "sftp://other.example".to_owned(), ..folder() }, Why::Unreachable),
    ] {
        office.service.put(ID, chosen(wrong)).unwrap();
        let told = office.until("it failed", |told| told.failing.is_some());
        assert_eq!(told.failing.unwrap().why, why);
        office.service.remove(ID);
    }
    let said = std::mem::take(&mut *office.said.lock().unwrap());
    let [Said::Wants { host, port: 22, .. }] = &said[..] else { panic!("{said:?}") };
    assert_eq!(host, "other.example");

    // First with the password, then with the key, in the same place.
    let first = chosen(folder());
    nas.authorize(&own);
    let with_key = Chosen { place: Place::Sftp(by_key()), ..first.clone() };
    let mut names = Vec::new();
    for (chosen, contact) in [(first, "李雷"), (with_key, "Carla")] {
        office.shop.contact(contact);
        office.shop.time.forward(11 * 60_000);
        office.service.put(ID, chosen.clone()).unwrap();
        let told = office.rests();
        assert_eq!((told.failing, told.drill_failed), (None, None));
        assert_eq!(told.kept.protection, Some(Protection::Deletes));
        assert!(told.kept.drill.unwrap().good);
        let stock = nas.restic(&chosen.key.text(), &["check", "--read-data"]);
        assert!(stock.contains("no errors were found"), "{stock}");
        assert!(nas.folder(&format!("{}-keys/config", sshd::FOLDER)).exists());

        // What is printed is all that a blank box has.
        let sheet = Sheet::parse(chosen.sheet().text().reveal()).unwrap();
        let place = Place::of_sheet(&sheet).unwrap();
        let found = Found::open(&around(bucket::wall()), &place, &sheet.key).unwrap();
        let to = office.shop.blank(contact);
        found.restore(None, &to).unwrap();
        names.push(contacts(&office.shop.open(&to)));
    }
    assert_eq!(names, [vec!["Anna", "李雷"], vec!["Anna", "Carla", "李雷"]]);
}

#[test]
fn each_trouble_is_one_line_and_nothing_is_lost() {
    let nas = Nas::start(&["--private-repos"]);
    let office = Office::new();
    office.shop.contact("Anna");
    let right = chosen(&nas);
    let altered = |change: &dyn Fn(&mut Rest)| {
        let mut altered = right.clone();
        change(rest(&mut altered));
        altered
    };
    let fails = |chosen: Chosen, why: Why| {
        office.service.put(ID, chosen).unwrap();
        let told = office.until("it failed", |told| told.failing.is_some());
        assert_eq!(told.failing.unwrap().why, why);
        assert_eq!(told.kept.good, None);
    };
    fails(altered(&|rest| rest.password = Secret::new("wrong".to_owned())), Why::WrongLogin);
    fails(
        altered(&|rest| rest.address = "https://other.example/box/crm".to_owned()),
        Why::Unreachable,
    );
    fails(altered(&|rest| rest.authority = None), Why::CertificateAuthority);
    let said = office.said.lock().unwrap().clone();
    let [Said::Wants { host, port: 443, name }] = &said[..] else { panic!("{said:?}") };
    assert_eq!((host.as_str(), name.as_str()), ("other.example", "NAS"));

    office.service.put(ID, right.clone()).unwrap();
    office.rests();
    // Whoever has another key sees that somebody else is there.
    let other = Chosen { key: SheetKey::new().unwrap(), ..right.clone() };
    office.service.put(ID, other).unwrap();
    let told = office.until("it failed", |told| told.failing.is_some());
    assert_eq!(told.failing.unwrap().why, Why::OtherKey);

    // Somebody took all copies away: that is told, and only a person begins anew.
    office.service.put(ID, right).unwrap();
    office.rests();
    std::fs::remove_dir_all(nas.folder()).unwrap();
    office.shop.time.forward(DAY);
    office.service.drill(ID);
    let told = office.until("they are gone", |told| told.failing.is_some());
    assert_eq!(told.failing.unwrap().why, Why::Gone);
    assert!(!nas.folder().join("config").exists());
    office.shop.time.forward(3 * DAY);
    office.service.copy(ID);
    let told = office.until("begun anew", |told| told.failing.is_none() && told.next.is_some());
    assert!(nas.folder().join("config").exists());
    assert!(told.kept.drill.unwrap().good);
    assert!(matches!(told.doing, None | Some(Doing::Drilling)));
}

/// Another folder, and a start before anything was copied there: what the former one had is not missed.
#[test]
fn a_target_that_moved_begins_anew_also_after_a_restart() {
    let nas = Nas::start(&["--private-repos"]);
    let office = Office::new();
    office.shop.contact("Anna");
    let here = chosen(&nas);
    office.service.put(ID, here.clone()).unwrap();
    office.rests();
    let mut there = here;
    let elsewhere = "https://other.example/box/crm".to_owned();
    let address = std::mem::replace(&mut rest(&mut there).address, elsewhere);
    office.service.put(ID, there.clone()).unwrap();
    // Before anything was tried there.
    office.service.end();
    rest(&mut there).address = format!("{address}2");
    office.service.put(ID, there).unwrap();
    let told = office.rests();
    assert_eq!(told.failing, None);
    assert!(nas.place.path().join("box/crm2/config").exists());
    office.service.remove(ID);
    assert_eq!(std::fs::read_dir(office.shop.folder.path().join("copies")).unwrap().count(), 0);
}

#[test]
fn days_without_a_copy_are_told_once_a_day() {
    let nas = Nas::start(&["--private-repos"]);
    let office = Office::new();
    let mut chosen = chosen(&nas);
    rest(&mut chosen).address = "https://other.example/box/crm".to_owned();
    office.service.put(ID, chosen).unwrap();
    office.until("it failed", |told| told.failing.is_some());
    let late = || {
        let said = office.said.lock().unwrap();
        said.iter()
            .filter_map(|it| if let Said::Late { days, .. } = it { Some(*days) } else { None })
            .collect::<Vec<_>>()
    };
    assert!(late().is_empty());
    for expected in [&[2][..], &[2], &[2, 3]] {
        if expected != late() {
            office.shop.time.forward(if late().is_empty() { 2 * DAY } else { DAY });
        }
        let last = office.service.told(ID).unwrap().failing.unwrap().last;
        office.service.copy(ID);
        office.shop.time.forward(1);
        office.until("tried again", |told| told.failing.is_some_and(|it| it.last > last));
        office.until("waits", |told| told.next.is_some());
        assert_eq!(late(), expected);
    }
}

/// Where the vault is locked, what is being copied is no copy, and the next start goes on.
#[test]
fn an_end_in_the_middle_of_a_copy_leaves_none() {
    let nas = Nas::start(&["--private-repos"]);
    let office = Office::new();
    for number in 0..60 {
        office.shop.contact(&format!("{number} {}", "x".repeat(3_000)));
    }
    let chosen = chosen(&nas);
    office.service.put(ID, chosen.clone()).unwrap();
    office.service.end();
    assert!(office.service.told(ID).is_none());
    office.service.put(ID, chosen.clone()).unwrap();
    // Whoever comes after it waits until it is gone.
    assert_eq!(office.rests().failing, None);
    assert_eq!(restored(&nas, &chosen, &office.shop, "later").len(), 60);
}

//! Where copies are to lie, as somebody typed it: a REST server, a bucket or a folder over SFTP. What is wrong is told
//! of all fields at once. A password that was left out stays the former one, but never goes to another place than the
//! one that it was typed for.

use std::net::IpAddr;
use std::num::NonZeroU16;

use backup::service::{Bucket, Folder, Place, Rest};
use backup::{
    BoxKey, HostKey, InvalidHostKey, InvalidS3Address, Login, Password, RestAddress, S3Address,
    S3Fields, S3Keys, S3Style, SftpAddress, SftpSignIn, SignIn, SshLogin,
};
use events::Secret;
use notify::Authority;
use settings::HttpsAddress;

use crate::problem::Field;
use crate::shape::copies::{BucketStyle, CopyBucket, CopySftp, CopySignIn, CopyTargetGiven};

/// Most days that what is written to a bucket is locked for: nobody ends a lock early.
const MOST_LOCKED: u16 = 3_650;

/// Where it is and who we are there.
pub(crate) fn place(
    given: CopyTargetGiven,
    before: Option<&Place>,
    refused: &mut Vec<Field>,
) -> Option<Place> {
    let authority = given.authority.filter(|pem| !pem.trim().is_empty());
    let authority = match authority.map(|pem| pem.parse::<Authority>()) {
        None => None,
        Some(Ok(authority)) => Some(authority.as_str().to_owned()),
        Some(Err(_)) => {
            refused.push(Field::new("/authority", "certificates"));
            None
        }
    };
    let typed = Typed {
        address: given.address.trim().to_owned(),
        user: given.user.trim().to_owned(),
        password: given.password.filter(|it| !it.reveal().is_empty()),
        authority,
    };
    match (given.bucket, given.sftp, given.lock_days) {
        (Some(_), Some(_), _) => {
            refused.push(Field::new("/sftp", "one-kind"));
            None
        }
        (Some(bucket), None, lock_days) => {
            typed.bucket(bucket, lock_days, before, refused).map(Place::S3)
        }
        (None, None, None) => typed.rest(before, refused).map(Place::Rest),
        (None, Some(sftp), None) => typed.sftp(sftp, before, refused).map(Place::Sftp),
        (None, _, Some(_)) => {
            refused.push(Field::new("/lockDays", "no-bucket"));
            None
        }
    }
}

/// What is typed for every place.
struct Typed {
    address: String,
    user: String,
    password: Option<Secret>,
    authority: Option<String>,
}

impl Typed {
    fn rest(self, before: Option<&Place>, refused: &mut Vec<Field>) -> Option<Rest> {
        let Self { address, user, password, authority } = self;
        let read: Option<RestAddress> = address.parse().ok();
        let host = read.as_ref().map(RestAddress::host);
        refused.extend(refused_address(&address, host, "rest-address"));
        let kept = match before {
            Some(Place::Rest(before))
                if before.address == address
                    && before.user == user
                    && before.authority == authority =>
            {
                Some(before.password.clone())
            }
            _ => None,
        };
        let password = password.or(kept);
        let is_user = || Login::new(user.clone(), Password::new(String::new())).is_ok();
        refused.extend(refused_text("/user", &user, is_user));
        let is_password =
            |text: &str| Login::new("x".to_owned(), Password::new(text.to_owned())).is_ok();
        refused.extend(refused_secret(password.as_ref(), is_password));
        read?;
        Some(Rest { address, user, password: password?, authority })
    }

    fn bucket(
        self,
        given: CopyBucket,
        lock_days: Option<u16>,
        before: Option<&Place>,
        refused: &mut Vec<Field>,
    ) -> Option<Bucket> {
        let Self { address, user, password, authority } = self;
        let style = match given.style {
            BucketStyle::Path => S3Style::Path,
            BucketStyle::VirtualHost => S3Style::VirtualHost,
        };
        let [region, bucket, prefix] =
            [given.region, given.name, given.folder].map(|text| text.trim().to_owned());
        let (mut endpoint, prefix) = (address, prefix.trim_matches('/').to_owned());
        if !endpoint.is_empty() && !endpoint.contains("://") {
            endpoint.insert_str(0, HttpsAddress::SCHEME);
        }
        let fields = S3Fields {
            endpoint: &endpoint,
            region: &region,
            bucket: &bucket,
            prefix: &prefix,
            style,
        };
        let wrong = faults(fields);
        let host = S3Address::new(S3Fields { style: S3Style::Path, ..fields });
        let host = host.ok().map(|address| address.host());
        let is_wrong = wrong.contains(&InvalidS3Address::Endpoint);
        let known = if is_wrong { None } else { Some(host.as_deref().unwrap_or_default()) };
        refused.extend(refused_address(&endpoint, known, "s3-address"));
        for fault in &wrong {
            refused.extend(match fault {
                // Said of the address above.
                InvalidS3Address::Endpoint => None,
                InvalidS3Address::Region if region.is_empty() => {
                    Some(Field::new("/bucket/region", "empty"))
                }
                InvalidS3Address::Region => Some(Field::new("/bucket/region", "region")),
                InvalidS3Address::Bucket if bucket.is_empty() => {
                    Some(Field::new("/bucket/name", "empty"))
                }
                InvalidS3Address::Bucket => Some(Field::new("/bucket/name", "bucket")),
                InvalidS3Address::Prefix => Some(Field::new("/bucket/folder", "bucket-folder")),
                InvalidS3Address::Style => Some(Field::new("/bucket/style", "bucket-in-name")),
            });
        }
        let lock_days = match lock_days.map(|days| (days <= MOST_LOCKED, NonZeroU16::new(days))) {
            None => None,
            Some((true, Some(days))) => Some(days),
            Some(_) => {
                refused.push(Field::new("/lockDays", "limit").with("most", MOST_LOCKED));
                None
            }
        };
        let mut one = Bucket {
            endpoint,
            region,
            bucket,
            prefix,
            style,
            key_id: user,
            secret: Secret::new(String::new()),
            authority,
            lock_days,
        };
        let kept = match before {
            Some(Place::S3(before)) => {
                let same = Bucket {
                    secret: one.secret.clone(),
                    lock_days: one.lock_days,
                    region: one.region.clone(),
                    ..before.clone()
                };
                (same == one).then(|| before.secret.clone())
            }
            _ => None,
        };
        let secret = password.or(kept);
        let id = one.key_id.clone();
        let is_id = || S3Keys::new(id.clone(), "x".to_owned()).is_ok();
        refused.extend(refused_text("/user", &id, is_id));
        let is_secret = |text: &str| S3Keys::new("x".to_owned(), text.to_owned()).is_ok();
        refused.extend(refused_secret(secret.as_ref(), is_secret));
        one.secret = secret?;
        wrong.is_empty().then_some(one)
    }

    fn sftp(
        self,
        given: CopySftp,
        before: Option<&Place>,
        refused: &mut Vec<Field>,
    ) -> Option<Folder> {
        let Self { address: mut server, user, password, authority } = self;
        if authority.is_some() {
            refused.push(Field::new("/authority", "no-certificate"));
        }
        if !server.is_empty() && !server.contains("://") {
            server.insert_str(0, SftpAddress::SCHEME);
        }
        let read = SftpAddress::new(&server, "x").ok();
        let host = read.as_ref().map(SftpAddress::host);
        refused.extend(refused_address(&server, host, "sftp-address"));
        let folder = given.folder.trim();
        let folder = folder.strip_suffix('/').unwrap_or(folder).to_owned();
        if folder.is_empty() {
            refused.push(Field::new("/sftp/folder", "empty"));
        } else if SftpAddress::new("nas.example.net", &folder).is_err() {
            refused.push(Field::new("/sftp/folder", "sftp-folder"));
        }
        let host_key = match HostKey::parse(&given.host_key) {
            Ok(key) => Some(key.to_string()),
            Err(fault) => {
                let code = match fault {
                    _ if given.host_key.trim().is_empty() => "empty",
                    InvalidHostKey::Kind => "host-key-kind",
                    InvalidHostKey::Other => "host-key",
                };
                refused.push(Field::new("/sftp/hostKey", code));
                None
            }
        };
        let sign_in = match given.sign_in {
            CopySignIn::Password => SftpSignIn::Password,
            CopySignIn::Key => SftpSignIn::Key,
        };
        let mut one = Folder {
            server,
            folder,
            host_key: host_key.unwrap_or_default(),
            user,
            sign_in,
            secret: Secret::new(String::new()),
        };
        let kept = match before {
            Some(Place::Sftp(before)) => {
                let same = Folder { secret: one.secret.clone(), ..before.clone() };
                (same == one).then(|| before.secret.clone())
            }
            _ => None,
        };
        let fits = |sign_in| SshLogin::new(one.user.clone(), sign_in).is_ok();
        let nobody = || SignIn::Password(Password::new(String::new()));
        refused.extend(refused_text("/user", &one.user, || fits(nobody())));
        let secret = password.or(kept);
        match (&secret, sign_in) {
            (Some(key), SftpSignIn::Key) if BoxKey::parse(key.reveal()).is_err() => {
                refused.push(Field::new("/password", "box-key"));
            }
            (Some(_), SftpSignIn::Key) => {}
            _ => {
                let is_password = |text: &str| {
                    let sign_in = SignIn::Password(Password::new(text.to_owned()));
                    SshLogin::new("x".to_owned(), sign_in).is_ok()
                };
                refused.extend(refused_secret(secret.as_ref(), is_password));
            }
        }
        one.secret = secret?;
        Some(one)
    }
}

/// All that is wrong with a bucket's address: each field is looked at with good ones beside it.
fn faults(fields: S3Fields<'_>) -> Vec<InvalidS3Address> {
    let good = S3Fields {
        endpoint: "s3.example.net",
        region: "us-east-1",
        bucket: "copies",
        prefix: "",
        style: S3Style::Path,
    };
    let each = [
        S3Fields { endpoint: fields.endpoint, ..good },
        S3Fields { region: fields.region, ..good },
        S3Fields { bucket: fields.bucket, ..good },
        S3Fields { prefix: fields.prefix, ..good },
    ];
    let found: Vec<_> = each.into_iter().filter_map(|one| S3Address::new(one).err()).collect();
    if found.is_empty() { S3Address::new(fields).err().into_iter().collect() } else { found }
}

/// An address that cannot be: none of this kind, or the box itself.
fn refused_address(typed: &str, host: Option<&str>, code: &'static str) -> Option<Field> {
    let is_here = |host: &str| host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback());
    match host {
        _ if typed.is_empty() => Some(Field::new("/address", "empty")),
        None => Some(Field::new("/address", code)),
        Some(host) => is_here(host).then(|| Field::new("/address", code)),
    }
}

fn refused_text(pointer: &str, text: &str, fits: impl Fn() -> bool) -> Option<Field> {
    let code = if text.is_empty() { "empty" } else { "unseen" };
    (text.is_empty() || !fits()).then(|| Field::new(pointer, code))
}

fn refused_secret(secret: Option<&Secret>, fits: impl Fn(&str) -> bool) -> Option<Field> {
    match secret {
        None => Some(Field::new("/password", "empty")),
        Some(secret) => (!fits(secret.reveal())).then(|| Field::new("/password", "unseen")),
    }
}

//! How a target does, and where it is, as it is told.

use std::num::NonZeroU16;

use backup::service::{self, Bucket, Doing, Place, Why};
use backup::{Protection, S3Style, SftpSignIn};
use seal::TableId;
use seal::numbers::table;

use super::given;
use super::kept::Shown;
use crate::shape::copies as shape;
use crate::shape::plain::{Id, Time};

pub(super) fn told(one: &Shown, now: u64) -> shape::CopyTarget {
    let Shown { id, known, told } = one;
    let place = located(&known.chosen.place);
    let kept = &told.kept;
    let age = now.saturating_sub(kept.good.unwrap_or(known.chosen.made));
    shape::CopyTarget {
        id: Id(id.0),
        version: known.version.0,
        name: known.chosen.name.clone(),
        address: place.address,
        user: place.user,
        bucket: place.bucket,
        sftp: place.sftp,
        public_key: place.public_key,
        lock_days: place.lock_days,
        limit: known.chosen.limit.as_ref().map(given::limit_told),
        authority: place.authority,
        sheet: known.chosen.sheet.map(Time),
        doing: told.doing.map(|doing| match doing {
            Doing::Copying => shape::CopyDoing::Copying,
            Doing::Clearing => shape::CopyDoing::Clearing,
            Doing::Drilling => shape::CopyDoing::Drilling,
        }),
        good: kept.good.map(Time),
        late: age >= service::LATE,
        copied: kept.copied.map(|copied| shape::CopyMade {
            at: Time(copied.at),
            sent: copied.sent,
            took: copied.took,
        }),
        next: told.next.map(Time),
        failing: told.failing.map(|failing| shape::CopyFailing {
            why: why(failing.why),
            since: Time(failing.since),
            last: Time(failing.last),
        }),
        protection: kept.protection.map(|protection| match protection {
            Protection::AppendOnly => shape::CopyProtection::AppendOnly,
            Protection::Locked(_) => shape::CopyProtection::Locked,
            Protection::Deletes => shape::CopyProtection::Deletes,
        }),
        tried: kept.tried.map(Time),
        old_keys_kept: kept.old_keys_kept,
        not_cleared: kept.not_cleared.map(why),
        drill: kept.drill.as_ref().map(drilled),
        drill_failed: told.drill_failed.map(|(at, because)| shape::CopyFailing {
            why: why(because),
            since: Time(at),
            last: Time(at),
        }),
    }
}

/// Where copies lie, as it is told.
pub(super) struct Located {
    pub address: String,
    pub user: String,
    pub bucket: Option<shape::CopyBucket>,
    pub sftp: Option<shape::CopySftp>,
    pub public_key: Option<String>,
    pub lock_days: Option<u16>,
    pub authority: Option<String>,
}

pub(super) fn located(place: &Place) -> Located {
    match place {
        Place::Rest(rest) => Located {
            address: rest.address.clone(),
            user: rest.user.clone(),
            bucket: None,
            sftp: None,
            public_key: None,
            lock_days: None,
            authority: rest.authority.clone(),
        },
        Place::S3(Bucket {
            endpoint,
            region,
            bucket,
            prefix,
            style,
            key_id,
            secret: _,
            authority,
            lock_days,
        }) => Located {
            address: endpoint.clone(),
            user: key_id.clone(),
            bucket: Some(shape::CopyBucket {
                region: region.clone(),
                name: bucket.clone(),
                folder: prefix.clone(),
                style: match style {
                    S3Style::Path => shape::BucketStyle::Path,
                    S3Style::VirtualHost => shape::BucketStyle::VirtualHost,
                },
            }),
            sftp: None,
            public_key: None,
            lock_days: lock_days.map(NonZeroU16::get),
            authority: authority.clone(),
        },
        Place::Sftp(one) => Located {
            address: one.server.clone(),
            user: one.user.clone(),
            bucket: None,
            sftp: Some(shape::CopySftp {
                folder: one.folder.clone(),
                host_key: one.host_key.clone(),
                sign_in: match one.sign_in {
                    SftpSignIn::Password => shape::CopySignIn::Password,
                    SftpSignIn::Key => shape::CopySignIn::Key,
                },
            }),
            public_key: one.public_line(),
            lock_days: None,
            authority: None,
        },
    }
}

fn drilled(drill: &service::Drilled) -> shape::CopyDrill {
    let rows = |of: TableId| {
        let found = drill.rows.iter().find(|[number, ..]| *number == u64::from(of.0));
        found.copied().unwrap_or_default()
    };
    let [_, records, dark, _] = rows(table::CONTACTS);
    let [_, accounts, ..] = rows(table::ACCOUNTS);
    shape::CopyDrill {
        at: Time(drill.at),
        took: drill.took,
        copy: Time(drill.copy),
        good: drill.good,
        contacts: records,
        accounts,
        dark,
        faults: drill.faults.clone(),
    }
}

pub(crate) fn why(why: Why) -> shape::CopyWhy {
    use shape::CopyWhy as To;
    match why {
        Why::Unreachable => To::Unreachable,
        Why::TooSlow => To::TooSlow,
        Why::BrokenOff => To::BrokenOff,
        Why::NoEncryption => To::NoEncryption,
        Why::CertificateExpired => To::CertificateExpired,
        Why::CertificateNotYet => To::CertificateNotYet,
        Why::CertificateName => To::CertificateName,
        Why::CertificateAuthority => To::CertificateAuthority,
        Why::CertificateBad => To::CertificateBad,
        Why::NotUnderstood => To::NotUnderstood,
        Why::WrongLogin => To::WrongLogin,
        Why::WrongPlace => To::WrongPlace,
        Why::HostKey => To::HostKey,
        Why::WrongClock => To::WrongClock,
        Why::NoObjectLock => To::NoObjectLock,
        Why::Refused => To::Refused,
        Why::Full => To::Full,
        Why::OtherKey => To::OtherKey,
        Why::Gone => To::Gone,
        Why::Nothing => To::Nothing,
        Why::Damaged => To::Damaged,
        Why::Newer => To::Newer,
        Why::Older => To::Older,
        Why::Busy => To::Busy,
        Why::Store => To::Store,
        Why::NoRoom => To::NoRoom,
    }
}

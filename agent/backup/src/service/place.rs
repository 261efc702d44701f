//! Where copies lie, as somebody chose it: a server, and who we are there.

use std::num::NonZeroU16;

use events::Secret;
use serde::{Deserialize, Serialize};

use super::Said;
use crate::object::Id;
use crate::password::Password;
use crate::rest_address::{InvalidRestAddress, RestAddress};
use crate::rest_server::{InvalidLogin, Login};
use crate::s3_address::{InvalidS3Address, S3Address, S3Fields, S3Style};
use crate::sftp_address::{InvalidSftpAddress, SftpAddress};
use crate::sheet::{SftpSignIn, Sheet, SheetBucket, SheetError, SheetKey, SheetSftp};
use crate::signature::{InvalidS3Keys, S3Keys};
use crate::ssh_keys::{BoxKey, HostKey, InvalidBoxKey, InvalidHostKey};
use crate::ssh_way::{InvalidSshLogin, SignIn, SshLogin};

/// Where copies lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Place {
    /// A restic REST server.
    Rest(Rest),
    /// A bucket of an S3-compatible object store.
    S3(Bucket),
    /// A folder on an SFTP server.
    Sftp(Folder),
}

/// A restic REST server, and who we are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rest {
    /// `https://…`
    pub address: String,
    /// The user.
    pub user: String,
    /// The password.
    pub password: Secret,
    /// Certificates of the authority that its own comes from, PEM; none for those that everybody knows.
    pub authority: Option<String>,
}

/// A bucket, and the access key to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// `https://…` of the service.
    pub endpoint: String,
    /// Its region.
    pub region: String,
    /// Its name.
    pub bucket: String,
    /// Folders in it, may be empty.
    pub prefix: String,
    /// Where its name stands in requests.
    pub style: S3Style,
    /// The access key's id.
    pub key_id: String,
    /// The access key's secret.
    pub secret: Secret,
    /// Certificates of the authority that the service's own comes from, PEM.
    pub authority: Option<String>,
    /// For how many days nobody can take away what was written, if for any.
    pub lock_days: Option<NonZeroU16>,
}

/// A folder on an SFTP server, and who we are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folder {
    /// `sftp://…` of the server.
    pub server: String,
    /// The folder.
    pub folder: String,
    /// The server's key, or its fingerprint.
    pub host_key: String,
    /// The user.
    pub user: String,
    /// How that is proved.
    pub sign_in: SftpSignIn,
    /// The password, or the key that the box made.
    pub secret: Secret,
}

/// What cannot be of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPlace {
    /// The address of a REST server.
    #[error(transparent)]
    Address(#[from] InvalidRestAddress),
    /// User or password.
    #[error(transparent)]
    Login(#[from] InvalidLogin),
    /// A field of a bucket.
    #[error(transparent)]
    Bucket(#[from] InvalidS3Address),
    /// The access key.
    #[error(transparent)]
    Keys(#[from] InvalidS3Keys),
    /// Server or folder of an SFTP server.
    #[error(transparent)]
    Folder(#[from] InvalidSftpAddress),
    /// A host key.
    #[error(transparent)]
    HostKey(#[from] InvalidHostKey),
    /// User or password over SSH.
    #[error(transparent)]
    SshLogin(#[from] InvalidSshLogin),
    /// A key that the box made.
    #[error(transparent)]
    BoxKey(#[from] InvalidBoxKey),
    /// The sheet's certificate.
    #[error(transparent)]
    Sheet(#[from] SheetError),
}

impl Place {
    /// The same place, whoever signs in there and however.
    #[must_use]
    pub fn is_where(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Rest(one), Self::Rest(other)) => one.address == other.address,
            (Self::S3(one), Self::S3(other)) => {
                [&one.endpoint, &one.bucket, &one.prefix]
                    == [&other.endpoint, &other.bucket, &other.prefix]
            }
            (Self::Sftp(one), Self::Sftp(other)) => {
                [&one.server, &one.folder] == [&other.server, &other.folder]
            }
            _ => false,
        }
    }

    /// What a sheet of it is known by where it is not at hand: 16 bits, sealed in each copy, of where the copies are
    /// and who signs in there. Too few to find a password by; certificates are not in it, which a person may type
    /// otherwise than they are printed.
    #[must_use]
    pub fn sheet_mark(&self) -> String {
        let parts = match self {
            Self::Rest(Rest { address, user, password, .. }) => {
                ["rest", address, "", user, password.reveal()]
            }
            Self::S3(Bucket { endpoint, bucket, key_id, secret, .. }) => {
                ["s3", endpoint, bucket, key_id, secret.reveal()]
            }
            Self::Sftp(Folder { server, folder, user, sign_in, secret, .. }) => {
                // A key is typed with its lines broken anywhere.
                let typed = if *sign_in == SftpSignIn::Password { secret.reveal() } else { "" };
                ["sftp", server, folder, user, typed]
            }
        };
        Id::of(parts.join("\n").as_bytes()).to_string().chars().take(4).collect()
    }

    /// The host that is connected to, and its port.
    ///
    /// # Errors
    /// See [`InvalidPlace`].
    pub fn host(&self) -> Result<(String, u16), InvalidPlace> {
        Ok(match self {
            Self::Rest(rest) => {
                let address = rest.address()?;
                (address.host().to_owned(), address.port())
            }
            Self::S3(bucket) => {
                let address = bucket.address()?;
                (address.host(), address.port())
            }
            Self::Sftp(folder) => {
                let address = folder.address()?;
                (address.host().to_owned(), address.port())
            }
        })
    }

    /// # Errors
    /// What of it cannot be.
    pub fn check(&self) -> Result<(), InvalidPlace> {
        self.host()?;
        match self {
            Self::Rest(rest) => drop(rest.login()?),
            Self::S3(bucket) => drop(bucket.keys()?),
            Self::Sftp(folder) => drop((folder.host_key()?, folder.login()?)),
        }
        Ok(())
    }

    /// That the way there is wanted, for what is called so.
    #[must_use]
    pub fn wants(&self, name: &str) -> Option<Said> {
        let (host, port) = self.host().ok()?;
        Some(Said::Wants { host, port, name: name.to_owned() })
    }

    /// What is printed of it, with the key of the copies there.
    #[must_use]
    pub fn sheet(&self, key: SheetKey) -> Sheet {
        match self {
            Self::Rest(rest) => {
                let login = (rest.user.clone(), rest.password.clone());
                Sheet::new(rest.address.clone(), login, key, rest.authority.as_deref())
            }
            Self::S3(one) => {
                let login = (one.key_id.clone(), one.secret.clone());
                let sheet = Sheet::new(one.endpoint.clone(), login, key, one.authority.as_deref());
                sheet.in_bucket(SheetBucket {
                    region: one.region.clone(),
                    bucket: one.bucket.clone(),
                    prefix: one.prefix.clone(),
                    style: one.style,
                })
            }
            Self::Sftp(one) => {
                let login = (one.user.clone(), one.secret.clone());
                Sheet::new(one.server.clone(), login, key, None).over_sftp(SheetSftp {
                    folder: one.folder.clone(),
                    host_key: one.host_key.clone(),
                    sign_in: one.sign_in,
                })
            }
        }
    }

    /// Of a sheet.
    ///
    /// # Errors
    /// See [`InvalidPlace`].
    pub fn of_sheet(sheet: &Sheet) -> Result<Self, InvalidPlace> {
        let authority = sheet.authority()?;
        let place = match (&sheet.s3, &sheet.sftp) {
            (None, None) => Self::Rest(Rest {
                address: sheet.at.clone(),
                user: sheet.user.clone(),
                password: sheet.password.clone(),
                authority,
            }),
            (Some(_), Some(_)) => return Err(SheetError::Other.into()),
            (None, Some(SheetSftp { folder, host_key, sign_in })) => Self::Sftp(Folder {
                server: sheet.at.clone(),
                folder: folder.clone(),
                host_key: host_key.clone(),
                user: sheet.user.clone(),
                sign_in: *sign_in,
                secret: sheet.password.clone(),
            }),
            (Some(SheetBucket { region, bucket, prefix, style }), None) => Self::S3(Bucket {
                endpoint: sheet.at.clone(),
                region: region.clone(),
                bucket: bucket.clone(),
                prefix: prefix.clone(),
                style: *style,
                key_id: sheet.user.clone(),
                secret: sheet.password.clone(),
                authority,
                // What is restored is only read.
                lock_days: None,
            }),
        };
        place.check()?;
        Ok(place)
    }
}

impl Rest {
    /// # Errors
    /// See [`InvalidRestAddress`].
    pub fn address(&self) -> Result<RestAddress, InvalidRestAddress> {
        self.address.parse()
    }

    /// # Errors
    /// See [`InvalidLogin`].
    pub fn login(&self) -> Result<Login, InvalidLogin> {
        let password = Password::new(self.password.reveal().to_owned());
        Login::new(self.user.clone(), password)
    }
}

impl Bucket {
    /// # Errors
    /// See [`InvalidS3Address`].
    pub fn address(&self) -> Result<S3Address, InvalidS3Address> {
        let Self { endpoint, region, bucket, prefix, style, .. } = self;
        S3Address::new(S3Fields { endpoint, region, bucket, prefix, style: *style })
    }

    /// # Errors
    /// See [`InvalidS3Keys`].
    pub fn keys(&self) -> Result<S3Keys, InvalidS3Keys> {
        S3Keys::new(self.key_id.clone(), self.secret.reveal().to_owned())
    }
}

impl Folder {
    /// # Errors
    /// See [`InvalidSftpAddress`].
    pub fn address(&self) -> Result<SftpAddress, InvalidSftpAddress> {
        SftpAddress::new(&self.server, &self.folder)
    }

    /// # Errors
    /// See [`InvalidHostKey`].
    pub fn host_key(&self) -> Result<HostKey, InvalidHostKey> {
        HostKey::parse(&self.host_key)
    }

    /// # Errors
    /// For what of it cannot be.
    pub fn login(&self) -> Result<SshLogin, InvalidPlace> {
        let sign_in = match self.sign_in {
            SftpSignIn::Password => {
                SignIn::Password(Password::new(self.secret.reveal().to_owned()))
            }
            SftpSignIn::Key => SignIn::Key(BoxKey::parse(self.secret.reveal())?),
        };
        Ok(SshLogin::new(self.user.clone(), sign_in)?)
    }

    /// The line for `authorized_keys`, where a key of the box's signs in.
    #[must_use]
    pub fn public_line(&self) -> Option<String> {
        let is_key = self.sign_in == SftpSignIn::Key;
        let key = is_key.then(|| BoxKey::parse(self.secret.reveal()).ok()).flatten();
        key.map(|key| key.public_line())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn bucket() -> Bucket {
        Bucket {
            endpoint: "https://s3.example.net".to_owned(),
            region: "eu-central-1".to_owned(),
            bucket: "copies".to_owned(),
            prefix: "box".to_owned(),
            style: S3Style::VirtualHost,
            key_id: "AKIA7".to_owned(),
            secret: Secret::new("s3cret".to_owned()),
            authority: None,
            lock_days: NonZeroU16::new(30),
        }
    }

    #[test]
    fn a_bucket_comes_back_from_its_sheet_without_its_lock() {
        let place = Place::S3(bucket());
        let text = place.sheet(SheetKey::new().unwrap()).text();
        let read = Place::of_sheet(&Sheet::parse(text.reveal()).unwrap()).unwrap();
        assert_eq!(read, Place::S3(Bucket { lock_days: None, ..bucket() }));
        assert_eq!(read.host().unwrap(), ("copies.s3.example.net".to_owned(), 443));
        let other = text.reveal().replace("\"copies\"", "\"Copies\"");
        let other = Place::of_sheet(&Sheet::parse(&other).unwrap());
        assert_eq!(other, Err(InvalidPlace::Bucket(InvalidS3Address::Bucket)));
    }

    fn folder(sign_in: SftpSignIn, secret: &str) -> Folder {
        Folder {
            server: "sftp://nas.example.net:2222".to_owned(),
            folder: "copies/crm".to_owned(),
            host_key: format!("SHA256:{}", "A".repeat(43)),
            user: "box".to_owned(),
            sign_in,
            secret: Secret::new(secret.to_owned()),
        }
    }

    #[test]
    fn a_folder_over_sftp_comes_back_from_its_sheet_with_whom_to_expect_and_who_we_are() {
        let key = BoxKey::new().unwrap();
        for one in [folder(SftpSignIn::Password, "s3cret"), folder(SftpSignIn::Key, &key.text())] {
            let place = Place::Sftp(one);
            let text = place.sheet(SheetKey::new().unwrap()).text();
            let read = Place::of_sheet(&Sheet::parse(text.reveal()).unwrap()).unwrap();
            assert_eq!(read, place);
            assert_eq!(read.host().unwrap(), ("nas.example.net".to_owned(), 2222));
            for (from, to, fault) in [
                ("copies/crm", "../crm", InvalidPlace::Folder(InvalidSftpAddress::Folder)),
                ("SHA256:", "MD5:", InvalidPlace::HostKey(InvalidHostKey::Other)),
                ("\"box\"", "\"\"", InvalidPlace::SshLogin(InvalidSshLogin)),
            ] {
                let other = text.reveal().replace(from, to);
                assert_eq!(Place::of_sheet(&Sheet::parse(&other).unwrap()), Err(fault), "{to}");
            }
        }
        let none = Place::Sftp(folder(SftpSignIn::Key, "s3cret"));
        assert_eq!(none.check(), Err(InvalidPlace::BoxKey(InvalidBoxKey)));
        assert_eq!(folder(SftpSignIn::Key, &key.text()).public_line(), Some(key.public_line()));
        assert_eq!(folder(SftpSignIn::Password, &key.text()).public_line(), None);
        let here = Place::Sftp(folder(SftpSignIn::Password, "s3cret"));
        let moved =
            Folder { folder: "copies/crm2".to_owned(), ..folder(SftpSignIn::Password, "s3cret") };
        assert!(
            here.is_where(&Place::Sftp(folder(SftpSignIn::Key, "x")))
                && !here.is_where(&Place::Sftp(moved))
        );
    }

    #[test]
    fn a_place_is_the_same_whoever_signs_in() {
        let here = Place::S3(bucket());
        let same = Place::S3(Bucket { key_id: "B".to_owned(), lock_days: None, ..bucket() });
        assert!(here.is_where(&same));
        for other in [
            Bucket { prefix: "box2".to_owned(), ..bucket() },
            Bucket { bucket: "other".to_owned(), ..bucket() },
            Bucket { endpoint: "https://s4.example.net".to_owned(), ..bucket() },
        ] {
            assert!(!here.is_where(&Place::S3(other)));
        }
    }
}

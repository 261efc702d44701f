//! Copies of a store that leave the box: its sealed records as a stream, in the restic repository
//! format, so that stock `restic` lists, checks and restores them without us (decision 0011).
//!
//! A [`Source`] is a store that goes on being written to; a [`Repository`] takes copies of it and gives
//! them back; a [`Target`] is where it lies. [`Restic`] is the one that there is of
//! repositories, [`Directory`], [`RestServer`], [`S3`] and [`Sftp`] of targets.

mod check;
mod cipher;
mod copying;
mod directory;
mod document;
mod drill;
mod host;
mod index;
mod keep;
mod keys;
mod line;
pub mod listing;
mod lock;
mod object;
mod pace;
mod pack;
mod password;
mod pruning;
mod reading;
mod repository;
mod rest_address;
mod rest_server;
mod restic;
mod restoring;
mod retention;
mod s3;
mod s3_address;
pub mod s3_error;
pub mod s3_listing;
mod s3_request;
pub mod service;
mod sftp;
mod sftp_address;
mod sftp_folders;
pub mod sftp_packet;
mod sftp_reading;
mod sftp_session;
mod sftp_talk;
mod sftp_writing;
mod sheet;
mod signature;
mod source;
mod ssh_keys;
mod ssh_way;
pub mod stream;
mod target;
mod tree;
mod trial;
mod tried;
mod writing;
mod xml;

pub use cipher::NoRandom;
pub use directory::Directory;
pub use drill::{Drill, DrillError, drill};
pub use keep::Keep;
pub use keys::{GONE, KeyCopy, KeyRepository, KeySource, KeysCopied, Old, PERIOD};
pub use line::{Addresses, Patience, Trust};
pub use object::{Id, Kind, Object};
pub use pace::{Hours, Limit, Pace};
pub use password::{KeyFileError, Password};
pub use pruning::{PruneError, Pruned};
pub use repository::{
    Copied, Copies, Copy, CopyError, Depth, Extent, Finding, MOST_NAMED, OpenError, Repository,
    RestoreError, Trouble,
};
pub use rest_address::{InvalidRestAddress, RestAddress};
pub use rest_server::{InvalidLogin, Login, RestServer};
pub use restic::{Clock, Names, Restic};
pub use restoring::{RestoreStoreError, Restored, restore};
pub use retention::{LockMode, Retention};
pub use s3::S3;
pub use s3_address::{InvalidS3Address, S3Address, S3Fields, S3Style};
pub use sftp::Sftp;
pub use sftp_address::{InvalidSftpAddress, SftpAddress};
pub use sheet::{SftpSignIn, Sheet, SheetBucket, SheetError, SheetKey, SheetSftp};
pub use signature::{InvalidS3Keys, S3Keys};
pub use source::{Page, Since, Source, SourceError};
pub use ssh_keys::{BoxKey, HostKey, InvalidBoxKey, InvalidHostKey};
pub use ssh_way::{InvalidSshLogin, SignIn, SshLogin};
pub use stream::Change;
pub use target::{Former, MAX_OBJECT, ObjectLock, Target, TargetError};
pub use trial::{Protection, TrialError};
pub use xml::InvalidXml;

//! Accounts, TOTP, one-time codes, sessions, throttling; permission-typed handles.
//!
//! The rules have the clock as an argument and read no disk: [`password`] says what a password must be, [`hash`] how it
//! is kept, [`throttle`] how often somebody may be wrong, [`life`] how long a session lives;
//! [`people`] and [`sessions`] hold a realm in memory and say what may become of it. [`door`] lets
//! people in: the one place that makes a [`Signed`], and so every handle; [`writes`] is the one way by
//! which those change anything. [`Identity`] is all of it over a store.

mod account;
mod acquainted;
mod code;
mod device;
pub mod door;
mod due;
mod ended;
mod enrol;
pub mod hash;
mod hashing;
mod invite;
pub mod life;
mod manager_code;
mod mirror;
mod noticed;
mod own;
pub mod password;
pub mod people;
mod place;
mod realm;
mod refusals;
mod refused;
pub mod repeated;
mod secret;
pub mod sessions;
mod signed;
mod steps;
mod stored;
pub mod text;
pub mod throttle;
mod tick;
pub mod time_zones;
mod totp;
mod watch;
pub mod writes;

pub use account::{Account, Language, Realm, Role};
pub use acquainted::Acquainted;
pub use code::{CODE_TRIES, CODE_WAIT, CodeGate, CodeRefused, code_hash, typed_code};
pub use device::Device;
pub use door::{Credentials, Door, DoorRefused, Entry, Knock};
pub use enrol::NewAccount;
pub use invite::{INVITED_FOR, Invitation};
pub use manager_code::{KeptCode, MANAGER_CODE_FOR, ManagerCode};
pub use noticed::Noticed;
pub use password::{Password, PasswordRefused, Why};
pub use people::{People, PeopleRefused};
pub use place::Place;
pub use realm::{Identity, OpenFailed};
pub use refused::Refused;
pub use secret::Secret;
pub use sessions::{Peer, Session, Sessions};
pub use signed::{Admin, Editor, LogReader, Manager, Reader, Signed};
pub use steps::{STEP_LASTS, Steps};
pub use text::NameRefused;
pub use totp::{Judged, STEP_MS, TotpSecret, TotpSetup};
pub use vault::{Clock, Moment, SystemClock};

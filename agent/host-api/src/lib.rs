//! The typed, bounded messages between a local client and hostd. `frame` is how a message lies on
//! the socket, `descriptors` how sockets travel with it, `message` what can be said, `status` what hostd
//! tells of the box, `seeing` what it sees of the network, `trial` what it says of settings that are tried,
//! `probe` of packets that are, `egress` where its own programs may go, `blocking` which names are not
//! answered, `former` of settings that were kept
//! before, `texts` the words. Who may speak is decided by hostd from the socket's
//! credentials.

pub mod blocking;
mod descriptors;
pub mod egress;
mod former;
mod frame;
mod leases;
mod message;
mod probe;
pub mod seeing;
mod status;
pub mod texts;
mod trial;

pub use descriptors::{MAX_DESCRIPTORS, receive_byte, send_byte, share};
pub use former::{Author, ByConsole, Former};
pub use frame::{FrameError, HEADER, MAX_BYTES, decode, encode, length};
pub use leases::Lease;
pub use message::{Arrivals, Failure, Request, Response, RuleHits, SetupTried, Shown, VERSION};
/// Name of hostd's socket in `/run/gatehouse`.
pub const SOCKET: &str = "hostd.sock";

pub use probe::{NoProbe, Probe, ProbePlace, ProbeReport, ProbeTraffic};
pub use status::{
    Notice, PortStatus, SettingsSource, State, Status, UnknownPort, WanStatus, ZoneStatus,
};
pub use trial::{Ended, HowEnded, NotNow, Trial};

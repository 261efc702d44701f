//! What passed the links: counts and speed of each.

use std::path::Path;

use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::{LinkAttribute, LinkMessage};

use crate::links::LinkError;
use crate::links::route::{Link, Route};

/// Counts of a link since it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// The kernel's name.
    pub name: String,
    /// Whether there is a link.
    pub carrier: bool,
    /// Bytes that came in.
    pub received: u64,
    /// Bytes that went out.
    pub sent: u64,
    /// Frames that came in broken.
    pub receive_errors: u64,
    /// Frames that could not be sent.
    pub send_errors: u64,
    /// Frames that came in and were thrown away for want of room.
    pub missed: u64,
    /// Times that the link came or went.
    pub carrier_changes: Option<u32>,
    /// Mbit/s; none without a link, and where the card does not say.
    pub speed: Option<u32>,
    /// Both ways at once; none likewise.
    pub full_duplex: Option<bool>,
}

/// Counts of all links of the calling thread's namespace.
pub fn list() -> Result<Vec<Counters>, LinkError> {
    let mut route = Route::open().map_err(LinkError::Read)?;
    let request = RouteNetlinkMessage::GetLink(LinkMessage::default());
    let read = |message| match message {
        RouteNetlinkMessage::NewLink(link) => read(&link),
        _ => None,
    };
    Ok(route.list(&request)?.into_iter().filter_map(read).collect())
}

fn read(message: &LinkMessage) -> Option<Counters> {
    let link = Link::read(message)?;
    let mut counters = Counters { carrier: link.carrier, name: link.name, ..Counters::default() };
    for attribute in &message.attributes {
        match attribute {
            LinkAttribute::Stats64(stats) => {
                counters.received = stats.rx_bytes;
                counters.sent = stats.tx_bytes;
                counters.receive_errors = stats.rx_errors;
                counters.send_errors = stats.tx_errors;
                counters.missed = stats.rx_missed_errors;
            }
            LinkAttribute::CarrierChanges(changes) => counters.carrier_changes = Some(*changes),
            _ => {}
        }
    }
    if counters.carrier {
        let word = |file: &str| {
            let path = Path::new("/sys/class/net").join(&counters.name).join(file);
            std::fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
        };
        // -1 where the card does not know.
        counters.speed =
            word("speed").and_then(|text| text.parse().ok()).filter(|speed| *speed > 0);
        counters.full_duplex = word("duplex").and_then(|text| match text.as_str() {
            "full" => Some(true),
            "half" => Some(false),
            _ => None,
        });
    }
    Some(counters)
}

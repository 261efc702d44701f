//! Sockets for the admin pages: they listen on the box's addresses in the zones that may manage it, and
//! on nothing else. The admin application may open no port; it gets them from here, over its socket.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{BorrowedFd, OwnedFd};

use host_api::Response;
use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockType, SockaddrStorage, bind, listen, setsockopt, socket,
    sockopt,
};
use settings::{MAX_ZONES, Moved, Settings, SitePrefix};
use tokio::io::{AsyncWriteExt, Interest};
use tokio::net::UnixStream;

/// HTTP, which only leads to HTTPS and gives out the CA; HTTPS.
const PORTS: [u16; 2] = [80, 443];
/// Connections that wait to be taken.
const BACKLOG: i32 = 128;

// IPv4, IPv6 and a former address in each zone: all of them travel with one answer.
const _: () = assert!(MAX_ZONES * 3 * PORTS.len() <= host_api::MAX_DESCRIPTORS);

/// The box's addresses in the zones that may manage it.
pub fn addresses(settings: &Settings, site: SitePrefix) -> Vec<IpAddr> {
    let zones = settings.management.from.iter().filter_map(|from| settings.zones.get(&from.zone));
    let addresses: BTreeSet<IpAddr> = zones
        .flat_map(|zone| {
            let v4 = zone.router_v4().map(IpAddr::V4);
            v4.into_iter().chain(zone.router_v6(site).map(IpAddr::V6))
        })
        .collect();
    addresses.into_iter().collect()
}

/// Opens the sockets and sends them with the answer. None stays open here: whoever got them is the only
/// one to accept.
pub async fn hand_over(stream: &mut UnixStream, addresses: &[IpAddr]) -> io::Result<()> {
    let mut places = Vec::new();
    let mut sockets = Vec::new();
    for address in addresses {
        for port in PORTS {
            let place = SocketAddr::new(*address, port);
            match open(place) {
                Ok(socket) => {
                    places.push(place);
                    sockets.push(socket);
                }
                Err(error) => tracing::error!(%place, %error, "cannot listen"),
            }
        }
    }
    if !places.is_empty() {
        tracing::info!(count = places.len(), "sockets for the admin pages are handed over");
    }
    send(stream, &Response::Listeners { addresses: places }, &sockets).await
}

/// The address may still be on its way to the interface (IPv6 looks whether it is free first), and a
/// former socket of ours may still be open over there.
fn open(place: SocketAddr) -> io::Result<OwnedFd> {
    let family = if place.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let socket = socket(family, SockType::Stream, flags, None)?;
    setsockopt(&socket, sockopt::IpFreebind, &true)?;
    setsockopt(&socket, sockopt::ReuseAddr, &true)?;
    setsockopt(&socket, sockopt::ReusePort, &true)?;
    if place.is_ipv6() {
        setsockopt(&socket, sockopt::Ipv6V6Only, &true)?;
    }
    bind(std::os::fd::AsRawFd::as_raw_fd(&socket), &SockaddrStorage::from(place))?;
    listen(&socket, Backlog::new(BACKLOG)?)?;
    Ok(socket)
}

/// Those that it has beside them while an address is changed.
pub fn moved(settings: &Settings, moved: &Moved) -> impl Iterator<Item = IpAddr> {
    let zones = settings.management.from.iter().filter_map(|from| moved.get(&from.zone));
    zones.map(|moved| IpAddr::V4(moved.addr()))
}

async fn send(stream: &mut UnixStream, response: &Response, sockets: &[OwnedFd]) -> io::Result<()> {
    let frame = host_api::encode(response)?;
    let (header, text) = frame.split_at(host_api::HEADER.min(frame.len()));
    for (at, byte) in header.iter().enumerate() {
        let with: Vec<BorrowedFd<'_>> = host_api::share(sockets, at).collect();
        stream.async_io(Interest::WRITABLE, || host_api::send_byte(&*stream, *byte, &with)).await?;
    }
    stream.write_all(text).await
}

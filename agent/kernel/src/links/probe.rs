//! Tries a packet for real: makes the ends that the plan names, sends, and looks whether it arrives. All
//! that is made is gone afterwards: the ends are links into namespaces without a name, which the kernel
//! removes with the last of their holders, also when that is killed.

mod divert;
mod stage;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use netlink_packet_route::link::InfoKind;
use network::probe::{End, Flow, Heard, PORTS, Trial, ask, frame, heard};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::{LinkError, Work};
use crate::namespace::NamespaceError;
use crate::wire::{Taken, TakenPacket, send_own};
use stage::{Stage, Station};

/// How long somebody has to say that an address is taken.
const CLAIM: Duration = Duration::from_millis(200);
/// How long a new port has to pass a question on, and how often it is asked.
const PORT: Duration = Duration::from_millis(100);
const PORT_TRIES: u32 = 10;
/// How long the box has to say where it is.
const ANSWER: Duration = Duration::from_millis(400);
/// How long the packet has.
const ARRIVAL: Duration = Duration::from_millis(800);
/// All of it; what is not done by then is given up.
const ALL: Duration = Duration::from_millis(2800);

/// Why a packet could not be tried. Whether it would arrive is not known then.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// An end could not be made.
    #[error("an end cannot be made")]
    Links(#[from] LinkError),
    /// A namespace could not be made or entered.
    #[error("an end has no namespace")]
    Namespace(#[from] NamespaceError),
    /// A socket failed.
    #[error("cannot {0}")]
    Socket(&'static str, #[source] Errno),
    /// Somebody has each of the addresses that were tried.
    #[error("no address of the zone is free")]
    NoFreeAddress,
    /// The box does not say where it is.
    #[error("the box does not answer for {0}")]
    NoAnswer(IpAddr),
    /// The box knows no way there.
    #[error("the box has no route to {0}")]
    NoRoute(IpAddr),
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Who sent.
    pub source: IpAddr,
    /// To whom.
    pub destination: IpAddr,
    /// How long it took; none when it did not arrive.
    pub arrived: Option<Duration>,
}

/// Tries it, in the calling thread's namespace. Takes three seconds at most.
pub fn run(trial: &Trial) -> Result<Seen, ProbeError> {
    let mut stage = Stage::open(Instant::now() + ALL)?;
    let from = stage.sender(&trial.from)?;
    let to = stage.receiver(&trial.to)?;
    let flow = Flow {
        source: from.address(),
        destination: to.address(),
        traffic: trial.traffic,
        source_port: trial.source_port,
        hops: trial.hops,
    };
    if matches!(trial.to, End::Wan { .. }) {
        has_route(flow.destination)?;
    }
    let arrived = stage.send(&from, &to, &flow)?;
    Ok(Seen { source: flow.source, destination: flow.destination, arrived })
}

/// Removes ends that are left over; there are none unless somebody holds their namespaces.
pub fn remove_left_over() -> Result<(), LinkError> {
    let mut work = Work::open()?;
    for port in PORTS {
        if work.links.get(port).is_some_and(|link| link.is(&InfoKind::Veth)) {
            work.delete(port)?;
        }
    }
    Ok(())
}

/// Whether the box knows a way: a datagram socket that is connected sends nothing.
fn has_route(to: IpAddr) -> Result<(), ProbeError> {
    let any: IpAddr = match to {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0));
    let connected = socket.and_then(|socket| socket.connect(SocketAddr::new(to, 9)));
    connected.map_err(|_| ProbeError::NoRoute(to))
}

/// Who sends.
enum Sender {
    Station(Station),
    Own(IpAddr),
}

/// Who looks.
enum Receiver {
    Station(Station),
    Own(IpAddr),
}

impl Sender {
    fn address(&self) -> IpAddr {
        match self {
            Self::Station(station) => station.address,
            Self::Own(address) => *address,
        }
    }

    fn station(&self) -> Option<&Station> {
        match self {
            Self::Station(station) => Some(station),
            Self::Own(_) => None,
        }
    }

    fn send(&self, packet: &[u8], to: IpAddr) -> Result<(), ProbeError> {
        let sent = match self {
            Self::Station(station) => {
                station.wire.send(&frame(station.router, station.mac, packet))
            }
            Self::Own(_) => match send_own(packet, to) {
                // The rules refuse it, or nobody is there: it does not arrive, which is what is asked.
                Err(Errno::EPERM | Errno::EACCES | Errno::EHOSTUNREACH) => Ok(()),
                sent => sent,
            },
        };
        sent.map_err(|error| ProbeError::Socket("send", error))
    }
}

impl Receiver {
    fn address(&self) -> IpAddr {
        match self {
            Self::Station(station) => station.address,
            Self::Own(address) => *address,
        }
    }

    fn station(&self) -> Option<&Station> {
        match self {
            Self::Station(station) => Some(station),
            Self::Own(_) => None,
        }
    }
}

impl Stage {
    /// Sends, and waits for it.
    fn send(
        &self,
        from: &Sender,
        to: &Receiver,
        flow: &Flow,
    ) -> Result<Option<Duration>, ProbeError> {
        let taken = match to {
            Receiver::Own(_) => Some(
                Taken::open(flow.source.is_ipv6(), flow.protocol())
                    .map_err(|error| ProbeError::Socket("listen", error))?,
            ),
            Receiver::Station(_) => None,
        };
        let stations: Vec<&Station> = from.station().into_iter().chain(to.station()).collect();
        let receiver = to.station().map(|_| stations.len() - 1);
        let leaves = to.station().is_some_and(|station| station.leaves);
        let sent = Instant::now();
        from.send(&flow.packet(), flow.destination)?;
        let arrived = self.listen(&stations, taken.as_ref(), ARRIVAL, |event| match event {
            Event::Frame { at, frame } => {
                (Some(at) == receiver && flow.is(frame.get(14..)?, leaves)).then(|| sent.elapsed())
            }
            Event::Taken(TakenPacket::V4(packet)) => flow.is(packet, false).then(|| sent.elapsed()),
            Event::Taken(TakenPacket::V6(source, message)) => {
                let is = source == flow.source && flow.is_message(message, false);
                is.then(|| sent.elapsed())
            }
        })?;
        if let Some(reset) = flow.reset()
            && arrived.is_some()
            && !leaves
        {
            // Nobody is to wait for the rest of a connection.
            from.send(&reset, flow.destination)?;
        }
        Ok(arrived)
    }

    /// Waits until its port passes frames on: the box says that it has its own address. Before, nobody could
    /// say anything.
    fn wait_for_port(&self, station: &Station, router: IpAddr) -> Result<(), ProbeError> {
        for _ in 0..PORT_TRIES {
            station.wire_send(&ask(station.mac, None, router))?;
            let found = self.listen(&[station], None, PORT, |event| {
                let Event::Frame { frame, .. } = event else { return None };
                matches!(heard(frame)?, Heard::Has { address, .. } if address == router)
                    .then_some(())
            })?;
            if found.is_some() {
                return Ok(());
            }
        }
        Err(ProbeError::NoAnswer(router))
    }

    /// The first of the addresses that nobody answers for.
    fn claim(&self, station: &mut Station, addresses: &[IpAddr]) -> Result<(), ProbeError> {
        for address in addresses {
            station.wire_send(&ask(station.mac, None, *address))?;
            let own = station.mac;
            let taken = self.listen(&[station], None, CLAIM, |event| {
                let Event::Frame { frame, .. } = event else { return None };
                let (of, mac) = match heard(frame)? {
                    Heard::Has { address, mac } => (address, mac),
                    Heard::Asks { target, who: None, mac } => (target, mac),
                    Heard::Asks { who, mac, .. } => (who?, mac),
                };
                (of == *address && mac != own).then_some(())
            })?;
            if taken.is_none() {
                station.address = *address;
                station.answers = true;
                return Ok(());
            }
        }
        Err(ProbeError::NoFreeAddress)
    }

    /// Where the box is; it learns where the station is.
    fn greet(&self, station: &mut Station, router: IpAddr) -> Result<(), ProbeError> {
        for _ in 0..2 {
            station.wire_send(&ask(station.mac, Some(station.address), router))?;
            let found = self.listen(&[station], None, ANSWER, |event| {
                let Event::Frame { frame, .. } = event else { return None };
                match heard(frame)? {
                    Heard::Has { address, mac } if address == router => Some(mac),
                    _ => None,
                }
            })?;
            if let Some(mac) = found {
                station.router = mac;
                return Ok(());
            }
        }
        Err(ProbeError::NoAnswer(router))
    }

    /// Waits for what is wanted; stations answer who asks for them meanwhile.
    fn listen<T>(
        &self,
        stations: &[&Station],
        taken: Option<&Taken>,
        patience: Duration,
        mut wanted: impl FnMut(Event<'_>) -> Option<T>,
    ) -> Result<Option<T>, ProbeError> {
        let end = (Instant::now() + patience).min(self.until);
        let failed = |error| ProbeError::Socket("receive", error);
        let mut room = vec![0; 1 << 16];
        loop {
            for (at, station) in stations.iter().enumerate() {
                while let Some((frame, leaves)) = station.wire.receive(&mut room).map_err(failed)? {
                    if leaves != station.leaves {
                        continue;
                    }
                    station.answer(frame)?;
                    if let Some(found) = wanted(Event::Frame { at, frame }) {
                        return Ok(Some(found));
                    }
                }
            }
            while let Some(packet) =
                taken.map_or(Ok(None), |it| it.receive(&mut room)).map_err(failed)?
            {
                if let Some(found) = wanted(Event::Taken(packet)) {
                    return Ok(Some(found));
                }
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            let wires = stations.iter().map(|station| station.wire.as_fd());
            let mut all: Vec<PollFd<'_>> = wires
                .chain(taken.map(AsFd::as_fd))
                .map(|fd| PollFd::new(fd, PollFlags::POLLIN))
                .collect();
            // Rounded up, or the last millisecond would be spent in a circle.
            let left = PollTimeout::try_from(left + Duration::from_millis(1));
            match poll(&mut all, left.unwrap_or(PollTimeout::MAX)) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(error) => return Err(failed(error)),
            }
        }
    }
}

/// Something that was heard.
enum Event<'r> {
    /// At one of the stations.
    Frame { at: usize, frame: &'r [u8] },
    /// By the box.
    Taken(TakenPacket<'r>),
}

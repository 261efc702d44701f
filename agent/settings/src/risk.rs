//! Ports that are attacked wherever the internet reaches them, by what answers there.

use std::collections::BTreeSet;

use crate::{PortRange, Publication};

/// What answers at a port, and is better reached in another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Risk {
    /// Screens of computers: RDP, VNC.
    RemoteDesktop,
    /// Command lines: SSH, Telnet, Windows remote management.
    Shell,
    /// Files: SMB, NFS, FTP, rsync.
    Files,
    /// Databases.
    Database,
    /// Printers.
    Printer,
    /// Pictures of cameras, RTSP.
    Camera,
    /// What answers strangers with more than they asked: DNS, time, SNMP, memcached, SSDP.
    Amplifier,
}

/// TCP or UDP ports of each.
const PORTS: [(Risk, &[u16], &[u16]); 7] = [
    (
        Risk::RemoteDesktop,
        &[3389, 5800, 5900, 5901, 5902, 5903, 5904, 5905, 5906, 5907, 5908, 5909],
        &[3389],
    ),
    (Risk::Shell, &[22, 23, 2323, 5985, 5986], &[]),
    (Risk::Files, &[20, 21, 135, 137, 138, 139, 445, 548, 873, 2049], &[137, 138, 2049]),
    (
        Risk::Database,
        &[1433, 1521, 3306, 5432, 5984, 6379, 9200, 9300, 11211, 27017, 27018],
        &[1434, 11211],
    ),
    (Risk::Printer, &[515, 631, 9100], &[631]),
    (Risk::Camera, &[554, 8554, 37777], &[554]),
    (Risk::Amplifier, &[53], &[53, 123, 161, 389, 1900, 5353, 11211]),
];

impl Publication {
    /// What is dangerous about its ports, those of the device and those at the internet address.
    pub fn risks(&self) -> BTreeSet<Risk> {
        let at = |udp: bool| [self.outside(udp), self.inside(udp)].concat();
        let (tcp, udp) = (at(false), at(true));
        let any = |ranges: &[PortRange], ports: &[u16]| {
            let holds = |port: &u16| ranges.iter().any(|it| (it.first..=it.last).contains(port));
            ports.iter().any(holds)
        };
        let found =
            PORTS.iter().filter(|(_, of_tcp, of_udp)| any(&tcp, of_tcp) || any(&udp, of_udp));
        found.map(|(risk, _, _)| *risk).collect()
    }
}

"""Hand-made frames for the attacks on the CRM, as bytes."""

from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import ICMP, IP, IPOption_LSRR, TCP, UDP, fragment
from scapy.layers.inet6 import (ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_RA, ICMPv6NDOptDstLLAddr,
                                ICMPv6NDOptPrefixInfo, ICMPv6NDOptSrcLLAddr, IPv6, IPv6ExtHdrDestOpt,
                                IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting)
from scapy.layers.l2 import ARP, Ether

from story import MARK

BROADCAST = "ff:ff:ff:ff:ff:ff"


def probes4(mac, to_mac, source, target, port=443):
    """TCP, UDP and ICMP to an IPv4 address; TCP also in the middle of a connection that is none."""
    start = Ether(src=mac, dst=to_mac) / IP(src=source, dst=target)
    return _bytes([start / TCP(sport=40_001, dport=port, flags="S") / MARK,
                   start / TCP(sport=40_002, dport=port, flags="A", seq=7, ack=7) / MARK,
                   start / TCP(sport=40_003, dport=port, flags="FPU") / MARK,
                   start / UDP(sport=40_004, dport=port) / MARK,
                   start / ICMP() / MARK,
                   start / ICMP(type=3, code=1) / IP(src=target, dst=source) / UDP(sport=port, dport=9) / MARK])


def probes6(mac, to_mac, source, target, port=443):
    """TCP, UDP and ICMPv6 to an IPv6 address."""
    start = Ether(src=mac, dst=to_mac) / IPv6(src=source, dst=target)
    return _bytes([start / TCP(sport=40_001, dport=port, flags="S") / MARK,
                   start / TCP(sport=40_002, dport=port, flags="A", seq=7, ack=7) / MARK,
                   start / UDP(sport=40_004, dport=port) / MARK,
                   start / ICMPv6EchoRequest(data=MARK)])


def fragments4(mac, to_mac, source, target):
    """A datagram in pieces, a SYN whose ports are split off, and pieces that overlap."""
    ether = Ether(src=mac, dst=to_mac)
    pieces = [ether / piece for piece in fragment(
        IP(src=source, dst=target, id=77) / UDP(sport=40_005, dport=443) / (MARK * 40), fragsize=128)]
    syn = bytes(TCP(sport=40_006, dport=443, flags="S"))
    tiny = [ether / IP(src=source, dst=target, id=78, proto=6, flags="MF") / syn[:8],
            ether / IP(src=source, dst=target, id=78, proto=6, frag=1) / (syn[8:] + MARK)]
    overlap = [ether / IP(src=source, dst=target, id=79, proto=6, flags="MF") / syn[:16],
               ether / IP(src=source, dst=target, id=79, proto=6, frag=1) / (syn[8:] + MARK)]
    source_routed = [ether / IP(src=source, dst=target, options=[IPOption_LSRR(routers=[target])])
                     / TCP(sport=40_007, dport=443, flags="S") / MARK]
    return _bytes(pieces + tiny + overlap + source_routed)


def extension_headers6(mac, to_mac, source, target):
    """Every extension header that could hide the ports, and fragments."""
    ether = Ether(src=mac, dst=to_mac)
    start, syn = IPv6(src=source, dst=target), TCP(sport=40_008, dport=443, flags="S") / MARK
    raw = bytes(syn)
    return _bytes([ether / start / IPv6ExtHdrHopByHop() / syn,
                   ether / start / IPv6ExtHdrDestOpt() / syn,
                   ether / start / IPv6ExtHdrDestOpt() / IPv6ExtHdrDestOpt() / IPv6ExtHdrDestOpt() / syn,
                   ether / start / IPv6ExtHdrRouting(type=0, addresses=[target]) / syn,
                   ether / start / IPv6ExtHdrFragment(id=1, m=0, offset=0) / syn,
                   ether / start / IPv6ExtHdrFragment(id=2, m=1, offset=0, nh=6) / raw[:8],
                   ether / start / IPv6ExtHdrFragment(id=2, m=0, offset=1, nh=6) / raw[8:],
                   ether / start / IPv6ExtHdrHopByHop() / IPv6ExtHdrFragment(id=3) / IPv6ExtHdrDestOpt() / syn])


def spoofed_neighbours(mac, claimed4, claimed6):
    """ARP and ND that claim somebody else's addresses: gratuitous, as answer, to all."""
    return _bytes([
        Ether(src=mac, dst=BROADCAST) / ARP(op=1, hwsrc=mac, psrc=claimed4, pdst=claimed4),
        Ether(src=mac, dst=BROADCAST) / ARP(op=2, hwsrc=mac, psrc=claimed4, hwdst=BROADCAST, pdst=claimed4),
        Ether(src=mac, dst="33:33:00:00:00:01") / IPv6(src=claimed6, dst="ff02::1", hlim=255)
        / ICMPv6ND_NA(tgt=claimed6, R=1, S=0, O=1) / ICMPv6NDOptDstLLAddr(lladdr=mac)])


def rogue_router(mac, prefix="2001:db8:bad::"):
    """A router advertisement of somebody who is none."""
    return _bytes([Ether(src=mac, dst="33:33:00:00:00:01") / IPv6(src="fe80::bad", dst="ff02::1", hlim=255)
                   / ICMPv6ND_RA(routerlifetime=1800, prf=1)
                   / ICMPv6NDOptPrefixInfo(prefix=prefix, prefixlen=64) / ICMPv6NDOptSrcLLAddr(lladdr=mac)])


def rogue_dhcp(mac, server, offered):
    """DHCP offer and acknowledgement of somebody who is no server."""
    return _bytes([Ether(src=mac, dst=BROADCAST) / IP(src=server, dst="255.255.255.255") / UDP(sport=67, dport=68)
                   / BOOTP(op=2, yiaddr=offered, siaddr=server)
                   / DHCP(options=[("message-type", kind), ("server_id", server), ("router", server), "end"])
                   for kind in ("offer", "ack")])


def broadcast(mac, payload=MARK):
    """A plain broadcast frame."""
    return _bytes([Ether(src=mac, dst=BROADCAST, type=0x88B5) / payload])[0]


def _bytes(frames):
    return [bytes(frame) for frame in frames]

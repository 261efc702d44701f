// What a port stands for, as people say it; without a word of its own a port is its number. Pure.

/** Keys of `admin.service.…` by protocol and port. */
const SERVICES: Record<string, string> = {
  "tcp 21": "ftp",
  "tcp 22": "ssh",
  "tcp 25": "mail",
  "tcp 53": "names",
  "udp 53": "names",
  "tcp 80": "web",
  "udp 123": "time",
  "udp 137": "windows",
  "udp 138": "windows",
  "tcp 139": "files",
  "tcp 143": "mail",
  "tcp 443": "web",
  "udp 443": "web",
  "tcp 445": "files",
  "tcp 465": "mail",
  "tcp 554": "camera",
  "tcp 587": "mail",
  "tcp 631": "printing",
  "tcp 1433": "database",
  "tcp 1883": "mqtt",
  "udp 1900": "discovery",
  "tcp 3306": "database",
  "tcp 3389": "screen",
  "udp 3389": "screen",
  "tcp 5060": "calls",
  "udp 5060": "calls",
  "udp 5353": "discovery",
  "tcp 5432": "database",
  "tcp 5900": "vnc",
  "tcp 5901": "vnc",
  "tcp 8080": "web",
  "tcp 8443": "web",
  "tcp 8883": "mqtt",
  "tcp 9100": "printing",
};

/** Type 8 of ICMP and 128 of ICMPv6 ask whether somebody is there; the type stands in the high byte. */
export function serviceKey(protocol: string, port: number): string | null {
  if (protocol === "icmp" || protocol === "icmpv6") return port >> 8 === (protocol === "icmp" ? 8 : 128) ? "ping" : "icmp";
  return SERVICES[`${protocol} ${port}`] ?? null;
}

/** "TCP 443"; of what has no ports the protocol alone. */
export function portText(protocol: string, port: number): string {
  if (protocol === "icmp") return "ICMP";
  if (protocol === "icmpv6") return "ICMPv6";
  if (protocol === "tcp" || protocol === "udp") return `${protocol.toUpperCase()} ${port}`;
  return `IP ${protocol}`;
}

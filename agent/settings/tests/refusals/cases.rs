//! The mistakes: what is changed in the example, and what is to be found.
//! An empty list of problems means that the change is fine.

use serde_json::{Value, json};

/// JSON pointer, new value (null removes the field), problems as (field, code).
pub type Case = (&'static str, Value, &'static [(&'static str, &'static str)]);

/// All of them.
pub fn cases() -> Vec<Case> {
    let mut cases = documents();
    cases.extend(ports());
    cases.extend(zones());
    cases.extend(policies());
    cases.extend(access());
    cases.extend(crate::rules::cases());
    cases.extend(crate::reservations::cases());
    cases.extend(crate::dns::cases());
    cases.extend(crate::blocking::cases());
    cases.extend(crate::publish::cases());
    cases.extend(crate::relays::cases());
    cases.extend(crate::labels::cases());
    cases.extend(crate::egress::cases());
    cases
}

fn documents() -> Vec<Case> {
    vec![
        ("/version", json!(2), &[("/version", "version_newer")]),
        ("/version", json!(0), &[("/version", "version_unknown")]),
        ("/version", json!("1"), &[("/version", "not_a_number")]),
        ("/version", json!(1.0), &[("/version", "not_a_number")]),
        ("/version", json!(-1), &[("/version", "not_a_number")]),
        ("/version", Value::Null, &[("/version", "field_missing")]),
        ("/extra", json!(1), &[("/extra", "field_unknown")]),
        ("/a~1b~0", json!(1), &[("/a~1b~0", "field_unknown")]),
        ("/language", json!("de"), &[("/language", "not_one_of")]),
        ("/ports", json!([]), &[("/ports", "not_an_object")]),
        ("/policies", json!({}), &[("/policies", "not_a_list")]),
        ("/crm/zone", json!(7), &[("/crm/zone", "not_text")]),
        ("/crm/zone", json!([[[[[[[[[[[[[1]]]]]]]]]]]]]), &[("/crm/zone", "not_text")]),
        ("/crm", json!([[[[[[[[[[[[[1]]]]]]]]]]]]]), &[("/crm", "not_an_object")]),
    ]
}

fn ports() -> Vec<Case> {
    let mac = |mac: &str| json!({ "mac": mac });
    vec![
        (
            "/ports/Office",
            json!({"match": {"mac": "52:54:00:67:00:09"}, "role": {"access": "guest"}}),
            &[("/ports/Office", "name_invalid")],
        ),
        (
            "/ports/abcdefghijklmnop",
            json!({"match": {"mac": "52:54:00:67:00:09"}, "role": {"access": "guest"}}),
            &[("/ports/abcdefghijklmnop", "name_invalid")],
        ),
        ("/ports/wan/match", mac("52:54:00:67:00"), &[("/ports/wan/match/mac", "mac_invalid")]),
        (
            "/ports/wan/match",
            mac("52:54:00:67:00:01:02"),
            &[("/ports/wan/match/mac", "mac_invalid")],
        ),
        ("/ports/wan/match", mac("52:54:00:67:00:+1"), &[("/ports/wan/match/mac", "mac_invalid")]),
        (
            "/ports/wan/match",
            mac("ff:ff:ff:ff:ff:ff"),
            &[("/ports/wan/match/mac", "mac_not_one_card")],
        ),
        (
            "/ports/wan/match",
            json!({"path": "pci 0000"}),
            &[("/ports/wan/match/path", "path_invalid")],
        ),
        ("/ports/wan/match", json!({"path": ""}), &[("/ports/wan/match/path", "path_invalid")]),
        (
            "/ports/wan/match",
            json!({"path": "a", "mac": "52:54:00:67:00:01"}),
            &[("/ports/wan/match", "match_invalid")],
        ),
        ("/ports/wan/match", mac("52:54:00:67:00:02"), &[("/ports/wan/match", "match_used")]),
        ("/ports/guest/role", json!("wan"), &[("/ports/wan/role", "wan_used")]),
        ("/ports/guest/role", json!("lan"), &[("/ports/guest/role", "role_invalid")]),
        (
            "/ports/guest/role",
            json!({"access": "wan"}),
            &[("/ports/guest/role/access", "wan_is_reserved")],
        ),
        (
            "/ports/guest/role",
            json!({"access": "cellar"}),
            &[("/ports/guest/role/access", "zone_unknown")],
        ),
        ("/ports/trunk/role/trunk", json!([]), &[("/ports/trunk/role/trunk", "trunk_empty")]),
        (
            "/ports/trunk/role/trunk",
            json!(["office", "office"]),
            &[("/ports/trunk/role/trunk/1", "trunk_repeats")],
        ),
        (
            "/ports/trunk/role/trunk",
            json!(["office", "x"]),
            &[("/ports/trunk/role/trunk/1", "zone_unknown")],
        ),
    ]
}

fn zones() -> Vec<Case> {
    const ADDRESS: &str = "/zones/crm/ipv4/address";
    const DHCP: &str = "/zones/guest/ipv4/dhcp";
    let range = |from: &str, to: &str| json!({ "from": from, "to": to });
    vec![
        (
            "/zones/thirteenchars",
            json!({"vlan": 7, "ipv6": "automatic"}),
            &[("/zones/thirteenchars", "name_invalid")],
        ),
        (
            "/zones/wan",
            json!({"vlan": 7, "ipv6": "automatic"}),
            &[("/zones/wan", "wan_is_reserved")],
        ),
        ("/zones/vpn", json!({"vlan": 7, "ipv6": "automatic"}), &[("/zones/vpn", "name_reserved")]),
        ("/zones/crm/vlan", json!(4095), &[("/zones/crm/vlan", "vlan_invalid")]),
        ("/zones/crm/vlan", json!(0), &[("/zones/crm/vlan", "vlan_invalid")]),
        ("/zones/guest/vlan", json!(30), &[("/zones/guest/vlan", "vlan_used")]),
        (
            "/zones/guest",
            json!({"vlan": 20, "ipv6": "off"}),
            &[("/zones/guest", "zone_without_address")],
        ),
        (ADDRESS, json!("192.168.30.1"), &[(ADDRESS, "router_invalid")]),
        (ADDRESS, json!("192.168.030.1/24"), &[(ADDRESS, "router_invalid")]),
        (
            ADDRESS,
            json!("192.168.30.1/31"),
            &[(ADDRESS, "prefix_bounds"), ("/crm/host", "crm_host_outside")],
        ),
        (ADDRESS, json!("10.0.0.1/15"), &[(ADDRESS, "prefix_bounds")]),
        (ADDRESS, json!("192.168.30.0/24"), &[(ADDRESS, "router_is_network")]),
        (ADDRESS, json!("192.168.30.255/24"), &[(ADDRESS, "router_is_broadcast")]),
        (ADDRESS, json!("127.0.3.1/24"), &[(ADDRESS, "subnet_reserved")]),
        (ADDRESS, json!("169.254.3.1/24"), &[(ADDRESS, "subnet_reserved")]),
        (ADDRESS, json!("224.0.3.1/24"), &[(ADDRESS, "subnet_reserved")]),
        (ADDRESS, json!("255.255.3.1/24"), &[(ADDRESS, "subnet_reserved")]),
        (ADDRESS, json!("0.1.3.1/24"), &[(ADDRESS, "subnet_reserved")]),
        (
            "/zones/guest/ipv4",
            json!({"address": "192.168.30.65/26"}),
            &[("/zones/guest/ipv4/address", "subnet_overlap")],
        ),
        (
            "/zones/guest/ipv4",
            json!({"address": "192.168.16.1/20"}),
            &[("/zones/guest/ipv4/address", "subnet_overlap")],
        ),
        (
            DHCP,
            range("192.168.20.100", "192.168.21.1"),
            &[("/zones/guest/ipv4/dhcp/to", "dhcp_outside")],
        ),
        (
            DHCP,
            range("192.168.20.100", "192.168.20.255"),
            &[("/zones/guest/ipv4/dhcp/to", "dhcp_edge")],
        ),
        (DHCP, range("192.168.20.9", "192.168.20.8"), &[(DHCP, "dhcp_reversed")]),
        (DHCP, range("192.168.20.1", "192.168.20.8"), &[(DHCP, "dhcp_has_router")]),
        (DHCP, range("192.168.20.9", "x"), &[("/zones/guest/ipv4/dhcp/to", "ipv4_invalid")]),
        ("/zones/guest/ipv6", json!("on"), &[("/zones/guest/ipv6", "not_one_of")]),
    ]
}

fn policies() -> Vec<Case> {
    let policy = |from: &str, to: &str| json!({ "from": from, "to": to, "allow": "all" });
    vec![
        ("/policies/0", policy("wan", "office"), &[("/policies/0/from", "wan_is_reserved")]),
        ("/policies/0", policy("guest", "guest"), &[("/policies/0/to", "policy_same")]),
        ("/policies/0", policy("guest", "wan"), &[("/policies/1", "policy_repeated")]),
        ("/policies/0", policy("office", "crm"), &[("/policies/0/to", "policy_crm")]),
        ("/policies/0", policy("crm", "wan"), &[("/policies/0/from", "policy_crm")]),
        ("/policies/0", policy("cellar", "wan"), &[("/policies/0/from", "zone_unknown")]),
        ("/policies/0", policy("guest", "cellar"), &[("/policies/0/to", "zone_unknown")]),
        ("/policies/0/allow", json!("ssh"), &[("/policies/0/allow", "not_one_of")]),
    ]
}

fn access() -> Vec<Case> {
    const FROM: &str = "/management/from";
    const ADDRESSES: &str = "/management/from/0/addresses";
    const FIRST: &str = "/management/from/0/addresses/0";
    const ZONE: &str = "/crm/reachable_from/0/zone";
    const NET: &str = "/crm/reachable_from/0/addresses/0";
    let all = |zone: &str| json!({ "zone": zone, "addresses": "all" });
    vec![
        (FROM, json!([]), &[(FROM, "management_empty")]),
        (FROM, json!([all("wan")]), &[("/management/from/0/zone", "wan_is_reserved")]),
        (
            FROM,
            json!([all("office"), all("office")]),
            &[("/management/from/1/zone", "source_repeated")],
        ),
        (
            FROM,
            json!([all("office"), all("crm")]),
            &[("/management/from/1/zone", "management_crm")],
        ),
        (
            FROM,
            json!([all("crm")]),
            &[("/management/from/0/zone", "management_crm"), (FROM, "management_nobody")],
        ),
        (ADDRESSES, json!([]), &[(FROM, "management_nobody")]),
        (ADDRESSES, json!(["fd00::/8"]), &[(FROM, "management_nobody")]),
        (ADDRESSES, json!(["192.168.10.1/32"]), &[(FROM, "management_nobody")]),
        (ADDRESSES, json!(["192.168.10.0/31"]), &[(FROM, "management_nobody")]),
        (
            ADDRESSES,
            json!(["192.168.11.0/24"]),
            &[(FIRST, "network_outside"), (FROM, "management_nobody")],
        ),
        (
            ADDRESSES,
            json!(["192.168.11.7/32"]),
            &[(FIRST, "address_outside"), (FROM, "management_nobody")],
        ),
        (ADDRESSES, json!(["192.168.10.7/24"]), &[(FIRST, "network_host_bits")]),
        (ADDRESSES, json!(["::ffff:192.168.10.0/120"]), &[(FIRST, "network_mapped")]),
        (ADDRESSES, json!(["192.168.10.7"]), &[(FIRST, "network_invalid")]),
        (ADDRESSES, json!(["192.168.10。7/32"]), &[(FIRST, "network_character")]),
        (ADDRESSES, json!(["192.168.10.300/32"]), &[(FIRST, "network_number")]),
        (ADDRESSES, json!(["192.168.10.0/33"]), &[(FIRST, "network_length")]),
        (ADDRESSES, json!("none"), &[(ADDRESSES, "addresses_invalid")]),
        (NET, json!("2001:db8::/32"), &[(NET, "network_not_local")]),
        (NET, json!("2001:db8::7/128"), &[(NET, "address_not_local")]),
        (
            "/crm/reachable_from/0/addresses",
            json!(["192.168.10.7/32", "192.168.10.7/32"]),
            &[("/crm/reachable_from/0/addresses/1", "network_repeated")],
        ),
        (
            ZONE,
            json!("crm"),
            &[("/crm/reachable_from/0/addresses/0", "network_outside"), (ZONE, "crm_from_itself")],
        ),
        (ZONE, json!("wan"), &[(ZONE, "wan_is_reserved")]),
        (ZONE, json!("cellar"), &[(ZONE, "zone_unknown")]),
        ("/crm/zone", json!("cellar"), &[("/crm/zone", "zone_unknown")]),
        ("/crm/host", json!(0), &[("/crm/host", "host_invalid")]),
        ("/crm/host", json!(65535), &[("/crm/host", "host_invalid")]),
        ("/crm/host", json!(1), &[("/crm/host", "crm_host_is_router")]),
        ("/crm/host", json!(255), &[("/crm/host", "crm_host_outside")]),
        (
            "/zones/crm/ipv4/dhcp",
            json!({"from": "192.168.30.10", "to": "192.168.30.20"}),
            &[("/crm/host", "crm_host_in_dhcp")],
        ),
        ("/zones/office/ipv6", json!("off"), &[]),
        ("/quarantine", json!([]), &[]),
        ("/quarantine", json!(["52:54:00:00:00:01"]), &[]),
        ("/quarantine", json!("all"), &[("/quarantine", "not_a_list")]),
        ("/quarantine", json!(["52-54"]), &[("/quarantine/0", "mac_invalid")]),
        (
            "/quarantine",
            json!(["52:54:00:00:00:01", "52:54:00:00:00:01"]),
            &[("/quarantine/1", "quarantine_repeated")],
        ),
    ]
}

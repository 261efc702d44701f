//! Labels, isolation and static routes.

use serde_json::{Value, json};

use crate::cases::Case;

pub fn cases() -> Vec<Case> {
    const LABEL: &str = "/zones/guest/label";
    const NETWORK: &str = "/routes/0/network";
    const VIA: &str = "/routes/0/via";
    let routes = |routes: &[(&str, &str)]| -> Value {
        routes.iter().map(|(network, via)| json!({"network": network, "via": via})).collect()
    };
    let by = |via: &str| routes(&[("10.20.0.0/16", via)]);
    let to = |network: &str| routes(&[(network, "192.168.10.2")]);
    vec![
        (LABEL, json!("三楼"), &[]),
        (LABEL, json!(""), &[(LABEL, "label_invalid")]),
        (LABEL, json!("a\u{202e}b"), &[(LABEL, "label_invalid")]),
        (LABEL, json!(7), &[(LABEL, "not_text")]),
        (LABEL, json!("Office"), &[(LABEL, "label_used")]),
        // As the page shows the other one, in either language.
        (LABEL, json!("办公"), &[(LABEL, "label_used")]),
        (LABEL, json!("互联网"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("The Box"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("Ｏｆｆｉｃｅ"), &[(LABEL, "label_used")]),
        (LABEL, json!("the internet"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("所有分区"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("Every  Zone"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("每个分区"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("This box."), &[(LABEL, "label_reserved")]),
        (LABEL, json!("每个 分区"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("任何分区"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("THIS-BOX"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("anybody"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("所有人"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("没有人"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("其他所有分区和互联网"), &[(LABEL, "label_joins")]),
        (LABEL, json!("Other zones"), &[(LABEL, "label_joins")]),
        (LABEL, json!("Cellar and Office"), &[(LABEL, "label_joins")]),
        (LABEL, json!("办公、仓库"), &[(LABEL, "label_joins")]),
        (LABEL, json!("Office (only 192.168.10.5)"), &[(LABEL, "label_joins")]),
        (LABEL, json!("办公（仅 192.168.10.5）"), &[(LABEL, "label_joins")]),
        (LABEL, json!("Café and Office"), &[(LABEL, "label_joins")]),
        (LABEL, json!("Guest’s and Office"), &[(LABEL, "label_joins")]),
        (LABEL, json!("Office only"), &[(LABEL, "label_joins")]),
        (LABEL, json!("Cellar without Office"), &[(LABEL, "label_joins")]),
        (LABEL, json!("办公及仓库"), &[(LABEL, "label_joins")]),
        (LABEL, json!("办公以外"), &[(LABEL, "label_joins")]),
        (LABEL, json!("Nothing"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("公网"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("谁都不"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("Router"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("路由器"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("192.168.10.5"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("１９２.168.10.0/24"), &[(LABEL, "label_reserved")]),
        (LABEL, json!("Offices"), &[(LABEL, "label_used")]),
        (LABEL, json!("Offices and cellar"), &[(LABEL, "label_joins")]),
        // What joins no places is a name.
        (LABEL, json!("Wan & Söhne"), &[]),
        (LABEL, json!("Dr. Wan"), &[]),
        (LABEL, json!("Kids' room"), &[]),
        (LABEL, json!("IT & Networks"), &[]),
        (LABEL, json!("Sales and Support"), &[]),
        (LABEL, json!("和平路店"), &[]),
        (LABEL, json!("Back office"), &[]),
        (LABEL, json!("Café (first floor)"), &[]),
        (LABEL, json!("Press & Router room"), &[]),
        (LABEL, json!("Bus 7"), &[]),
        (LABEL, json!("Guest"), &[]),
        (LABEL, json!("guest"), &[]),
        (LABEL, json!("访客"), &[]),
        (LABEL, json!("智能设备"), &[]),
        ("/zones/cellar", json!({"vlan": 7, "ipv6": "automatic", "label": "Shop"}), &[]),
        ("/zones/guest/isolated", json!(true), &[]),
        ("/zones/guest/isolated", json!("yes"), &[("/zones/guest/isolated", "not_yes_or_no")]),
        ("/zones/crm/isolated", json!(true), &[("/zones/crm/isolated", "isolated_crm")]),
        ("/routes", by("192.168.10.2"), &[]),
        ("/routes", json!([]), &[]),
        ("/routes", json!({}), &[("/routes", "not_a_list")]),
        ("/routes", json!([{"network": "10.20.0.0/16"}]), &[(VIA, "field_missing")]),
        ("/routes", by("10.20.0.1"), &[(VIA, "route_via_outside")]),
        ("/routes", by("192.168.30.2"), &[(VIA, "route_via_crm")]),
        ("/routes", by("192.168.10.1"), &[(VIA, "route_via_unusable")]),
        ("/routes", by("192.168.10.255"), &[(VIA, "route_via_unusable")]),
        ("/routes", by("router"), &[(VIA, "ipv4_invalid")]),
        ("/routes", to("10.20.0.1/16"), &[(NETWORK, "network_host_bits")]),
        ("/routes", to("fd00:1::/64"), &[(NETWORK, "route_ipv6")]),
        ("/routes", to("0.0.0.0/0"), &[(NETWORK, "route_bounds")]),
        ("/routes", to("8.0.0.0/7"), &[(NETWORK, "route_bounds")]),
        ("/routes", to("127.0.0.0/8"), &[(NETWORK, "subnet_reserved")]),
        ("/routes", to("192.168.20.64/26"), &[(NETWORK, "subnet_overlap")]),
        (
            "/routes",
            routes(&[("10.20.0.0/16", "192.168.10.2"), ("10.20.30.0/24", "192.168.20.9")]),
            &[("/routes/1/network", "route_overlap")],
        ),
    ]
}

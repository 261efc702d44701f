//! Who is asked for names: what is told of it.

use serde_json::{Value, json};

use crate::Case;

const AT: &str = "/dns";

pub fn cases() -> Vec<Case> {
    let quad9 = || json!({"address": "9.9.9.9", "name": "dns.quad9.net"});
    let ali = || json!({"address": "2400:3200::1", "name": "dns.alidns.com"});
    let dns =
        |servers: &[Value], dnssec: bool| json!({"upstream": {"tls": servers}, "dnssec": dnssec});
    vec![
        (
            vec![],
            vec![(AT, dns(&[quad9()], true))],
            vec![
                (
                    "dns_tls_new",
                    "Names are now asked of dns.quad9.net (9.9.9.9) over TLS, no longer of the provider.",
                    "域名改为通过 TLS 查询，服务器为 dns.quad9.net（9.9.9.9），不再询问运营商。",
                ),
                (
                    "dnssec_new",
                    "Answers of signed domains are now checked (DNSSEC); a forged one is refused.",
                    "现在会校验已签名域名的答案（DNSSEC），伪造的答案会被拒绝。",
                ),
            ],
        ),
        (
            vec![(AT, dns(&[quad9(), ali()], true))],
            vec![(AT, dns(&[ali()], false))],
            vec![
                (
                    "dns_tls",
                    "Names are asked of dns.alidns.com (2400:3200::1) over TLS; before, it was dns.quad9.net (9.9.9.9) and dns.alidns.com (2400:3200::1).",
                    "域名通过 TLS 查询，服务器改为 dns.alidns.com（2400:3200::1），原来是 dns.quad9.net（9.9.9.9）、dns.alidns.com（2400:3200::1）。",
                ),
                (
                    "dnssec_gone",
                    "Answers of signed domains are no longer checked (DNSSEC).",
                    "不再校验已签名域名的答案（DNSSEC）。",
                ),
            ],
        ),
        (
            vec![(AT, dns(&[quad9()], false))],
            vec![(AT, json!({"upstream": "provider"}))],
            vec![(
                "dns_tls_gone",
                "Names are asked of the provider again, in plain text, no longer of dns.quad9.net (9.9.9.9) over TLS.",
                "域名重新以明文向运营商查询，不再通过 TLS 询问 dns.quad9.net（9.9.9.9）。",
            )],
        ),
    ]
}

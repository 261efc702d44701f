//! Where the box's own programs may go.

use serde_json::{Value, json};

use crate::Case;

pub fn cases() -> Vec<Case> {
    let one = |who: &str, to: &str, note: Value| {
        let mut one = json!({"for": who, "to": to, "protocol": "tcp", "port": 465});
        if !note.is_null() {
            one["note"] = note;
        }
        vec![("/egress", json!([one]))]
    };
    let mail = |note| one("admin", "mail.example.com", note);
    vec![
        (
            vec![],
            mail(Value::Null),
            vec![(
                "egress_new",
                "From now on the admin application may reach mail.example.com on the internet, TCP 465.",
                "现在允许管理端访问互联网上的 mail.example.com（TCP 465）。",
            )],
        ),
        (
            vec![],
            one("crm", "192.168.10.20", Value::Null),
            vec![(
                "egress_inside",
                "From now on the CRM may reach 192.168.10.20 in zone Office, TCP 465: a device inside your network.",
                "现在允许 CRM 访问分区“办公”中的 192.168.10.20（TCP 465），这是您内部网络中的设备。",
            )],
        ),
        (
            mail(json!("bills")),
            vec![],
            vec![(
                "egress_gone",
                "mail.example.com, TCP 465, is no longer open to the admin application.",
                "不再允许管理端访问 mail.example.com（TCP 465）。",
            )],
        ),
        (
            mail(Value::Null),
            mail(json!("发账单")),
            vec![(
                "egress_noted",
                "Beside mail.example.com, TCP 465, for the admin application, the note now says “发账单”.",
                "管理端访问 mail.example.com（TCP 465）的备注现在是“发账单”。",
            )],
        ),
        (
            mail(json!("bills")),
            mail(Value::Null),
            vec![(
                "egress_not_noted",
                "Beside mail.example.com, TCP 465, for the admin application, there is no note any more.",
                "管理端访问 mail.example.com（TCP 465）不再有备注。",
            )],
        ),
    ]
}

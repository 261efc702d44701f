//! The admin application's own routes.

use super::Access::{Public, Session, Step};
use super::Method::{Delete, Get, Post, Put};
use super::{Parameter, Route};
use crate::shape::admin as a;
use crate::shape::alerts as v;
use crate::shape::blocking as b;
use crate::shape::copies as k;
use crate::shape::egress as e;
use crate::shape::leases as l;
use crate::shape::packet as p;
use crate::shape::rules as r;
use crate::shape::seen as n;
use crate::shape::settings as t;
use crate::shape::setup as u;
use crate::shape::shared as s;
use crate::shape::targets as g;

const PAGES: &[Parameter] = &[
    Parameter { name: "cursor", text: "Where the page before ended" },
    Parameter { name: "limit", text: "Changes of a page, 1 to 100" },
    Parameter {
        name: "key",
        text: "The change alone that was asked for with this Idempotency-Key",
    },
];

const LEASES: &[Parameter] = &[
    Parameter { name: "zone", text: "Name of a zone" },
    Parameter { name: "search", text: "Text that address, MAC address or name contain" },
    Parameter { name: "cursor", text: "Where the page before ended" },
    Parameter { name: "limit", text: "Leases of a page, 1 to 200" },
];

const NAME: &[Parameter] = &[Parameter { name: "name", text: "A domain name" }];

const FIND: Parameter = Parameter { name: "find", text: "Part of a name or an address" };
const ZONE: Parameter = Parameter { name: "zone", text: "A zone, or wan for the internet" };
const DEVICE: Parameter = Parameter { name: "device", text: "MAC address of a device" };
const CURSOR: Parameter = Parameter { name: "cursor", text: "Where the page before ended" };
const ROWS: Parameter = Parameter { name: "limit", text: "Rows of a page, 1 to 200" };

const DEVICES: &[Parameter] = &[
    FIND,
    ZONE,
    DEVICE,
    Parameter { name: "show", text: "all, new or quarantined" },
    CURSOR,
    ROWS,
];
const CONNECTIONS: &[Parameter] = &[
    FIND,
    ZONE,
    DEVICE,
    Parameter { name: "order", text: "bytes (most first) or newest" },
    CURSOR,
    ROWS,
];
const ALERTS: &[Parameter] = &[CURSOR, ROWS];
const REFUSED: &[Parameter] = &[FIND, ZONE, DEVICE, CURSOR, ROWS];
const TRAFFIC: &[Parameter] = &[DEVICE];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(Get, "/start", Public, "What a page needs first").gives::<a::AdminStart>(),
        Route::new(Post, "/setup/code", Public, "Begin the set-up with the code of the console")
            .takes::<s::TypedCode>()
            .problems(&[403, 409, 422]),
        Route::new(Get, "/setup", Step, "What the set-up asks about").gives::<u::Setup>(),
        Route::new(Post, "/setup/account", Step, "Name the first admin")
            .takes::<s::NewAccount>()
            .gives::<s::TotpSetup>()
            .problems(&[409, 422]),
        Route::new(Post, "/setup/totp", Step, "Prove that the authenticator app works")
            .takes::<s::TypedCode>()
            .problems(&[409, 422]),
        Route::new(Post, "/setup/copies", Step, "Which copies of a box a recovery sheet leads to")
            .takes::<k::TypedSheet>()
            .gives::<k::CopiesFound>()
            .problems(&[409, 422]),
        Route::new(Get, "/setup/restore", Step, "How a restore goes").gives::<k::RestoreSoFar>(),
        Route::new(Post, "/setup/restore", Step, "Restore a copy in place of a set-up")
            .takes::<k::NewRestore>()
            .problems(&[409, 422]),
        Route::new(Post, "/setup/finish", Step, "Apply the settings and sign in")
            .takes::<u::SetupFinish>()
            .gives::<a::ManagerCode>()
            .problems(&[409, 422]),
        Route::new(Get, "/protection", Session, "What is known of the box's protections")
            .gives::<a::Protection>(),
        Route::new(Get, "/zones", Session, "Zones and what passes between them")
            .gives::<a::Zones>(),
        Route::new(Get, "/rules", Session, "Rules beside the policies of zones")
            .gives::<r::Rules>(),
        Route::new(Get, "/time-zones", Session, "Time zones that hours can be in")
            .gives::<r::TimeZones>(),
        Route::new(Get, "/published", Session, "What came to the published services")
            .gives::<r::Published>(),
        Route::new(Get, "/leases", Session, "Addresses that are lent")
            .gives::<l::LeasesPage>()
            .query(LEASES)
            .problems(&[422]),
        Route::new(Post, "/simulations", Session, "What the rules do with a packet")
            .takes::<p::PacketAsked>()
            .gives::<p::PacketJudged>()
            .problems(&[422]),
        Route::new(Post, "/probes", Session, "Send a packet and see whether it arrives")
            .takes::<p::ProbeAsked>()
            .gives::<p::ProbeResult>()
            .problems(&[422]),
        Route::new(Get, "/matrix", Session, "What passes between all places").gives::<p::Matrix>(),
        Route::new(Get, "/crm-access", Session, "Who reaches the CRM").versioned::<a::CrmAccess>(),
        Route::new(Put, "/crm-access", Session, "Say who reaches the CRM")
            .takes::<t::CrmTrial>()
            .gives::<t::Tried>()
            .conditional()
            .repeatable()
            .problems(&[422]),
        Route::new(Post, "/crm-access/preview", Session, "What this would change and do")
            .takes::<u::CrmChoice>()
            .gives::<t::Preview>()
            .problems(&[422]),
        Route::new(Get, "/settings", Session, "The settings in force")
            .versioned::<t::SettingsNow>(),
        Route::new(
            Get,
            "/settings/now",
            Session,
            "What is in force, in short; lengthens no session",
        )
        .versioned::<t::SettingsBrief>(),
        Route::new(Put, "/settings", Session, "Try other settings for a time")
            .takes::<t::SettingsTrial>()
            .gives::<t::Tried>()
            .conditional()
            .repeatable()
            .problems(&[422]),
        Route::new(Post, "/settings/preview", Session, "What other settings would change and do")
            .takes::<t::SettingsProposal>()
            .gives::<t::Preview>()
            .problems(&[422]),
        Route::new(Post, "/settings/confirm", Session, "Keep what is being tried")
            .takes::<t::Keep>()
            .problems(&[422]),
        Route::new(Post, "/settings/undo", Session, "Go back from what is being tried"),
        Route::new(Get, "/settings/history", Session, "Changes of the settings")
            .gives::<t::ChangesPage>()
            .query(PAGES)
            .problems(&[422]),
        Route::new(Get, "/settings/history/{id}", Session, "A change with both documents")
            .gives::<t::WholeChange>(),
        Route::new(
            Get,
            "/settings/former",
            Session,
            "Settings of the box that this one came back from",
        )
        .gives::<t::FormerSettings>()
        .problems(&[404]),
        Route::new(Delete, "/settings/former", Session, "Leave them: what is in force stays")
            .problems(&[404]),
        Route::new(Get, "/settings/export", Session, "The settings in force as a file")
            .bytes("application/json"),
        Route::new(Get, "/devices", Session, "Devices that were seen")
            .gives::<n::DevicesPage>()
            .query(DEVICES)
            .problems(&[422]),
        Route::new(Post, "/devices/known", Session, "Say that devices are not new any more")
            .takes::<n::KnownDevices>()
            .gives::<n::Count>()
            .problems(&[422]),
        Route::new(Post, "/devices/forget", Session, "Forget a device that is not there")
            .takes::<n::OneDevice>()
            .gives::<n::Count>()
            .problems(&[422]),
        Route::new(Get, "/connections", Session, "Connections that are open")
            .gives::<n::ConnectionsPage>()
            .query(CONNECTIONS)
            .problems(&[422]),
        Route::new(Post, "/connections/end", Session, "End a connection, or all of a device")
            .takes::<n::EndConnections>()
            .gives::<n::Count>()
            .problems(&[422]),
        Route::new(Get, "/refused", Session, "What was refused within the last hours")
            .gives::<n::RefusedPage>()
            .query(REFUSED)
            .problems(&[422]),
        Route::new(Get, "/links", Session, "Ports of the box and their links").gives::<n::Links>(),
        Route::new(Get, "/traffic", Session, "Traffic of the last hour by minute")
            .gives::<n::Traffic>()
            .query(TRAFFIC)
            .problems(&[422]),
        Route::new(Get, "/blocking", Session, "Block lists, and what was blocked lately")
            .gives::<b::BlockingTold>(),
        Route::new(Get, "/blocking/name", Session, "What becomes of a name, by zone")
            .gives::<b::JudgedName>()
            .query(NAME)
            .problems(&[422]),
        Route::new(Post, "/blocking/fetch", Session, "Fetch a block list now")
            .takes::<b::FetchNow>()
            .problems(&[404, 422]),
        Route::new(Get, "/egress", Session, "Where the box's own programs may go")
            .gives::<e::EgressTold>(),
        Route::new(Post, "/egress/decline", Session, "Decline what a program asks for")
            .takes::<e::DeclinedDestination>()
            .problems(&[422]),
        Route::new(Get, "/alerts", Session, "The bell: what happened lately, the last first")
            .gives::<v::AlertsPage>()
            .query(ALERTS)
            .problems(&[422]),
        Route::new(
            Get,
            "/alerts/unread",
            Session,
            "How many alerts are unread; lengthens no session",
        )
        .gives::<v::AlertsUnread>(),
        Route::new(Post, "/alerts/read", Session, "Say that alerts were read")
            .takes::<v::AlertsRead>()
            .problems(&[422]),
        Route::new(Post, "/alerts/mutes", Session, "Mute a kind of alerts, or one subject of it")
            .takes::<v::NewAlertMute>()
            .problems(&[422]),
        Route::new(Post, "/alerts/mutes/end", Session, "Let it ring again")
            .takes::<v::EndedAlertMute>()
            .problems(&[422]),
        Route::new(Get, "/alerts/targets", Session, "Whom the box tells, and how they do")
            .gives::<g::AlertTargets>(),
        Route::new(Post, "/alerts/targets", Session, "Tell somebody more")
            .takes::<g::AlertTargetGiven>()
            .creates::<g::AlertTargetSaved>()
            .problems(&[422]),
        Route::new(Put, "/alerts/targets/{id}", Session, "Change a target")
            .takes::<g::AlertTargetGiven>()
            .versioned::<g::AlertTargetSaved>()
            .conditional()
            .problems(&[404, 422]),
        Route::new(Delete, "/alerts/targets/{id}", Session, "Tell a target no more")
            .conditional()
            .problems(&[404]),
        Route::new(Post, "/alerts/targets/{id}/test", Session, "Have a test sent").problems(&[404]),
        Route::new(Get, "/crm", Session, "How the CRM is").gives::<a::CrmStatus>(),
        Route::new(Post, "/crm/manager-code", Session, "Make a new code for the first manager")
            .gives::<a::ManagerCode>()
            .problems(&[409]),
        Route::new(Get, "/certificate", Session, "Certificates of the box")
            .gives::<a::Certificates>(),
        Route::new(Get, "/ca.crt", Public, "The certificate authority")
            .bytes("application/x-x509-ca-cert"),
    ]
}

//! What comes in at one link is taken for what came in at another (tc(8): ingress, u32, mirred), before any
//! rule sees it: the only way to be somebody outside without being there.

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::tc::{
    TcAction, TcActionAttribute, TcActionGeneric, TcActionMirror, TcActionMirrorOption,
    TcActionOption, TcActionType, TcAttribute, TcFilterU32, TcFilterU32Option, TcHandle, TcMessage,
    TcMirror, TcMirrorActionType, TcOption, TcU32Key, TcU32Selector, TcU32SelectorFlags,
};

use super::super::{LinkError, Work};

/// `ETH_P_ALL` in network order, and a priority.
const EVERY_FRAME: u32 = 1 << 16 | 0x0300;

/// All that comes in at `from` comes in at `to`.
pub(super) fn to_ingress(work: &mut Work, from: &str, to: &str) -> Result<(), LinkError> {
    let target = work.link(to)?.index;
    // An index never comes near the limit of the message's signed field.
    let link = i32::try_from(work.link(from)?.index).unwrap_or(i32::MAX);
    let ingress = TcHandle { major: u16::MAX, minor: 0 };

    let mut queue = TcMessage::with_index(link);
    (queue.header.handle, queue.header.parent) = (ingress, TcHandle::INGRESS);
    queue.attributes.push(TcAttribute::Kind("ingress".to_owned()));
    let what = format!("look at what comes in at {from}");
    work.change(&RouteNetlinkMessage::NewQueueDiscipline(queue), NLM_F_CREATE | NLM_F_EXCL, what)?;

    let mut filter = TcMessage::with_index(link);
    (filter.header.parent, filter.header.info) = (ingress, EVERY_FRAME);
    filter.attributes = vec![
        TcAttribute::Kind(TcFilterU32::KIND.to_owned()),
        TcAttribute::Options(vec![
            TcOption::U32(TcFilterU32Option::Selector(everything())),
            TcOption::U32(TcFilterU32Option::Action(vec![redirect(target)])),
        ]),
    ];
    let what = format!("take what comes in at {from} for what comes in at {to}");
    work.change(&RouteNetlinkMessage::NewTrafficFilter(filter), NLM_F_CREATE | NLM_F_EXCL, what)
}

/// One key that masks all away.
fn everything() -> TcU32Selector {
    let mut selector = TcU32Selector::default();
    selector.flags = TcU32SelectorFlags::Terminal;
    selector.keys = vec![TcU32Key::default()];
    selector.nkeys = 1;
    selector
}

fn redirect(target: u32) -> TcAction {
    let mut generic = TcActionGeneric::default();
    generic.action = TcActionType::Stolen;
    let mut mirror = TcMirror::default();
    mirror.generic = generic;
    mirror.eaction = TcMirrorActionType::IngressRedir;
    mirror.ifindex = target;
    let mut action = TcAction::default();
    action.attributes = vec![
        TcActionAttribute::Kind(TcActionMirror::KIND.to_owned()),
        TcActionAttribute::Options(vec![TcActionOption::Mirror(TcActionMirrorOption::Parms(
            mirror,
        ))]),
    ];
    action
}

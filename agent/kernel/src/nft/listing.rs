//! Lists of what the kernel has.

use firewall::ir::{Family, TableId};
use nix::errno::Errno;

use super::NftError;
use super::transaction::{SUBSYSTEM, head};
use crate::netlink::attribute::{Attributes, read};
use crate::netlink::message::DUMP;
use crate::netlink::{NetlinkError, Reply, Socket};

const GET_TABLE: u16 = SUBSYSTEM | 1;
/// How often a list is begun anew because something changed while it was made.
const TRIES: usize = 5;

/// All objects of a kind (`NFT_MSG_GET…`) that the filter lets through.
pub(super) fn list(
    socket: &mut Socket,
    kind: u16,
    family: Family,
    filter: &Attributes,
) -> Result<Vec<Reply>, NftError> {
    let filter = filter.clone().finish().unwrap_or_default();
    let request = [&head(family), filter.as_slice()].concat();
    for _ in 0..TRIES {
        match socket.ask(kind, DUMP, &request) {
            Err(NetlinkError::Interrupted) => {}
            // The table or set went away meanwhile: it will be missing.
            Err(NetlinkError::Refused(Errno::ENOENT)) => return Ok(Vec::new()),
            other => return Ok(other?),
        }
    }
    Err(NetlinkError::Interrupted.into())
}

/// Whether a table is there.
pub(super) fn has_table(socket: &mut Socket, id: &TableId) -> Result<bool, NftError> {
    let tables = list(socket, GET_TABLE, id.family, &Attributes::default())?;
    Ok(tables.iter().any(|reply| text(body(reply), 1) == Some(id.name.as_str())))
}

/// A message's attributes: what follows `struct nfgenmsg`.
pub(super) fn body(reply: &Reply) -> &[u8] {
    reply.payload.get(4..).unwrap_or_default()
}

/// An attribute's text.
pub(super) fn text(bytes: &[u8], kind: u16) -> Option<&str> {
    read(bytes).find(|attribute| attribute.kind == kind)?.text()
}

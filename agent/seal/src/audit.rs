//! The audit chain in the clear: frames (`GHA1`), signed heads (`GHH1`), the export (`GHX1`).

mod export;
mod frame;
mod head;

pub use export::{ITEM_END, ITEM_FRAME, ITEM_HEAD, ITEM_PART, export_header, export_item};
pub use frame::{Frame, MOST_PARTS, Mark, entry_hash};
pub use head::{SignedHead, public_key, sign_new_key};

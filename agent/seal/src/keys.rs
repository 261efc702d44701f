//! Keys at rest: the wrapped key (`GHK1`), the unlock slot (`GHU1`) and the file that holds them
//! (`GHF1`). Passphrase, recovery key or machine key open a slot to the master key M; M wraps the
//! key-encryption key, that the tables' keys, and the key of table 2 the persons'.

mod file;
mod slot;
mod wrapped;

pub use file::{KeysFile, LENGTH, MOST_KEYS, SLOTS};
pub use slot::{Argon, Slot, SlotKind, SlotState};
pub use wrapped::{Kind, WrappedKey};

//! Where the box's own programs may go: names are looked up here, again and again, and what they are on the
//! internet is put into the kernel's sets for a time, and only then told to the program that may go there.
//! `ask` asks the resolver, `names` keeps what names are, `used` how often a destination was, `wanted` what
//! programs ask for.

pub mod ask;
mod names;
mod used;
mod wanted;

use std::path::Path;

use settings::Settings;

use crate::store::directory::Real;
pub use names::{Names, prepare};
pub use used::Used;
pub use wanted::{Unwanted, Wanted};

/// All of it.
pub struct Egress {
    /// What names are.
    pub names: Names,
    /// How often destinations were used.
    pub used: Used,
    /// What is asked for.
    pub wanted: Wanted,
}

impl Egress {
    /// What was kept, and the directory of what programs are told.
    pub fn open(state: &Real, directory: &Path) -> Self {
        let names = Names::new(directory.to_owned());
        Self { names, used: Used::open(state), wanted: Wanted::open(state) }
    }

    /// Other settings, or rules that were loaded anew.
    pub fn follow(&mut self, settings: &Settings) {
        self.names.follow(settings);
        self.wanted.follow(settings);
    }
}

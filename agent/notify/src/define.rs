//! How the catalogue's kinds become types: one entry gives the alert with its values, the kind with its key, and
//! what can be asked of either.

macro_rules! catalogue {
    ($(
        $(#[$doc:meta])*
        $kind:ident = $key:literal, $severity:ident, $bell:ident, [$($subject:ident)*] {
            $($(#[$value_doc:meta])* $value:ident: $type:ty,)*
        }
    )*) => {
        /// Something that happened.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        pub enum Alert {
            $(
                $(#[$doc])*
                #[serde(rename = $key)]
                $kind {
                    $($(#[$value_doc])* $value: $type,)*
                },
            )*
        }

        /// A kind of alert.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Kind {
            $($(#[$doc])* #[serde(rename = $key)] $kind,)*
        }

        impl Kind {
            /// All there are.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// Its stable key.
            pub fn key(self) -> &'static str {
                match self {
                    $(Self::$kind => $key,)*
                }
            }

            /// How much it matters.
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$kind => Severity::$severity,)*
                }
            }

            /// Whose bell shows it.
            pub fn bell(self) -> Bell {
                match self {
                    $(Self::$kind => Bell::$bell,)*
                }
            }

            /// Names of the values that make up what it is about ([`Alert::subject`]).
            pub fn subjects(self) -> &'static [&'static str] {
                match self {
                    $(Self::$kind => &[$(stringify!($subject),)*],)*
                }
            }

            /// Names of its values.
            pub fn values(self) -> &'static [&'static str] {
                match self {
                    $(Self::$kind => &[$(stringify!($value),)*],)*
                }
            }
        }

        #[allow(unused_variables, reason = "some kinds have no values")]
        impl Alert {
            /// Its kind.
            pub fn kind(&self) -> Kind {
                match self {
                    $(Self::$kind { .. } => Kind::$kind,)*
                }
            }

            /// What it is about, if one kind can be about several things: two alerts of one kind and
            /// subject become one.
            pub fn subject(&self) -> String {
                let parts: Vec<String> = match self {
                    $(Self::$kind { $($subject,)* .. } => vec![$(plain(&$subject.data()),)*],)*
                };
                parts.join(" ")
            }

            /// Its values for a person, by name.
            pub fn told(&self, language: Language, local: &LocalTime) -> Vec<(&'static str, String)> {
                match self {
                    $(Self::$kind { $($value,)* } => vec![
                        $((stringify!($value), $value.told(language, local)),)*
                    ],)*
                }
            }

            /// Its values for a program, by name.
            pub fn data(&self) -> serde_json::Map<String, serde_json::Value> {
                let mut data = serde_json::Map::new();
                match self {
                    $(Self::$kind { $($value,)* } => {
                        $(data.insert(stringify!($value).to_owned(), $value.data());)*
                    })*
                }
                data
            }

            /// Says zones by what people call them, where they call them something else.
            pub fn name_zones(&mut self, label: impl Fn(&str) -> Option<String>) {
                let zones: Vec<Option<&mut Zone>> = match self {
                    $(Self::$kind { $($value,)* } => vec![$($value.zone(),)*],)*
                };
                for zone in zones.into_iter().flatten() {
                    if let Some(label) = label(zone.0.as_str()) {
                        *zone = Zone(label.as_str().into());
                    }
                }
            }

            fn counts(&mut self) -> Vec<&mut Count> {
                match self {
                    $(Self::$kind { $($value,)* } => {
                        let counts: Vec<Option<&mut Count>> = vec![$($value.count(),)*];
                        counts.into_iter().flatten().collect()
                    })*
                }
            }

            /// One of the kind.
            #[cfg(test)]
            pub(crate) fn sample(kind: Kind) -> Self {
                match kind {
                    $(Kind::$kind => Self::$kind { $($value: <$type as Value>::sample(),)* },)*
                }
            }
        }
    };
}

pub(crate) use catalogue;

//! Where an S3-compatible object store keeps copies: its endpoint and region, the bucket, and the prefix there.

use std::fmt;
use std::net::IpAddr;

use settings::{DomainName, HttpsAddress};

use crate::host::authority;

/// What is typed for it, a field each.
#[derive(Clone, Copy, Debug)]
pub struct S3Fields<'a> {
    /// `[https://]host[:port]`: a name of the internet or an address.
    pub endpoint: &'a str,
    /// As the service calls it: `eu-central-1`, `cn-hangzhou`.
    pub region: &'a str,
    /// Its name.
    pub bucket: &'a str,
    /// Folders in the bucket, `/` between them; may be empty.
    pub prefix: &'a str,
    /// Where the bucket's name goes.
    pub style: S3Style,
}

/// Where the bucket's name stands in a request (AWS, "Virtual hosting of buckets").
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum S3Style {
    /// `https://host/bucket/key`: servers of one's own.
    Path,
    /// `https://bucket.host/key`: AWS, and all that Aliyun OSS and Tencent COS take.
    VirtualHost,
}

/// An address whose parts fit together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Address {
    endpoint: String,
    port: u16,
    region: String,
    bucket: String,
    prefix: String,
    style: S3Style,
}

/// Which field is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidS3Address {
    /// No name or address of the internet over HTTPS.
    #[error("this is no https:// endpoint of an object store")]
    Endpoint,
    /// No region.
    #[error("a region has letters, digits and hyphens only")]
    Region,
    /// No bucket.
    #[error("a bucket's name has 3 to 63 lower-case letters, digits, hyphens and dots")]
    Bucket,
    /// No prefix.
    #[error("a prefix has letters, digits and -._~ only, with / between its folders")]
    Prefix,
    /// A certificate of `*.host` is for one label; an address has none below it.
    #[error(
        "with the bucket in the host name, the endpoint must be a name and the bucket have no dots"
    )]
    Style,
}

impl S3Address {
    /// Longest prefix, bytes: a key has 1,024.
    pub const MAX_PREFIX: usize = 512;

    /// # Errors
    /// The first field that is none.
    pub fn new(fields: S3Fields<'_>) -> Result<Self, InvalidS3Address> {
        let S3Fields { endpoint, region, bucket, prefix, style } = fields;
        let (endpoint, port, is_name) = host(endpoint).ok_or(InvalidS3Address::Endpoint)?;
        let region = Some(region).filter(|region| is_region(region));
        let region = region.ok_or(InvalidS3Address::Region)?.to_owned();
        if !is_bucket(bucket) {
            return Err(InvalidS3Address::Bucket);
        }
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let step = |step: &str| !["", ".", ".."].contains(&step) && step.bytes().all(fits);
        let is_prefix = prefix.is_empty() || prefix.split('/').all(step);
        if !is_prefix || prefix.len() > Self::MAX_PREFIX {
            return Err(InvalidS3Address::Prefix);
        }
        if style == S3Style::VirtualHost && (!is_name || bucket.contains('.')) {
            return Err(InvalidS3Address::Style);
        }
        let [bucket, prefix] = [bucket, prefix].map(str::to_owned);
        let address = Self { endpoint, port, region, bucket, prefix, style };
        // With the bucket before it, it must still be a name.
        let named = !is_name || address.host().parse::<DomainName>().is_ok();
        if named { Ok(address) } else { Err(InvalidS3Address::Style) }
    }

    /// What the certificate must be for, and what is looked up.
    #[must_use]
    pub fn host(&self) -> String {
        match self.style {
            S3Style::Path => self.endpoint.clone(),
            S3Style::VirtualHost => format!("{}.{}", self.bucket, self.endpoint),
        }
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The bucket.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// What the header `Host` says.
    #[must_use]
    pub fn authority(&self) -> String {
        authority(&self.host(), self.port, HttpsAddress::PORT)
    }

    /// Path of a key, or of the bucket for an empty one. No part of either needs encoding.
    #[must_use]
    pub fn path(&self, key: &str) -> String {
        match self.style {
            S3Style::Path => format!("/{}/{key}", self.bucket),
            S3Style::VirtualHost => format!("/{key}"),
        }
    }

    /// Where the keys of what is copied here lie: beside it, never in it.
    #[must_use]
    pub fn of_keys(&self) -> Self {
        let prefix = match self.prefix.as_str() {
            "" => "gatehouse-keys".to_owned(),
            prefix => format!("{prefix}-keys"),
        };
        Self { prefix, ..self.clone() }
    }

    /// Key of something in the prefix.
    #[must_use]
    pub fn key(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}/{name}", self.prefix) }
    }
}

/// As stock restic takes it after `-r`.
impl fmt::Display for S3Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { endpoint, port, bucket, prefix, .. } = self;
        let slash = if prefix.is_empty() { "" } else { "/" };
        write!(
            f,
            "s3:https://{}/{bucket}{slash}{prefix}",
            authority(endpoint, *port, HttpsAddress::PORT)
        )
    }
}

/// Whether it may be one; regions come from a service's answers, too.
pub fn is_region(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(fits)
}

/// AWS, "Bucket naming rules". None that would be read as an address.
fn is_bucket(text: &str) -> bool {
    let outer = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let label = |label: &str| {
        let (first, last) = (label.bytes().next(), label.bytes().next_back());
        first.is_some_and(outer)
            && last.is_some_and(outer)
            && label.bytes().all(|byte| outer(byte) || byte == b'-')
    };
    (3..=63).contains(&text.len()) && text.split('.').all(label) && text.parse::<IpAddr>().is_err()
}

/// Host without brackets, port, and whether it is a name.
fn host(text: &str) -> Option<(String, u16, bool)> {
    let bare = text.strip_prefix(HttpsAddress::SCHEME).unwrap_or(text);
    let whole = format!("{}{bare}", HttpsAddress::SCHEME);
    let HttpsAddress { host, port, path } = HttpsAddress::of(&whole, 300)?;
    if !["", "/"].contains(&path) {
        return None;
    }
    let (host, is_name) = crate::host::read(host)?;
    Some((host, port, is_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: S3Fields<'_> = S3Fields {
        endpoint: "s3.example.net:9000",
        region: "eu-central-1",
        bucket: "copies",
        prefix: "box/crm/",
        style: S3Style::Path,
    };

    #[test]
    fn the_bucket_stands_in_the_path_or_in_the_name() {
        let path = S3Address::new(FIELDS).unwrap();
        assert_eq!((path.authority().as_str(), path.port()), ("s3.example.net:9000", 9000));
        assert_eq!(path.path(&path.key("config")), "/copies/box/crm/config");
        assert_eq!(path.to_string(), "s3:https://s3.example.net:9000/copies/box/crm");
        assert_eq!(path.of_keys().key("config"), "box/crm-keys/config");
        let style = S3Style::VirtualHost;
        let endpoint = "https://s3.example.net/";
        let host = S3Address::new(S3Fields { style, endpoint, prefix: "", ..FIELDS }).unwrap();
        assert_eq!((host.authority().as_str(), host.port()), ("copies.s3.example.net", 443));
        assert_eq!(host.path(&host.key("config")), "/config");
        assert_eq!(host.to_string(), "s3:https://s3.example.net/copies");
        let six = S3Address::new(S3Fields { endpoint: "[fd00::5]:9000", ..FIELDS }).unwrap();
        assert_eq!((six.host().as_str(), six.authority().as_str()), ("fd00::5", "[fd00::5]:9000"));
    }

    #[test]
    fn each_field_is_refused_by_its_name() {
        for endpoint in
            ["", "http://s3.example.net", "nas", "a.example/x", "a.example?x", "u@a.example", "::1"]
        {
            let bad = S3Address::new(S3Fields { endpoint, ..FIELDS });
            assert_eq!(bad, Err(InvalidS3Address::Endpoint), "{endpoint}");
        }
        for region in ["", "eu central", "a/b", &"a".repeat(65)] {
            let bad = S3Address::new(S3Fields { region, ..FIELDS });
            assert_eq!(bad, Err(InvalidS3Address::Region), "{region}");
        }
        for bucket in
            ["", "ab", "Copies", "a..b", "-ab", "ab-", "a.-b", "a_b", "10.0.0.1", &"a".repeat(64)]
        {
            let bad = S3Address::new(S3Fields { bucket, ..FIELDS });
            assert_eq!(bad, Err(InvalidS3Address::Bucket), "{bucket}");
        }
        for prefix in ["/a", "a//b", "..", "a/./b", "a b", "a%2fb", &"a".repeat(513)] {
            let bad = S3Address::new(S3Fields { prefix, ..FIELDS });
            assert_eq!(bad, Err(InvalidS3Address::Prefix), "{prefix}");
        }
        let style = S3Style::VirtualHost;
        for (endpoint, bucket) in [("192.0.2.7", "copies"), ("s3.example.net", "a.copies")] {
            let bad = S3Address::new(S3Fields { endpoint, bucket, style, ..FIELDS });
            assert_eq!(bad, Err(InvalidS3Address::Style), "{endpoint} {bucket}");
        }
    }
}

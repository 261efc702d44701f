//! How a target is reached.

use std::error::Error;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::{Resolve, Rest};
use crate::line::Trust;
use crate::rest_server::RestServer;
use crate::target::Target;

/// Where copies and keys lie.
pub fn targets(
    rest: &Rest,
    authorities: &Path,
    resolve: &Arc<Resolve>,
) -> io::Result<[Arc<dyn Target>; 2]> {
    let address = rest.address().map_err(io::Error::other)?;
    let login = rest.login().map_err(io::Error::other)?;
    let of = |address| -> io::Result<Arc<dyn Target>> {
        let trust = match &rest.authority {
            Some(pem) => Trust::These(pem.clone()),
            None => Trust::File(authorities.to_owned()),
        };
        let (host, resolve) = (rest.address().map_err(io::Error::other)?, Arc::clone(resolve));
        let addresses = Arc::new(move || resolve(host.host()));
        Ok(Arc::new(RestServer::new(address, &login, trust, addresses)?))
    };
    Ok([of(address.clone())?, of(address.of_keys())?])
}

/// An error with all its causes.
pub fn chain(error: &dyn Error) -> String {
    let (mut text, mut next) = (error.to_string(), error.source());
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

//! The HTTP client's failures as kinds: what its error and the causes of it say.

use std::error::Error as StdError;
use std::io;

use url::Url;

use crate::config::ClientConfig;
use crate::connector::ConnectTimedOut;
use crate::error::{Error, Kind, Part};
use crate::proxy::Proxy;
use crate::redirect::authority;
use crate::threads::NoResult;
use crate::tls;

/// How far a request came before it failed.
#[derive(Clone, Copy)]
pub(crate) struct Stage {
    pub(crate) resolving: bool,
    /// Name lookup, TCP, proxy and TLS.
    pub(crate) connecting: bool,
}

/// Whether a kept connection died under the request: closed, reset, or nothing was acknowledged; not slow.
pub(crate) fn is_dead(error: &(dyn StdError + 'static), stage: Stage) -> bool {
    if stage.connecting {
        return false;
    }
    causes(error).any(|cause| {
        if let Some(hyper) = cause.downcast_ref::<hyper::Error>() {
            return hyper.is_incomplete_message() || hyper.is_canceled() || hyper.is_closed();
        }
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|io| lost(io.kind()).is_some())
    })
}

/// Whether another address may do where this attempt failed, and how much its failure says: a refused
/// connection less than what answered in a wrong way.
pub(crate) fn rank_of_attempt(error: &(dyn StdError + 'static), stage: Stage) -> Option<u8> {
    if !stage.connecting || stage.resolving || is_timeout(error) {
        return None;
    }
    let connected = causes(error).any(|cause| tls::failure(cause).is_some());
    Some(u8::from(connected))
}

/// Whether `connect_timeout` has passed.
fn is_timeout(error: &(dyn StdError + 'static)) -> bool {
    causes(error).any(<dyn StdError>::is::<ConnectTimedOut>)
}

/// Whether the other side closed, without the close_notify of TLS.
pub(crate) fn is_unexpected_end(error: &(dyn StdError + 'static)) -> bool {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|io| io.kind() == io::ErrorKind::UnexpectedEof)
}

fn connect_reason(
    error: &(dyn StdError + 'static),
    stage: Stage,
    io: Option<&io::Error>,
) -> String {
    if has_no_thread(error) {
        return "no thread could be started for the name lookup; see this system's limit of processes".into();
    }
    if stage.resolving {
        return "its name has no address".into();
    }
    // hyper-util's TunnelError has no public type: its text is all there is.
    let tunnel = causes(error)
        .map(ToString::to_string)
        .find(|text| text.starts_with("tunnel error"));
    match (tunnel, io) {
        (Some(text), _) if text.contains("authorization required") => {
            "it refuses the user or password: HTTP 407".into()
        }
        (Some(text), _) if text.contains("unsuccessful") => "it refuses the tunnel".into(),
        (_, Some(io)) => cut(io.kind()).map_or_else(|| io.kind().to_string(), str::to_owned),
        _ => "it does not speak the protocol".into(),
    }
}

fn has_no_thread(error: &(dyn StdError + 'static)) -> bool {
    causes(error).any(|cause| cause.downcast_ref() == Some(&NoResult::NoThread))
}

fn lost(kind: io::ErrorKind) -> Option<&'static str> {
    match kind {
        // The kernel has given it up (TCP_USER_TIMEOUT), and knows why or not.
        io::ErrorKind::TimedOut
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable => Some("nothing was acknowledged"),
        kind => cut(kind),
    }
}

fn cut(kind: io::ErrorKind) -> Option<&'static str> {
    match kind {
        io::ErrorKind::ConnectionReset => Some("reset by the server"),
        io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::NotConnected
        | io::ErrorKind::UnexpectedEof => Some("closed by the server"),
        _ => None,
    }
}

/// The HTTP client's error as one of this crate.
pub(crate) fn error(
    error: &(dyn StdError + 'static),
    stage: Stage,
    config: &ClientConfig,
    url: &Url,
    proxy: Option<&Proxy>,
) -> Error {
    let to = authority(url);
    let proxy = proxy.map(|proxy| authority(&proxy.url));
    if is_timeout(error) {
        let to = match proxy {
            Some(proxy) => format!("{to} through the proxy {proxy} ({})", config.names.proxy),
            None => to,
        };
        return Kind::ConnectTimeout {
            to,
            limit: config.connect_timeout,
        }
        .into();
    }
    if let Some(failure) = causes(error).find_map(tls::failure) {
        return Kind::Tls { to, failure }.into();
    }
    // The innermost: what wraps it is of kind "other".
    let io = causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .last();
    if stage.connecting {
        let reason = connect_reason(error, stage, io);
        return match proxy {
            Some(proxy) => Kind::Proxy { proxy, reason },
            None if stage.resolving && !has_no_thread(error) => Kind::Resolve {
                host: url.host_str().unwrap_or_default().to_owned(),
            },
            None => Kind::Connect { to, reason },
        }
        .into();
    }
    let hyper = causes(error).find_map(|cause| cause.downcast_ref::<hyper::Error>());
    if hyper.is_some_and(hyper::Error::is_parse_too_large) {
        return Kind::TooLarge {
            status: 0,
            part: Part::Head,
        }
        .into();
    }
    if hyper.is_some_and(hyper::Error::is_parse) {
        return Kind::NotHttp { to }.into();
    }
    let reason = io
        .and_then(|io| lost(io.kind()))
        .unwrap_or("closed by the server");
    Kind::Lost {
        to,
        reason: reason.into(),
    }
    .into()
}

/// An error and its causes, outermost first. What an io::Error wraps is a cause too: `source` skips
/// it, and both rustls' errors and the connector's own io::Errors travel that way.
fn causes<'e>(
    error: &'e (dyn StdError + 'static),
) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            .map(|wrapped| wrapped as &(dyn StdError + 'static));
        next = wrapped.or_else(|| error.source());
        Some(error)
    })
}

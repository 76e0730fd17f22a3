//! The ways to a server: a host name has several addresses, and the server may listen on one of them.
//!
//! The client connects to the first address only, and takes TLS's name of the server from the host it
//! connects to. So it gets each address in turn; where TLS verifies the name it gets the name, and tries
//! all addresses of a family when the connection is bound to that family.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};

use super::super::address::{Server, Tls};

/// An address that the client connects to.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Route {
    pub(super) host: String,
    pub(super) bind: Option<SocketAddr>,
    /// How many addresses the client tries.
    pub(super) addresses: u32,
}

/// The routes to `server`, the preferred one first. Looks its name up; the system's resolver has no timeout.
pub(super) fn routes(server: &Server) -> io::Result<Vec<Route>> {
    if server.socket.is_some() || server.host.parse::<IpAddr>().is_ok() {
        return Ok(vec![direct(server.host.clone())]);
    }
    let not_found = || io::Error::from(io::ErrorKind::NotFound);
    let found = (&*server.host, 0).to_socket_addrs();
    let addresses = found.map_err(|_| not_found())?;
    let addresses: Vec<IpAddr> = addresses.map(|address| address.ip()).collect();
    if addresses.is_empty() {
        return Err(not_found());
    }
    Ok(by_address(server, &addresses))
}

fn direct(host: String) -> Route {
    Route {
        host,
        bind: None,
        addresses: 1,
    }
}

fn by_address(server: &Server, addresses: &[IpAddr]) -> Vec<Route> {
    if server.tls != Tls::VerifyIdentity {
        let host = addresses.iter().map(IpAddr::to_string);
        return host.map(direct).collect();
    }
    let mut routes: Vec<Route> = Vec::new();
    for address in addresses {
        let any = match address {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        let bind = Some(SocketAddr::new(any, 0));
        match routes.iter_mut().find(|route| route.bind == bind) {
            Some(route) => route.addresses += 1,
            None => routes.push(Route {
                host: server.host.clone(),
                bind,
                addresses: 1,
            }),
        }
    }
    routes
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn server(host: &str, tls: Tls) -> Server {
        Server {
            host: host.into(),
            port: 3306,
            socket: None,
            user: "shop".into(),
            password: String::new(),
            database: "spread".into(),
            tls,
            ca_file: None,
        }
    }

    #[test]
    fn each_address_of_a_name_is_a_route() {
        let addresses = ["::1", "127.0.0.1", "127.0.0.2"].map(|text| text.parse().unwrap());
        let routes = by_address(&server("localhost", Tls::Required), &addresses);
        let hosts: Vec<_> = routes.iter().map(|route| &*route.host).collect();
        assert_eq!(hosts, ["::1", "127.0.0.1", "127.0.0.2"]);
        assert!(routes.iter().all(|route| route.bind.is_none()));
    }

    #[test]
    fn tls_verifies_the_name() {
        let addresses = ["::1", "127.0.0.1", "127.0.0.2"].map(|text| text.parse().unwrap());
        let routes = by_address(&server("localhost", Tls::VerifyIdentity), &addresses);
        let route = |bind: &str, addresses| Route {
            host: "localhost".into(),
            bind: Some(bind.parse().unwrap()),
            addresses,
        };
        assert_eq!(routes, [route("[::]:0", 1), route("0.0.0.0:0", 2)]);
    }

    #[test]
    fn a_name_without_an_address_has_no_route() {
        let error = routes(&server("no.such.host.invalid", Tls::Preferred)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}

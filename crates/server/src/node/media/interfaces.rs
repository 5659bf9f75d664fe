//! Which addresses of this machine clients may reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Each is a candidate in every answer, and a socket.
const ADDRESSES_MAX: usize = 8;
/// Networks that exist within this machine alone: of containers and of virtual machines.
const INNER: [&str; 7] = ["docker", "br-", "veth", "virbr", "cni", "flannel", "podman"];

/// The addresses that media is bound to when nothing else is said: loopback first, if it is wanted, then that of the default
/// route, then the others. Of IPv6 the one that the system itself would send from: others may be temporary (RFC 8981).
pub(super) fn addresses(with_loopback: bool) -> Vec<IpAddr> {
    let mut all = Vec::new();
    if with_loopback {
        all.push(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    all.extend(with_default_route(false));
    all.extend(with_default_route(true));
    let listed = if_addrs::get_if_addrs().unwrap_or_else(|error| {
        tracing::warn!(%error, "the network interfaces cannot be listed");
        Vec::new()
    });
    let outer = listed
        .iter()
        .filter(|interface| !INNER.iter().any(|inner| interface.name.starts_with(inner)));
    for ip in outer.map(if_addrs::Interface::ip) {
        if is_usable_v4(ip) && !all.contains(&ip) {
            all.push(ip);
        }
    }
    if all.is_empty() {
        all.push(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    all.truncate(ADDRESSES_MAX);
    all
}

fn is_usable_v4(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V4(ip) if !ip.is_loopback() && !ip.is_link_local() && !ip.is_unspecified())
}

/// The address that the default route begins at. Connecting a UDP socket sends nothing; it only asks for the route.
pub(super) fn with_default_route(is_ipv6: bool) -> Option<IpAddr> {
    // Any address of the public internet will do; these are reserved for documentation (RFC 5737, RFC 3849).
    let (any, there): (IpAddr, IpAddr) = match is_ipv6 {
        false => (
            Ipv4Addr::UNSPECIFIED.into(),
            Ipv4Addr::new(192, 0, 2, 1).into(),
        ),
        true => {
            let there = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
            (Ipv6Addr::UNSPECIFIED.into(), there.into())
        }
    };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0)).ok()?;
    socket.connect(SocketAddr::new(there, 9)).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    let is_usable = match ip {
        IpAddr::V4(_) => is_usable_v4(ip),
        IpAddr::V6(ip) => !ip.is_loopback() && !ip.is_unspecified() && !ip.is_unicast_link_local(),
    };
    is_usable.then_some(ip)
}

/// True for addresses that mean something within their own network alone: loopback, private, link-local, shared (RFC 6598).
pub(super) fn is_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            let is_shared = a == 100 && (64..128).contains(&b);
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || is_shared
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unicast_link_local() || ip.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_comes_first_when_it_is_wanted_and_no_address_comes_twice() {
        let all = addresses(true);
        assert_eq!(all[0], IpAddr::V4(Ipv4Addr::LOCALHOST));
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
        assert!(!addresses(false).is_empty());
    }

    #[test]
    fn local_addresses_are_told_from_public_ones() {
        let is_local = |text: &str| is_local(text.parse().unwrap());
        for local in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.9",
            "169.254.1.1",
            "100.64.0.1",
            "::1",
            "fd00::1",
        ] {
            assert!(is_local(local), "{local}");
        }
        for public in ["203.0.113.9", "100.128.0.1", "2001:db8::1"] {
            assert!(!is_local(public), "{public}");
        }
    }
}

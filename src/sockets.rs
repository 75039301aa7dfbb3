//! What the kernel knows of TCP connections in the network of the calling thread: sock_diag(7).
//!
//! It finds one connection at once, where /proc/net/tcp would walk through every slot of a table that
//! is as large as the machine.

use crate::trial::PORT;
use netlink_packet_core::{NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload};
use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{
    AF_INET, AF_INET6, IPPROTO_TCP, TCP_CLOSE_WAIT, TCP_ESTABLISHED, TCP_LISTEN,
};
use netlink_packet_sock_diag::inet::{ExtensionFlags, InetRequest, SocketId, StateFlags};
use netlink_sys::{Socket, SocketAddr as KernelAddr, protocols::NETLINK_SOCK_DIAG};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::{fs, io};

/// The program's end of a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServerEnd {
    /// The number of its socket among all files; 0 as long as nobody has accepted the connection.
    pub inode: u64,
    /// How many bytes have arrived that the program has not read.
    pub unread: u64,
}

/// The program's end of the connection from a port of 127.0.0.1; `None` if there is none, or if the
/// program has closed it and only the kernel still knows of it.
pub fn server_end(client_port: u16) -> Option<ServerEnd> {
    match find(AF_INET, client_port).ok()? {
        (TCP_ESTABLISHED | TCP_CLOSE_WAIT, end) => Some(end),
        _ => None, // without a connection, the answer is the listener
    }
}

/// The inode of the socket that listens on the port.
pub fn listener() -> Option<u64> {
    const NOBODY: u16 = 0;
    [AF_INET, AF_INET6].into_iter().find_map(|family| match find(family, NOBODY) {
        Ok((TCP_LISTEN, end)) => Some(end.inode),
        _ => None,
    })
}

/// Every address at which somebody listens, with the inode of the socket. This walks through the whole
/// table, and is for the moment at which nobody listens where somebody should.
pub fn listeners() -> Vec<(SocketAddr, u64)> {
    ["tcp", "tcp6"]
        .into_iter()
        .filter_map(|table| fs::read_to_string(format!("/proc/thread-self/net/{table}")).ok())
        .flat_map(|table| table.lines().filter_map(listening).collect::<Vec<_>>())
        .collect()
}

/// A line of the table in proc(5), if its socket listens: the address is its second field, the state
/// its fourth, the inode its tenth.
fn listening(line: &str) -> Option<(SocketAddr, u64)> {
    const LISTENS: &str = "0A";
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [_, address, _, LISTENS, .., inode] = fields.get(..10)? else { return None };
    Some((address_of(address)?, inode.parse().ok()?))
}

/// An address as the table has it: words of 32 bits, each a number of this machine, and the port.
fn address_of(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let word = |at: usize| u32::from_str_radix(address.get(at..at + 8)?, 16).ok();
    let bytes: Vec<u8> =
        (0..address.len()).step_by(8).flat_map(word).flat_map(u32::to_ne_bytes).collect();
    let address = match <[u8; 4]>::try_from(&bytes[..]) {
        Ok(bytes) => IpAddr::from(bytes),
        Err(_) => IpAddr::from(<[u8; 16]>::try_from(&bytes[..]).ok()?),
    };
    Some(SocketAddr::new(address, u16::from_str_radix(port, 16).ok()?))
}

/// The state of the socket to which a packet from this port would go.
fn find(family: u8, client_port: u16) -> io::Result<(u8, ServerEnd)> {
    let mut socket = Socket::new(NETLINK_SOCK_DIAG)?;
    socket.bind_auto()?;
    socket.connect(&KernelAddr::new(0, 0))?;
    socket.send(&request(family, client_port), 0)?;
    let mut reply = Vec::with_capacity(4096);
    socket.recv(&mut reply, 0)?;
    let message =
        NetlinkMessage::<SockDiagMessage>::deserialize(&reply).map_err(io::Error::other)?;
    match message.payload {
        NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(response)) => {
            let header = response.header;
            let (inode, unread) = (header.inode.into(), header.recv_queue.into());
            Ok((header.state, ServerEnd { inode, unread }))
        }
        NetlinkPayload::Error(error) => Err(error.to_io()),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn request(family: u8, client_port: u16) -> Vec<u8> {
    let address = match family {
        AF_INET => Ipv4Addr::LOCALHOST.into(),
        _ => Ipv6Addr::UNSPECIFIED.into(),
    };
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST;
    let socket_id = SocketId {
        source_port: PORT,
        destination_port: client_port,
        source_address: address,
        destination_address: address,
        interface_id: 0,
        cookie: [0xff; 8], // any
    };
    let body = InetRequest {
        family,
        protocol: IPPROTO_TCP,
        extensions: ExtensionFlags::empty(),
        states: StateFlags::all(),
        socket_id,
    };
    let mut message = NetlinkMessage::new(header, SockDiagMessage::InetRequest(body).into());
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    bytes
}

//! Ports of the run's loopback behind which the host stands: each connection is handed over to the
//! host, which alone can reach the service.
//!
//! ```text
//! a command connects to 127.0.0.1:5432     the supervisor accepts, and sends the open connection to the host
//! the host                                 gets it with the port (two bytes), and joins it to the service
//! ```

use std::io::{self, IoSlice};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::os::fd::AsFd;

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};

/// Listens on a port of the loopback, for as long as the supervisor lives. Standard output is the
/// line over which connections go.
pub(super) fn listen_on(port: u16) -> io::Result<()> {
    accept_forever(TcpListener::bind((Ipv4Addr::LOCALHOST, port))?, port);
    // A machine without IPv6 has nothing to miss there.
    if let Ok(listener) = TcpListener::bind((Ipv6Addr::LOCALHOST, port)) {
        accept_forever(listener, port);
    }
    Ok(())
}

/// Hands over each connection to a port, on a thread of its own, until the host is gone.
fn accept_forever(listener: TcpListener, port: u16) {
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            if hand_over(connection.as_fd(), port).is_err() {
                return;
            }
        }
    });
}

/// Sends an open connection to the host, with its port as two bytes, the higher first.
fn hand_over(connection: std::os::fd::BorrowedFd<'_>, port: u16) -> io::Result<()> {
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let connections = [connection];
    control.push(SendAncillaryMessage::ScmRights(&connections));
    let bytes = port.to_be_bytes();
    rustix::net::sendmsg(
        io::stdout().as_fd(),
        &[IoSlice::new(&bytes)],
        &mut control,
        SendFlags::empty(),
    )?;
    Ok(())
}

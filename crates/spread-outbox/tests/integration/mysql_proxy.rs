//! A proxy between a client and a server, which changes what the server sends.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::thread;

/// The end of the version in a server's greeting, where it follows header and protocol.
pub(crate) fn version_end(greeting: &[u8]) -> usize {
    5 + greeting[5..].iter().position(|byte| *byte == 0).unwrap()
}

/// Removes the offer of TLS from the greeting.
pub(crate) fn without_tls(before: usize, greeting: &mut [u8]) {
    if before > 0 {
        return;
    }
    const CLIENT_SSL: u8 = 8;
    // After the thread, the scramble and a filler; the higher byte.
    let capabilities = version_end(greeting) + 1 + 4 + 9 + 1;
    greeting[capabilities] &= !CLIENT_SSL;
}

/// A proxy before the server. `edit` changes each chunk that the server sends, and gets the number of chunks
/// before it. When `goodbye` is set to an error code, the next command gets that error, and the connection
/// ends.
pub(crate) fn proxy(
    server: u16,
    edit: impl Fn(usize, &mut [u8]) + Clone + Send + 'static,
    goodbye: &'static AtomicU16,
) -> u16 {
    static REQUESTS: AtomicUsize = AtomicUsize::new(0);
    counting_proxy(server, edit, goodbye, &REQUESTS)
}

/// The same; counts the requests of its clients.
pub(crate) fn counting_proxy(
    server: u16,
    edit: impl Fn(usize, &mut [u8]) + Clone + Send + 'static,
    goodbye: &'static AtomicU16,
    requests: &'static AtomicUsize,
) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming() {
            let client = client.unwrap();
            let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
            let (mut from, mut to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            let edit = edit.clone();
            thread::spawn(move || {
                let mut bytes = [0; 16 * 1024];
                let mut before = 0;
                while let Ok(count @ 1..) = from.read(&mut bytes) {
                    edit(before, &mut bytes[..count]);
                    before += 1;
                    if to.write_all(&bytes[..count]).is_err() {
                        break;
                    }
                }
                let _ = to.shutdown(Shutdown::Both);
            });
            let (mut from, mut to) = (client, server);
            thread::spawn(move || {
                let mut bytes = [0; 16 * 1024];
                while let Ok(count @ 1..) = from.read(&mut bytes) {
                    requests.fetch_add(1, Ordering::Relaxed);
                    let code = goodbye.swap(0, Ordering::Relaxed);
                    if code != 0 {
                        let [low, high] = code.to_le_bytes();
                        let mut packet = vec![12, 0, 0, 1, 0xff, low, high];
                        packet.extend_from_slice(b"#HY000bye");
                        from.write_all(&packet).unwrap();
                        break;
                    }
                    if to.write_all(&bytes[..count]).is_err() {
                        break;
                    }
                }
                let _ = from.shutdown(Shutdown::Both);
                let _ = to.shutdown(Shutdown::Both);
            });
        }
    });
    port
}

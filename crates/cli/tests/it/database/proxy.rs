//! What is between a server and its database, and may fail.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A network that fails when told to.
pub(super) struct Proxy {
    pub(super) port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    ways: Mutex<Vec<Way>>,
    refuses: AtomicBool,
    is_stalled: AtomicBool,
    is_over: AtomicBool,
}

/// A connection, from both sides.
struct Way {
    ends: [TcpStream; 2],
    /// Whether nothing comes through any more, and nobody is told.
    is_lost: Arc<AtomicBool>,
}

impl Proxy {
    /// In front of a port of this machine.
    pub(super) fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Proxy { port: listener.local_addr().unwrap().port(), state: Arc::default() };
        let state = Arc::clone(&proxy.state);
        std::thread::spawn(move || {
            for client in listener.incoming().map(Result::unwrap) {
                if state.is_over.load(Relaxed) {
                    return;
                }
                if !state.refuses.load(Relaxed)
                    && let Ok(server) = TcpStream::connect(("127.0.0.1", to))
                {
                    state.join(client, server);
                }
            }
        });
        proxy
    }

    /// Cuts every connection.
    pub(super) fn cut(&self) {
        for way in self.state.ways.lock().unwrap().drain(..) {
            // One that ended already cannot be cut.
            way.ends.iter().for_each(|end| drop(end.shutdown(Shutdown::Both)));
        }
    }

    /// Refuses new connections, or takes them again.
    pub(super) fn refuse(&self, refuses: bool) {
        self.state.refuses.store(refuses, Relaxed);
    }

    /// Lets nothing through, old or new, or goes on. What was sent is acknowledged and kept meanwhile.
    pub(super) fn stall(&self, is_stalled: bool) {
        self.state.is_stalled.store(is_stalled, Relaxed);
    }

    /// Lets nothing through any more on the connections there are, and tells nobody; new ones are as good as any.
    pub(super) fn lose(&self) {
        self.state.ways.lock().unwrap().iter().for_each(|way| way.is_lost.store(true, Relaxed));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.is_over.store(true, Relaxed);
        self.cut();
        // So that it looks up.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl State {
    fn join(self: &Arc<Self>, client: TcpStream, server: TcpStream) {
        let is_lost = Arc::new(AtomicBool::new(false));
        let twin = |end: &TcpStream| end.try_clone().unwrap();
        let ends = [twin(&client), twin(&server)];
        self.ways.lock().unwrap().push(Way { ends, is_lost: Arc::clone(&is_lost) });
        for (from, to) in [(twin(&client), twin(&server)), (server, client)] {
            let (state, is_lost) = (Arc::clone(self), Arc::clone(&is_lost));
            std::thread::spawn(move || state.carry(from, to, &is_lost));
        }
    }

    fn carry(&self, mut from: TcpStream, mut to: TcpStream, is_lost: &AtomicBool) {
        let mut buffer = vec![0; 65_536];
        let is_held = || (self.is_stalled.load(Relaxed) || is_lost.load(Relaxed)) && !self.is_over.load(Relaxed);
        while let Ok(len) = from.read(&mut buffer) {
            while is_held() {
                std::thread::sleep(Duration::from_millis(5));
            }
            if len == 0 || to.write_all(&buffer[..len]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    }
}

//! Connections and the frames on them.

use super::{World, WorldEvent};
use crate::network::{End, Frame, Socket, SocketId};
use crate::observation::Observation;
use crate::server::ServerInput;

/// How long the server waits for a sign of life before it drops a connection.
const SERVER_KEEP_ALIVE_MS: u64 = 20_000;
/// How long a device's TCP retransmits before it gives a connection up.
const TCP_GIVES_UP_MS: u64 = 60_000;
/// How long a connection attempt may take.
const CONNECT_MS_MAX: u64 = 30_000;

impl World {
    /// A page opens a socket; an older one is closed, and what was under way on it may still arrive.
    pub(super) fn open_socket(&mut self, device: usize) {
        self.close_socket(device);
        let id = SocketId(self.next_socket);
        self.next_socket += 1;
        self.sockets.insert(id, Socket::new(device, self.now));
        self.devices[device].socket = Some(id);
        let at = self.now.plus_ms(2 * self.latency_ms());
        self.queue.schedule(at, WorldEvent::SocketConnects(id));
    }

    /// A page closes its socket after what it has sent.
    pub(super) fn close_socket(&mut self, device: usize) {
        self.devices[device].welcomed_at = None;
        if let Some(id) = self.devices[device].socket.take() {
            self.client_closes(id);
        }
    }

    /// The client's end is closed; the server learns of it.
    pub(super) fn client_closes(&mut self, id: SocketId) {
        let Some(socket) = self.sockets.get_mut(&id) else {
            return;
        };
        if !socket.client_open {
            // Never opened: the attempt is off, and nobody else knows of it.
            if !socket.server_open {
                self.sockets.remove(&id);
            }
            return;
        }
        socket.client_open = false;
        self.put(id, End::Server, Frame::Close);
    }

    /// The server's end is closed after what was sent; the client learns of it.
    pub(super) fn server_closes(&mut self, id: SocketId) {
        let Some(socket) = self.sockets.get_mut(&id) else {
            return;
        };
        if socket.server_open {
            socket.server_open = false;
            socket.orphaned_since = Some(self.now);
            self.put(id, End::Client, Frame::Close);
        }
    }

    /// A page sends a text frame.
    pub(super) fn client_sends(&mut self, device: usize, text: String) {
        let Some(id) = self.devices[device].socket else {
            return;
        };
        if !self
            .sockets
            .get(&id)
            .is_some_and(|socket| socket.client_open)
        {
            return;
        }
        // Only what carries a request id may be repeated: a client never repeats the rest. What enters a call and could not
        // be stored has left nothing behind, so when it comes again after that it is new; no client does that either.
        let enters = ["\"call.start\"", "\"call.join\"", "\"call.continue\""];
        let repeatable =
            text.contains("\"request_id\"") && !enters.iter().any(|op| text.contains(op));
        let rough = self.scenario.rough && self.calm_at.is_none();
        if rough && repeatable && self.rng.network.chance(80) {
            self.stats.count_fault("request duplicated");
            let late = self.now.plus_ms(self.rng.network.pick(1..=3_000));
            if let Some(socket) = self.sockets.get_mut(&id) {
                socket.send_unordered(End::Server, Frame::Text(text.clone()), late);
            }
            self.queue
                .schedule(late, WorldEvent::FramesArrive(id, End::Server));
        }
        self.put(id, End::Server, Frame::Text(text));
    }

    /// The server sends a text frame; events may be overtaken in a rough world.
    pub(super) fn server_sends(&mut self, id: SocketId, text: String, event: bool) {
        if !self
            .sockets
            .get(&id)
            .is_some_and(|socket| socket.server_open)
        {
            return;
        }
        // Only changes may be overtaken: their versions show the gap. An invite that comes after the end of its call
        // would ring for nothing.
        let versioned = event && text.contains("\"call.changed\"");
        let rough = self.scenario.rough && self.calm_at.is_none();
        if rough && versioned && self.rng.network.chance(80) {
            self.stats.count_fault("event overtaken");
            let late = self.now.plus_ms(self.rng.network.pick(50..=1_500));
            if let Some(socket) = self.sockets.get_mut(&id) {
                socket.send_unordered(End::Client, Frame::Text(text), late);
            }
            self.queue
                .schedule(late, WorldEvent::FramesArrive(id, End::Client));
            return;
        }
        self.put(id, End::Client, Frame::Text(text));
    }

    /// Puts a frame on its way, in order.
    fn put(&mut self, id: SocketId, to: End, frame: Frame) {
        let at = self.now.plus_ms(self.latency_ms());
        if let Some(socket) = self.sockets.get_mut(&id) {
            let at = socket.send(to, frame, at);
            self.queue.schedule(at, WorldEvent::FramesArrive(id, to));
        }
    }

    fn latency_ms(&mut self) -> u64 {
        let spike = if self.rng.network.chance(10) {
            self.rng.network.pick(200..=2_500)
        } else {
            0
        };
        spike + self.rng.network.pick(1..=self.scenario.latency_ms_max)
    }

    /// A connection attempt has reached the server, if there is a way and a server.
    pub(super) fn socket_connects(&mut self, id: SocketId) {
        let Some(socket) = self.sockets.get_mut(&id) else {
            return;
        };
        let (device, asked_at) = (socket.device, socket.asked_at);
        if self.devices[device].socket != Some(id) {
            self.sockets.remove(&id);
            return;
        }
        let clear_at = self.devices[device].path_clear_at();
        if clear_at > self.now {
            let gives_up_at = asked_at.plus_ms(CONNECT_MS_MAX);
            let asleep = self.devices[device].asleep_until > self.now;
            if self.now < gives_up_at || asleep {
                let at = clear_at
                    .min(gives_up_at.max(self.now))
                    .max(self.now.plus_ms(50));
                self.queue.schedule(at, WorldEvent::SocketConnects(id));
                return;
            }
        }
        if clear_at > self.now || self.server.process.is_none() {
            self.sockets.remove(&id);
            self.devices[device].socket = None;
            self.socket_closed(device);
            return;
        }
        socket.client_open = true;
        socket.server_open = true;
        self.socket_opened(device);
    }

    /// Delivers what has arrived, if the path lets it through.
    pub(super) fn frames_arrive(&mut self, id: SocketId, to: End) {
        let Some(socket) = self.sockets.get(&id) else {
            return;
        };
        let device = socket.device;
        let clear_at = self.devices[device].path_clear_at();
        if clear_at > self.now {
            let at = clear_at.plus_ms(self.rng.network.pick(0..=50));
            self.queue.schedule(at, WorldEvent::FramesArrive(id, to));
            return;
        }
        while let Some(frame) = self.next_frame(id, to) {
            match (to, frame) {
                (End::Server, frame) => self.arrive_at_server(id, frame),
                (End::Client, frame) => self.arrive_at_client(id, device, frame),
            }
        }
        self.forget_if_dead(id);
    }

    fn next_frame(&mut self, id: SocketId, to: End) -> Option<Frame> {
        let now = self.now;
        self.sockets.get_mut(&id)?.arrived(to, now)
    }

    fn arrive_at_server(&mut self, id: SocketId, frame: Frame) {
        let open = self
            .sockets
            .get(&id)
            .is_some_and(|socket| socket.server_open);
        if !open {
            // The server knows no such connection (any more): it resets it.
            if self.server.process.is_some() {
                self.put(id, End::Client, Frame::Close);
            }
            return;
        }
        match frame {
            Frame::Text(text) => {
                let logs_in = text.contains("\"session.login\"");
                self.server_receives(ServerInput::Frame { socket: id, text });
                if logs_in {
                    self.perhaps_revoke_at_login(id);
                }
            }
            Frame::Close => {
                if let Some(socket) = self.sockets.get_mut(&id) {
                    socket.server_open = false;
                    socket.orphaned_since = Some(self.now);
                }
                self.server_receives(ServerInput::Closed { socket: id });
            }
        }
    }

    fn arrive_at_client(&mut self, id: SocketId, device: usize, frame: Frame) {
        if self.devices[device].socket != Some(id) {
            // The shell listens to its newest socket only.
            if matches!(frame, Frame::Text(_)) {
                self.stats.count_fault("frame of a replaced socket");
            }
            return;
        }
        match frame {
            Frame::Text(text) => self.frame_received(device, text),
            Frame::Close => {
                if let Some(socket) = self.sockets.get_mut(&id) {
                    socket.client_open = false;
                }
                self.devices[device].socket = None;
                self.socket_closed(device);
            }
        }
    }

    /// Both ends notice, in time, when the other one is gone without a word.
    pub(super) fn check_keep_alives(&mut self) {
        let ids: Vec<SocketId> = self.sockets.keys().copied().collect();
        for id in ids {
            let Some(socket) = self.sockets.get_mut(&id) else {
                continue;
            };
            let device = &self.devices[socket.device];
            let asleep = self.now < device.asleep_until;
            let answers =
                socket.client_open && !socket.is_broken() && self.now >= device.path_clear_at();
            let index = socket.device;
            socket.silent_since = match socket.silent_since {
                _ if answers => None,
                Some(since) => Some(since),
                None => Some(self.now),
            };
            let silent = socket
                .silent_since
                .is_some_and(|since| self.now.since(since) >= SERVER_KEEP_ALIVE_MS);
            let orphaned = socket
                .orphaned_since
                .is_some_and(|since| self.now.since(since) >= TCP_GIVES_UP_MS);
            if socket.server_open && silent {
                self.server_closes(id);
                self.server_receives(ServerInput::Closed { socket: id });
            } else if orphaned && !asleep && self.devices[index].socket == Some(id) {
                self.sockets.remove(&id);
                self.devices[index].socket = None;
                self.socket_closed(index);
            }
            self.forget_if_dead(id);
        }
    }

    /// A connection on which nothing will be sent again.
    fn forget_if_dead(&mut self, id: SocketId) {
        if let Some(socket) = self.sockets.get_mut(&id) {
            let current = self.devices[socket.device].socket == Some(id);
            let under_way = socket.under_way(End::Client) + socket.under_way(End::Server);
            if !current && !socket.server_open && under_way == 0 {
                self.sockets.remove(&id);
            }
        }
    }

    /// A connection breaks; each direction loses a suffix, and each end may or may not be told.
    pub(super) fn reset_socket(&mut self, id: SocketId) {
        let dice = &mut self.rng.faults;
        let Some(socket) = self.sockets.get_mut(&id) else {
            return;
        };
        for to in [End::Client, End::Server] {
            let under_way = socket.under_way(to);
            if under_way > 0 {
                let keep = dice.index(under_way + 1);
                socket.lose_suffix(to, keep);
            }
        }
        let (client_notified, server_notified) = (dice.chance(800), dice.chance(700));
        self.stats.count_fault("connection reset");
        let what = format!(
            "connection of device {} reset, client notified: {client_notified}, server notified: {server_notified}",
            socket.device
        );
        if client_notified != server_notified {
            self.stats.count_fault("connection half open");
        }
        let Some(socket) = self.sockets.get_mut(&id) else {
            return;
        };
        let server_open = socket.server_open;
        if client_notified {
            self.put(id, End::Client, Frame::Close);
        }
        if server_open && server_notified {
            self.put(id, End::Server, Frame::Close);
        } else if client_notified {
            // The server's end stays until its keep-alive is missed.
            if let Some(socket) = self.sockets.get_mut(&id) {
                socket.client_open = false;
            }
        }
        if let Some(socket) = self.sockets.get_mut(&id) {
            socket.cut_off();
            if !client_notified {
                socket.orphaned_since.get_or_insert(self.now);
            }
        }
        self.observe(&Observation::Fault { what: &what });
    }

    /// All connections end with the process; the machine may or may not have told the clients.
    pub(super) fn break_all_sockets(&mut self, notified: bool) {
        let ids: Vec<SocketId> = self.sockets.keys().copied().collect();
        for id in ids {
            let Some(socket) = self.sockets.get_mut(&id) else {
                continue;
            };
            let under_way = socket.under_way(End::Client);
            if under_way > 0 {
                let keep = self.rng.faults.index(under_way + 1);
                socket.lose_suffix(End::Client, keep);
            }
            if !socket.server_open {
                continue;
            }
            socket.server_open = false;
            socket.orphaned_since = Some(self.now);
            if notified {
                self.put(id, End::Client, Frame::Close);
            }
        }
    }
}

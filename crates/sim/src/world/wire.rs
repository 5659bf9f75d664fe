//! Connections and the frames on them.

use super::{Happening, World};
use crate::network::{End, Frame, Link, LinkId};
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
        let id = LinkId(self.next_link);
        self.next_link += 1;
        self.links.insert(id, Link::new(device, self.now));
        self.devices[device].link = Some(id);
        let at = self.now.plus_ms(2 * self.latency_ms());
        self.agenda.plan(at, Happening::LinkOpens(id));
    }

    /// A page closes its socket after what it has sent.
    pub(super) fn close_socket(&mut self, device: usize) {
        self.devices[device].welcomed_at = None;
        if let Some(id) = self.devices[device].link.take() {
            self.client_closes(id);
        }
    }

    /// The client's end is closed; the server hears of it.
    pub(super) fn client_closes(&mut self, id: LinkId) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        if !link.client_open {
            // Never opened: the attempt is off, and nobody else knows of it.
            if !link.server_open {
                self.links.remove(&id);
            }
            return;
        }
        link.client_open = false;
        self.put(id, End::Server, Frame::Close);
    }

    /// The server's end is closed after what was sent; the client hears of it.
    pub(super) fn server_closes(&mut self, id: LinkId) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        if link.server_open {
            link.server_open = false;
            link.orphaned_since = Some(self.now);
            self.put(id, End::Client, Frame::Close);
        }
    }

    /// A page sends a text frame.
    pub(super) fn client_sends(&mut self, device: usize, text: String) {
        let Some(id) = self.devices[device].link else {
            return;
        };
        if !self.links.get(&id).is_some_and(|link| link.client_open) {
            return;
        }
        // Only what carries a request id may be repeated: a client never repeats the rest. What enters a call and could not
        // be stored has left nothing behind, so when it comes again after that it is new; no client does that either.
        let enters = ["\"call.start\"", "\"call.join\"", "\"call.continue\""];
        let repeatable =
            text.contains("\"request_id\"") && !enters.iter().any(|op| text.contains(op));
        let rough = self.scenario.rough && self.calm_at.is_none();
        if rough && repeatable && self.chances.network.chance(80) {
            self.stats.count_fault("request duplicated");
            let late = self.now.plus_ms(self.chances.network.pick(1..=3_000));
            if let Some(link) = self.links.get_mut(&id) {
                link.send_astray(End::Server, Frame::Text(text.clone()), late);
            }
            self.agenda.plan(late, Happening::Arrive(id, End::Server));
        }
        self.put(id, End::Server, Frame::Text(text));
    }

    /// The server sends a text frame; events may be overtaken in a rough world.
    pub(super) fn server_sends(&mut self, id: LinkId, text: String, event: bool) {
        if !self.links.get(&id).is_some_and(|link| link.server_open) {
            return;
        }
        // Only changes may be overtaken: their versions show the gap. An invite that comes after the end of its call
        // would ring for nothing.
        let versioned = event && text.contains("\"call.changed\"");
        let rough = self.scenario.rough && self.calm_at.is_none();
        if rough && versioned && self.chances.network.chance(80) {
            self.stats.count_fault("event overtaken");
            let late = self.now.plus_ms(self.chances.network.pick(50..=1_500));
            if let Some(link) = self.links.get_mut(&id) {
                link.send_astray(End::Client, Frame::Text(text), late);
            }
            self.agenda.plan(late, Happening::Arrive(id, End::Client));
            return;
        }
        self.put(id, End::Client, Frame::Text(text));
    }

    /// Puts a frame on its way, in order.
    fn put(&mut self, id: LinkId, to: End, frame: Frame) {
        let at = self.now.plus_ms(self.latency_ms());
        if let Some(link) = self.links.get_mut(&id) {
            let at = link.send(to, frame, at);
            self.agenda.plan(at, Happening::Arrive(id, to));
        }
    }

    fn latency_ms(&mut self) -> u64 {
        let spike = if self.chances.network.chance(10) {
            self.chances.network.pick(200..=2_500)
        } else {
            0
        };
        spike + self.chances.network.pick(1..=self.scenario.latency_ms_max)
    }

    /// A connection attempt has reached the server, if there is a way and a server.
    pub(super) fn link_opens(&mut self, id: LinkId) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        let (device, asked_at) = (link.device, link.asked_at);
        if self.devices[device].link != Some(id) {
            self.links.remove(&id);
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
                self.agenda.plan(at, Happening::LinkOpens(id));
                return;
            }
        }
        if clear_at > self.now || self.server.process.is_none() {
            self.links.remove(&id);
            self.devices[device].link = None;
            self.socket_closed(device);
            return;
        }
        link.client_open = true;
        link.server_open = true;
        self.socket_opened(device);
    }

    /// Delivers what has arrived, if the path lets it through.
    pub(super) fn frames_arrive(&mut self, id: LinkId, to: End) {
        let Some(link) = self.links.get(&id) else {
            return;
        };
        let device = link.device;
        let clear_at = self.devices[device].path_clear_at();
        if clear_at > self.now {
            let at = clear_at.plus_ms(self.chances.network.pick(0..=50));
            self.agenda.plan(at, Happening::Arrive(id, to));
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

    fn next_frame(&mut self, id: LinkId, to: End) -> Option<Frame> {
        let now = self.now;
        self.links.get_mut(&id)?.arrived(to, now)
    }

    fn arrive_at_server(&mut self, id: LinkId, frame: Frame) {
        let open = self.links.get(&id).is_some_and(|link| link.server_open);
        if !open {
            // The server knows no such connection (any more): it resets it.
            if self.server.process.is_some() {
                self.put(id, End::Client, Frame::Close);
            }
            return;
        }
        match frame {
            Frame::Text(text) => self.server_receives(ServerInput::Frame { link: id, text }),
            Frame::Close => {
                if let Some(link) = self.links.get_mut(&id) {
                    link.server_open = false;
                    link.orphaned_since = Some(self.now);
                }
                self.server_receives(ServerInput::Closed { link: id });
            }
        }
    }

    fn arrive_at_client(&mut self, id: LinkId, device: usize, frame: Frame) {
        if self.devices[device].link != Some(id) {
            // The shell listens to its newest socket only.
            if matches!(frame, Frame::Text(_)) {
                self.stats.count_fault("frame of a replaced socket");
            }
            return;
        }
        match frame {
            Frame::Text(text) => self.frame_received(device, text),
            Frame::Close => {
                if let Some(link) = self.links.get_mut(&id) {
                    link.client_open = false;
                }
                self.devices[device].link = None;
                self.socket_closed(device);
            }
        }
    }

    /// Both ends notice, in time, when the other one is gone without a word.
    pub(super) fn check_keep_alives(&mut self) {
        let ids: Vec<LinkId> = self.links.keys().copied().collect();
        for id in ids {
            let Some(link) = self.links.get_mut(&id) else {
                continue;
            };
            let device = &self.devices[link.device];
            let asleep = self.now < device.asleep_until;
            let answers =
                link.client_open && !link.is_broken() && self.now >= device.path_clear_at();
            let index = link.device;
            link.silent_since = match link.silent_since {
                _ if answers => None,
                Some(since) => Some(since),
                None => Some(self.now),
            };
            let silent = link
                .silent_since
                .is_some_and(|since| self.now.since(since) >= SERVER_KEEP_ALIVE_MS);
            let orphaned = link
                .orphaned_since
                .is_some_and(|since| self.now.since(since) >= TCP_GIVES_UP_MS);
            if link.server_open && silent {
                self.server_closes(id);
                self.server_receives(ServerInput::Closed { link: id });
            } else if orphaned && !asleep && self.devices[index].link == Some(id) {
                self.links.remove(&id);
                self.devices[index].link = None;
                self.socket_closed(index);
            }
            self.forget_if_dead(id);
        }
    }

    /// A connection of which nobody will hear again.
    fn forget_if_dead(&mut self, id: LinkId) {
        if let Some(link) = self.links.get_mut(&id) {
            let current = self.devices[link.device].link == Some(id);
            let under_way = link.under_way(End::Client) + link.under_way(End::Server);
            if !current && !link.server_open && under_way == 0 {
                self.links.remove(&id);
            }
        }
    }

    /// A connection breaks; each direction loses a suffix of its own, and each end may or may not be told.
    pub(super) fn reset_link(&mut self, id: LinkId) {
        let dice = &mut self.chances.faults;
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        for to in [End::Client, End::Server] {
            let under_way = link.under_way(to);
            if under_way > 0 {
                let keep = dice.index(under_way + 1);
                link.lose_suffix(to, keep);
            }
        }
        let (client_told, server_told) = (dice.chance(800), dice.chance(700));
        self.stats.count_fault("connection reset");
        let what = format!(
            "connection of device {} reset, client told: {client_told}, server told: {server_told}",
            link.device
        );
        if client_told != server_told {
            self.stats.count_fault("connection half open");
        }
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        let server_open = link.server_open;
        if client_told {
            self.put(id, End::Client, Frame::Close);
        }
        if server_open && server_told {
            self.put(id, End::Server, Frame::Close);
        } else if client_told {
            // The server's end stays until its keep-alive is missed.
            if let Some(link) = self.links.get_mut(&id) {
                link.client_open = false;
            }
        }
        if let Some(link) = self.links.get_mut(&id) {
            link.cut_off();
            if !client_told {
                link.orphaned_since.get_or_insert(self.now);
            }
        }
        self.observe(&Observation::Fault { what: &what });
    }

    /// All connections end with the process; the machine may or may not have told the clients.
    pub(super) fn break_all_links(&mut self, told: bool) {
        let ids: Vec<LinkId> = self.links.keys().copied().collect();
        for id in ids {
            let Some(link) = self.links.get_mut(&id) else {
                continue;
            };
            let under_way = link.under_way(End::Client);
            if under_way > 0 {
                let keep = self.chances.faults.index(under_way + 1);
                link.lose_suffix(End::Client, keep);
            }
            if !link.server_open {
                continue;
            }
            link.server_open = false;
            link.orphaned_since = Some(self.now);
            if told {
                self.put(id, End::Client, Frame::Close);
            }
        }
    }
}

//! The network between devices and server: WebSocket connections over a hostile internet.
//!
//! A [`Socket`] is one WebSocket connection. It is what TCP makes of a bad network, and no worse:
//! - **delay and jitter**: each frame takes its own time, yet frames of one direction arrive in order;
//! - **partition**: frames wait (TCP retransmits) and arrive after the path heals, unless the connection is given up
//!   first, and then they are gone; neither end is told;
//! - **reset**: in each direction an arbitrary suffix of what was under way is lost, and all that is sent from then on; each
//!   end may or may not be told.
//!
//! On top of that, *rough* worlds do what TCP does not, to prove that request ids and versions protect both machines:
//! - **duplication** of requests stands for a client that repeats itself across connections;
//! - **reordering** of events stands for a server shell (later: several nodes) whose fan-out to a session is not ordered.
//!   Replies keep their order among themselves.

use hullo_core::Time;

/// One WebSocket connection; never reused in a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SocketId(pub u64);

/// An end of a connection, the device's or the server's, or the direction towards it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Client,
    Server,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    Text(String),
    /// The sender's end is closed; nothing comes after it.
    Close,
}

/// One connection and what is under way on it.
#[derive(Debug)]
pub struct Socket {
    /// Index of the device that opened it.
    pub device: usize,
    /// When the device asked for it.
    pub asked_at: Time,
    /// The device's end is open.
    pub client_open: bool,
    /// The server's end is open.
    pub server_open: bool,
    /// Since when the other end has not answered keep-alives, as seen by the server.
    pub silent_since: Option<Time>,
    /// Since when the server's end is gone without the client having been told.
    pub orphaned_since: Option<Time>,
    /// It was reset: nothing that is sent now arrives.
    broken: bool,
    to_client: Direction,
    to_server: Direction,
}

#[derive(Debug, Default)]
struct Direction {
    /// By arrival.
    under_way: Vec<(Time, Frame)>,
    /// When the last frame that keeps order arrives.
    last_at: Time,
}

impl Socket {
    /// A connection that `device` has asked for and that is not open yet.
    pub fn new(device: usize, asked_at: Time) -> Self {
        Self {
            device,
            asked_at,
            client_open: false,
            server_open: false,
            silent_since: None,
            orphaned_since: None,
            broken: false,
            to_client: Direction::default(),
            to_server: Direction::default(),
        }
    }

    /// Sends a frame that arrives in order, not before `at`; returns when it arrives.
    pub fn send(&mut self, to: End, frame: Frame, at: Time) -> Time {
        let broken = self.broken;
        let direction = self.direction(to);
        let at = at.max(direction.last_at);
        direction.last_at = at;
        if !broken {
            direction.insert(at, frame);
        }
        at
    }

    /// Sends a frame that others may overtake; it arrives at `at`, unless the connection closes before.
    pub fn send_unordered(&mut self, to: End, frame: Frame, at: Time) {
        if !self.broken {
            self.direction(to).insert(at, frame);
        }
    }

    /// Takes the next frame that has arrived by `now`.
    pub fn arrived(&mut self, to: End, now: Time) -> Option<Frame> {
        let direction = self.direction(to);
        let (at, _) = direction.under_way.first()?;
        if *at > now {
            return None;
        }
        let (_, frame) = direction.under_way.remove(0);
        if frame == Frame::Close {
            direction.under_way.clear();
        }
        Some(frame)
    }

    /// How many frames are under way towards `to`.
    pub fn under_way(&mut self, to: End) -> usize {
        self.direction(to).under_way.len()
    }

    /// Lets nothing through any more but what is under way.
    pub fn cut_off(&mut self) {
        self.broken = true;
    }

    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// Loses all but the first `keep` frames under way towards `to`.
    pub fn lose_suffix(&mut self, to: End, keep: usize) {
        self.direction(to).under_way.truncate(keep);
    }

    fn direction(&mut self, to: End) -> &mut Direction {
        match to {
            End::Client => &mut self.to_client,
            End::Server => &mut self.to_server,
        }
    }
}

impl Direction {
    fn insert(&mut self, at: Time, frame: Frame) {
        let index = self.under_way.partition_point(|(other, _)| *other <= at);
        self.under_way.insert(index, (at, frame));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Frame {
        Frame::Text(text.to_owned())
    }

    fn all(socket: &mut Socket, to: End, now: Time) -> Vec<Frame> {
        std::iter::from_fn(|| socket.arrived(to, now)).collect()
    }

    #[test]
    fn frames_arrive_in_order_however_long_each_takes() {
        let mut socket = Socket::new(0, Time(0));
        assert_eq!(socket.send(End::Server, text("slow"), Time(90)), Time(90));
        assert_eq!(socket.send(End::Server, text("fast"), Time(20)), Time(90));
        assert_eq!(all(&mut socket, End::Server, Time(89)), []);
        assert_eq!(
            all(&mut socket, End::Server, Time(90)),
            [text("slow"), text("fast")]
        );
    }

    #[test]
    fn unordered_frame_is_overtaken() {
        let mut socket = Socket::new(0, Time(0));
        socket.send_unordered(End::Client, text("late"), Time(90));
        socket.send(End::Client, text("early"), Time(20));
        assert_eq!(
            all(&mut socket, End::Client, Time(100)),
            [text("early"), text("late")]
        );
    }

    #[test]
    fn reset_loses_a_suffix_of_each_direction_by_itself() {
        let mut socket = Socket::new(0, Time(0));
        for n in ["1", "2", "3"] {
            socket.send(End::Server, text(n), Time(10));
            socket.send(End::Client, text(n), Time(10));
        }
        socket.lose_suffix(End::Server, 1);
        assert_eq!(all(&mut socket, End::Server, Time(10)), [text("1")]);
        assert_eq!(socket.under_way(End::Client), 3);
    }

    #[test]
    fn nothing_that_is_sent_after_a_reset_arrives() {
        let mut socket = Socket::new(0, Time(0));
        socket.send(End::Server, text("before"), Time(10));
        socket.cut_off();
        socket.send(End::Server, text("after"), Time(20));
        socket.send_unordered(End::Client, text("after"), Time(20));
        assert_eq!(all(&mut socket, End::Server, Time(30)), [text("before")]);
        assert_eq!(socket.under_way(End::Client), 0);
    }

    #[test]
    fn nothing_arrives_after_a_close() {
        let mut socket = Socket::new(0, Time(0));
        socket.send(End::Client, Frame::Close, Time(10));
        socket.send_unordered(End::Client, text("late"), Time(20));
        assert_eq!(all(&mut socket, End::Client, Time(30)), [Frame::Close]);
    }
}

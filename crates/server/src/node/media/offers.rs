//! Offers are read, and the connections for first ones made, on threads of their own: what costs up to a millisecond must not
//! hold up packets. Offers of one room are read by one thread, so that they keep their order.
//!
//! Only so many wait. One more is refused at once, which costs next to nothing, and its client sends it again in a moment;
//! were it to wait, all behind it would be too late.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;
use std::{io, thread};

use hullo_sfu::{Config, NegotiateError, Offer, PeerId, RoomId, Uid};
use tokio::sync::mpsc;

use crate::node::session_queue::SessionHandle;

/// Offers that may wait for each thread. At a quarter of a millisecond for each, the last waits for 30 ms.
const WAITING_MAX: usize = 128;
/// More threads than this are never needed by the one that forwards.
const THREADS_MAX: usize = 4;

/// An offer to be read.
pub(super) struct UnreadOffer {
    pub(super) room: RoomId,
    pub(super) peer: PeerId,
    pub(super) uid: Uid,
    pub(super) sdp: String,
    /// The peer is not there yet.
    pub(super) is_first: bool,
    pub(super) asker: Option<Asker>,
}

/// Who waits for the answer.
pub(super) struct Asker {
    pub(super) session: SessionHandle,
    /// The id of its request.
    pub(super) re: u64,
}

/// An offer that was read.
pub(super) struct ReadOffer {
    pub(super) room: RoomId,
    pub(super) peer: PeerId,
    pub(super) uid: Uid,
    pub(super) read: Result<Offer, NegotiateError>,
    pub(super) asker: Option<Asker>,
}

/// The way to the threads, which end with it.
pub(super) struct Offers(Vec<SyncSender<UnreadOffer>>);

impl Offers {
    /// Starts the threads. What they have read comes out of the receiver.
    pub(super) fn start(config: &Config) -> io::Result<(Self, mpsc::UnboundedReceiver<ReadOffer>)> {
        // Bounded all the same: what is in it has waited here before.
        let (read, receiver) = mpsc::unbounded_channel();
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let threads = (cores / 2).clamp(1, THREADS_MAX);
        let mut senders = Vec::new();
        for _ in 0..threads {
            let (sender, unread) = sync_channel(WAITING_MAX);
            senders.push(sender);
            let (config, read) = (config.clone(), read.clone());
            thread::Builder::new()
                .name("hullo-offers".to_owned())
                .spawn(move || work(&unread, &config, &read))?;
        }
        Ok((Self(senders), receiver))
    }

    /// Has an offer read; gives it back if too many wait.
    pub(super) fn read(&self, offer: UnreadOffer) -> Result<(), UnreadOffer> {
        let thread = (offer.room.0 % self.0.len() as u128) as usize;
        self.0[thread]
            .try_send(offer)
            .map_err(|refused| match refused {
                std::sync::mpsc::TrySendError::Full(offer)
                | std::sync::mpsc::TrySendError::Disconnected(offer) => offer,
            })
    }
}

fn work(unread: &Receiver<UnreadOffer>, config: &Config, done: &mpsc::UnboundedSender<ReadOffer>) {
    while let Ok(offer) = unread.recv() {
        let read = catch_unwind(AssertUnwindSafe(|| match offer.is_first {
            true => Offer::first(&offer.sdp, config, Instant::now()),
            false => Offer::later(&offer.sdp),
        }));
        let panicked = |_| Err(NegotiateError::Unanswerable("it cannot be read".to_owned()));
        let read = ReadOffer {
            room: offer.room,
            peer: offer.peer,
            uid: offer.uid,
            read: read.unwrap_or_else(panicked),
            asker: offer.asker,
        };
        if done.send(read).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn offer(room: u128, peer: u64, sdp: String) -> UnreadOffer {
        UnreadOffer {
            room: RoomId(room),
            peer: PeerId(peer),
            uid: Uid(1),
            sdp,
            is_first: true,
            asker: None,
        }
    }

    #[test]
    fn flood_of_offers_is_refused_at_once_and_the_rest_is_read_in_order() {
        let config = Config::new(vec!["127.0.0.1:7881".parse().unwrap()]);
        let (offers, mut read) = Offers::start(&config).unwrap();
        // Long enough that reading takes longer than writing.
        let sdp = format!("v=0\r\n{}", "a=mid:0\r\n".repeat(4_000));
        let sent = 5_000;
        let refused = (0..sent).filter(|n| {
            offers
                .read(offer(u128::from(n % 8), *n, sdp.clone()))
                .is_err()
        });
        let refused = refused.count();
        drop(offers);
        let mut last = BTreeMap::new();
        let mut answered = 0;
        while let Some(done) = read.blocking_recv() {
            assert!(done.read.is_err());
            assert!(
                last.insert(done.room, done.peer)
                    .is_none_or(|before| before < done.peer)
            );
            answered += 1;
        }
        println!("{answered} read, {refused} refused");
        assert_eq!(answered + refused, sent as usize);
        assert!(refused > 0 && answered >= WAITING_MAX);
    }
}

//! A device's media, as the SDK drives it with RTCPeerConnection: what the endpoint commands, and what really flows.

use hullo_core::Time;
use hullo_core::endpoint::{DeviceKind, MediaCommand};
use hullo_core::hub::PeerId;
use hullo_protocol::SlotKind;

/// The media of one page.
#[derive(Debug, Default)]
pub struct Browser {
    connection: Option<Connection>,
    capture: Flags,
}

/// What concerns the microphone, and what the camera.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags {
    pub audio: bool,
    pub video: bool,
}

/// A model of one `RTCPeerConnection`.
#[derive(Debug)]
pub struct Connection {
    /// The endpoint's number for it.
    pub number: u32,
    /// Which peer of which server process has answered.
    pub answered: Option<(u64, PeerId)>,
    pub state: Ice,
    /// M-lines that receive sound, and pictures.
    pub lines: (u8, u8),
    /// A picture has been shown.
    pub pictured: bool,
    /// The receiving m-line that carries a picture.
    pub video_mid: Option<String>,
}

/// The states of ICE that matter, with the time of entering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ice {
    /// Not connected yet.
    New(Time),
    /// Packets flow.
    Connected,
    /// Packets have stopped.
    Disconnected(Time),
    /// Given up.
    Failed,
}

/// What the world has to do after a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    None,
    /// An offer of this connection will be ready soon.
    Offer(u32),
    /// An answer was applied: ICE begins.
    Check,
    /// Devices are asked for that were not open before.
    Opened(Flags),
}

impl Browser {
    /// Carries out a command; `answer` parses a session description of the media plane.
    pub fn command(&mut self, command: &MediaCommand, now: Time) -> Reaction {
        match command {
            MediaCommand::Open { peer, audio, video } => {
                self.connection = Some(Connection {
                    number: *peer,
                    lines: (*audio, *video),
                    answered: None,
                    state: Ice::New(now),
                    pictured: false,
                    video_mid: None,
                });
                Reaction::Offer(*peer)
            }
            MediaCommand::Grow { peer, audio, video } => match self.connection(*peer) {
                Some(connection) => {
                    connection.lines = (*audio, *video);
                    Reaction::Offer(*peer)
                }
                None => Reaction::None,
            },
            MediaCommand::Restart { peer } => match self.connection(*peer) {
                Some(connection) => {
                    if connection.state == Ice::Failed {
                        connection.state = Ice::New(now);
                    }
                    Reaction::Offer(*peer)
                }
                None => Reaction::None,
            },
            MediaCommand::Answer { peer, sdp } => match self.connection(*peer) {
                Some(connection) => {
                    connection.answered = crate::media_plane::parse_answer(sdp);
                    Reaction::Check
                }
                None => Reaction::None,
            },
            MediaCommand::Capture { audio, video } => self.open_devices(Flags {
                audio: *audio,
                video: *video,
            }),
            MediaCommand::Retry { kind } => Reaction::Opened(Flags {
                audio: *kind == DeviceKind::Audio,
                video: *kind == DeviceKind::Video,
            }),
            MediaCommand::Flow { .. } | MediaCommand::IceServers { .. } => Reaction::None,
            MediaCommand::Slots { peer, slots } => {
                if let Some(connection) = self.connection(*peer) {
                    connection.video_mid = slots
                        .iter()
                        .find(|slot| slot.kind == SlotKind::Video)
                        .map(|slot| slot.mid.clone());
                }
                Reaction::None
            }
            MediaCommand::Close => {
                *self = Self::default();
                Reaction::None
            }
        }
    }

    /// These and no others are to be open.
    fn open_devices(&mut self, wanted: Flags) -> Reaction {
        let before = std::mem::replace(&mut self.capture, wanted);
        Reaction::Opened(Flags {
            audio: wanted.audio && !before.audio,
            video: wanted.video && !before.video,
        })
    }

    /// The connection, if there is one.
    pub fn current(&mut self) -> Option<&mut Connection> {
        self.connection.as_mut()
    }

    /// The connection of that number, if it is still the current one.
    pub fn connection(&mut self, number: u32) -> Option<&mut Connection> {
        self.connection
            .as_mut()
            .filter(|connection| connection.number == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_for_a_replaced_connection_do_nothing() {
        let mut browser = Browser::default();
        browser.command(
            &MediaCommand::Open {
                peer: 1,
                audio: 1,
                video: 1,
            },
            Time(0),
        );
        browser.command(
            &MediaCommand::Open {
                peer: 2,
                audio: 1,
                video: 1,
            },
            Time(0),
        );
        let restart = MediaCommand::Restart { peer: 1 };
        assert_eq!(browser.command(&restart, Time(1)), Reaction::None);
        assert!(browser.connection(1).is_none());
        assert!(browser.connection(2).is_some());
    }

    #[test]
    fn only_devices_that_were_closed_are_opened() {
        let mut browser = Browser::default();
        let voice = MediaCommand::Capture {
            audio: true,
            video: false,
        };
        let both = MediaCommand::Capture {
            audio: true,
            video: true,
        };
        let opened = |audio, video| Reaction::Opened(Flags { audio, video });
        assert_eq!(browser.command(&voice, Time(0)), opened(true, false));
        assert_eq!(browser.command(&both, Time(0)), opened(false, true));
    }
}

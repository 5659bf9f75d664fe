//! A device's media, as the SDK drives it with RTCPeerConnection: what the endpoint commands, and what really flows.

use hullo_core::Time;
use hullo_core::endpoint::MediaCommand;
use hullo_core::hub::PeerId;
use hullo_protocol::SlotKind;

/// The media of one page.
#[derive(Debug, Default)]
pub struct Browser {
    connection: Option<Connection>,
    capture: Flags,
    /// How often the person was asked for the screen: a choice that comes late is one of an earlier time.
    screen_asked: u32,
}

/// What concerns the microphone, what the camera, and what the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags {
    pub audio: bool,
    pub video: bool,
    pub screen: bool,
}

/// A model of one `RTCPeerConnection`.
#[derive(Debug)]
pub struct Connection {
    /// The endpoint's number for it.
    pub number: u32,
    /// Which peer of which server process has answered.
    pub answered: Option<(u64, PeerId)>,
    pub state: Ice,
    /// M-lines that receive sound, and pictures, and whether there is one for screens.
    pub lines: (u8, u8, bool),
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

impl Connection {
    fn new(number: u32, lines: (u8, u8, bool), now: Time) -> Self {
        Self {
            number,
            lines,
            answered: None,
            state: Ice::New(now),
            pictured: false,
            video_mid: None,
        }
    }
}

impl Browser {
    /// Carries out a command; `answer` parses a session description of the media plane.
    pub fn command(&mut self, command: &MediaCommand, now: Time) -> Reaction {
        match command {
            MediaCommand::Open {
                peer,
                audio,
                video,
                screen,
            } => {
                let lines = (*audio, *video, *screen);
                self.connection = Some(Connection::new(*peer, lines, now));
                Reaction::Offer(*peer)
            }
            MediaCommand::Grow {
                peer,
                audio,
                video,
                screen,
            } => match self.connection(*peer) {
                Some(connection) => {
                    connection.lines = (*audio, *video, *screen);
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
            MediaCommand::Capture {
                audio,
                video,
                screen,
            } => self.open_devices(Flags {
                audio: *audio,
                video: *video,
                screen: *screen,
            }),
            MediaCommand::Retry { kind } => Reaction::Opened(Flags {
                audio: *kind == SlotKind::Audio,
                video: *kind == SlotKind::Video,
                screen: false,
            }),
            MediaCommand::Flow { .. } | MediaCommand::IceServers { .. } => Reaction::None,
            MediaCommand::Slots { peer, slots } => {
                if let Some(connection) = self.connection(*peer) {
                    let video = slots.iter().find(|slot| slot.kind == SlotKind::Video);
                    connection.video_mid = video.map(|slot| slot.mid.clone());
                }
                Reaction::None
            }
            MediaCommand::Close => {
                self.close();
                Reaction::None
            }
        }
    }

    /// Everything is closed; how often the person was asked for the screen still counts.
    fn close(&mut self) {
        *self = Self {
            screen_asked: self.screen_asked,
            ..Self::default()
        };
    }

    /// Devices that were not open before are opened; for the screen, the person is asked.
    fn open_devices(&mut self, wanted: Flags) -> Reaction {
        let before = std::mem::replace(&mut self.capture, wanted);
        let screen = wanted.screen && !before.screen;
        self.screen_asked += u32::from(screen);
        Reaction::Opened(Flags {
            audio: wanted.audio && !before.audio,
            video: wanted.video && !before.video,
            screen,
        })
    }

    /// Which time the person is asked, or was when the screen that is captured was chosen; none when it is not wanted.
    pub fn screen_asked(&self) -> Option<u32> {
        self.capture.screen.then_some(self.screen_asked)
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
                screen: false,
            },
            Time(0),
        );
        browser.command(
            &MediaCommand::Open {
                peer: 2,
                audio: 1,
                video: 1,
                screen: false,
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
            screen: false,
        };
        let both = MediaCommand::Capture {
            audio: true,
            video: true,
            screen: false,
        };
        let opened = |audio, video| {
            Reaction::Opened(Flags {
                audio,
                video,
                screen: false,
            })
        };
        assert_eq!(browser.command(&voice, Time(0)), opened(true, false));
        assert_eq!(browser.command(&both, Time(0)), opened(false, true));
    }

    #[test]
    fn choice_of_a_screen_that_is_not_wanted_any_more_is_an_old_one() {
        let mut browser = Browser::default();
        let capture = |screen| MediaCommand::Capture {
            audio: true,
            video: false,
            screen,
        };
        browser.command(&capture(true), Time(0));
        assert_eq!(browser.screen_asked(), Some(1));
        browser.command(&MediaCommand::Close, Time(0));
        assert_eq!(browser.screen_asked(), None);
        browser.command(&capture(true), Time(0));
        assert_eq!(browser.screen_asked(), Some(2));
    }
}

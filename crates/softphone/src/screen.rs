//! What a person sees: who is there, how loud it is, what can be done.

use std::collections::HashMap;
use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::Result;
use crossterm::event::EventStream;
use futures_util::StreamExt as _;
use hullo_client::engine::{Meter, SILENCE_DBOV};
use hullo_client::protocol::{Accid, CallView, DeviceState, ParticipantView, Quality};
use hullo_client::{Error, Event, State, Status, texts};
use ratatui::layout::{Alignment, Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Paragraph, Widget};
use ratatui::{DefaultTerminal, Frame};
use tokio::sync::mpsc;

use crate::devices::Watched;
use crate::keys::{self, Wish};
use crate::picture;
use crate::texts::Language;

/// The bell rings so often while somebody calls.
const BELL: Duration = Duration::from_secs(2);
/// A complaint is shown for so long.
const COMPLAINT: Duration = Duration::from_secs(4);
/// Width of a level meter, in cells.
const METER_CELLS: i32 = 24;
/// Room for what it measures.
const METER_NAME_CELLS: usize = 8;
/// The quietest that a meter shows, in dBov.
const METER_FLOOR: i32 = -60;

const ACCENT: Color = Color::Rgb(94, 201, 148);
const WARNING: Color = Color::Rgb(235, 111, 101);
const FAINT: Color = Color::Rgb(130, 138, 150);

pub(crate) struct Screen {
    terminal: DefaultTerminal,
    me: String,
    language: Language,
    watched: Watched,
    since: Option<Instant>,
    quality: HashMap<Accid, Quality>,
    /// How the last call ended.
    last: Option<String>,
    complaint: Option<(Instant, String)>,
    bell: Option<Instant>,
}

impl Screen {
    /// Takes the terminal, and gives it back when it is dropped.
    pub(crate) fn begin(
        me: String,
        watched: Watched,
        wishes: mpsc::UnboundedSender<Wish>,
    ) -> Result<Self> {
        let terminal = ratatui::try_init()?;
        tokio::spawn(async move {
            let mut events = EventStream::new();
            while let Some(Ok(event)) = events.next().await {
                // The phone may be gone.
                let _ = keys::wish(&event).map(|wish| wishes.send(wish));
            }
        });
        Ok(Self {
            terminal,
            me,
            language: Language::of_terminal(),
            watched,
            since: None,
            quality: HashMap::new(),
            last: None,
            complaint: None,
            bell: None,
        })
    }

    pub(crate) fn take(&mut self, event: &Event) {
        match event {
            Event::UserEnter { .. } => _ = self.since.get_or_insert_with(Instant::now),
            Event::CallEnd { .. } => {
                self.since = None;
                self.quality.clear();
            }
            Event::Invited { .. } => self.last = None,
            Event::UserNetworkQuality { reports } => {
                let worse = reports
                    .iter()
                    .map(|report| (report.accid.clone(), report.up.max(report.down)));
                self.quality = worse.collect();
            }
            _ => {}
        }
    }

    /// A call has ended in this way.
    pub(crate) fn end(&mut self, how: &str) {
        self.last = Some(how.to_owned());
    }

    pub(crate) fn complain(&mut self, error: &Error) {
        let text = match error.kind() {
            Some(kind) => texts::error(kind, self.language.tag()).to_owned(),
            None => error.to_string(),
        };
        self.complaint = Some((Instant::now(), text));
    }

    pub(crate) fn draw(&mut self, status: &Status) -> Result<()> {
        self.ring(status)?;
        self.complaint
            .take_if(|(since, _)| since.elapsed() > COMPLAINT);
        let view = View {
            me: &self.me,
            language: self.language,
            status,
            since: self.since,
            quality: &self.quality,
            last: self.last.as_deref(),
            complaint: self.complaint.as_ref().map(|(_, text)| text.as_str()),
            watched: &self.watched,
        };
        self.terminal.draw(|frame| view.draw(frame))?;
        Ok(())
    }

    /// The terminal's bell, as long as somebody calls.
    fn ring(&mut self, status: &Status) -> Result<()> {
        if status.state != State::Called {
            self.bell = None;
        } else if self.bell.is_none_or(|rang| rang.elapsed() >= BELL) {
            self.bell = Some(Instant::now());
            std::io::stdout().write_all(b"\x07")?;
        }
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

/// All that is on it at a moment.
struct View<'a> {
    me: &'a str,
    language: Language,
    status: &'a Status,
    since: Option<Instant>,
    quality: &'a HashMap<Accid, Quality>,
    last: Option<&'a str>,
    complaint: Option<&'a str>,
    watched: &'a Watched,
}

impl View<'_> {
    fn draw(&self, frame: &mut Frame<'_>) {
        let title = format!(" hullo · {} ", self.me);
        let block = Block::bordered()
            .border_type(BorderType::Rounded)
            .border_style(Style::new().fg(FAINT))
            .title(Span::styled(title, Style::new().fg(ACCENT).bold()));
        let area = frame.area();
        let inner = block.inner(area);
        frame.render_widget(block, area);
        let others = self.others().count().max(1) as u16;
        let [head, people, picture, meters, keys] = Layout::vertical([
            Constraint::Length(3),
            Constraint::Length(others + 1),
            Constraint::Fill(1),
            Constraint::Length(2),
            Constraint::Length(2),
        ])
        .horizontal_margin(2)
        .areas(inner);
        self.draw_head(head, frame);
        self.draw_people(people, frame);
        if let Some((_, seen)) = self.watched.picture() {
            picture::draw(&seen, picture, frame.buffer_mut());
        }
        self.draw_meters(meters, frame);
        self.draw_keys(keys, frame);
    }

    fn others(&self) -> impl Iterator<Item = &ParticipantView> {
        let call = self.status.call.iter();
        call.flat_map(|call| &call.participants)
            .filter(|one| !one.accid.as_str().eq_ignore_ascii_case(self.me))
    }

    fn draw_head(&self, area: Rect, frame: &mut Frame<'_>) {
        let state = self
            .language
            .state(self.status.state, self.status.connected);
        let who = self.status.call.as_ref().map(|call| self.who(call));
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let mut words = Vec::new();
        match (self.status.state, who) {
            (State::Called, Some(who)) => {
                words.push(Span::styled(format!("{who} "), bold));
                words.push(Span::styled(state, Style::new().fg(ACCENT)));
            }
            (_, Some(who)) => {
                words.push(Span::styled(format!("{state} · "), Style::new().fg(ACCENT)));
                words.push(Span::styled(who, bold));
            }
            (_, None) => words.push(Span::styled(state, Style::new().fg(FAINT))),
        }
        if let Some(since) = self.since {
            words.push(Span::raw(format!("  {}", clock(since.elapsed()))));
        }
        if self.status.reconnecting {
            let text = self.language.pick("  reconnecting…", "  正在重连…");
            words.push(Span::styled(text, Style::new().fg(WARNING)));
        }
        if let (State::Idle, Some(last)) = (self.status.state, self.last) {
            words.push(Span::styled(format!("  {last}"), Style::new().fg(FAINT)));
        }
        Paragraph::new(vec![Line::default(), Line::from(words)]).render(area, frame.buffer_mut());
    }

    /// The caller of a call that comes in, else all others.
    fn who(&self, call: &CallView) -> String {
        let name = |one: &ParticipantView| {
            let name = one.name.clone();
            name.unwrap_or_else(|| one.accid.to_string())
        };
        if self.status.state == State::Called {
            let caller = call
                .participants
                .iter()
                .find(|one| one.accid == call.caller);
            return caller.map_or_else(|| call.caller.to_string(), name);
        }
        let all: Vec<String> = self.others().map(name).collect();
        all.join(", ")
    }

    fn draw_people(&self, area: Rect, frame: &mut Frame<'_>) {
        let lines: Vec<Line<'_>> = self.others().map(|one| self.person(one)).collect();
        Paragraph::new(lines).render(area, frame.buffer_mut());
    }

    fn person<'b>(&self, one: &'b ParticipantView) -> Line<'b> {
        let language = self.language;
        let faint = Style::new().fg(FAINT);
        let (mark, style) = match one.state.is_in_call() {
            true => ("● ", Style::new().fg(ACCENT)),
            false => ("○ ", faint),
        };
        let mut words = vec![
            Span::styled(mark, style),
            Span::raw(format!("{:<16}", one.accid.as_str())),
            Span::styled(
                format!("{:<20}", texts::participant(one.state, language.tag())),
                faint,
            ),
        ];
        if one.state.is_in_call() {
            let devices = format!(
                "{} {}   {} {}   ",
                language.pick("mic", "麦克风"),
                language.device(one.audio),
                language.pick("camera", "摄像头"),
                language.device(one.video),
            );
            words.push(Span::styled(devices, faint));
            let quality = self.quality.get(&one.accid).copied();
            let quality = quality.unwrap_or(Quality::Unknown);
            let color = match quality {
                Quality::Bad | Quality::VeryBad | Quality::Down => WARNING,
                _ => ACCENT,
            };
            words.push(Span::styled(
                language.quality(quality),
                Style::new().fg(color),
            ));
        }
        Line::from(words)
    }

    fn draw_meters(&self, area: Rect, frame: &mut Frame<'_>) {
        if self.status.state != State::InCall {
            return;
        }
        let local = &self.status.local;
        let microphone = match local.microphone.state {
            DeviceState::Failed => Line::styled(
                self.language.pick("no microphone", "没有可用的麦克风"),
                Style::new().fg(WARNING),
            ),
            _ if local.audio_muted => meter(
                self.language.pick("muted", "已静音"),
                &self.watched.microphone,
            ),
            _ => meter(self.language.pick("you", "我"), &self.watched.microphone),
        };
        let others = self.language.pick("others", "对方");
        let lines = vec![microphone, meter(others, &self.watched.loudspeaker)];
        Paragraph::new(lines).render(area, frame.buffer_mut());
    }

    fn draw_keys(&self, area: Rect, frame: &mut Frame<'_>) {
        let language = self.language;
        let keys: &[(&str, &str)] = match self.status.state {
            State::Idle => &[("q", language.pick("quit", "退出"))],
            State::Calling => &[("h", language.pick("cancel", "取消"))],
            State::Called => &[
                ("a", language.pick("answer", "接听")),
                ("d", language.pick("decline", "拒绝")),
            ],
            State::InCall => &[
                ("m", language.pick("microphone", "麦克风")),
                ("v", language.pick("camera", "摄像头")),
                ("h", language.pick("hang up", "挂断")),
            ],
        };
        let line = match self.complaint {
            Some(text) => Line::styled(text, Style::new().fg(WARNING)),
            None => {
                let words = keys.iter().flat_map(|(key, what)| {
                    let key = Span::styled(*key, Style::new().fg(ACCENT).bold());
                    [key, Span::raw(format!(" {what}   "))]
                });
                Line::from_iter(words)
            }
        };
        Paragraph::new(vec![Line::default(), line])
            .alignment(Alignment::Left)
            .render(area, frame.buffer_mut());
    }
}

fn meter<'a>(name: &'a str, meter: &Meter) -> Line<'a> {
    let level = i32::from(meter.level().max(SILENCE_DBOV)).max(METER_FLOOR);
    let filled = (level - METER_FLOOR) * METER_CELLS / -METER_FLOOR;
    let bar = "▮".repeat(filled as usize);
    let rest = "▯".repeat((METER_CELLS - filled) as usize);
    // A Chinese character takes two cells.
    let gap = " ".repeat(METER_NAME_CELLS.saturating_sub(Span::raw(name).width()));
    Line::from(vec![
        Span::styled(name, Style::new().fg(FAINT)),
        Span::raw(gap),
        Span::styled(bar, Style::new().fg(ACCENT)),
        Span::styled(rest, Style::new().fg(FAINT)),
    ])
}

/// As `3:07` or `1:02:03`.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        hours => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_has_hours_when_there_are_any() {
        assert_eq!(clock(Duration::from_secs(187)), "3:07");
        assert_eq!(clock(Duration::from_secs(3_723)), "1:02:03");
    }
}

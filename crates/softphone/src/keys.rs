//! What a person or a script wants.

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    Accept,
    Reject,
    /// What is on goes off, and back.
    TurnMicrophone(Option<bool>),
    TurnCamera(Option<bool>),
    HangUp,
    Quit,
}

/// What a key means.
pub(crate) fn wish(event: &Event) -> Option<Wish> {
    let Event::Key(key) = event else {
        return None;
    };
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match key.code {
        KeyCode::Char('c') if is_control => Wish::Quit,
        KeyCode::Char('a') | KeyCode::Enter => Wish::Accept,
        KeyCode::Char('d') => Wish::Reject,
        KeyCode::Char('m' | ' ') => Wish::TurnMicrophone(None),
        KeyCode::Char('v') => Wish::TurnCamera(None),
        KeyCode::Char('h') | KeyCode::Esc => Wish::HangUp,
        KeyCode::Char('q') => Wish::Quit,
        _ => return None,
    })
}

/// What a line of a script means.
pub(crate) fn command(line: &str) -> Option<Wish> {
    Some(match line.trim() {
        "accept" => Wish::Accept,
        "reject" => Wish::Reject,
        "mute" => Wish::TurnMicrophone(Some(false)),
        "unmute" => Wish::TurnMicrophone(Some(true)),
        "camera-on" => Wish::TurnCamera(Some(true)),
        "camera-off" => Wish::TurnCamera(Some(false)),
        "hangup" => Wish::HangUp,
        "quit" => Wish::Quit,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyEvent;

    use super::*;

    fn key(code: char, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(code), modifiers))
    }

    #[test]
    fn control_c_ends_it_and_a_c_alone_does_nothing() {
        assert_eq!(wish(&key('c', KeyModifiers::CONTROL)), Some(Wish::Quit));
        assert_eq!(wish(&key('c', KeyModifiers::NONE)), None);
        assert_eq!(wish(&key('a', KeyModifiers::NONE)), Some(Wish::Accept));
    }

    #[test]
    fn a_script_says_it_in_words() {
        assert_eq!(command("mute\n"), Some(Wish::TurnMicrophone(Some(false))));
        assert_eq!(command("dance"), None);
    }
}

//! How many files the process may open: each connection is one.

use std::sync::Arc;
use std::time::Duration;

use rlimit::Resource;
use tokio::time::{MissedTickBehavior, interval};

use crate::config::Limits;
use crate::connections::Places;
use crate::metrics::{Metrics, process};

/// For the database, the media sockets, the operator and the log.
const RESERVED: usize = 128;
/// Open files are counted this often.
const LOOK: Duration = Duration::from_secs(10);

/// Raises the limit as far as the process itself may; how many files that are.
pub(super) fn raise_limit() -> usize {
    let before = rlimit::getrlimit(Resource::NOFILE);
    let files = match before {
        Ok((soft, hard)) => match rlimit::increase_nofile_limit(hard) {
            Ok(files) => {
                tracing::info!(before = soft, files, "files that may be open");
                files
            }
            Err(error) => {
                tracing::warn!(%error, files = soft, "the limit of open files cannot be raised");
                soft
            }
        },
        Err(error) => {
            tracing::warn!(%error, "the limit of open files cannot be read; 1024 are assumed");
            1024
        }
    };
    usize::try_from(files).unwrap_or(usize::MAX)
}

/// How many connections there may be with so many files.
pub(super) fn places(limits: &Limits, files: usize) -> Places {
    let room = files.saturating_sub(RESERVED).max(1);
    let open = match limits.connections {
        0 => room.min(files / 5 * 4).max(1),
        wanted if wanted > room => {
            tracing::warn!(
                wanted,
                room,
                "there may be fewer connections than the limit says, for want of files (ulimit -n)"
            );
            room
        }
        wanted => wanted,
    };
    Places {
        open,
        open_per_address: limits.connections_per_address,
        waiting: limits.waiting,
        waiting_per_address: limits.waiting_per_address,
    }
}

/// Warns when four fifths of the files or of the connections are taken; once, until they are fewer again.
pub(super) async fn watch(metrics: Arc<Metrics>, files: usize, places: Places) {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut warned = false;
    loop {
        looks.tick().await;
        let open_files = process::open_files().unwrap_or(0);
        let connections = usize::try_from(metrics.connections.open.get()).unwrap_or(0);
        let is_near = |count: usize, max: usize| count >= max / 5 * 4;
        let near = is_near(open_files, files) || is_near(connections, places.open);
        if near && !warned {
            tracing::warn!(
                open_files,
                files,
                connections,
                connections_max = places.open,
                "four fifths of the files or of the connections are taken"
            );
        }
        warned = near;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(connections: usize, files: usize) -> usize {
        let limits = Limits {
            connections,
            ..Limits::default()
        };
        places(&limits, files).open
    }

    #[test]
    fn files_are_left_for_the_server_itself() {
        assert_eq!(open(0, 1024), 816);
        assert_eq!(open(0, 256), 128);
        assert_eq!(open(500, 1024), 500);
        assert_eq!(open(5000, 1024), 896);
        assert_eq!(open(0, 64), 1);
    }
}

//! The file: opening it, bringing its tables up to date, copying it.

use std::fs;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use rusqlite::{Connection, OpenFlags};

/// One for each version of the tables; the version of a file is how many it has seen.
const MIGRATIONS: [&str; 2] = [
    include_str!("../../../migrations/0001_first.sql"),
    include_str!("../../../migrations/0002_read_mark.sql"),
];
/// How long to wait for a lock that another program holds on the file.
const BUSY: Duration = Duration::from_secs(2);
/// Statements that a connection keeps prepared; more than there are.
const STATEMENTS: usize = 128;
/// A call changes a few rows in each of some places, and each such page goes to the disk: at 200 calls a second 46 KB for a
/// call with pages of 4 KiB, 32 with 2, 27 with 1, where long records spread over many.
const PAGE_BYTES: u32 = 2048;
const WRITER_CACHE_KIB: u32 = 8 * 1024;
/// The write-ahead log is cut to this size when it has grown beyond.
const LOG_BYTES: u32 = 16 * 1024 * 1024;
/// Pages that are copied at once.
const COPY_PAGES: i32 = 1024;

/// Who opens the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    /// The only one there is: it makes the file and brings its tables up to date.
    Alone,
    /// Somebody beside a server that runs: the file has to be there, and of the very version.
    Beside,
}

/// The writing connection to a file whose tables are up to date. It grows to `pages_max` pages at most.
pub(super) fn open(file: &Path, how: Open, pages_max: Option<u32>) -> Result<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    match how {
        Open::Alone => {
            make(file)?;
            flags |= OpenFlags::SQLITE_OPEN_CREATE;
        }
        Open::Beside => ensure!(
            file.exists(),
            "there is no database {}; name another data_dir, or create an app first",
            file.display()
        ),
    }
    let opening = || format!("cannot open the database {}", file.display());
    let connection = connect(file, flags).with_context(opening)?;
    let version = version(&connection).with_context(opening)?;
    if version == 0 && how == Open::Alone {
        // They bind a file without tables only.
        let new = connection.execute_batch(&format!(
            "PRAGMA page_size = {PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL"
        ));
        new.with_context(opening)?;
    }
    if let Err(error) = connection.execute_batch("PRAGMA journal_mode = WAL") {
        tracing::warn!(%error, "the database cannot be written");
    }
    migrate(&connection, file, version, how)?;
    let tuned = connection.execute_batch(&format!("PRAGMA cache_size = -{WRITER_CACHE_KIB}"));
    tuned.with_context(opening)?;
    if let Some(pages) = pages_max {
        let limited = connection.pragma_update(None, "max_page_count", pages);
        limited.with_context(opening)?;
    }
    Ok(connection)
}

/// A connection that only reads.
pub(super) fn open_reading(file: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = connect(file, flags)
        .and_then(|connection| {
            connection.execute_batch("PRAGMA query_only = 1")?;
            Ok(connection)
        })
        .with_context(|| format!("cannot open the database {}", file.display()))?;
    Ok(connection)
}

/// Copies a database, also while a server writes into it, into a new file that only its owner may read.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    ensure!(from.exists(), "there is no database {}", from.display());
    let copying = || format!("cannot copy {} to {}", from.display(), to.display());
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .with_context(copying)?;
    let source = open_reading(from)?;
    let mut target = Connection::open(to).with_context(copying)?;
    let backup = rusqlite::backup::Backup::new(&source, &mut target).with_context(copying)?;
    backup
        .run_to_completion(COPY_PAGES, Duration::ZERO, None)
        .with_context(copying)?;
    drop(backup);
    // A copy has no log beside it.
    let sealed = target.execute_batch("PRAGMA journal_mode = DELETE");
    sealed.with_context(copying)
}

/// For its owner alone: the system's mask may be wider. SQLite gives the log beside it the same mode.
fn make(file: &Path) -> Result<()> {
    let making = || format!("cannot make the database {}", file.display());
    match fs::metadata(file) {
        Ok(there) if there.permissions().mode() & 0o077 == 0 => Ok(()),
        Ok(_) => {
            // One that belongs to somebody else, or lies on a read-only disk, stays as it is.
            if let Err(error) = fs::set_permissions(file, fs::Permissions::from_mode(0o600)) {
                tracing::warn!(%error, "the database may be read by others");
            }
            Ok(())
        }
        Err(_) => {
            let made = fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(file);
            made.map(drop).with_context(making)
        }
    }
}

fn connect(file: &Path, flags: OpenFlags) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.execute_batch(&format!(
        "PRAGMA foreign_keys = 1; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; \
         PRAGMA journal_size_limit = {LOG_BYTES}"
    ))?;
    Ok(connection)
}

fn version(connection: &Connection) -> Result<usize, rusqlite::Error> {
    let version: i64 = connection.query_one("PRAGMA user_version", (), |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

fn migrate(connection: &Connection, file: &Path, version: usize, how: Open) -> Result<()> {
    let known = MIGRATIONS.len();
    let shown = file.display();
    if version == known {
        return Ok(());
    }
    ensure!(
        version < known,
        "{shown} has tables of version {version}, and this hullo knows {known}; use the newer hullo"
    );
    ensure!(
        how == Open::Alone,
        "{shown} has tables of version {version}, and this hullo needs {known}; it is changed when the server starts \
         with this hullo"
    );
    if version == 0 {
        let tables: i64 =
            connection.query_one("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
        if tables > 0 {
            bail!("{shown} was not made by this hullo; name another data_dir");
        }
    } else {
        let before = copy_before(file, known)?;
        return step_up(connection, version).with_context(|| {
            // It is as it was: nobody needs the copy, and the next start makes another.
            let _ = fs::remove_file(&before);
            format!("cannot bring the database {shown} up to date")
        });
    }
    step_up(connection, version).with_context(|| format!("cannot make the tables of {shown}"))
}

/// All steps from this version on, or none.
fn step_up(connection: &Connection, version: usize) -> Result<(), rusqlite::Error> {
    let (steps, known) = (MIGRATIONS[version..].concat(), MIGRATIONS.len());
    connection.execute_batch(&format!(
        "BEGIN IMMEDIATE; {steps} PRAGMA user_version = {known}; COMMIT"
    ))
}

/// Keeps the database as it is before its tables become those of version `known`. A copy that was not finished is thrown away, and one
/// of an earlier time stays.
fn copy_before(file: &Path, known: usize) -> Result<PathBuf> {
    let name = format!("{}.before-version-{known}", file.display());
    let partial = PathBuf::from(format!("{name}.part"));
    let mut before = PathBuf::from(&name);
    let mut number = 1;
    while before.exists() {
        number += 1;
        before = PathBuf::from(format!("{name}-{number}"));
    }
    if partial.exists() {
        let removed = fs::remove_file(&partial);
        removed.with_context(|| format!("cannot remove {}", partial.display()))?;
    }
    copy(file, &partial)?;
    let kept = fs::File::open(&partial).and_then(|copied| copied.sync_all());
    kept.and_then(|()| fs::rename(&partial, &before))
        .with_context(|| format!("cannot keep {}", before.display()))?;
    tracing::info!(file = %before.display(), "the database was copied before its tables change");
    Ok(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(file: &Path) -> u32 {
        fs::metadata(file).unwrap().permissions().mode() & 0o777
    }

    /// A database of the first version, with one app.
    fn first_version(file: &Path) {
        make(file).unwrap();
        let connection = Connection::open(file).unwrap();
        connection.execute_batch(MIGRATIONS[0]).unwrap();
        connection
            .execute_batch("INSERT INTO heartbeat VALUES (1, 7, x''); PRAGMA user_version = 1")
            .unwrap();
    }

    fn beats(file: &Path) -> i64 {
        let connection = Connection::open(file).unwrap();
        let sql = "SELECT count(*) FROM heartbeat";
        connection.query_one(sql, (), |row| row.get(0)).unwrap()
    }

    #[test]
    fn database_of_an_earlier_version_is_brought_up_to_date_and_kept_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        first_version(&file);
        drop(open(&file, Open::Alone, None).unwrap());
        let known = MIGRATIONS.len();
        let before = folder.path().join(format!("a.db.before-version-{known}"));
        assert_eq!((beats(&file), beats(&before)), (1, 1));
        assert_eq!(version(&Connection::open(&before).unwrap()).unwrap(), 1);
        assert_eq!(mode(&before), 0o600);
    }

    #[test]
    fn upgrade_comes_to_its_end_whatever_an_earlier_one_has_left() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        first_version(&file);
        let before = folder
            .path()
            .join(format!("a.db.before-version-{}", MIGRATIONS.len()));
        // A start that was killed while it copied, and an upgrade that was taken back.
        fs::write(format!("{}.part", before.display()), "half a copy").unwrap();
        fs::write(&before, "of last week").unwrap();
        drop(open(&file, Open::Alone, None).unwrap());
        assert_eq!(fs::read_to_string(&before).unwrap(), "of last week");
        assert_eq!(beats(Path::new(&format!("{}-2", before.display()))), 1);
    }

    #[test]
    fn new_file_is_for_its_owner_alone_and_so_is_its_copy() {
        let folder = tempfile::tempdir().unwrap();
        let (file, twin) = (folder.path().join("a.db"), folder.path().join("b.db"));
        let connection = open(&file, Open::Alone, None).unwrap();
        connection
            .execute_batch("INSERT INTO heartbeat VALUES (1, 7, x'')")
            .unwrap();
        copy(&file, &twin).unwrap();
        let log = folder.path().join("a.db-wal");
        assert_eq!([&file, &twin, &log].map(|file| mode(file)), [0o600; 3]);
        assert!(copy(&file, &twin).is_err(), "nothing is written over");
        let copied = open(&twin, Open::Beside, None).unwrap();
        let at: i64 = copied
            .query_one("SELECT at_ms FROM heartbeat", (), |row| row.get(0))
            .unwrap();
        assert_eq!(at, 7);
    }

    #[test]
    fn whoever_comes_beside_a_server_makes_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hullo.db");
        assert!(open(&file, Open::Beside, None).is_err());
        assert!(!file.exists());
        drop(open(&file, Open::Alone, None).unwrap());
        for (version, says) in [(99, "newer hullo"), (0, "when the server starts")] {
            let other = Connection::open(&file).unwrap();
            other.pragma_update(None, "user_version", version).unwrap();
            let error = open(&file, Open::Beside, None).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn database_of_somebody_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hullo.db");
        let other = Connection::open(&file).unwrap();
        other.execute_batch("CREATE TABLE theirs (id)").unwrap();
        let error = open(&file, Open::Alone, None).unwrap_err().to_string();
        assert!(error.contains("not made by this hullo"), "{error}");
    }
}

//! The writing connection, and the numbers of what it has met lately.

use std::collections::HashMap;

use hullo_protocol::{Accid, AppKey, CallId};
use rusqlite::{Connection, OptionalExtension as _, Params, params};

use super::integer::signed;
use crate::store::StoreError;

/// How many accids are remembered by number; then all are forgotten at once.
const ACCIDS_MAX: usize = 100_000;

pub(super) struct Desk {
    pub(super) connection: Connection,
    apps: HashMap<AppKey, i64>,
    accids: HashMap<i64, HashMap<Accid, i64>>,
    accid_count: usize,
}

impl Desk {
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            connection,
            apps: HashMap::new(),
            accids: HashMap::new(),
            accid_count: 0,
        }
    }

    /// Runs a statement that is kept prepared; the number of rows that it has changed.
    pub(super) fn execute(&self, sql: &str, values: impl Params) -> Result<usize, rusqlite::Error> {
        self.connection.prepare_cached(sql)?.execute(values)
    }

    /// Whether there is or was a call of this name.
    pub(super) fn knows(&self, app: i64, call_id: CallId) -> Result<bool, rusqlite::Error> {
        let sql = "SELECT EXISTS (SELECT 1 FROM states WHERE app = ?1 AND call_id = ?2) \
             OR EXISTS (SELECT 1 FROM records WHERE app = ?1 AND call_id = ?2)";
        let call_id = call_id.as_u128().to_be_bytes();
        self.connection
            .prepare_cached(sql)?
            .query_one(params![app, call_id], |row| row.get(0))
    }

    /// The number of an app.
    pub(super) fn app(&mut self, key: &AppKey) -> Result<i64, StoreError> {
        if let Some(id) = self.apps.get(key) {
            return Ok(*id);
        }
        let id: Option<i64> = self
            .connection
            .prepare_cached("SELECT id FROM apps WHERE app_key = ?")?
            .query_one([key.as_str()], |row| row.get(0))
            .optional()?;
        let id = id.ok_or_else(|| StoreError::Unavailable(format!("there is no app {key}")))?;
        self.apps.insert(key.clone(), id);
        Ok(id)
    }

    /// The number of an accid, if it has one.
    pub(super) fn accid(&self, app: i64, accid: &Accid) -> Result<Option<i64>, rusqlite::Error> {
        if let Some(id) = self.accids.get(&app).and_then(|known| known.get(accid)) {
            return Ok(Some(*id));
        }
        self.connection
            .prepare_cached("SELECT id FROM accids WHERE app = ? AND accid = ?")?
            .query_one((app, accid.as_str()), |row| row.get(0))
            .optional()
    }

    /// The number of an accid; a new one where it is named for the first time.
    pub(super) fn name(&mut self, app: i64, accid: &Accid) -> Result<i64, rusqlite::Error> {
        let id = match self.accid(app, accid)? {
            Some(id) => id,
            None => {
                let sql = "INSERT INTO accids (app, accid) VALUES (?, ?)";
                self.execute(sql, (app, accid.as_str()))?;
                self.connection.last_insert_rowid()
            }
        };
        if self.accid_count >= ACCIDS_MAX {
            self.forget();
        }
        let known = self.accids.entry(app).or_default();
        if known.insert(accid.clone(), id).is_none() {
            self.accid_count += 1;
        }
        Ok(id)
    }

    /// Forgets all numbers: some may be of rows that were taken back.
    pub(super) fn forget(&mut self) {
        self.apps.clear();
        self.accids.clear();
        self.accid_count = 0;
    }

    /// Writes something that needs pages: the second row takes new ones each time, and a full file has none left; the first
    /// one keeps the time.
    pub(super) fn probe(&self, bytes: i64, now_ms: u64) -> Result<(), StoreError> {
        for id in [1_i64, 2] {
            let sql = "REPLACE INTO heartbeat (id, at_ms, body) VALUES (?, ?, zeroblob(?))";
            self.execute(sql, (id, signed(now_ms), bytes))?;
        }
        self.execute("DELETE FROM heartbeat WHERE id = 2", ())?;
        Ok(())
    }
}

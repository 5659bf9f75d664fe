//! Transactions by hand.
//!
//! SQLite rolls back by itself when a file is full or a disk fails. sqlx's own transaction then fails to roll back what is
//! rolled back already, and its connection refuses every transaction from then on; this one ends in any case.

use sqlx::SqliteConnection;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqlitePool;

use crate::store::StoreError;

/// The writing connection, with the write lock taken.
pub(super) async fn begin(pool: &SqlitePool) -> Result<PoolConnection<sqlx::Sqlite>, StoreError> {
    let mut connection = pool.acquire().await?;
    match run(&mut connection, "BEGIN IMMEDIATE").await {
        Ok(()) => Ok(connection),
        // Whoever had it last was dropped before it came to `end`.
        Err(error) if error.to_string().contains("within a transaction") => {
            run(&mut connection, "ROLLBACK").await?;
            run(&mut connection, "BEGIN IMMEDIATE").await?;
            Ok(connection)
        }
        Err(error) => Err(error.into()),
    }
}

/// Commits what went well and rolls back what did not.
pub(super) async fn end(
    connection: &mut SqliteConnection,
    result: Result<(), StoreError>,
) -> Result<(), StoreError> {
    let result = match result {
        Ok(()) => run(connection, "COMMIT").await.map_err(StoreError::from),
        Err(error) => Err(error),
    };
    if result.is_err() {
        roll_back(connection).await;
    }
    result
}

pub(super) async fn roll_back(connection: &mut SqliteConnection) {
    // Fails when SQLite has rolled back already, which is as good.
    let _ = run(connection, "ROLLBACK").await;
}

async fn run(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), sqlx::Error> {
    sqlx::query(sql).execute(connection).await.map(|_| ())
}

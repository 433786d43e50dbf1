//! Sweeps away files that nothing names: of transfers that broke off, and of materials that are gone.

use std::time::Duration;

use entity::loose_file;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{app::App, auth::Permit, error::Error};

/// How often to look.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// How long a file may be loose: longer than any that is being put in place.
const LOOSE_HOURS: i64 = 1;
/// How many to take at once.
const AT_ONCE: u64 = 100;

/// Sweeps at once, and from time to time for as long as the application runs.
pub async fn run(app: App) {
    loop {
        if let Err(error) = sweep(&app).await {
            tracing::warn!(?error, "sweeping files");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Removes what has been loose for more than an hour; tells how many files.
///
/// # Errors
/// The database's or the store's; what was not removed is tried again the next time.
pub async fn sweep(app: &App) -> Result<usize, Error> {
    let before = app.clock.now() - chrono::Duration::hours(LOOSE_HOURS);
    let mut swept = 0;
    loop {
        let rows = loose_file::Entity::find()
            .filter(loose_file::Column::Since.lt(before))
            .order_by_asc(loose_file::Column::Since)
            .limit(AT_ONCE)
            .all(app.db.read())
            .await?;
        if rows.is_empty() {
            return Ok(swept);
        }
        for row in rows {
            remove(app, &row.storage_key).await?;
            swept += 1;
        }
    }
}

/// Removes a loose file, and then the row that names it.
///
/// # Errors
/// The database's or the store's.
pub(super) async fn remove(app: &App, key: &str) -> Result<(), Error> {
    app.store.remove(key).await?;
    let tx = app.db.begin(Permit::system(app.clock.now())).await?;
    loose_file::Entity::delete_by_id(key).exec(tx.db()).await?;
    tx.commit_quietly().await
}

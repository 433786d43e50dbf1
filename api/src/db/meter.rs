//! Counts the SQL statements of a request, for its log line and for the tests that keep the number small.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use sea_orm::metric;

/// The number of statements so far.
pub type Meter = Arc<AtomicU32>;

tokio::task_local! {
    static METER: Meter;
}

/// Runs a request under its meter.
pub async fn metered<F: Future>(meter: Meter, request: F) -> F::Output {
    METER.scope(meter, request).await
}

/// Runs a part of the current request that goes on in another task under the same meter.
pub fn same<F: Future + Send + 'static>(part: F) -> impl Future<Output = F::Output> + Send + 'static {
    let meter = METER.try_with(Arc::clone).unwrap_or_default();
    METER.scope(meter, part)
}

pub(super) fn count(_: &metric::Info<'_>) {
    one();
}

/// Counts a statement.
pub(super) fn one() {
    // Outside a request (start, jobs) nobody counts.
    let _ = METER.try_with(|meter| meter.fetch_add(1, Ordering::Relaxed));
}

//! What tests are written with: a running application on either database, actors, and factories.
//!
//! - [`on_both!`](crate::on_both) writes a test once and runs it on both databases;
//! - `TestApp` is the application behind its real HTTP server, on a database of its own;
//! - `Actor` is somebody who calls: a visitor or an account, with the mutations as methods;
//! - `factory` puts rows in place, with defaults for all that a test does not name;
//! - [`eventually`] waits for what is promised to follow within a second.

pub mod actor;
pub mod app;
pub mod backend;
pub mod client;
pub mod cluster;
pub mod factory;
pub mod files;
pub mod log;
pub mod materials;
pub mod offices;
pub mod integrators;
pub mod program;
pub mod statements;

use std::{
    fmt::Debug,
    time::{Duration, Instant},
};

/// Writes tests of the application once and runs each on both databases:
///
/// ```ignore
/// on_both! {
///     async fn a_visitor_sees_published_practices(app: TestApp) { … }
/// }
/// ```
#[macro_export]
macro_rules! on_both {
    ($($(#[$attribute:meta])* async fn $name:ident($app:ident: $type:ty) $body:block)*) => {$(
        $(#[$attribute])*
        mod $name {
            use super::*;

            async fn body($app: $type) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                body($crate::support::app::TestApp::on_sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(app) = $crate::support::app::TestApp::on_postgres().await {
                    body(app).await;
                }
            }
        }
    )*};
}

/// How soon everything that follows a change must have followed it.
const PROMISED: Duration = Duration::from_secs(1);
/// How often [`eventually`] looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Asks again until the answer is the wanted one, and fails when it is not within the promised second.
pub async fn eventually<T: Debug>(
    what: &str,
    mut ask: impl AsyncFnMut() -> T,
    wanted: impl Fn(&T) -> bool,
) -> T {
    let begun = Instant::now();
    loop {
        let late = begun.elapsed() > PROMISED;
        let found = ask().await;
        if wanted(&found) {
            return found;
        }
        assert!(!late, "{what}: not within {PROMISED:?}; the last answer was {found:#?}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

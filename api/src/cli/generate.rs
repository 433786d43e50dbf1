//! `registry generate`: an invented registry of any size, in an empty database.

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{address, bring_up_to_date, connect, print};
use crate::{
    clock::Clock,
    config::Config,
    demo::generate::{Size, generate},
};

/// How large it is to be.
#[derive(Args)]
pub(super) struct HowMuch {
    /// Regions
    #[arg(long, default_value_t = 89)]
    regions: usize,
    /// Communities of each region, one of a profile
    #[arg(long, default_value_t = 24)]
    communities: usize,
    /// Practices in all
    #[arg(long, default_value_t = 200_000)]
    practices: usize,
    /// Registrations in all
    #[arg(long, default_value_t = 1_300_000)]
    members: usize,
    /// Ratings in all
    #[arg(long, default_value_t = 3_000_000)]
    ratings: usize,
    /// Another seed gives other data
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(super) async fn run(config: Config, much: HowMuch) -> Result<(), String> {
    let HowMuch { regions, communities, practices, members, ratings, seed } = much;
    let size = Size { regions, communities, practices, members, ratings, seed };
    let db = connect(&config).await?;
    bring_up_to_date(&db).await?;
    // On the standard error, where that is a terminal.
    let bar = ProgressBar::new(u64::try_from(size.rows()).unwrap_or(u64::MAX));
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} rows {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let done = generate(&db, size, Clock::default().now(), |rows| {
        bar.inc(u64::try_from(rows).unwrap_or(0));
    })
    .await;
    bar.finish_and_clear();
    db.close().await;
    done.map_err(|e| e.to_string())?;
    print(&format!(
        "{}: {regions} regions, {} communities, {practices} practices, {members} members, about {ratings} ratings; all of it \
         is invented\n",
        address(&config).shown(),
        regions * communities
    ))
}

//! `registry rankings verify`: recomputes every board and tells what differs.

use clap::Subcommand;
use indicatif::ProgressBar;

use super::{connect, pending, print, told};
use crate::{
    app::App,
    clock::Clock,
    config::Config,
    registry::ranking::verify::{self, Report},
};

/// What can be done with rankings.
#[derive(Subcommand)]
pub(super) enum What {
    /// Recompute every ranking from the data, those of closed years also by their checksums; fails on a difference
    Verify,
}

pub(super) async fn run(config: Config, What::Verify: What) -> Result<(), String> {
    let db = connect(&config).await?;
    let pending = pending(&db).await?;
    if pending > 0 {
        return Err(format!("the database lacks {pending} steps of the schema; run `registry migrate`"));
    }
    let app = App::new(config, db, Clock::default()).await;
    let app = app.map_err(|e| format!("cannot start: {}", told(&e)))?;
    // On the standard error, where that is a terminal.
    let progress = ProgressBar::new_spinner();
    let report = verify::verify(&app, |what| {
        progress.set_message(what.to_owned());
        progress.tick();
    })
    .await;
    progress.finish_and_clear();
    app.db.close().await;
    tell(&report.map_err(|e| told(&e))?)
}

fn tell(report: &Report) -> Result<(), String> {
    let Report { living, frozen, recomputed, corrected, differences } = report;
    for board in corrected {
        print(&format!("corrected since it was closed: {board}\n"))?;
    }
    for difference in differences {
        print(&format!("DIFFERS {difference}\n"))?;
    }
    print(&format!(
        "{living} living boards recomputed; {frozen} frozen ones checked by their checksums, {recomputed} of them \
         recomputed, {} corrected since; {} differences\n",
        corrected.len(),
        differences.len()
    ))?;
    match differences.len() {
        0 => Ok(()),
        count => Err(format!("the rankings are not what they must be: {count} differences")),
    }
}

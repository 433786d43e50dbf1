//! The registry's schema, one step a file. A step, once released, never changes; a new one follows it.
//! Nothing of `entity` is imported: the live entities move on, the steps do not.

use sea_orm_migration::prelude::*;

mod m0001_places;
mod m0002_accounts;
mod m0003_communities;
mod m0004_practices;
mod m0005_journal;
mod m0006_rankings;
mod m0007_setting_up;
mod m0008_presidiums;
mod m0009_registrations;
mod m0010_integrators;
mod m0011_adoptions;
mod m0012_editions;
mod m0013_reviews;
mod m0014_assessments;
mod m0015_search;
mod m0016_integrity;
mod m0017_materials;
mod m0018_ranking_history;
mod m0019_row_digests;
mod m0020_events;
mod m0021_indicators;
mod m0022_clusters;
mod m0023_monitoring;
mod m0024_event_participants;
mod m0025_packed_boards;
mod steps;

/// All steps, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_places::Migration),
            Box::new(m0002_accounts::Migration),
            Box::new(m0003_communities::Migration),
            Box::new(m0004_practices::Migration),
            Box::new(m0005_journal::Migration),
            Box::new(m0006_rankings::Migration),
            Box::new(m0007_setting_up::Migration),
            Box::new(m0008_presidiums::Migration),
            Box::new(m0009_registrations::Migration),
            Box::new(m0010_integrators::Migration),
            Box::new(m0011_adoptions::Migration),
            Box::new(m0012_editions::Migration),
            Box::new(m0013_reviews::Migration),
            Box::new(m0014_assessments::Migration),
            Box::new(m0015_search::Migration),
            Box::new(m0016_integrity::Migration),
            Box::new(m0017_materials::Migration),
            Box::new(m0018_ranking_history::Migration),
            Box::new(m0019_row_digests::Migration),
            Box::new(m0020_events::Migration),
            Box::new(m0021_indicators::Migration),
            Box::new(m0022_clusters::Migration),
            Box::new(m0023_monitoring::Migration),
            Box::new(m0024_event_participants::Migration),
            Box::new(m0025_packed_boards::Migration),
        ]
    }
}

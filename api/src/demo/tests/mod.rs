//! Every figure that the data's README names, proved from the set itself.

mod accounts;
mod adoptions;
mod clusters;
mod dates;
mod experts;
mod figures;
mod governance;
mod materials;
mod people;
mod practices;
mod ratings;
mod rankings;

use std::sync::OnceLock;

use chrono::NaiveDate;

use super::{CommunityIx, DemoSet, Practice, PracticeOwner, PracticeState, RegionIx, demo_set};

fn set() -> &'static DemoSet {
    static SET: OnceLock<DemoSet> = OnceLock::new();
    SET.get_or_init(|| demo_set().unwrap())
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn krasnodar() -> RegionIx {
    set().regions.iter().position(|region| region.code == "RU-KDA").unwrap()
}

fn community(slug: &str) -> CommunityIx {
    set().communities.iter().position(|community| community.slug == slug).unwrap()
}

fn region_of(owner: PracticeOwner) -> RegionIx {
    match owner {
        PracticeOwner::Community(community) => set().communities[community].region,
        PracticeOwner::Department(department) => {
            set().institutes[set().departments[department].institute].region
        }
    }
}

fn published() -> impl Iterator<Item = &'static Practice> {
    set().practices.iter().filter(|practice| practice.state == PracticeState::Published)
}

fn published_on(practice: &Practice) -> NaiveDate {
    practice.published_at.unwrap().date_naive()
}

#[test]
fn two_calls_give_equal_sets() {
    assert_eq!(demo_set().unwrap(), demo_set().unwrap());
}

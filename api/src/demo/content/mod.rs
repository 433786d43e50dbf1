//! Composes the set stage by stage; each file fills its own lists and hands on what later stages need.

mod accounts;
mod adoptions;
mod clusters;
mod communities;
mod experts;
mod governance;
mod materials;
mod members;
mod monitoring;
mod names;
mod places;
mod practices;
mod profiles;
mod ratings;
mod schedule;
mod texts;

use super::{DemoDataError, DemoSet, calendar::Calendar};

/// The region whose figures are real.
const KRASNODAR: &str = "RU-KDA";

pub(super) fn compose() -> Result<DemoSet, DemoDataError> {
    let calendar = Calendar::new()?;
    let mut set = DemoSet::default();
    let places = places::fill(&mut set)?;
    let traits = profiles::fill(&mut set)?;
    let plans = communities::fill(&mut set, calendar)?;
    let mut hiring = names::Hiring::new()?;
    let staff = governance::hire_staff(&mut set, &mut hiring, &plans)?;
    let rosters = members::fill(&mut set, &mut hiring, calendar, &places, &traits, &plans)?;
    governance::appoint(&mut set, calendar, &plans, &rosters, &staff)?;
    practices::fill(&mut set, calendar, &traits, &plans, &rosters, &staff)?;
    ratings::fill(&mut set, calendar)?;
    adoptions::fill(&mut set, calendar)?;
    experts::fill(&mut set, calendar, &rosters)?;
    materials::fill(&mut set)?;
    monitoring::fill(&mut set)?;
    clusters::fill(&mut set)?;
    accounts::fill(&mut set, &rosters, &staff)?;
    Ok(set)
}

//! Adoptions: who gave a practice five stars sometimes takes it home. The five known practices are used in many
//! organizations, others here and there.

use std::collections::HashSet;

use chrono::Days;
use serde::Deserialize;

use crate::demo::{
    Adoption, CommunityIx, DemoDataError, DemoSet, MemberState, OrganizationIx, PersonIx, Workplace,
    calendar::{Calendar, working_time},
    dice::Dice,
    source::{at, table},
};

#[derive(Deserialize)]
struct ResultRow {
    result: String,
}

#[derive(Deserialize)]
struct TopRow {
    title: String,
}

pub(super) fn fill(set: &mut DemoSet, calendar: Calendar) -> Result<(), DemoDataError> {
    let results: Vec<ResultRow> = table!("invented/adoptions.csv")?;
    let top: Vec<TopRow> = table!("top_practices.csv")?;
    let mut dice = Dice::of("adoptions");
    let mut adoptions = Vec::new();
    for (nth, practice) in set.practices.iter().enumerate() {
        let mut wished = match top.iter().position(|row| row.title == practice.title) {
            Some(place) => 9_usize.saturating_sub(place),
            None => usize::from(dice.chance(25)),
        };
        let mut adopters = written_at(set, &practice.authors)?;
        for rating in set.ratings.iter().filter(|one| one.practice == nth && one.stars == 5) {
            if wished == 0 {
                break;
            }
            let Some(community) = registered(set, rating.person, rating.organization) else { continue };
            if !adopters.insert(rating.organization) {
                continue;
            }
            let declared_on = rating.rated_at.date_naive() + Days::new(dice.between(20, 60) as u64);
            // Either may be put off by a weekend.
            let confirmed_on = declared_on + Days::new(dice.between(4, 14) as u64);
            if declared_on > calendar.last {
                continue;
            }
            let confirmed_at = (confirmed_on <= calendar.last).then(|| working_time(confirmed_on, &mut dice));
            wished -= 1;
            adoptions.push(Adoption {
                practice: nth,
                organization: rating.organization,
                person: rating.person,
                community,
                result: dice.pick(&results, "results")?.result.clone(),
                declared_at: working_time(declared_on, &mut dice),
                confirmed_at,
            });
        }
    }
    set.adoptions = adoptions;
    Ok(())
}

/// Where the authors work.
fn written_at(set: &DemoSet, authors: &[PersonIx]) -> Result<HashSet<OrganizationIx>, DemoDataError> {
    let mut organizations = HashSet::new();
    for author in authors {
        if let Workplace::Organization(organization) = at(&set.people, *author, "person")?.workplace {
            organizations.insert(organization);
        }
    }
    let registered = set.memberships.iter().filter(|one| authors.contains(&one.person));
    organizations.extend(registered.map(|one| one.organization));
    Ok(organizations)
}

/// The community in which the person is registered with this organization.
fn registered(set: &DemoSet, person: PersonIx, organization: OrganizationIx) -> Option<CommunityIx> {
    let fits = |one: &&crate::demo::Membership| {
        one.person == person && one.organization == organization && one.state == MemberState::Active
    };
    set.memberships.iter().find(fits).map(|one| one.community)
}

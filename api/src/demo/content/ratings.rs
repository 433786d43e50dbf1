//! Ratings: the five known practices are admired, some are much tried and middling, most are not rated at all.

use std::collections::{HashMap, HashSet};

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use crate::demo::{
    CommunityIx, DemoDataError, DemoSet, MemberState, OrganizationIx, PersonIx, Practice, PracticeOwner,
    PracticeState, Rating, RegionIx,
    calendar::{Calendar, time_on},
    dice::Dice,
    source::{at, position, table},
};

/// Where one school's applause is shown to weigh as one opinion: the first practice of this community.
const APPLAUDED_AT_HOME: &str = "kda-biology";
/// How many of that school rate it.
const APPLAUSE: usize = 12;

#[derive(Deserialize)]
struct CommentRow {
    stars: u8,
    comment: String,
}

#[derive(Deserialize)]
struct TopRow {
    title: String,
}

/// An active member who may rate.
#[derive(Clone, Copy)]
struct Rater {
    person: PersonIx,
    organization: OrganizationIx,
    since: NaiveDate,
}

/// How a practice is received.
enum Reception {
    /// By so many organizations, one person each.
    Admired(usize),
    /// By one organization alone, all with five stars.
    Applauded,
    Middling(usize),
    Noticed(usize),
    Unrated,
}

pub(super) fn fill(set: &mut DemoSet, calendar: Calendar) -> Result<(), DemoDataError> {
    let top: Vec<TopRow> = table!("top_practices.csv")?;
    let applauded =
        position(&set.communities, "community", APPLAUDED_AT_HOME, |one| one.slug == APPLAUDED_AT_HOME)?;
    let applauded = PracticeOwner::Community(applauded);
    let first = position(&set.practices, "practice of", APPLAUDED_AT_HOME, |one| one.owner == applauded)?;
    let hall = Hall::of(set)?;
    let comments: Vec<CommentRow> = table!("invented/comments.csv")?;
    let mut dice = Dice::of("ratings");
    let mut ratings = Vec::new();
    for (nth, practice) in set.practices.iter().enumerate() {
        if practice.state != PracticeState::Published {
            continue;
        }
        let reception = match top.iter().position(|row| row.title == practice.title) {
            Some(place) => Reception::Admired(30 - 3 * place),
            None if nth == first => Reception::Applauded,
            None => reception(&mut dice),
        };
        for (rank, (rater, day)) in
            hall.audience(set, practice, &reception, calendar, &mut dice)?.into_iter().enumerate()
        {
            let stars = stars(&reception, rank, &mut dice)?;
            let fitting: Vec<&CommentRow> = comments.iter().filter(|row| row.stars == stars).collect();
            let comment =
                if dice.chance(45) { Some(dice.pick(&fitting, "comments")?.comment.clone()) } else { None };
            ratings.push(Rating {
                practice: nth,
                person: rater.person,
                organization: rater.organization,
                stars,
                comment,
                rated_at: time_on(day, &mut dice),
            });
        }
    }
    ratings.sort_by_key(|rating| rating.rated_at);
    set.ratings = ratings;
    Ok(())
}

fn reception(dice: &mut Dice) -> Reception {
    match dice.below(100) {
        0..58 => Reception::Unrated,
        58..66 => Reception::Middling(dice.between(13, 24)),
        _ => Reception::Noticed(dice.between(1, 6)),
    }
}

fn stars(reception: &Reception, rank: usize, dice: &mut Dice) -> Result<u8, DemoDataError> {
    let choice: &[u8] = match reception {
        Reception::Admired(_) if rank % 9 == 8 => &[4],
        Reception::Admired(_) | Reception::Applauded => &[5],
        Reception::Middling(_) => &[3, 3, 3, 4, 4, 4, 4, 3, 2, 5],
        Reception::Noticed(_) | Reception::Unrated => &[5, 5, 5, 5, 4, 4, 4, 4, 4, 3, 3, 3, 2, 1],
    };
    dice.pick(choice, "stars").copied()
}

/// Who can rate, and who must not.
struct Hall {
    /// By region.
    raters: Vec<Vec<Rater>>,
    /// By community, whatever the state of the registration.
    members: HashMap<CommunityIx, HashSet<PersonIx>>,
}

impl Hall {
    fn of(set: &DemoSet) -> Result<Self, DemoDataError> {
        let mut raters = vec![Vec::new(); set.regions.len()];
        let mut members: HashMap<CommunityIx, HashSet<PersonIx>> = HashMap::new();
        let mut known = HashSet::new();
        for membership in &set.memberships {
            members.entry(membership.community).or_default().insert(membership.person);
            if membership.state != MemberState::Active || !known.insert(membership.person) {
                continue;
            }
            let region = at(&set.communities, membership.community, "community")?.region;
            if let Some(list) = raters.get_mut(region) {
                list.push(Rater {
                    person: membership.person,
                    organization: membership.organization,
                    since: membership.joined_on,
                });
            }
        }
        Ok(Self { raters, members })
    }

    /// Draws the raters of a practice and their days; fewer than wished where not enough may rate it.
    fn audience(
        &self,
        set: &DemoSet,
        practice: &Practice,
        reception: &Reception,
        calendar: Calendar,
        dice: &mut Dice,
    ) -> Result<Vec<(Rater, NaiveDate)>, DemoDataError> {
        let (count, one_each) = match reception {
            Reception::Admired(count) => (*count, true),
            Reception::Applauded => (APPLAUSE, false),
            Reception::Middling(count) | Reception::Noticed(count) => (*count, false),
            Reception::Unrated => return Ok(Vec::new()),
        };
        let Some(published_on) = practice.published_at.map(|at| at.date_naive()) else {
            return Ok(Vec::new());
        };
        let (region, own) = match practice.owner {
            PracticeOwner::Community(community) => {
                (at(&set.communities, community, "community")?.region, self.members.get(&community))
            }
            PracticeOwner::Department(department) => {
                (at(&set.departments, department, "department")?.institute, None)
            }
        };
        let may_rate = |rater: &Rater| {
            !practice.authors.contains(&rater.person) && !own.is_some_and(|own| own.contains(&rater.person))
        };
        let school =
            matches!(reception, Reception::Applauded).then(|| self.largest(region, may_rate)).flatten();
        let mut audience: Vec<(Rater, NaiveDate)> = Vec::new();
        // Chance may draw the same person again and again; a bound keeps a small region from drawing for ever.
        for _ in 0..count * 60 {
            if audience.len() == count {
                break;
            }
            let elsewhere = dice.below(self.raters.len());
            let from = if school.is_some() || dice.chance(70) { region } else { elsewhere };
            let rater = *dice.pick(at(&self.raters, from, "region")?, "raters")?;
            let last = calendar.last.min(published_on + Days::new(420));
            let day = dice.day(published_on + Days::new(3), last);
            let is_new = audience.iter().all(|(seen, _)| {
                seen.person != rater.person && !(one_each && seen.organization == rater.organization)
            });
            let is_of_school = school.is_none_or(|school| rater.organization == school);
            if is_new && is_of_school && rater.since < day && day <= last && may_rate(&rater) {
                audience.push((rater, day));
            }
        }
        Ok(audience)
    }

    /// The organization of the region with the most who may rate.
    fn largest(&self, region: RegionIx, may_rate: impl Fn(&Rater) -> bool) -> Option<OrganizationIx> {
        let mut sizes: HashMap<OrganizationIx, usize> = HashMap::new();
        for rater in self.raters.get(region)?.iter().filter(|rater| may_rate(rater)) {
            *sizes.entry(rater.organization).or_default() += 1;
        }
        sizes
            .into_iter()
            .max_by_key(|&(organization, size)| (size, organization))
            .map(|(organization, _)| organization)
    }
}

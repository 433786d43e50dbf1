//! Practices: the published ones with their numbers, and a queue of unfinished ones for reviewers to see.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use serde::Deserialize;

use super::{
    KRASNODAR,
    communities::Plan,
    governance::{PRACTICE_CENTRE, Staff},
    members::Roster,
    places::region_of,
    profiles::{INSTITUTE, Traits},
    schedule::{Moments, Publications},
    texts::{Text, Writer},
};
use crate::demo::{
    CommunityIx, DemoDataError, DemoSet, Office, PersonIx, Practice, PracticeOwner, PracticeState,
    calendar::Calendar,
    dice::Dice,
    source::{at, position, table},
};

/// How many the centre itself published, and how many of them by the end of 2023-2024.
const OF_THE_CENTRE: (usize, usize) = (4, 2);

#[derive(Deserialize)]
struct TopRow {
    owner: String,
    title: String,
}

#[derive(Deserialize)]
struct UnfinishedRow {
    profile: String,
    state: String,
    reason: Option<String>,
}

pub(super) fn fill(
    set: &mut DemoSet,
    calendar: Calendar,
    traits: &[Traits],
    plans: &[Plan],
    rosters: &[Roster],
    staff: &Staff,
) -> Result<(), DemoDataError> {
    let home = region_of(set, KRASNODAR)?;
    let top: Vec<TopRow> = table!("top_practices.csv")?;
    let mut desk = Desk { set, staff, writer: Writer::new()?, dice: Dice::of("practices") };
    let mut published = Vec::new();

    let own =
        at(traits, position(traits, "traits of", INSTITUTE, |traits| traits.code == INSTITUTE)?, "traits")?;
    let (count, early) = OF_THE_CENTRE;
    let days = Publications::split(calendar, calendar.first_publication, early);
    for nth in 0..count {
        let known = top.iter().find(|row| nth == 0 && row.owner == PRACTICE_CENTRE);
        let owner = PracticeOwner::Department(staff.practice_centre);
        let text = desk.text(own, known)?;
        let day = days.day_of(nth, &mut desk.dice);
        published.push(desk.publish(text, owner, &staff.methodists, day)?);
    }
    for (plan, roster) in plans.iter().zip(rosters) {
        let traits = at(traits, plan.profile, "traits")?;
        let days = Publications::of_community(calendar, plan);
        let authors = roster.authors(plan);
        for nth in 0..plan.published {
            let known = top.iter().find(|row| nth == 0 && plan.region == home && row.owner == traits.code);
            let text = desk.text(traits, known)?;
            let day = days.day_of(nth, &mut desk.dice);
            published.push(desk.publish(text, PracticeOwner::Community(plan.community), &authors, day)?);
        }
    }
    let unfinished = desk.unfinished(calendar, traits, plans, rosters, home)?;
    number(&mut published);
    set.practices = published;
    set.practices.extend(unfinished);
    Ok(())
}

/// Numbers follow the order of publication over the whole federation.
fn number(published: &mut [Practice]) {
    published.sort_by_key(|practice| practice.published_at);
    for (nth, practice) in (1..).zip(published) {
        practice.number = practice.published_at.map(|at: DateTime<Utc>| format!("{}-{nth:06}", at.year()));
    }
}

struct Desk<'a> {
    set: &'a DemoSet,
    staff: &'a Staff,
    writer: Writer,
    dice: Dice,
}

impl Desk<'_> {
    fn text(&mut self, traits: &Traits, known: Option<&TopRow>) -> Result<Text, DemoDataError> {
        match known {
            Some(row) => self.writer.write_known(traits, &row.title),
            None => self.writer.write(traits),
        }
    }

    fn publish(
        &mut self,
        text: Text,
        owner: PracticeOwner,
        authors: &[PersonIx],
        day: NaiveDate,
    ) -> Result<Practice, DemoDataError> {
        let count = self.dice.between(1, 3);
        let authors = self.dice.sample(authors, count);
        let moments = Moments::before(day, &mut self.dice);
        let published_by = self.holder(owner, Office::Coordinator, moments.published_at)?;
        Ok(Practice {
            submitted_at: Some(moments.submitted_at),
            approved_at: Some(moments.decided_at),
            published_at: Some(moments.published_at),
            decided_by: Some(self.holder(owner, Office::Chair, moments.decided_at)?),
            published_by: Some(published_by),
            state: PracticeState::Published,
            ..draft(text, owner, authors, moments.created_at)
        })
    }

    /// Who held the office then; a unit's practice goes through the region's operator.
    fn holder(
        &self,
        owner: PracticeOwner,
        office: Office,
        at: DateTime<Utc>,
    ) -> Result<PersonIx, DemoDataError> {
        match owner {
            PracticeOwner::Department(_) => Ok(self.staff.operator),
            PracticeOwner::Community(community) => self.held(community, office, at.date_naive()),
        }
    }

    fn held(
        &self,
        community: CommunityIx,
        office: Office,
        day: NaiveDate,
    ) -> Result<PersonIx, DemoDataError> {
        let held = self.set.appointments.iter().find(|appointment| {
            appointment.community == community && appointment.office == office && appointment.is_held_on(day)
        });
        held.map(|appointment| appointment.person).ok_or(DemoDataError::Empty("holder of the office"))
    }

    /// Of Krasnodar. Drafts and returned ones belong to the plain member who has a login.
    fn unfinished(
        &mut self,
        calendar: Calendar,
        traits: &[Traits],
        plans: &[Plan],
        rosters: &[Roster],
        home: usize,
    ) -> Result<Vec<Practice>, DemoDataError> {
        let mut practices = Vec::new();
        for UnfinishedRow { profile, state, reason } in table!("invented/unfinished_practices.csv")? {
            let profile = position(&self.set.profiles, "profile", &profile, |known| known.code == profile)?;
            let which = position(plans, "community of", &state, |plan| {
                plan.region == home && plan.profile == profile
            })?;
            let (plan, roster) = (at(plans, which, "plan")?, at(rosters, which, "roster")?);
            let state = state_named(&state)?;
            let authors = match state {
                PracticeState::Draft | PracticeState::Returned => {
                    roster.plain.iter().copied().take(1).collect()
                }
                _ => {
                    let count = self.dice.between(1, 2);
                    self.dice.sample(&roster.authors(plan), count)
                }
            };
            let text = self.writer.write(at(traits, profile, "traits")?)?;
            let owner = PracticeOwner::Community(plan.community);
            let moments =
                Moments::before(calendar.last - Days::new(self.dice.below(15) as u64), &mut self.dice);
            let is_decided =
                matches!(state, PracticeState::Returned | PracticeState::Approved | PracticeState::Rejected);
            let is_closed =
                matches!(state, PracticeState::Returned | PracticeState::Rejected | PracticeState::Withdrawn);
            let decided_by = self.held(plan.community, Office::Chair, moments.decided_at.date_naive())?;
            practices.push(Practice {
                submitted_at: (state != PracticeState::Draft).then_some(moments.submitted_at),
                approved_at: (state == PracticeState::Approved).then_some(moments.decided_at),
                closed_at: is_closed.then_some(moments.decided_at),
                reason,
                decided_by: is_decided.then_some(decided_by),
                state,
                ..draft(text, owner, authors, moments.created_at)
            });
        }
        Ok(practices)
    }
}

fn draft(text: Text, owner: PracticeOwner, authors: Vec<PersonIx>, created_at: DateTime<Utc>) -> Practice {
    Practice {
        number: None,
        title: text.title,
        summary: text.summary,
        body: text.body,
        tags: text.tags,
        owner,
        authors,
        state: PracticeState::Draft,
        created_at,
        submitted_at: None,
        approved_at: None,
        published_at: None,
        closed_at: None,
        reason: None,
        decided_by: None,
        published_by: None,
    }
}

fn state_named(word: &str) -> Result<PracticeState, DemoDataError> {
    match word {
        "draft" => Ok(PracticeState::Draft),
        "submitted" => Ok(PracticeState::Submitted),
        "returned" => Ok(PracticeState::Returned),
        "approved" => Ok(PracticeState::Approved),
        "rejected" => Ok(PracticeState::Rejected),
        "withdrawn" => Ok(PracticeState::Withdrawn),
        other => Err(DemoDataError::Unknown { what: "state", key: other.to_owned() }),
    }
}

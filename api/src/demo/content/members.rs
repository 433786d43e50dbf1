//! Registrations: a core that covers the municipalities, and others around it.
//!
//! The core gives the council, the authors and part of the presidium, so it joined early; the others give the chair,
//! the rest of the presidium, those who only take part, those who wait and those who left.

use std::collections::HashSet;

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use super::{KRASNODAR, communities::Plan, names::Hiring, places::Places, profiles::Traits};
use crate::demo::{
    DemoDataError, DemoSet, MemberState, Membership, MunicipalityIx, OrganizationKind, PersonIx, Workplace,
    calendar::{Calendar, day},
    dice::Dice,
    source::{at, position, table},
};

/// What a municipality has of the council.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Seat {
    Held,
    /// The representative left the community: so the gap came to be.
    Left(NaiveDate),
    /// Nobody was ever appointed.
    Never,
}

/// One of the core: who stands for a municipality.
#[derive(Clone, Copy)]
pub(super) struct CoreMember {
    pub person: PersonIx,
    pub municipality: MunicipalityIx,
    pub seat: Seat,
}

/// Who is who in a community; in the order of the plans.
pub(super) struct Roster {
    pub core: Vec<CoreMember>,
    pub chair: PersonIx,
    /// The part of the presidium that is not of the core.
    pub presidium: Vec<PersonIx>,
    /// Active, in no office.
    pub plain: Vec<PersonIx>,
}

#[derive(Deserialize)]
struct SecondRow {
    from: String,
    to: String,
    members: usize,
}

pub(super) fn fill(
    set: &mut DemoSet,
    hiring: &mut Hiring,
    calendar: Calendar,
    places: &Places,
    traits: &[Traits],
    plans: &[Plan],
) -> Result<Vec<Roster>, DemoDataError> {
    let mut enrolment = Enrolment { set, hiring, places, calendar, dice: Dice::of("members") };
    let rosters = plans
        .iter()
        .map(|plan| enrolment.community(plan, at(traits, plan.profile, "traits")?))
        .collect::<Result<Vec<_>, _>>()?;
    second_memberships(set, calendar, plans, &rosters)?;
    Ok(rosters)
}

struct Enrolment<'a> {
    set: &'a mut DemoSet,
    hiring: &'a mut Hiring,
    places: &'a Places,
    calendar: Calendar,
    dice: Dice,
}

impl Enrolment<'_> {
    fn community(&mut self, plan: &Plan, traits: &Traits) -> Result<Roster, DemoDataError> {
        let places = self.places;
        let towns = places.municipalities_of(plan.region)?;
        let gaps = self.dice.sample(towns, plan.council_gaps);
        let month_later = plan.opened_on + Days::new(30);
        let core_joined = self.calendar.core_joined.max(month_later);
        let mut core = Vec::new();
        for &municipality in towns {
            let seat = match gaps.iter().position(|&gap| gap == municipality) {
                None => Seat::Held,
                Some(0) => Seat::Left(self.dice.day(day(2024, 10, 14)?, day(2025, 6, 30)?)),
                // A municipality that has no member at all, or one that nobody appointed.
                Some(nth) if nth % 2 == 1 => continue,
                Some(_) => Seat::Never,
            };
            let joined_on = self.dice.day(plan.opened_on, core_joined);
            let (state, left_on) = match seat {
                Seat::Left(on) => (MemberState::Left, Some(on)),
                Seat::Held | Seat::Never => (MemberState::Active, None),
            };
            let person = self.enrol(plan, traits, municipality, state, (joined_on, left_on))?;
            core.push(CoreMember { person, municipality, seat });
        }
        let others = plan.members.saturating_sub(core.len());
        let (chair, presidium, plain) = self.others(plan, traits, others)?;
        Ok(Roster { core, chair, presidium, plain })
    }

    /// The chair, the rest of the presidium, plain members, those who wait, those who left: in this order.
    fn others(
        &mut self,
        plan: &Plan,
        traits: &Traits,
        count: usize,
    ) -> Result<(PersonIx, Vec<PersonIx>, Vec<PersonIx>), DemoDataError> {
        let towns = self.places.municipalities_of(plan.region)?;
        let officers = 1 + plan.presidium / 2;
        let outside = if towns.len() > 20 { 2 } else { 1 };
        let officers_joined = self.calendar.officers_joined.max(plan.opened_on + Days::new(30));
        let (mut chair, mut presidium, mut plain) = (None, Vec::new(), Vec::new());
        for nth in 0..count {
            let municipality = *self.dice.pick(towns, "municipalities")?;
            let (state, joined_on, left_on) = if nth < officers {
                (MemberState::Active, self.dice.day(plan.opened_on, officers_joined), None)
            } else if nth + outside >= count {
                let joined_on = self.dice.day(plan.opened_on, self.calendar.core_joined.max(plan.opened_on));
                (MemberState::Left, joined_on, Some(self.dice.day(day(2024, 6, 3)?, day(2025, 8, 29)?)))
            } else if nth + 2 * outside >= count {
                (MemberState::Pending, self.dice.day(day(2025, 9, 1)?, self.calendar.last_registration), None)
            } else {
                (MemberState::Active, self.dice.day(plan.opened_on, self.calendar.last_registration), None)
            };
            let person = self.enrol(plan, traits, municipality, state, (joined_on, left_on))?;
            match state {
                MemberState::Active if nth == 0 => chair = Some(person),
                MemberState::Active if nth < officers => presidium.push(person),
                MemberState::Active => plain.push(person),
                MemberState::Pending | MemberState::Left => {}
            }
        }
        Ok((chair.ok_or(DemoDataError::Empty("members for the chair"))?, presidium, plain))
    }

    fn enrol(
        &mut self,
        plan: &Plan,
        traits: &Traits,
        municipality: MunicipalityIx,
        state: MemberState,
        (joined_on, left_on): (NaiveDate, Option<NaiveDate>),
    ) -> Result<PersonIx, DemoDataError> {
        let near = self.places.organizations_of(municipality)?;
        let of_kind = |wanted: Option<OrganizationKind>| {
            let kind_of = |one: usize| self.set.organizations.get(one).map(|place| place.kind);
            let fitting = near.iter().copied().filter(|&one| wanted.is_none() || kind_of(one) == wanted);
            fitting.collect::<Vec<_>>()
        };
        let mut fitting = of_kind(traits.workplace);
        if fitting.is_empty() {
            // Small places have a school only; kindergarten groups and clubs work in schools too.
            fitting = of_kind(Some(OrganizationKind::School));
        }
        let organization = *self.dice.pick(&fitting, "organizations")?;
        let position = self.dice.pick(&traits.positions, "positions")?.clone();
        let person = self.hiring.hire(self.set, &position, Workplace::Organization(organization))?;
        let community = plan.community;
        self.set.memberships.push(Membership {
            person,
            community,
            municipality,
            organization,
            position,
            state,
            joined_on,
            left_on,
        });
        Ok(person)
    }
}

/// Some of Krasnodar's core are members of a second community, never of a third.
fn second_memberships(
    set: &mut DemoSet,
    calendar: Calendar,
    plans: &[Plan],
    rosters: &[Roster],
) -> Result<(), DemoDataError> {
    let mut dice = Dice::of("second memberships");
    let mut placed = HashSet::new();
    let home = super::places::region_of(set, KRASNODAR)?;
    for SecondRow { from, to, members } in table!("invented/second_memberships.csv")? {
        let plan_of = |code: &str| {
            let profile = position(&set.profiles, "profile", code, |profile| profile.code == code)?;
            position(plans, "community", code, |plan| plan.region == home && plan.profile == profile)
        };
        let (from, to) = (plan_of(&from)?, at(plans, plan_of(&to)?, "plan")?);
        let free: Vec<PersonIx> = at(rosters, from, "roster")?
            .core
            .iter()
            .filter(|member| member.seat == Seat::Held && !placed.contains(&member.person))
            .map(|member| member.person)
            .collect();
        for person in dice.sample(&free, members) {
            placed.insert(person);
            let first = position(&set.memberships, "member", "second", |first| first.person == person)?;
            let mut second = at(&set.memberships, first, "membership")?.clone();
            second.community = to.community;
            second.joined_on = dice.day(second.joined_on.max(to.opened_on), calendar.last_registration);
            set.memberships.push(second);
        }
    }
    Ok(())
}

//! Offices: the institutes' staff, and every appointment, present and past.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use super::{
    KRASNODAR,
    communities::Plan,
    members::{Roster, Seat},
    names::Hiring,
    places::region_of,
};
use crate::demo::{
    Appointment, CommunityIx, DemoDataError, DemoSet, DepartmentIx, MunicipalityIx, Office, PersonIx,
    Workplace,
    calendar::{Calendar, day},
    dice::Dice,
    source::{position, table},
};

/// The unit that owns practices itself.
pub(super) const PRACTICE_CENTRE: &str = "ЦНППМ";
/// How many of its staff write them.
const METHODISTS: usize = 5;
/// Which of the core chaired before, where the chair was succeeded; never an author, since a chair decides.
const FORMER_CHAIR: usize = 7;

/// Those who are members of nothing.
pub(super) struct Staff {
    /// By plan.
    pub coordinators: Vec<PersonIx>,
    /// Authors of the centre's own practices.
    pub methodists: Vec<PersonIx>,
    pub practice_centre: DepartmentIx,
    /// Krasnodar's regional operator.
    pub operator: PersonIx,
    pub registrar: PersonIx,
    pub auditor: PersonIx,
}

#[derive(Deserialize)]
struct PositionRow {
    position: String,
}

pub(super) fn hire_staff(
    set: &mut DemoSet,
    hiring: &mut Hiring,
    plans: &[Plan],
) -> Result<Staff, DemoDataError> {
    let positions: Vec<PositionRow> = table!("invented/staff_positions.csv")?;
    let mut dice = Dice::of("staff");
    let krasnodar = region_of(set, KRASNODAR)?;
    let mut with_room: HashMap<DepartmentIx, PersonIx> = HashMap::new();
    let mut coordinators = Vec::new();
    for plan in plans {
        // Elsewhere a coordinator may have two communities.
        if let Some(person) = with_room.remove(&plan.department) {
            coordinators.push(person);
            continue;
        }
        let position = &dice.pick(&positions, "positions")?.position;
        let person = hiring.hire(set, position, Workplace::Department(plan.department))?;
        if plan.region != krasnodar {
            with_room.insert(plan.department, person);
        }
        coordinators.push(person);
    }
    let practice_centre = position(&set.departments, "department", PRACTICE_CENTRE, |department| {
        department.short_name.as_deref() == Some(PRACTICE_CENTRE)
    })?;
    let at_centre = Workplace::Department(practice_centre);
    let methodists =
        (0..METHODISTS).map(|_| hiring.hire(set, "методист", at_centre)).collect::<Result<_, _>>()?;
    Ok(Staff {
        coordinators,
        methodists,
        practice_centre,
        operator: hiring.hire(set, "начальник отдела сопровождения сообществ", at_centre)?,
        registrar: hiring.hire(set, "федеральный регистратор", Workplace::Federation)?,
        auditor: hiring.hire(set, "аудитор", Workplace::Federation)?,
    })
}

impl Roster {
    /// The person who chaired before, where there was one.
    fn former_chair(&self, plan: &Plan) -> Option<PersonIx> {
        self.active_core().nth(FORMER_CHAIR).filter(|_| plan.chair_succeeded)
    }

    fn active_core(&self) -> impl Iterator<Item = PersonIx> {
        self.core.iter().filter(|member| !matches!(member.seat, Seat::Left(_))).map(|member| member.person)
    }

    /// Who may write: active from the first day on, and never one who decided as a chair.
    pub fn authors(&self, plan: &Plan) -> Vec<PersonIx> {
        let former = self.former_chair(plan);
        self.active_core().filter(|&person| Some(person) != former).collect()
    }
}

/// A term before it is written down.
struct Term {
    person: PersonIx,
    office: Office,
    municipality: Option<MunicipalityIx>,
    since: NaiveDate,
    until: Option<NaiveDate>,
}

pub(super) fn appoint(
    set: &mut DemoSet,
    calendar: Calendar,
    plans: &[Plan],
    rosters: &[Roster],
    staff: &Staff,
) -> Result<(), DemoDataError> {
    let mut dice = Dice::of("governance");
    for ((plan, roster), &coordinator) in plans.iter().zip(rosters).zip(&staff.coordinators) {
        let mut terms = vec![Term {
            person: coordinator,
            office: Office::Coordinator,
            municipality: None,
            since: dice.day(plan.opened_on + Days::new(3), plan.opened_on + Days::new(28)),
            until: None,
        }];
        terms.extend(chairs(calendar, plan, roster)?);
        terms.extend(presidium(calendar, plan, roster, &mut dice)?);
        terms.extend(council(calendar, plan, roster, &mut dice)?);
        for term in terms {
            set.appointments.push(ordered(plan.community, term, &mut dice));
        }
    }
    Ok(())
}

fn chairs(calendar: Calendar, plan: &Plan, roster: &Roster) -> Result<Vec<Term>, DemoDataError> {
    // A young community chooses its chair when its first members have joined.
    let first_since = calendar.chairs_since.max(plan.opened_on + Days::new(40));
    let term =
        |person, since, until| Term { person, office: Office::Chair, municipality: None, since, until };
    Ok(match roster.former_chair(plan) {
        Some(former) => {
            let since = calendar.councils_since;
            let succession = day(2024, 9, 1)?;
            vec![term(former, since, succession.pred_opt()), term(roster.chair, succession, None)]
        }
        None => vec![term(roster.chair, first_since, None)],
    })
}

/// Half of it from the core, half from the others; now and then a seat changed hands after 2023-2024.
fn presidium(
    calendar: Calendar,
    plan: &Plan,
    roster: &Roster,
    dice: &mut Dice,
) -> Result<Vec<Term>, DemoDataError> {
    let since = calendar.presidiums_since.max(plan.opened_on + Days::new(50));
    let from_core = plan.presidium.saturating_sub(roster.presidium.len());
    let candidates = dice.sample(&roster.authors(plan), from_core + 1);
    let (seated, spare) = candidates.split_at(from_core.min(candidates.len()));
    let term = |person, since, until| Term {
        person,
        office: Office::PresidiumMember,
        municipality: None,
        since,
        until,
    };
    let change = day(2024, 9, 9)?;
    let mut terms: Vec<Term> =
        roster.presidium.iter().chain(seated).map(|&person| term(person, since, None)).collect();
    if let (Some(&former), Some(last), true) = (spare.first(), terms.last_mut(), dice.chance(40)) {
        last.since = change;
        terms.push(term(former, since, change.pred_opt()));
    }
    Ok(terms)
}

fn council(
    calendar: Calendar,
    plan: &Plan,
    roster: &Roster,
    dice: &mut Dice,
) -> Result<Vec<Term>, DemoDataError> {
    let first = calendar.councils_since.max(plan.opened_on + Days::new(60));
    let later = day(2024, 10, 7)?;
    let mut terms = Vec::new();
    for member in &roster.core {
        let until = match member.seat {
            Seat::Held => None,
            Seat::Left(on) => Some(on),
            Seat::Never => continue,
        };
        terms.push(Term {
            person: member.person,
            office: Office::CouncilRepresentative,
            municipality: Some(member.municipality),
            since: if dice.chance(12) { later } else { first },
            until,
        });
    }
    Ok(terms)
}

fn ordered(community: CommunityIx, term: Term, dice: &mut Dice) -> Appointment {
    Appointment {
        person: term.person,
        office: term.office,
        community,
        municipality: term.municipality,
        since: term.since,
        until: term.until,
        order_number: format!("{}-К", dice.between(11, 940)),
        order_date: term.since - Days::new(dice.between(2, 9) as u64),
    }
}

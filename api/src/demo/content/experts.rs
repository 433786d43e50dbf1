//! The pool of experts: chairs and members who agreed to assess practices, most of them outside Krasnodar, since nobody
//! assesses what was written in the own region.

use chrono::Days;
use serde::Deserialize;

use super::members::Roster;
use crate::demo::{
    DemoDataError, DemoSet, Expert,
    calendar::{Calendar, working_time},
    dice::Dice,
    source::{at, position, table},
};

#[derive(Deserialize)]
struct ExpertRow {
    community: String,
    who: Seat,
    load_limit: i32,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Seat {
    Chair,
    /// The last of those in no office: the first has a login that shows a plain member.
    Member,
}

pub(super) fn fill(set: &mut DemoSet, calendar: Calendar, rosters: &[Roster]) -> Result<(), DemoDataError> {
    let rows: Vec<ExpertRow> = table!("invented/experts.csv")?;
    let mut dice = Dice::of("experts");
    for row in rows {
        let community =
            position(&set.communities, "community", &row.community, |one| one.slug == row.community)?;
        let roster = at(rosters, community, "roster")?;
        let person = match row.who {
            Seat::Chair => roster.chair,
            Seat::Member => *roster.plain.last().ok_or(DemoDataError::Empty("plain member"))?,
        };
        let asked_on = calendar.last - Days::new(dice.between(60, 80) as u64);
        let agreed_on = asked_on + Days::new(dice.between(4, 14) as u64);
        set.experts.push(Expert {
            person,
            community,
            nominated_at: working_time(asked_on, &mut dice),
            consented_at: working_time(agreed_on, &mut dice),
            load_limit: row.load_limit,
        });
    }
    Ok(())
}

//! The logins: one for every kind of caller.

use super::{KRASNODAR, governance::Staff, members::Roster, places::region_of};
use crate::demo::{
    Account, Appointment, CommunityIx, DemoDataError, DemoSet, ExplicitRole, Grant, Office, PersonIx,
    source::{at, position},
};

/// The profile whose community can be seen from every chair.
const SHOWN: &str = "chemistry-teachers";
/// A neighbour, to see what a stranger to it may not do.
const NEIGHBOUR: &str = "kda-biology";
/// The system behind the service account.
const SYSTEM: &str = "Демонстрационная информационная система";

pub(super) fn fill(set: &mut DemoSet, rosters: &[Roster], staff: &Staff) -> Result<(), DemoDataError> {
    let krasnodar = Some(region_of(set, KRASNODAR)?);
    let shown = community(set, &format!("kda-{SHOWN}"))?;
    let neighbour = community(set, NEIGHBOUR)?;
    // All who can be drawn for the shown community, so that whoever is drawn can be played.
    let experts = experts(set, shown)?;
    let expert = |nth: usize| at(&experts, nth, "expert").copied();
    let plain = |community: CommunityIx| {
        let member = at(rosters, community, "roster")?.plain.first();
        member.copied().ok_or(DemoDataError::Empty("plain member"))
    };
    let grant = |role, region| vec![Grant { role, region }];
    let accounts = [
        ("registrar", Some(staff.registrar), grant(ExplicitRole::FederalRegistrar, None)),
        ("operator.kda", Some(staff.operator), grant(ExplicitRole::RegionalOperator, krasnodar)),
        ("coordinator.chemistry", Some(holder(set, shown, Office::Coordinator)?), Vec::new()),
        ("chair.chemistry", Some(holder(set, shown, Office::Chair)?), Vec::new()),
        ("presidium.chemistry", Some(holder(set, shown, Office::PresidiumMember)?), Vec::new()),
        ("member.chemistry", Some(plain(shown)?), Vec::new()),
        ("member.biology", Some(plain(neighbour)?), Vec::new()),
        ("expert.chemistry", Some(expert(0)?), Vec::new()),
        ("expert.chemistry.2", Some(expert(1)?), Vec::new()),
        ("expert.chemistry.3", Some(expert(2)?), Vec::new()),
        ("expert.chemistry.4", Some(expert(3)?), Vec::new()),
        ("integrator.kda", None, grant(ExplicitRole::Integrator, krasnodar)),
        ("auditor", Some(staff.auditor), grant(ExplicitRole::Auditor, None)),
    ];
    set.accounts = accounts
        .into_iter()
        .map(|(login, person, grants)| {
            let name = person.is_none().then(|| SYSTEM.to_owned());
            Account { login: login.to_owned(), name, person, grants }
        })
        .collect();
    Ok(())
}

fn community(set: &DemoSet, slug: &str) -> Result<CommunityIx, DemoDataError> {
    position(&set.communities, "community", slug, |community| community.slug == slug)
}

/// The experts of the community's profile who are of other regions.
fn experts(set: &DemoSet, community: CommunityIx) -> Result<Vec<PersonIx>, DemoDataError> {
    let shown = at(&set.communities, community, "community")?;
    let mut found = Vec::new();
    for expert in &set.experts {
        let of = at(&set.communities, expert.community, "community")?;
        if of.profile == shown.profile && of.region != shown.region {
            found.push(expert.person);
        }
    }
    Ok(found)
}

/// The first who is in office now.
fn holder(set: &DemoSet, community: CommunityIx, office: Office) -> Result<PersonIx, DemoDataError> {
    let is_it =
        |one: &&Appointment| one.community == community && one.office == office && one.until.is_none();
    let held = set.appointments.iter().find(is_it);
    held.map(|one| one.person).ok_or(DemoDataError::Empty("holder of the office"))
}

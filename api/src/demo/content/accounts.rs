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
/// Where the expert comes from: experts never assess their own region.
const OF_THE_EXPERT: &str = "spe-chemistry-teachers";
/// The system behind the service account.
const SYSTEM: &str = "Демонстрационная информационная система";

pub(super) fn fill(set: &mut DemoSet, rosters: &[Roster], staff: &Staff) -> Result<(), DemoDataError> {
    let krasnodar = Some(region_of(set, KRASNODAR)?);
    let chemistry = Some(position(&set.profiles, "profile", SHOWN, |profile| profile.code == SHOWN)?);
    let shown = community(set, &format!("kda-{SHOWN}"))?;
    let neighbour = community(set, NEIGHBOUR)?;
    let expert = holder(set, community(set, OF_THE_EXPERT)?, Office::Chair)?;
    let plain = |community: CommunityIx| {
        let member = at(rosters, community, "roster")?.plain.first();
        member.copied().ok_or(DemoDataError::Empty("plain member"))
    };
    let grant = |role, region, profile| vec![Grant { role, region, profile }];
    let accounts = [
        ("registrar", Some(staff.registrar), grant(ExplicitRole::FederalRegistrar, None, None)),
        ("operator.kda", Some(staff.operator), grant(ExplicitRole::RegionalOperator, krasnodar, None)),
        ("coordinator.chemistry", Some(holder(set, shown, Office::Coordinator)?), Vec::new()),
        ("chair.chemistry", Some(holder(set, shown, Office::Chair)?), Vec::new()),
        ("presidium.chemistry", Some(holder(set, shown, Office::PresidiumMember)?), Vec::new()),
        ("member.chemistry", Some(plain(shown)?), Vec::new()),
        ("member.biology", Some(plain(neighbour)?), Vec::new()),
        ("expert.chemistry", Some(expert), grant(ExplicitRole::Expert, None, chemistry)),
        ("integrator.kda", None, grant(ExplicitRole::Integrator, krasnodar, None)),
        ("auditor", Some(staff.auditor), grant(ExplicitRole::Auditor, None, None)),
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

/// The first who is in office now.
fn holder(set: &DemoSet, community: CommunityIx, office: Office) -> Result<PersonIx, DemoDataError> {
    let is_it =
        |one: &&Appointment| one.community == community && one.office == office && one.until.is_none();
    let held = set.appointments.iter().find(is_it);
    held.map(|one| one.person).ok_or(DemoDataError::Empty("holder of the office"))
}

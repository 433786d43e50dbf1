//! Who plays which part, in words: what the command line prints beside each login.

use super::Login;
use crate::demo::{
    Account, CommunityIx, DemoDataError, DemoSet, Expert, ExplicitRole, Grant, MemberState, Office,
    source::at,
};

pub(super) fn logins(set: &DemoSet) -> Result<Vec<Login>, DemoDataError> {
    let logins = set.accounts.iter().map(|account| {
        let login = account.login.clone();
        Ok(Login { login, role: role(set, account)?, is_service: account.person.is_none() })
    });
    logins.collect()
}

/// The grant where there is one, else the place in the pool of experts, else the first office, else the first
/// membership: each says more than the next.
fn role(set: &DemoSet, account: &Account) -> Result<String, DemoDataError> {
    if let Some(grant) = account.grants.first() {
        return granted(set, grant);
    }
    if let Some(expert) = set.experts.iter().find(|one| Some(one.person) == account.person) {
        return assessing(set, expert);
    }
    let office =
        set.appointments.iter().find(|one| Some(one.person) == account.person && one.until.is_none());
    if let Some(office) = office {
        let name = match office.office {
            Office::Coordinator => "координатор",
            Office::Chair => "председатель",
            Office::PresidiumMember => "член президиума",
            Office::CouncilRepresentative => "представитель в совете",
        };
        return of_community(set, name, office.community);
    }
    let mut memberships = set.memberships.iter();
    let membership =
        memberships.find(|one| Some(one.person) == account.person && one.state == MemberState::Active);
    match membership {
        Some(membership) => of_community(set, "участник", membership.community),
        None => Err(DemoDataError::Unknown { what: "role of", key: account.login.clone() }),
    }
}

fn granted(set: &DemoSet, grant: &Grant) -> Result<String, DemoDataError> {
    let name = match grant.role {
        ExplicitRole::FederalRegistrar => "федеральный регистратор",
        ExplicitRole::RegionalOperator => "региональный оператор",
        ExplicitRole::Integrator => "служебная учётная запись интеграции",
        ExplicitRole::Auditor => "аудитор: видит всё, ничего не меняет",
    };
    let mut role = name.to_owned();
    if let Some(region) = grant.region {
        role = format!("{role}, {}", at(&set.regions, region, "region")?.name);
    }
    Ok(role)
}

fn assessing(set: &DemoSet, expert: &Expert) -> Result<String, DemoDataError> {
    let community = at(&set.communities, expert.community, "community")?;
    let profile = &at(&set.profiles, community.profile, "profile")?.name;
    Ok(format!("эксперт профиля «{profile}», {}", at(&set.regions, community.region, "region")?.name))
}

fn of_community(set: &DemoSet, name: &str, community: CommunityIx) -> Result<String, DemoDataError> {
    let community = at(&set.communities, community, "community")?;
    let region = &at(&set.regions, community.region, "region")?.name;
    Ok(format!("{name} сообщества «{}», {region}", community.name))
}

//! Decisions by the policy's [table](super::table): who may do what, where. They are given as [`Permit`]s, without
//! which nothing can be written.

use chrono::{DateTime, Utc};
use entity::ids::{AccountId, CommunityId, MunicipalityId, PersonId, RegionId};

use super::{
    actor::{Actor, Identity, Right},
    table::Reach,
};
use crate::error::{Code, Error};

pub use super::table::{Action, ROLES, RULES, Rule, print};

/// Where a thing lies, as far as rights go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Its region.
    pub region: Option<RegionId>,
    /// Its community.
    pub community: Option<CommunityId>,
    /// Its municipality.
    pub municipality: Option<MunicipalityId>,
    /// Who wrote it.
    pub authors: Vec<PersonId>,
    /// Whom it concerns.
    pub person: Option<PersonId>,
}

/// Leave to do one thing, given by the table. Every writing transaction takes one, so a forgotten check does
/// not compile. Beside the table only the registry's own work and its command line are given any.
#[derive(Clone, Debug)]
#[must_use]
pub struct Permit {
    account: Option<AccountId>,
    action: Action,
    request: Option<String>,
    at: DateTime<Utc>,
}

impl Permit {
    /// To whom it was given; none is the registry itself.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.account
    }

    /// For what.
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }

    /// In which request.
    #[must_use]
    pub fn request(&self) -> Option<&str> {
        self.request.as_deref()
    }

    /// When.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// For whoever sits at the registry's own command line, and has the database's keys anyway.
    pub(crate) fn at_command_line(action: Action, at: DateTime<Utc>) -> Self {
        Self { account: None, action, request: None, at }
    }

    /// For the registry's own work: building boards, making keys, loading the demonstration data.
    pub(crate) fn system(at: DateTime<Utc>) -> Self {
        Self { account: None, action: Action::System, request: None, at }
    }

    /// The same leave in the name of the account that has just proven its password: at sign-in nobody is
    /// signed in yet.
    pub fn of_account(self, account: AccountId) -> Self {
        match self.action {
            Action::SessionCreate | Action::SessionRefresh => Self { account: Some(account), ..self },
            _ => self,
        }
    }
}

/// Leave for `actor` to do `action` to a thing that lies at `place`.
///
/// # Errors
/// `UNAUTHENTICATED` for a visitor, `FORBIDDEN` for anybody else whose rights do not reach.
pub fn permit(actor: &Actor, action: Action, place: &Place) -> Result<Permit, Error> {
    if may(actor, action, place) {
        let account = actor.identity.as_ref().map(|identity| identity.account);
        return Ok(Permit { account, action, request: Some(actor.request_id.clone()), at: actor.now });
    }
    Err(denied(actor, action))
}

/// The identity of a caller that has one. Asked before anything is looked up, so that a visitor is told to
/// sign in whether or not there is such a thing.
///
/// # Errors
/// `UNAUTHENTICATED`.
pub fn signed_in(actor: &Actor, action: Action) -> Result<&Identity, Error> {
    actor.identity.as_ref().ok_or_else(|| denied(actor, action))
}

/// The refusal of `action` to `actor`.
#[must_use]
pub fn denied(actor: &Actor, action: Action) -> Error {
    match actor.identity {
        None => Error::Refused(Code::Unauthenticated, "Sign in to do this.".into()),
        Some(_) => {
            Error::Refused(Code::Forbidden, format!("Your roles do not allow this here ({}).", action.name()))
        }
    }
}

/// Whether `actor` may do `action` to a thing that lies at `place`.
#[must_use]
pub fn may(actor: &Actor, action: Action, place: &Place) -> bool {
    let Some(rule) = action.rule() else { return false };
    rule.anyone
        || (rule.oneself && place.person.is_some() && place.person == actor.person())
        || rule.allow.iter().any(|(role, reach)| {
            actor.rights.iter().any(|right| right.role == *role && reaches(right, *reach, actor, place))
        })
}

fn reaches(right: &Right, reach: Reach, actor: &Actor, place: &Place) -> bool {
    fn same<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
        a.is_some() && a == b
    }
    match reach {
        Reach::Federation | Reach::Anywhere => true,
        Reach::Region => same(right.region, place.region),
        Reach::Community => same(right.community, place.community),
        Reach::Municipality => {
            same(right.community, place.community) && same(right.municipality, place.municipality)
        }
        Reach::Author => {
            same(right.community, place.community)
                && actor.person().is_some_and(|person| place.authors.contains(&person))
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::{
        Role,
        Role::{Chair, Member},
        ids::TypedId,
    };
    use uuid::Uuid;

    use super::*;

    fn actor(role: Role, community: u128, person: u128) -> Actor {
        let mut actor = Actor::visitor("r".into(), DateTime::default());
        actor.identity = Some(Identity {
            account: AccountId::from_uuid(Uuid::from_u128(1)),
            login: "someone".into(),
            person: Some(PersonId(Uuid::from_u128(person))),
            session: entity::ids::SessionId(Uuid::nil()),
        });
        actor.rights.push(Right {
            role,
            region: None,
            community: Some(CommunityId(Uuid::from_u128(community))),
            municipality: None,
            profile: None,
        });
        actor
    }

    fn place(community: u128, author: u128) -> Place {
        Place {
            community: Some(CommunityId(Uuid::from_u128(community))),
            authors: vec![PersonId(Uuid::from_u128(author))],
            ..Place::default()
        }
    }

    #[test]
    fn a_right_reaches_its_own_community_only() {
        let chair = actor(Chair, 1, 7);
        assert!(may(&chair, Action::PracticeApprove, &place(1, 9)));
        assert!(!may(&chair, Action::PracticeApprove, &place(2, 9)));
        assert!(!may(&chair, Action::PracticePublish, &place(1, 9)));
    }

    #[test]
    fn only_an_author_changes_a_draft() {
        assert!(may(&actor(Member, 1, 7), Action::PracticeUpdate, &place(1, 7)));
        assert!(!may(&actor(Member, 1, 7), Action::PracticeUpdate, &place(1, 8)));
    }

    #[test]
    fn a_place_without_a_community_is_in_nobodys_community() {
        let mut nowhere = actor(Chair, 1, 7);
        nowhere.rights[0].community = None;
        assert!(!may(&nowhere, Action::PracticeApprove, &Place::default()));
    }

    #[test]
    fn a_visitor_is_asked_to_sign_in_and_others_are_refused() {
        let visitor = Actor::visitor("r".into(), DateTime::default());
        assert_eq!(
            permit(&visitor, Action::PracticeCreate, &place(1, 7)).unwrap_err().code(),
            Code::Unauthenticated
        );
        let member = actor(Member, 2, 7);
        assert_eq!(
            permit(&member, Action::PracticeCreate, &place(1, 7)).unwrap_err().code(),
            Code::Forbidden
        );
    }
}

//! The whole policy: one table, read from top to bottom, with nothing asynchronous and no database in it.
//!
//! A row says which roles may do one thing, and how far each role's grant reaches for it. The table gives
//! [`Permit`]s, without which nothing can be written; `visibility` reads from it what finders turn into SQL.
//! `registry policy` prints it; a test compares the print with a file.

use chrono::{DateTime, Utc};
use entity::{
    Role,
    ids::{AccountId, CommunityId, MunicipalityId, PersonId, RegionId},
};

use super::actor::{Actor, Identity, Right};
use crate::error::{Code, Error};

/// Something that can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Read what is public.
    Read,
    /// Sign in.
    SessionCreate,
    /// Exchange a refresh token.
    SessionRefresh,
    /// Sign out.
    SessionEnd,
    /// Read practices that are not published.
    PracticeReadUnpublished,
    /// Write a practice.
    PracticeCreate,
    /// Change one's draft.
    PracticeUpdate,
    /// Hand it to the presidium.
    PracticeSubmit,
    /// Give a submitted practice back.
    PracticeReturn,
    /// Give an approved practice back instead of publishing it.
    PracticeReturnApproved,
    /// Approve a submitted practice.
    PracticeApprove,
    /// Reject a submitted practice.
    PracticeReject,
    /// Enter an approved practice in the federal registry.
    PracticePublish,
    /// Take a practice back.
    PracticeWithdraw,
    /// Strike a published practice from the registry.
    PracticeAnnul,
    /// Give stars to somebody else's practice.
    PracticeRate,
    /// Read registrations with personal data.
    MembersRead,
    /// Read the journal.
    JournalRead,
    /// Make an account: at the command line of whoever runs the registry.
    AccountCreate,
    /// What the registry does by itself.
    System,
}

/// How far a role's grant reaches for an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everything.
    Federation,
    /// What lies in the grant's region.
    Region,
    /// What lies in the grant's community.
    Community,
    /// What lies in the grant's municipality of its community.
    Municipality,
    /// What the person wrote, in the grant's community.
    Author,
    /// Whoever holds the role anywhere.
    Anywhere,
}

impl Reach {
    fn word(self) -> &'static str {
        match self {
            Self::Federation => "federation",
            Self::Region => "region",
            Self::Community => "community",
            Self::Municipality => "municipality",
            Self::Author => "own",
            Self::Anywhere => "anywhere",
        }
    }
}

/// A row of the table.
#[derive(Debug)]
pub struct Rule {
    /// What is done.
    pub action: Action,
    /// Its name, as the journal and the print say it.
    pub name: &'static str,
    /// Whether anybody may, signed in or not.
    pub anyone: bool,
    /// Which roles may, and how far.
    pub allow: &'static [(Role, Reach)],
    /// The root fields of the schema that do it. Every root field stands in exactly one row.
    pub fields: &'static [&'static str],
}

use Action as A;
use Reach::{Anywhere, Author, Community, Federation, Municipality, Region};
use Role::{
    Auditor, Chair, Coordinator, CouncilRepresentative, FederalRegistrar, Member, PresidiumMember,
    RegionalOperator,
};

const fn public(action: Action, name: &'static str, fields: &'static [&'static str]) -> Rule {
    Rule { action, name, anyone: true, allow: &[], fields }
}

const fn rule(
    action: Action,
    name: &'static str,
    allow: &'static [(Role, Reach)],
    fields: &'static [&'static str],
) -> Rule {
    Rule { action, name, anyone: false, allow, fields }
}

/// The policy.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    public(A::Read, "read", &[
        "node", "nodes", "viewer", "region", "regions", "profiles", "community", "communities", "practice", "practices",
        "communityRanking", "practiceRanking",
    ]),
    public(A::SessionCreate,  "session.create",  &["sessionCreate"]),
    public(A::SessionRefresh, "session.refresh", &["sessionRefresh"]),
    public(A::SessionEnd,     "session.end",     &["sessionEnd"]),

    rule(A::PracticeReadUnpublished, "practice.readUnpublished", &[
        (Member, Author), (PresidiumMember, Community), (Chair, Community), (Coordinator, Community),
        (RegionalOperator, Region), (FederalRegistrar, Federation), (Auditor, Federation),
    ], &[]),
    rule(A::PracticeCreate,   "practice.create",   &[(Member, Community)], &["practiceCreate"]),
    rule(A::PracticeUpdate,   "practice.update",   &[(Member, Author)],    &["practiceUpdate"]),
    rule(A::PracticeSubmit,   "practice.submit",   &[(Member, Author)],    &["practiceSubmit"]),
    rule(A::PracticeReturn,   "practice.return",   &[(PresidiumMember, Community), (Chair, Community)], &["practiceReturn"]),
    rule(A::PracticeReturnApproved, "practice.returnApproved", &[(Coordinator, Community)], &[]),
    rule(A::PracticeApprove,  "practice.approve",  &[(PresidiumMember, Community), (Chair, Community)], &["practiceApprove"]),
    rule(A::PracticeReject,   "practice.reject",   &[(PresidiumMember, Community), (Chair, Community)], &["practiceReject"]),
    rule(A::PracticePublish,  "practice.publish",  &[(Coordinator, Community)], &["practicePublish"]),
    rule(A::PracticeWithdraw, "practice.withdraw", &[(Member, Author), (Coordinator, Community)], &["practiceWithdraw"]),
    rule(A::PracticeAnnul,    "practice.annul",    &[(FederalRegistrar, Federation)], &["practiceAnnul"]),
    rule(A::PracticeRate,     "practice.rate",     &[(Member, Anywhere)], &["practiceRate"]),

    rule(A::MembersRead, "members.read", &[
        (CouncilRepresentative, Municipality), (PresidiumMember, Community), (Chair, Community),
        (Coordinator, Community), (RegionalOperator, Region), (Auditor, Federation),
    ], &[]),
    rule(A::JournalRead, "journal.read", &[
        (Coordinator, Community), (RegionalOperator, Region), (Auditor, Federation),
    ], &["journal"]),

    // Nobody's by the API: done at the command line, and by the registry itself.
    rule(A::AccountCreate, "account.create", &[], &[]),
    rule(A::System, "system", &[], &[]),
];

/// All roles, in the order of the print.
pub const ROLES: &[Role] = &[
    Member,
    CouncilRepresentative,
    PresidiumMember,
    Chair,
    Coordinator,
    RegionalOperator,
    Role::Expert,
    Role::Integrator,
    FederalRegistrar,
    Auditor,
];

impl Action {
    /// The action's row.
    pub(super) fn rule(self) -> Option<&'static Rule> {
        RULES.iter().find(|rule| rule.action == self)
    }

    /// The action's name, as the journal says it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.rule().map_or("system", |rule| rule.name)
    }
}

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
        || rule.allow.iter().any(|(role, reach)| {
            actor.rights.iter().any(|right| right.role == *role && reaches(right, *reach, actor, place))
        })
}

fn reaches(right: &Right, reach: Reach, actor: &Actor, place: &Place) -> bool {
    fn same<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
        a.is_some() && a == b
    }
    match reach {
        Federation | Anywhere => true,
        Region => same(right.region, place.region),
        Community => same(right.community, place.community),
        Municipality => {
            same(right.community, place.community) && same(right.municipality, place.municipality)
        }
        Author => {
            same(right.community, place.community)
                && actor.person().is_some_and(|person| place.authors.contains(&person))
        }
    }
}

/// The table as text: a line per action, a column per role.
#[must_use]
pub fn print() -> String {
    use entity::enums::Role as R;
    let title = |role: &R| match role {
        R::Member => "member",
        R::CouncilRepresentative => "council rep.",
        R::PresidiumMember => "presidium",
        R::Chair => "chair",
        R::Coordinator => "coordinator",
        R::RegionalOperator => "operator",
        R::Expert => "expert",
        R::Integrator => "integrator",
        R::FederalRegistrar => "registrar",
        R::Auditor => "auditor",
    };
    let mut lines = vec![
        std::iter::once("action")
            .chain(["visitor"])
            .chain(ROLES.iter().map(title))
            .map(ToOwned::to_owned)
            .collect::<Vec<_>>(),
    ];
    for rule in RULES.iter().filter(|rule| rule.anyone || !rule.allow.is_empty()) {
        let mut cells = vec![rule.name.to_owned(), if rule.anyone { "yes" } else { "-" }.to_owned()];
        for role in ROLES {
            let reach = rule.allow.iter().find(|(allowed, _)| allowed == role);
            cells.push(match reach {
                _ if rule.anyone => "yes".to_owned(),
                Some((_, reach)) => reach.word().to_owned(),
                None => "-".to_owned(),
            });
        }
        lines.push(cells);
    }
    let columns = ROLES.len() + 2;
    let width = |column: usize| {
        lines.iter().filter_map(|cells| cells.get(column)).map(String::len).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    let mut text = String::new();
    for cells in &lines {
        let line: Vec<_> = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text.push_str(
        "\nHow far a role reaches: own = what the person wrote, in the grant's community; municipality, community,\n\
         region = what lies in the grant's; federation = everything; anywhere = whoever holds the role somewhere.\n\
         Beside the table: an author sees the own practices even after leaving the community; what was never submitted\n\
         is seen by its authors and the auditor only.\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use entity::ids::TypedId;
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

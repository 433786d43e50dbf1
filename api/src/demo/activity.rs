//! The second half of the model: what people do (registrations, offices, practices, ratings, logins).

use chrono::{DateTime, NaiveDate, Utc};
use entity::AcademicYear;

use super::model::{
    CommunityIx, DepartmentIx, MunicipalityIx, OrganizationIx, PersonIx, PracticeIx, RegionIx,
};

/// Where a registration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberState {
    /// Waits for confirmation.
    Pending,
    /// In force.
    Active,
    /// Ended; [`Membership::left_on`] says when.
    Left,
}

/// A person's registration in a community.
#[derive(Debug, Clone, PartialEq)]
pub struct Membership {
    /// Who.
    pub person: PersonIx,
    /// Where.
    pub community: CommunityIx,
    /// The municipality that the member stands for; of the community's region.
    pub municipality: MunicipalityIx,
    /// Where the member works; of the same municipality.
    pub organization: OrganizationIx,
    /// The job given at registration.
    pub position: String,
    /// Where the registration stands.
    pub state: MemberState,
    /// Day of registration.
    pub joined_on: NaiveDate,
    /// Day of leaving, for [`MemberState::Left`] only.
    pub left_on: Option<NaiveDate>,
}

/// What a person is appointed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Office {
    /// The institute's person responsible for the community.
    Coordinator,
    /// Leads it.
    Chair,
    /// Takes the operational decisions.
    PresidiumMember,
    /// Stands for a municipality.
    CouncilRepresentative,
}

/// A term in an office; history is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Appointment {
    /// Who.
    pub person: PersonIx,
    /// To what.
    pub office: Office,
    /// Of which community.
    pub community: CommunityIx,
    /// For the council only.
    pub municipality: Option<MunicipalityIx>,
    /// First day.
    pub since: NaiveDate,
    /// Last day; none while in office.
    pub until: Option<NaiveDate>,
    /// Number of the order.
    pub order_number: String,
    /// Day of the order, before `since`.
    pub order_date: NaiveDate,
}

impl Appointment {
    /// Whether the office was held on that day (first and last day included).
    #[must_use]
    pub fn is_held_on(&self, day: NaiveDate) -> bool {
        self.since <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// Whose practice it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PracticeOwner {
    /// A community.
    Community(CommunityIx),
    /// A unit of an institute, ЦНППМ.
    Department(DepartmentIx),
}

/// Where a practice stands; annulled ones are not demonstrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PracticeState {
    /// Being written.
    Draft,
    /// Waits for the presidium.
    Submitted,
    /// Back with its authors.
    Returned,
    /// Waits for the coordinator.
    Approved,
    /// In the federal registry.
    Published,
    /// Refused.
    Rejected,
    /// Taken back by its authors before publication.
    Withdrawn,
}

/// A practice. Times that its state has not reached are none.
#[derive(Debug, Clone, PartialEq)]
pub struct Practice {
    /// `2024-000123`: calendar year of publication and a running number of the federation; published ones only.
    pub number: Option<String>,
    /// Unique over the set.
    pub title: String,
    /// Two sentences.
    pub summary: String,
    /// Paragraphs divided by empty lines.
    pub body: String,
    /// Lower case, no repetition.
    pub tags: Vec<String>,
    /// Whose it is.
    pub owner: PracticeOwner,
    /// One to three: active members of the community, or the unit's own staff.
    pub authors: Vec<PersonIx>,
    /// Where it stands.
    pub state: PracticeState,
    /// First draft.
    pub created_at: DateTime<Utc>,
    /// Handed in.
    pub submitted_at: Option<DateTime<Utc>>,
    /// Approved.
    pub approved_at: Option<DateTime<Utc>>,
    /// Entered in the federal registry.
    pub published_at: Option<DateTime<Utc>>,
    /// Returned, rejected or withdrawn.
    pub closed_at: Option<DateTime<Utc>>,
    /// Why it was returned, rejected or withdrawn.
    pub reason: Option<String>,
    /// Who approved, returned or rejected it: the chair of that day, for a unit's practice the region's operator.
    pub decided_by: Option<PersonIx>,
    /// Who published it: the coordinator of that day, for a unit's practice the region's operator.
    pub published_by: Option<PersonIx>,
}

/// A member's opinion of a published practice; one per person and practice.
#[derive(Debug, Clone, PartialEq)]
pub struct Rating {
    /// Of what.
    pub practice: PracticeIx,
    /// By whom: never an author, never a member of the owning community.
    pub person: PersonIx,
    /// Where the rater works.
    pub organization: OrganizationIx,
    /// 1 to 5.
    pub stars: u8,
    /// In words.
    pub comment: Option<String>,
    /// When.
    pub rated_at: DateTime<Utc>,
}

/// An organization's use of a practice that was written elsewhere; one per organization and practice.
#[derive(Debug, Clone, PartialEq)]
pub struct Adoption {
    /// Of what.
    pub practice: PracticeIx,
    /// By which organization: never one in which an author works.
    pub organization: OrganizationIx,
    /// The member who declared it.
    pub person: PersonIx,
    /// The community of that member.
    pub community: CommunityIx,
    /// What came of it.
    pub result: String,
    /// When it was declared; the organization uses the practice since that day.
    pub declared_at: DateTime<Utc>,
    /// When the coordinator confirmed it; none while it awaits that.
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// Somebody who agreed to assess practices of the community's profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Expert {
    /// Who: one per profile.
    pub person: PersonIx,
    /// The community that put the person forward.
    pub community: CommunityIx,
    /// When.
    pub nominated_at: DateTime<Utc>,
    /// When the person agreed.
    pub consented_at: DateTime<Utc>,
    /// How many reviews at a time.
    pub load_limit: i32,
}

/// A link or file of a practice; the practice's first author has added it.
#[derive(Debug, Clone, PartialEq)]
pub struct Material {
    /// Of which practice.
    pub practice: PracticeIx,
    /// What readers call it.
    pub title: String,
    /// What it is.
    pub content: MaterialContent,
    /// When it was added.
    pub added_at: DateTime<Utc>,
}

/// What a material is.
#[derive(Debug, Clone, PartialEq)]
pub enum MaterialContent {
    /// An address under example.org.
    Link(String),
    /// A plain text.
    File {
        /// The file's name.
        name: &'static str,
        /// What stands in it.
        text: &'static str,
    },
}

/// The roles that only an explicit grant gives; the others come from memberships and appointments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExplicitRole {
    /// Scope: federation.
    FederalRegistrar,
    /// Scope: region.
    RegionalOperator,
    /// Scope: region; a service account.
    Integrator,
    /// Scope: federation.
    Auditor,
}

/// Role × scope.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// The role.
    pub role: ExplicitRole,
    /// For operators and integrators.
    pub region: Option<RegionIx>,
}

/// A login; the password is [`super::DEMO_PASSWORD`] for all, and so is the secret of service accounts.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// `chair.chemistry`.
    pub login: String,
    /// What a service account is called: the system behind it.
    pub name: Option<String>,
    /// None for service accounts.
    pub person: Option<PersonIx>,
    /// Beyond what offices and memberships give.
    pub grants: Vec<Grant>,
}

/// What was published of a region's year, as returns for its monitoring.
#[derive(Debug, Clone, PartialEq)]
pub struct Monitoring {
    /// Of which region.
    pub region: RegionIx,
    /// Of which year.
    pub year: AcademicYear,
    /// What the region as a whole returned.
    pub of_region: Vec<Figure>,
    /// What its communities returned, in the published order.
    pub of_communities: Vec<(CommunityIx, Vec<Figure>)>,
}

/// An indicator of a region's own, with what was planned and reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// By which the set names it.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// In which region.
    pub region: RegionIx,
    /// Plan and fact by year, in percent.
    pub years: Vec<(AcademicYear, f64, f64)>,
}

/// A figure as it was published.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Which.
    pub code: String,
    /// Its value; shares in percent.
    pub value: f64,
}

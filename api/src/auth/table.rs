//! The whole policy: one table, read from top to bottom, with nothing asynchronous and no database in it.
//!
//! A row says which roles may do one thing, and how far each role's grant reaches for it. [`super::policy`] gives
//! permits by it, `visibility` reads from it what finders turn into SQL. `registry policy` prints it; a test
//! compares the print with a file.

use entity::Role;

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
    /// Read what the checks of ratings and texts have found.
    IntegrityRead,
    /// Ask for a check.
    IntegrityCheck,
    /// Dismiss findings; set ratings aside and restore them.
    IntegrityDecide,
    /// Add, rename and remove the materials of one's draft.
    MaterialWrite,
    /// Declare that one's organization uses a practice.
    AdoptionDeclare,
    /// Confirm or decline it.
    AdoptionDecide,
    /// Take it back.
    AdoptionWithdraw,
    /// Read adoptions that are not confirmed.
    AdoptionsRead,
    /// Put somebody forward for the pool of experts.
    ExpertNominate,
    /// Agree to assess practices.
    ExpertConsent,
    /// Leave the pool.
    ExpertResign,
    /// Take an expert out of the pool.
    ExpertRelease,
    /// Read the pool.
    ExpertsRead,
    /// Draw experts for a practice.
    ReviewDraw,
    /// Take an overdue review back from its expert.
    ReviewExpire,
    /// Decline a review, or declare a conflict of interest.
    ReviewAnswer,
    /// Read reviews and draws with the experts' names.
    ReviewsRead,
    /// Give an expert more time.
    ReviewExtend,
    /// Hand in an assessment.
    AssessmentSubmit,
    /// Read the assessments of practices that are not published.
    AssessmentsRead,
    /// Make a version of the rubric.
    RubricWrite,
    /// Close an academic year: freeze its rankings.
    AcademicYearClose,
    /// Compute the rankings of a closed year anew.
    RankingRevise,
    /// Publish a version of a ranking method.
    RankingMethodRevise,
    /// Keep the federal list of regions.
    RegionWrite,
    /// Keep the federal list of profiles.
    ProfileWrite,
    /// Keep the list of institutes.
    InstituteWrite,
    /// Keep an institute's departments.
    DepartmentWrite,
    /// Keep a region's municipalities.
    MunicipalityWrite,
    /// Keep a region's organizations.
    OrganizationWrite,
    /// Found a community, or put it into the archive.
    CommunityFound,
    /// Change a community's own fields, links and papers.
    CommunityUpdate,
    /// Enter a community in the federal registry.
    CommunityRegister,
    /// Enter how many teachers there are.
    HeadcountSet,
    /// Enter, change and remove events.
    EventWrite,
    /// Keep a region's clusters: their organizations, indicators and results.
    ClusterWrite,
    /// Keep the federal figures and indicators.
    IndicatorWrite,
    /// Keep a region's own indicators.
    IndicatorWriteRegional,
    /// Set what a region plans.
    IndicatorPlan,
    /// Open a region's monitoring of a year, and move its last day.
    MonitoringOpen,
    /// Complete, correct and hand in a monitoring return.
    MonitoringReturnWrite,
    /// Accept a return, or send it back.
    MonitoringReturnDecide,
    /// Accept a region's report on a year, and its corrections.
    MonitoringAccept,
    /// Read returns, and a report while it is open.
    MonitoringRead,
    /// Enter an institute's employees.
    EmployeeWrite,
    /// Read an institute's employees.
    EmployeesRead,
    /// Open an account for a member.
    AccountOpen,
    /// Open an account for an institute's employee.
    AccountOpenEmployee,
    /// Give and end explicit rights.
    GrantWrite,
    /// Make, change and end service accounts.
    IntegratorWrite,
    /// See service accounts.
    IntegratorsRead,
    /// Appoint the coordinator, and end the term.
    AppointCoordinator,
    /// Appoint chair and presidium, and end their terms.
    AppointLeaders,
    /// Appoint representatives to the council, and end their terms.
    AppointCouncil,
    /// Confirm the presidium as a whole.
    PresidiumConfirm,
    /// Hand in a registration.
    MemberRegister,
    /// Confirm or decline a registration.
    MemberConfirm,
    /// End a registration.
    MemberLeave,
    /// Move a registration to another municipality.
    MemberMove,
    /// Change what is registered of a person.
    MemberUpdate,
    /// Erase a person's data.
    PersonErase,
    /// Keep a region's registrations in step with another system.
    MembersSync,
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
    /// Whether the person whom the thing concerns may, whatever the roles.
    pub oneself: bool,
    /// Which roles may, and how far.
    pub allow: &'static [(Role, Reach)],
    /// The root fields of the schema that do it. Every root field stands in exactly one row.
    pub fields: &'static [&'static str],
}

use Action as A;
use Reach::{Anywhere, Author, Community, Federation, Municipality, Region};
use Role::{
    Auditor, Chair, Coordinator, CouncilRepresentative, FederalRegistrar, Integrator, Member,
    PresidiumMember, RegionalOperator,
};

const fn public(action: Action, name: &'static str, fields: &'static [&'static str]) -> Rule {
    Rule { action, name, anyone: true, oneself: false, allow: &[], fields }
}

const fn rule(
    action: Action,
    name: &'static str,
    allow: &'static [(Role, Reach)],
    fields: &'static [&'static str],
) -> Rule {
    Rule { action, name, anyone: false, oneself: false, allow, fields }
}

/// A rule that lets the person whom the thing concerns do it, too.
const fn or_oneself(rule: Rule) -> Rule {
    Rule { oneself: true, ..rule }
}

/// The policy.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    public(A::Read, "read", &[
        "node", "nodes", "viewer", "region", "regions", "profiles", "community", "communities", "practice", "practices",
        "communityRanking", "practiceRanking", "regionRanking", "rankingMethods", "rankingRevisions", "rubric", "rubrics", "search",
        "changes", "monitoringReport", "figures", "indicators", "clusters",
        "events", "eventCounts",
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

    rule(A::IntegrityRead,    "integrity.read",   &[(FederalRegistrar, Federation), (Auditor, Federation)], &["integrityFindings"]),
    rule(A::IntegrityCheck,   "integrity.check",  &[(FederalRegistrar, Federation)], &["integrityCheck"]),
    rule(A::IntegrityDecide,  "integrity.decide", &[(FederalRegistrar, Federation)], &["integrityFindingDismiss", "ratingsSetAside", "ratingsRestore"]),

    rule(A::MaterialWrite,    "material.write",    &[(Member, Author)], &["materialLinkAdd", "materialRename", "materialRemove"]),

    rule(A::AdoptionDeclare,  "adoption.declare",  &[(Member, Community)], &["adoptionDeclare"]),
    rule(A::AdoptionDecide,   "adoption.decide",   &[(Coordinator, Community)], &["adoptionConfirm", "adoptionDecline"]),
    or_oneself(rule(A::AdoptionWithdraw, "adoption.withdraw", &[(Coordinator, Community)], &["adoptionWithdraw"])),
    or_oneself(rule(A::AdoptionsRead, "adoptions.readUnconfirmed", &[
        (Chair, Community), (Coordinator, Community), (RegionalOperator, Region), (FederalRegistrar, Federation),
        (Auditor, Federation),
    ], &[])),

    rule(A::ExpertNominate, "expert.nominate", &[(Coordinator, Community), (RegionalOperator, Region)], &["expertNominate"]),
    or_oneself(rule(A::ExpertConsent, "expert.consent", &[], &["expertConsent"])),
    or_oneself(rule(A::ExpertResign,  "expert.resign",  &[], &["expertResign"])),
    rule(A::ExpertRelease,  "expert.release",  &[(Coordinator, Community), (RegionalOperator, Region)], &["expertRelease"]),
    or_oneself(rule(A::ExpertsRead, "experts.read", &[
        (Coordinator, Anywhere), (RegionalOperator, Anywhere), (FederalRegistrar, Federation), (Auditor, Federation),
    ], &["experts"])),
    rule(A::ReviewDraw,     "review.draw",     &[(Coordinator, Community), (RegionalOperator, Region)], &["reviewDraw"]),
    rule(A::ReviewExpire,   "review.expire",   &[(Coordinator, Community), (RegionalOperator, Region)], &["reviewExpire"]),
    rule(A::ReviewExtend,   "review.extend",   &[(Coordinator, Community), (RegionalOperator, Region)], &["reviewExtend"]),
    or_oneself(rule(A::ReviewAnswer, "review.answer", &[], &["reviewDecline", "reviewDeclareConflict"])),
    or_oneself(rule(A::ReviewsRead, "reviews.read", &[
        (Coordinator, Community), (RegionalOperator, Region), (FederalRegistrar, Federation), (Auditor, Federation),
    ], &["reviews", "reviewDraws", "reviewDrawVerify"])),
    or_oneself(rule(A::AssessmentSubmit, "assessment.submit", &[], &["assessmentSubmit"])),
    or_oneself(rule(A::AssessmentsRead, "assessments.readUnpublished", &[
        (Member, Author), (PresidiumMember, Community), (Chair, Community), (Coordinator, Community),
        (RegionalOperator, Region), (FederalRegistrar, Federation), (Auditor, Federation),
    ], &[])),
    rule(A::RubricWrite,    "rubric.write",    &[(FederalRegistrar, Federation)], &["rubricCreate"]),
    rule(A::AcademicYearClose,   "academicYear.close",   &[(FederalRegistrar, Federation)], &["academicYearClose"]),
    rule(A::RankingRevise,       "ranking.revise",       &[(FederalRegistrar, Federation)], &["rankingRevise"]),
    rule(A::RankingMethodRevise, "rankingMethod.revise", &[(FederalRegistrar, Federation)], &["rankingMethodRevise"]),

    rule(A::RegionWrite,       "region.write",       &[(FederalRegistrar, Federation)], &["regionCreate", "regionUpdate", "regionArchive"]),
    rule(A::ProfileWrite,      "profile.write",      &[(FederalRegistrar, Federation)], &["profileCreate", "profileUpdate", "profileArchive"]),
    rule(A::InstituteWrite,    "institute.write",    &[(FederalRegistrar, Federation)], &["instituteCreate", "instituteUpdate", "instituteArchive"]),
    rule(A::DepartmentWrite,   "department.write",   &[(RegionalOperator, Region), (FederalRegistrar, Federation)], &["departmentCreate", "departmentUpdate", "departmentArchive"]),
    rule(A::MunicipalityWrite, "municipality.write", &[(RegionalOperator, Region), (FederalRegistrar, Federation)], &["municipalityCreate", "municipalityUpdate", "municipalityArchive"]),
    rule(A::OrganizationWrite, "organization.write", &[(RegionalOperator, Region), (FederalRegistrar, Federation)], &["organizationCreate", "organizationUpdate", "organizationArchive"]),
    rule(A::CommunityFound,    "community.found",    &[(RegionalOperator, Region)], &["communityCreate", "communityArchive"]),
    rule(A::CommunityUpdate,   "community.update",   &[(Coordinator, Community), (RegionalOperator, Region)], &["communityUpdate"]),
    rule(A::CommunityRegister, "community.register", &[(FederalRegistrar, Federation)], &["communityRegister"]),
    rule(A::HeadcountSet,      "headcount.set",      &[(RegionalOperator, Region)], &["headcountSet"]),
    rule(A::EventWrite,             "event.write",             &[(Chair, Community), (Coordinator, Community), (RegionalOperator, Region)], &["eventCreate", "eventUpdate", "eventRemove", "eventParticipantsAdd", "eventParticipantsRemove"]),
    rule(A::IndicatorWrite,         "indicator.write",         &[(FederalRegistrar, Federation)], &["figureCreate", "indicatorCreate", "indicatorRevise"]),
    rule(A::IndicatorWriteRegional, "indicator.writeRegional", &[(RegionalOperator, Region)], &[]),
    rule(A::IndicatorPlan,          "indicator.plan",          &[(RegionalOperator, Region)], &["indicatorPlanSet"]),
    rule(A::ClusterWrite,           "cluster.write",           &[(RegionalOperator, Region)], &[
        "clusterCreate", "clusterUpdate", "clusterOrganizationsSet", "clusterIndicatorsSet", "clusterResultsSet",
    ]),
    rule(A::MonitoringOpen,         "monitoring.open",         &[(RegionalOperator, Region)], &["monitoringOpen", "monitoringExtend"]),
    rule(A::MonitoringReturnWrite,  "monitoring.writeReturn",  &[(Chair, Community), (Coordinator, Community), (RegionalOperator, Region)], &["monitoringReturnFill", "monitoringReturnSubmit"]),
    rule(A::MonitoringReturnDecide, "monitoring.decideReturn", &[(RegionalOperator, Region)], &["monitoringReturnAccept", "monitoringReturnSendBack"]),
    rule(A::MonitoringAccept,       "monitoring.accept",       &[(RegionalOperator, Region)], &["monitoringAccept"]),
    rule(A::MonitoringRead,         "monitoring.read", &[
        (Chair, Community), (Coordinator, Community), (RegionalOperator, Region), (FederalRegistrar, Federation), (Auditor, Federation),
    ], &["monitoring", "monitorings"]),
    rule(A::EmployeeWrite,     "employee.write",     &[(RegionalOperator, Region), (FederalRegistrar, Federation)], &["employeeCreate"]),
    rule(A::EmployeesRead,     "employees.read",     &[(RegionalOperator, Region), (FederalRegistrar, Federation), (Auditor, Federation)], &[]),
    rule(A::IntegratorWrite,   "integrator.write",   &[(RegionalOperator, Region)], &["integratorCreate", "integratorSecretRotate", "integratorRevoke"]),
    rule(A::IntegratorsRead,   "integrators.read",   &[(RegionalOperator, Region), (Auditor, Federation)], &["integrators"]),
    rule(A::AccountOpen,       "account.open",       &[(Chair, Community), (Coordinator, Community), (RegionalOperator, Region)], &["accountCreate"]),
    rule(A::AccountOpenEmployee, "account.openEmployee", &[(RegionalOperator, Region), (FederalRegistrar, Federation)], &[]),
    rule(A::GrantWrite,        "grant.write",        &[(FederalRegistrar, Federation)], &["grantCreate", "grantEnd"]),

    rule(A::AppointCoordinator, "appointment.coordinator", &[(RegionalOperator, Region)], &[]),
    rule(A::AppointLeaders,     "appointment.leaders",     &[(Coordinator, Community)], &["appointmentCreate", "appointmentEnd"]),
    rule(A::AppointCouncil,     "appointment.council",     &[(PresidiumMember, Community), (Chair, Community)], &[]),
    rule(A::PresidiumConfirm,   "presidium.confirm",       &[(Coordinator, Community)], &["presidiumConfirm"]),

    public(A::MemberRegister, "member.register", &["memberRegister"]),
    rule(A::MemberConfirm, "member.confirm", &[(CouncilRepresentative, Municipality), (Chair, Community), (Coordinator, Community)], &["memberConfirm", "memberDecline"]),
    or_oneself(rule(A::MemberLeave,  "member.leave",  &[(Chair, Community), (Coordinator, Community)], &["memberLeave"])),
    rule(A::MemberMove,    "member.move",    &[(Chair, Community), (Coordinator, Community)], &["memberMove"]),
    or_oneself(rule(A::MemberUpdate, "member.update", &[(Chair, Community), (Coordinator, Community)], &["memberUpdate"])),
    or_oneself(rule(A::PersonErase,  "person.erase",  &[(RegionalOperator, Region), (FederalRegistrar, Federation)], &["personErase"])),
    rule(A::MembersSync,   "members.sync",   &[(Integrator, Region)], &["memberRegistrationsSync"]),
    or_oneself(rule(A::MembersRead, "members.read", &[
        (CouncilRepresentative, Municipality), (PresidiumMember, Community), (Chair, Community),
        (Coordinator, Community), (RegionalOperator, Region), (Integrator, Region), (Auditor, Federation),
    ], &[])),
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
            .chain(["visitor", "oneself"])
            .chain(ROLES.iter().map(title))
            .map(ToOwned::to_owned)
            .collect::<Vec<_>>(),
    ];
    for rule in RULES.iter().filter(|rule| rule.anyone || rule.oneself || !rule.allow.is_empty()) {
        let word = |yes: bool| if yes { "yes" } else { "-" }.to_owned();
        let mut cells = vec![rule.name.to_owned(), word(rule.anyone), word(rule.anyone || rule.oneself)];
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
    let columns = ROLES.len() + 3;
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
         oneself = the signed-in person whom the thing concerns.\n\
         Beside the table: an author sees the own practices even after leaving the community; what was never submitted\n\
         is seen by its authors and the auditor only; an expert sees the practices that it was drawn for; nobody sees\n\
         the reviews of a practice of their own before it is published.\n",
    );
    text
}

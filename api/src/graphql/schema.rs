//! The root lists: every concept's queries and mutations, put together.

use async_graphql::{
    Context, EmptySubscription, ID, Interface, MergedObject, Object, SDLExportOptions, Schema, ValidationMode,
};
use chrono::{DateTime, Utc};
use entity::ids::{
    AdoptionId, AppointmentId, AssessmentId, CheckId, ClusterId, CommunityId, DepartmentId, EditionId,
    EventId, ExpertId, FindingId, InstituteId, MaterialId, MemberId, MonitoringId, MunicipalityId,
    OrganizationId, PracticeId, ProfileId, RatingId, RegionId, ReturnId, ReviewDrawId, ReviewId, TypedId,
};

use super::{Caller, ids};
use crate::{
    error::{Code, Error},
    registry::{
        account::{
            graphql::{AccountMutation, AccountQuery},
            integrators_graphql::{IntegratorMutation, IntegratorQuery},
            mutations::AccessMutation,
        },
        adoption::{graphql::Adoption, mutations::AdoptionMutation},
        assessment::{
            graphql::{Assessment, AssessmentQuery},
            mutations::AssessmentMutation,
        },
        cluster::{
            graphql::{Cluster, ClusterQuery},
            mutations::ClusterMutation,
        },
        community::{
            graphql::{Community, CommunityQuery},
            mutations::CommunityMutation,
        },
        edition::graphql::PracticeEdition,
        event::{
            graphql::{Event, EventQuery},
            mutations::EventMutation,
        },
        expert::{
            graphql::{Expert, ExpertQuery},
            mutations::ExpertMutation,
        },
        governance::{graphql::Appointment, mutations::GovernanceMutation},
        headcount::graphql::HeadcountMutation,
        indicator::{graphql::IndicatorQuery, mutations::IndicatorMutation},
        institute::{
            graphql::{Department, Institute},
            mutations::InstituteMutation,
        },
        integrity::{
            graphql::{IntegrityCheck, IntegrityFinding, IntegrityQuery},
            mutations::IntegrityMutation,
        },
        journal::{changes::ChangesQuery, graphql::JournalQuery},
        material::{graphql::Material, mutations::MaterialMutation},
        member::{graphql::Member, mutations::MemberMutation},
        monitoring::{
            graphql::{Monitoring, MonitoringQuery, MonitoringReturn},
            mutations::MonitoringMutation,
            report_graphql::MonitoringReportQuery,
        },
        practice::{
            graphql::{Practice, PracticeQuery},
            mutations::PracticeMutation,
        },
        ranking::{graphql::RankingQuery, history_graphql::RankingHistoryQuery, mutations::RankingMutation},
        rating::graphql::Rating,
        region::{
            graphql::{Municipality, Organization, Profile, Region, RegionQuery},
            mutations::RegionMutation,
        },
        review::{
            graphql::{Review, ReviewDraw, ReviewQuery},
            mutations::ReviewMutation,
        },
        search::graphql::SearchQuery,
        sync::graphql::SyncMutation,
    },
};

/// Everything that has an id of its own and can be looked up by it.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The thing's id, unique in the whole registry."))]
pub enum Node {
    /// A federal subject.
    Region(Region),
    /// A district or town.
    Municipality(Municipality),
    /// Where members work.
    Organization(Organization),
    /// A subject area or job.
    Profile(Profile),
    /// A regional operator.
    Institute(Institute),
    /// A unit of an institute.
    Department(Department),
    /// A professional community.
    Community(Community),
    /// An office held for a term.
    Appointment(Appointment),
    /// A registration in a community.
    Member(Member),
    /// A practice.
    Practice(Practice),
    /// A text with which a practice was handed in.
    PracticeEdition(PracticeEdition),
    /// A rating of a practice.
    Rating(Rating),
    /// A check of ratings and texts.
    IntegrityCheck(IntegrityCheck),
    /// What a check has found.
    IntegrityFinding(IntegrityFinding),
    /// An organization's use of a practice.
    Adoption(Adoption),
    /// A place in the pool of experts.
    Expert(Expert),
    /// A practice in the hands of an expert.
    Review(Review),
    /// A draw of experts.
    ReviewDraw(ReviewDraw),
    /// An expert's assessment of a practice.
    Assessment(Assessment),
    /// An event of a community.
    Event(Event),
    /// A region's monitoring of a year.
    Monitoring(Monitoring),
    /// What a community, or the region itself, returns for it.
    MonitoringReturn(MonitoringReturn),
    /// A link or file that belongs to a practice.
    Material(Material),
    /// Organizations that work at one topic together.
    Cluster(Cluster),
}

/// How many ids `nodes` takes at once.
const NODES_MAX: usize = 100;

/// The look-up by id.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything by its id; null when there is no such thing, or the caller may not see it.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The thing's id.")] id: ID,
    ) -> Result<Option<Node>, Error> {
        node_of(Caller::of(ctx)?, &id).await
    }

    /// Many things by their ids, at most 100: the result has the ids' length and order, null where there is
    /// no such thing or the caller may not see it. A malformed id is an error of the whole field.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The things' ids.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>, Error> {
        if ids.len() > NODES_MAX {
            return Err(Error::Refused(
                Code::LimitExceeded,
                format!("`nodes` takes at most {NODES_MAX} ids at once, not {}.", ids.len()),
            ));
        }
        let caller = Caller::of(ctx)?;
        // At once, so that ids of one type are one statement.
        futures::future::try_join_all(ids.iter().map(|id| node_of(caller, id))).await
    }
}

/// Anything by its id; none when there is no such thing, or the caller may not see it.
///
/// # Errors
/// `BAD_ID`, or the database's.
pub async fn node_of(caller: &Caller, id: &ID) -> Result<Option<Node>, Error> {
    let (prefix, uuid) = ids::split(id)?;
    let loader = &caller.loader;
    Ok(match prefix {
        RegionId::PREFIX => loader.load_one(RegionId(uuid)).await?.map(Region).map(Node::Region),
        MunicipalityId::PREFIX => {
            loader.load_one(MunicipalityId(uuid)).await?.map(Municipality).map(Node::Municipality)
        }
        OrganizationId::PREFIX => {
            loader.load_one(OrganizationId(uuid)).await?.map(Organization).map(Node::Organization)
        }
        ProfileId::PREFIX => loader.load_one(ProfileId(uuid)).await?.map(Profile).map(Node::Profile),
        InstituteId::PREFIX => loader.load_one(InstituteId(uuid)).await?.map(Institute).map(Node::Institute),
        DepartmentId::PREFIX => {
            loader.load_one(DepartmentId(uuid)).await?.map(Department).map(Node::Department)
        }
        CommunityId::PREFIX => loader.load_one(CommunityId(uuid)).await?.map(Community).map(Node::Community),
        AppointmentId::PREFIX => {
            let held = loader.load_one(AppointmentId(uuid)).await?;
            held.map(|(row, holder)| Node::Appointment(Appointment(row, holder)))
        }
        MemberId::PREFIX => loader.load_one(MemberId(uuid)).await?.map(Member).map(Node::Member),
        PracticeId::PREFIX => loader.load_one(PracticeId(uuid)).await?.map(Practice).map(Node::Practice),
        EditionId::PREFIX => {
            loader.load_one(EditionId(uuid)).await?.map(PracticeEdition).map(Node::PracticeEdition)
        }
        RatingId::PREFIX => loader.load_one(RatingId(uuid)).await?.map(Rating::from).map(Node::Rating),
        CheckId::PREFIX => {
            loader.load_one(CheckId(uuid)).await?.map(IntegrityCheck).map(Node::IntegrityCheck)
        }
        FindingId::PREFIX => {
            loader.load_one(FindingId(uuid)).await?.map(IntegrityFinding).map(Node::IntegrityFinding)
        }
        AdoptionId::PREFIX => loader.load_one(AdoptionId(uuid)).await?.map(Adoption).map(Node::Adoption),
        ExpertId::PREFIX => loader.load_one(ExpertId(uuid)).await?.map(Expert).map(Node::Expert),
        ReviewId::PREFIX => loader.load_one(ReviewId(uuid)).await?.map(Review).map(Node::Review),
        ReviewDrawId::PREFIX => {
            loader.load_one(ReviewDrawId(uuid)).await?.map(ReviewDraw).map(Node::ReviewDraw)
        }
        AssessmentId::PREFIX => {
            loader.load_one(AssessmentId(uuid)).await?.map(Assessment).map(Node::Assessment)
        }
        EventId::PREFIX => loader.load_one(EventId(uuid)).await?.map(Event).map(Node::Event),
        MonitoringId::PREFIX => {
            loader.load_one(MonitoringId(uuid)).await?.map(Monitoring::of).map(Node::Monitoring)
        }
        ReturnId::PREFIX => {
            loader.load_one(ReturnId(uuid)).await?.map(MonitoringReturn::of).map(Node::MonitoringReturn)
        }
        MaterialId::PREFIX => loader.load_one(MaterialId(uuid)).await?.map(Material).map(Node::Material),
        ClusterId::PREFIX => loader.load_one(ClusterId(uuid)).await?.map(Cluster).map(Node::Cluster),
        _ => {
            let message = "The id is of no type that can be looked up.";
            return Err(Error::Refused(Code::BadId, message.into()));
        }
    })
}

/// What can be read.
#[derive(MergedObject, Default)]
pub struct Query(
    NodeQuery,
    AccountQuery,
    IntegratorQuery,
    RegionQuery,
    CommunityQuery,
    PracticeQuery,
    ExpertQuery,
    ReviewQuery,
    AssessmentQuery,
    IntegrityQuery,
    EventQuery,
    IndicatorQuery,
    ClusterQuery,
    MonitoringQuery,
    MonitoringReportQuery,
    RankingQuery,
    RankingHistoryQuery,
    SearchQuery,
    JournalQuery,
    ChangesQuery,
);

/// What can be done. Every mutation takes one `input` and answers with what it changed and `userErrors`.
#[derive(MergedObject, Default)]
pub struct Mutation(
    AccountMutation,
    AccessMutation,
    IntegratorMutation,
    RegionMutation,
    InstituteMutation,
    CommunityMutation,
    HeadcountMutation,
    GovernanceMutation,
    MemberMutation,
    SyncMutation,
    PracticeMutation,
    IntegrityMutation,
    MaterialMutation,
    AdoptionMutation,
    ExpertMutation,
    ReviewMutation,
    AssessmentMutation,
    EventMutation,
    IndicatorMutation,
    ClusterMutation,
    MonitoringMutation,
    RankingMutation,
);

/// The schema of the registry.
pub type RegistrySchema = Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema.
#[must_use]
pub fn build(introspection: bool, validation: ValidationMode) -> RegistrySchema {
    let mut builder =
        Schema::build(Query::default(), Mutation::default(), EmptySubscription).validation_mode(validation);
    if !introspection {
        // A suggestion would tell what introspection does not.
        builder = builder.disable_introspection().disable_suggestions();
    }
    builder
        .override_output_type_description::<DateTime<Utc>>(
            "A moment, written in RFC 3339: `2025-09-01T08:30:00+00:00`.",
        )
        .finish()
}

/// The schema in the schema definition language, as `schema.graphql` holds it.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items();
    let mut text = build(true, ValidationMode::Strict).sdl_with_options(options);
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

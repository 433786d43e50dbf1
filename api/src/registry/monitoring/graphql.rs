//! Monitorings and returns in the schema.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{FindingSeverity as Severity, monitoring, monitoring_question, monitoring_return};
use tokio::sync::OnceCell;

use super::{
    gather::name_of,
    loader::{Standing, StandingOf, StatesOf},
    report,
    report_graphql::{MonitoringReport, MonitoringRevision, revisions_of},
    rows_graphql::{Finding, IndicatorUnit},
    service::{self, ReturnFilter},
    write::in_region,
};
use crate::{
    auth::{Action, policy, visibility},
    db::keyset::{List, Page},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection},
        ids,
        scalars::{AcademicYear, Date},
    },
    registry::{
        community::graphql::Community,
        region::{
            graphql::{Region, region_of},
            service::require_region,
        },
    },
};

/// Where a monitoring return stands.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::ReturnState")]
pub enum MonitoringReturnState {
    /// Being completed; what the registry knows follows the registry.
    Draft,
    /// Handed in; its figures stand still.
    Submitted,
    /// Sent back with remarks.
    Returned,
    /// Accepted by the region's operator.
    Accepted,
}

/// How a monitoring stands, read at most once for all that hangs on one node of an answer.
type Shared = Arc<OnceCell<Arc<Standing>>>;

/// A region's monitoring of an academic year.
#[derive(Clone)]
pub struct Monitoring {
    row: monitoring::Model,
    standing: Shared,
}

impl Monitoring {
    /// Of this row.
    #[must_use]
    pub fn of(row: monitoring::Model) -> Self {
        Self { row, standing: Shared::default() }
    }
}

connection!(
    MonitoringConnection,
    MonitoringEdge,
    Monitoring,
    "a region's monitorings, the newest year first"
);

/// A region's monitoring of an academic year: every community hands in a return, and the region's operator accepts the
/// report that is made of them.
#[Object]
impl Monitoring {
    /// The monitoring's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.row.id)
    }
    /// Of which region.
    async fn region(&self, ctx: &Context<'_>) -> Result<Region, Error> {
        region_of(Caller::of(ctx)?, self.row.region_id).await
    }
    /// Of which year.
    async fn year(&self) -> AcademicYear {
        AcademicYear(self.row.year)
    }
    /// The last day for handing in returns.
    async fn due_on(&self) -> Date {
        Date(self.row.due_on)
    }
    /// Whether returns are prefilled from the registry; not so for years before it existed.
    async fn from_registry(&self) -> bool {
        self.row.from_registry
    }
    /// When it was opened.
    async fn opened_at(&self) -> DateTime<Utc> {
        self.row.opened_at
    }
    /// Whether returns are still completed: the report is not accepted, or something of it has been sent back since.
    async fn is_open(&self) -> bool {
        self.row.is_open
    }
    /// The number of the newest accepted report; 0 while there is none.
    async fn revision(&self) -> i32 {
        self.row.revision
    }
    /// What is asked, of communities and of the region, each in the order of the questions; at most 200.
    async fn questions(&self, ctx: &Context<'_>) -> Result<Vec<MonitoringQuestion>, Error> {
        let standing = standing(ctx, &self.standing, self.row.id).await?;
        Ok(standing.whole.questions.iter().map(|row| MonitoringQuestion::of(row, &standing)).collect())
    }
    /// How many returns of communities stand where; null for those who do not see all of them.
    async fn progress(&self, ctx: &Context<'_>) -> Result<Option<MonitoringProgress>, Error> {
        let caller = Caller::of(ctx)?;
        if !sees_all(caller, &self.row) {
            return Ok(None);
        }
        let states = caller.loader.load_one(StatesOf(self.row.id)).await?.unwrap_or_default();
        let count =
            |wanted| states.iter().filter(|(state, _)| *state == wanted).map(|(_, count)| count).sum();
        let (draft, submitted) = (count(entity::ReturnState::Draft), count(entity::ReturnState::Submitted));
        let (returned, accepted) =
            (count(entity::ReturnState::Returned), count(entity::ReturnState::Accepted));
        let is_late = caller.actor.now.date_naive() > self.row.due_on;
        Ok(Some(MonitoringProgress {
            total: draft + submitted + returned + accepted,
            draft,
            submitted,
            returned,
            accepted,
            late: if is_late { draft + returned } else { 0 },
        }))
    }
    /// The returns of communities that the caller may see, in the order of the monitoring. `late: true` is the list of
    /// those to be reminded.
    async fn returns(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the list.")] filter: Option<MonitoringReturnFilter>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<MonitoringReturnConnection, Error> {
        let caller = Caller::of(ctx)?;
        let page = Page::new(first, after, last, before)?;
        let given = filter.unwrap_or_default();
        if given.late && caller.actor.now.date_naive() <= self.row.due_on {
            return Ok(MonitoringReturnConnection(Slice::none()));
        }
        let filter = ReturnFilter {
            states: given.state.unwrap_or_default().into_iter().map(Into::into).collect(),
            community: given.community_slug,
            is_out: given.late,
        };
        let (db, to, of) =
            (caller.app.db.clone(), visibility::visible_monitorings(&caller.actor), self.row.id);
        let list = List::of("monitoringReturns", &(of, &filter));
        let rows = service::returns(&db, &to, of, &filter, list, &page).await?;
        let node = |row| MonitoringReturn { row, standing: self.standing.clone() };
        let count = move || {
            let (db, to, filter) = (db.clone(), to.clone(), filter.clone());
            async move { service::count_returns(&db, &to, of, &filter).await }
        };
        Ok(MonitoringReturnConnection(Slice::new(list, rows, |row| row.position, node, count)?))
    }
    /// What the region as a whole returns: totals, and what only the region can know. Null for those who do not see all.
    async fn region_return(&self, ctx: &Context<'_>) -> Result<Option<MonitoringReturn>, Error> {
        if !sees_all(Caller::of(ctx)?, &self.row) {
            return Ok(None);
        }
        let row = standing(ctx, &self.standing, self.row.id).await?.whole.region.row.clone();
        Ok(Some(MonitoringReturn { row, standing: self.standing.clone() }))
    }
    /// The report that the returns make as they stand; null for those who do not see all of them.
    async fn report(&self, ctx: &Context<'_>) -> Result<Option<MonitoringReport>, Error> {
        if !sees_all(Caller::of(ctx)?, &self.row) {
            return Ok(None);
        }
        let standing = standing(ctx, &self.standing, self.row.id).await?;
        Ok(Some(MonitoringReport { report: Arc::new(standing.report.clone()), monitoring: self.row.id }))
    }
    /// The accepted reports, the first one first.
    async fn revisions(&self, ctx: &Context<'_>) -> Result<Vec<MonitoringRevision>, Error> {
        revisions_of(Caller::of(ctx)?, self.row.id).await
    }
}

/// Whether the caller sees all returns of a monitoring, and not only its own community's.
fn sees_all(caller: &Caller, of: &monitoring::Model) -> bool {
    policy::may(&caller.actor, Action::MonitoringRead, &in_region(of.region_id))
}

async fn standing(
    ctx: &Context<'_>,
    shared: &Shared,
    of: entity::ids::MonitoringId,
) -> Result<Arc<Standing>, Error> {
    let caller = Caller::of(ctx)?;
    let read = || async {
        let found = caller.loader.load_one(StandingOf(of)).await?;
        found.ok_or_else(|| Error::broken("a return without its monitoring"))
    };
    shared.get_or_try_init(read).await.cloned()
}

/// What a monitoring asks.
#[derive(SimpleObject)]
pub struct MonitoringQuestion {
    /// The figure's code.
    code: String,
    /// What it is called, in Russian.
    name: String,
    /// In what it is told.
    unit: IndicatorUnit,
    /// Whether it is asked of the region as a whole; otherwise of every community.
    of_region: bool,
    /// Whether a return without it cannot be accepted.
    required: bool,
}

impl MonitoringQuestion {
    fn of(row: &monitoring_question::Model, within: &Standing) -> Self {
        Self {
            code: row.code.clone(),
            name: name_of(&within.named, &row.code),
            unit: unit_of(within, &row.code),
            of_region: row.of_region,
            required: row.is_required,
        }
    }
}

fn unit_of(within: &Standing, code: &str) -> IndicatorUnit {
    within.named.get(code).map_or(entity::IndicatorUnit::Number, |named| named.unit).into()
}

/// How many returns of communities stand where.
#[derive(SimpleObject)]
pub struct MonitoringProgress {
    /// All.
    total: i64,
    /// Being completed.
    draft: i64,
    /// Handed in, to be decided by the operator.
    submitted: i64,
    /// Sent back.
    returned: i64,
    /// Accepted.
    accepted: i64,
    /// Being completed or sent back, although the last day has passed.
    late: i64,
}

/// What narrows a list of returns; all given conditions must hold.
#[derive(InputObject, Default)]
pub struct MonitoringReturnFilter {
    /// In one of these states; left out, in any.
    state: Option<Vec<MonitoringReturnState>>,
    /// Of the community with this slug.
    community_slug: Option<String>,
    /// Only those that are not handed in although the last day has passed.
    #[graphql(default = false)]
    late: bool,
}

/// What a community, or the region itself, returns for a monitoring.
#[derive(Clone)]
pub struct MonitoringReturn {
    row: monitoring_return::Model,
    standing: Shared,
}

impl MonitoringReturn {
    /// Of this row.
    #[must_use]
    pub fn of(row: monitoring_return::Model) -> Self {
        Self { row, standing: Shared::default() }
    }
}

connection!(
    MonitoringReturnConnection,
    MonitoringReturnEdge,
    MonitoringReturn,
    "returns, in the order of the monitoring"
);

/// What a community, or the region itself, returns for a monitoring.
#[Object]
impl MonitoringReturn {
    /// The return's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.row.id)
    }
    /// For which monitoring.
    async fn monitoring(&self, ctx: &Context<'_>) -> Result<Monitoring, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.row.monitoring_id).await?;
        let node = |row| Monitoring { row, standing: self.standing.clone() };
        found.map(node).ok_or_else(|| Error::broken("a return without its monitoring"))
    }
    /// Whose; null for the region's own.
    async fn community(&self, ctx: &Context<'_>) -> Result<Option<Community>, Error> {
        let Some(id) = self.row.community_id else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(Community))
    }
    /// Where it stands.
    async fn state(&self) -> MonitoringReturnState {
        self.row.state.into()
    }
    /// Grows with every change of its figures. Pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.row.version
    }
    /// What the operator has to say of it, while it is sent back.
    async fn remarks(&self) -> Option<&str> {
        self.row.remarks.as_deref()
    }
    /// When it was handed in, the last time.
    async fn submitted_at(&self) -> Option<DateTime<Utc>> {
        self.row.submitted_at
    }
    /// When it was accepted or sent back, the last time.
    async fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.row.decided_at
    }
    /// What is asked, with what the registry knows and what was stated, in the order of the questions; at most 100.
    async fn figures(&self, ctx: &Context<'_>) -> Result<Vec<MonitoringFigure>, Error> {
        let standing = standing(ctx, &self.standing, self.row.monitoring_id).await?;
        let of_region = self.row.community_id.is_none();
        let mut all = standing.whole.communities.iter().map(|(_, one)| one).chain([&standing.whole.region]);
        let Some(held) = all.find(|one| one.row.id == self.row.id) else { return Ok(Vec::new()) };
        let asked = standing.whole.questions.iter().filter(|one| one.of_region == of_region);
        let figure = |one: &monitoring_question::Model| {
            let figure = held.figures.0.get(&one.code).cloned().unwrap_or_default();
            MonitoringFigure {
                question: MonitoringQuestion::of(one, &standing),
                value: figure.value().map(|value| value.to_f64()),
                registered: figure.registered.map(|value| value.to_f64()),
                stated: figure.stated.map(|value| value.to_f64()),
                reason: figure.reason,
            }
        };
        Ok(asked.map(figure).collect())
    }
    /// What does not add up in it, errors first: errors block its acceptance.
    async fn findings(&self, ctx: &Context<'_>) -> Result<Vec<Finding>, Error> {
        let standing = standing(ctx, &self.standing, self.row.monitoring_id).await?;
        let own = |one: &&report::Finding| {
            one.community.as_ref().map(|name| name.id) == self.row.community_id && one.code != NOT_ACCEPTED
        };
        let mut found: Vec<_> = standing.report.findings.iter().filter(own).cloned().collect();
        found.sort_by_key(|one| one.severity != Severity::Error);
        Ok(found.into_iter().map(Finding).collect())
    }
}

/// What is said of a return as a whole does not stand among its own faults.
const NOT_ACCEPTED: &str = "RETURN_NOT_ACCEPTED";

/// A figure of a return.
#[derive(SimpleObject)]
pub struct MonitoringFigure {
    /// What is asked.
    question: MonitoringQuestion,
    /// What holds: what was stated, else what the registry knows; null while neither is known.
    value: Option<f64>,
    /// What the registry knows, of the region: what the returns of its communities add up to; null where it knows nothing.
    registered: Option<f64>,
    /// What was stated in its place.
    stated: Option<f64>,
    /// Why.
    reason: Option<String>,
}

/// The queries of this concept.
#[derive(Default)]
pub struct MonitoringQuery;

#[Object]
impl MonitoringQuery {
    /// A region's monitoring of a year; null where there is none that the caller may see. For the chairs and coordinators
    /// of its communities (each sees the own return), the region's operator, registrar and auditor.
    async fn monitoring(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The region's ISO 3166-2 code.")] region_code: String,
        #[graphql(desc = "Which academic year.")] year: AcademicYear,
    ) -> Result<Option<Monitoring>, Error> {
        let caller = Caller::of(ctx)?;
        policy::signed_in(&caller.actor, Action::MonitoringRead)?;
        let region = require_region(&caller.app.db, &region_code).await?;
        let to = visibility::visible_monitorings(&caller.actor);
        Ok(service::by_year(caller.app.db.read(), &to, region.id, year.0).await?.map(Monitoring::of))
    }

    /// A region's monitorings that the caller may see, the newest year first. Signed-in callers only.
    async fn monitorings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The region's ISO 3166-2 code.")] region_code: String,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<MonitoringConnection, Error> {
        let caller = Caller::of(ctx)?;
        policy::signed_in(&caller.actor, Action::MonitoringRead)?;
        let page = Page::new(first, after, last, before)?;
        let of = require_region(&caller.app.db, &region_code).await?.id;
        let (db, to) = (caller.app.db.clone(), visibility::visible_monitorings(&caller.actor));
        let list = List::of("monitorings", &of);
        let rows = service::list(&db, &to, of, list, &page).await?;
        let count = move || {
            let (db, to) = (db.clone(), to.clone());
            async move { service::count(&db, &to, of).await }
        };
        Ok(MonitoringConnection(Slice::new(list, rows, |row| row.year, Monitoring::of, count)?))
    }
}

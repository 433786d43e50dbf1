//! The use cases that change a monitoring and its returns. Each is a step within a transaction, for whoever does several
//! in one, and the same with the caller's right before it.

use std::collections::{BTreeSet, HashSet};

use chrono::NaiveDate;
use entity::{
    AcademicYear, ReturnState, community,
    ids::{CommunityId, MonitoringId, RegionId, ReturnId},
    monitoring, monitoring_figure, monitoring_question, monitoring_return, region,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::json;

use super::{
    figures::{self, Figure, Figures},
    gather::{self, Whole},
    report::Finding,
    rules::{self, COMMUNITIES_MAX, Statement, Step, WORDS_MAX},
    service,
};
use crate::{
    app::App,
    auth::{Action, Actor, Place, policy},
    db::{Change, Tx},
    error::{Error, Outcome, UserError, UserErrorCode},
    registry::{listed::Row, region::service::require_region},
    text,
};

/// A figure that is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Which.
    pub code: String,
    /// Whether a return without it cannot be accepted.
    pub is_required: bool,
}

/// What is opened.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Which year.
    pub year: AcademicYear,
    /// The last day for returns.
    pub due_on: NaiveDate,
    /// Whether returns are prefilled from the registry.
    pub from_registry: bool,
    /// What every community is asked; the usual questions where nobody says.
    pub of_community: Option<Vec<Question>>,
    /// What the region as a whole is asked.
    pub of_region: Option<Vec<Question>>,
    /// Which communities, by their slugs in the order of the report; all that are not in the archive where nobody says.
    pub communities: Option<Vec<String>>,
}

/// Opens a region's monitoring of a year: every community gets its return, and the region its own.
///
/// # Errors
/// `NOT_FOUND` for an unknown region, `FORBIDDEN`.
pub async fn open(app: &App, actor: &Actor, region_code: &str, given: Opening) -> Outcome<monitoring::Model> {
    policy::signed_in(actor, Action::MonitoringOpen)?;
    let region = require_region(&app.db, region_code).await?;
    let permit = policy::permit(actor, Action::MonitoringOpen, &in_region(region.id))?;
    let mut tx = app.db.begin(permit).await?;
    let row = accepted!(open_in(&mut tx, region.id, given).await?);
    tx.commit().await?;
    Ok(Ok(row))
}

/// The same, as a step of a transaction.
///
/// # Errors
/// The database's.
pub async fn open_in(tx: &mut Tx, region: RegionId, given: Opening) -> Outcome<monitoring::Model> {
    accepted!(rules::check_opening(given.year, given.due_on, tx.at().date_naive()));
    let known: BTreeSet<String> = gather::named(tx.db()).await?.into_keys().collect();
    let asked = |given: Option<Vec<Question>>, usual: Vec<(String, bool)>| {
        let usual = || usual.into_iter().map(|(code, is_required)| Question { code, is_required }).collect();
        given.unwrap_or_else(usual)
    };
    let of_community = asked(given.of_community, figures::usual_questions());
    let of_region = asked(given.of_region, figures::usual_questions_of_region());
    for (field, questions) in [("communityQuestions", &of_community), ("regionQuestions", &of_region)] {
        accepted!(rules::check_questions(field, questions.iter().map(|one| one.code.as_str()), &known));
    }
    // Of two that open at once the second sees what the first has opened.
    let region = region::Model::lock(tx, region).await?.ok_or_else(|| Error::not_found("region"))?;
    let there = monitoring::Entity::find()
        .filter(monitoring::Column::RegionId.eq(region.id))
        .filter(monitoring::Column::Year.eq(given.year));
    if there.one(tx.db()).await?.is_some() {
        let message = format!("The monitoring of {} is open already.", given.year);
        return Ok(Err(UserError::of("year", UserErrorCode::Taken, message).into()));
    }
    let communities = accepted!(taking_part(tx, region.id, given.communities).await?);
    let row = monitoring::Model {
        id: MonitoringId::generate(),
        region_id: region.id,
        year: given.year,
        due_on: given.due_on,
        from_registry: given.from_registry,
        opened_at: tx.at(),
        revision: 0,
        is_open: true,
    };
    tx.insert_all::<monitoring::Entity>(vec![row.clone()]).await?;
    let questions = |of_region: bool, asked: Vec<Question>| {
        asked.into_iter().zip(1..).map(move |(one, position)| monitoring_question::Model {
            monitoring_id: row.id,
            of_region,
            code: one.code,
            position,
            is_required: one.is_required,
        })
    };
    let questions: Vec<_> = questions(false, of_community).chain(questions(true, of_region)).collect();
    tx.insert_all::<monitoring_question::Entity>(questions).await?;
    let count = communities.len();
    let owners = std::iter::once(None).chain(communities.into_iter().map(Some));
    let returns = owners.zip(0..).map(|(community_id, position)| monitoring_return::Model {
        id: ReturnId::generate(),
        monitoring_id: row.id,
        region_id: region.id,
        year: row.year,
        community_id,
        position,
        state: ReturnState::Draft,
        version: 1,
        remarks: None,
        submitted_at: None,
        decided_at: None,
    });
    tx.insert_all::<monitoring_return::Entity>(returns.collect()).await?;
    let told = json!({ "year": row.year.to_string(), "dueOn": row.due_on, "communities": count });
    tx.record(Change::of(row.id, None, Some(told)).within(region.id, None));
    Ok(Ok(row))
}

/// The communities that take part, in the order of the report.
async fn taking_part(tx: &Tx, region: RegionId, slugs: Option<Vec<String>>) -> Outcome<Vec<CommunityId>> {
    let too_many = |count: usize| {
        let message = format!("A monitoring has at most {COMMUNITIES_MAX} communities.");
        let error = UserError::of("communitySlugs", UserErrorCode::Invalid, message);
        error.bounded(count, None, Some(COMMUNITIES_MAX))
    };
    let select = community::Entity::find().filter(community::Column::RegionId.eq(region));
    let Some(slugs) = slugs else {
        let living = select
            .filter(community::Column::ArchivedAt.is_null())
            .order_by_asc(community::Column::Id)
            .limit(COMMUNITIES_MAX as u64 + 1)
            .all(tx.db())
            .await?;
        return match living.len() > COMMUNITIES_MAX {
            true => Ok(Err(too_many(living.len()).into())),
            false => Ok(Ok(living.into_iter().map(|row| row.id).collect())),
        };
    };
    if slugs.len() > COMMUNITIES_MAX {
        return Ok(Err(too_many(slugs.len()).into()));
    }
    let found =
        select.filter(community::Column::Slug.is_in(slugs.iter().map(String::as_str))).all(tx.db()).await?;
    let mut seen = HashSet::new();
    let mut ids = Vec::with_capacity(slugs.len());
    for (index, slug) in slugs.iter().enumerate() {
        let message = match found.iter().find(|row| row.slug == *slug) {
            Some(row) if seen.insert(row.id) => {
                ids.push(row.id);
                continue;
            }
            Some(_) => format!("`{slug}` stands twice."),
            None => format!("The region has no community `{slug}`."),
        };
        let mut error = UserError::of("communitySlugs", UserErrorCode::Invalid, message);
        error.path.push(index.to_string());
        return Ok(Err(error.into()));
    }
    Ok(Ok(ids))
}

/// Moves the last day for returns.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn extend(
    app: &App,
    actor: &Actor,
    region_code: &str,
    year: AcademicYear,
    due_on: NaiveDate,
) -> Outcome<monitoring::Model> {
    policy::signed_in(actor, Action::MonitoringOpen)?;
    let seen = service::require(app, actor, region_code, year).await?;
    let permit = policy::permit(actor, Action::MonitoringOpen, &in_region(seen.region_id))?;
    accepted!(rules::check_due(year, due_on));
    let mut tx = app.db.begin(permit).await?;
    let old = lock(&tx, seen.id).await?;
    let mut row = old.clone().into_active_model();
    row.due_on = Set(due_on);
    let new = row.update(tx.db()).await?;
    let told = |row: &monitoring::Model| Some(json!({ "dueOn": row.due_on }));
    tx.record(Change::of(new.id, told(&old), told(&new)).within(new.region_id, None));
    tx.commit().await?;
    Ok(Ok(new))
}

/// Completes and corrects a return: what is stated takes the place of what the registry knows, both are kept.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn fill(
    app: &App,
    actor: &Actor,
    id: ReturnId,
    expected_version: i32,
    statements: Vec<Statement>,
) -> Outcome<monitoring_return::Model> {
    let (tx, _) = begin(app, actor, id, Action::MonitoringReturnWrite).await?;
    let mut tx = tx;
    let row = accepted!(fill_in(&mut tx, id, Some(expected_version), statements).await?);
    tx.commit().await?;
    Ok(Ok(row))
}

/// The same, as a step of a transaction; without a version none is compared.
///
/// # Errors
/// The database's.
pub async fn fill_in(
    tx: &mut Tx,
    id: ReturnId,
    expected_version: Option<i32>,
    statements: Vec<Statement>,
) -> Outcome<monitoring_return::Model> {
    let (of, old) = lock_return(tx, id).await?;
    accepted!(rules::step(Step::Fill, old.state));
    if expected_version.is_some_and(|version| version != old.version) {
        let message = format!("The return has changed since; its version is {}.", old.version);
        return Ok(Err(UserError::of("expectedVersion", UserErrorCode::Conflict, message).into()));
    }
    let named = gather::named(tx.db()).await?;
    let whole = whole(tx, &of).await?;
    let mut held = accepted!(found(&whole, id)).figures.clone();
    let mut faults = Vec::new();
    let mut told = serde_json::Map::new();
    let mut before = serde_json::Map::new();
    let mut seen = HashSet::new();
    for (index, given) in statements.iter().enumerate() {
        let is_asked = whole
            .questions
            .iter()
            .any(|one| one.of_region == old.community_id.is_none() && one.code == given.code);
        let Some(figure) = named.get(&given.code).filter(|_| is_asked && seen.insert(&given.code)) else {
            let message = format!("`{}` is not asked here, or is given twice.", given.code);
            let error = UserError::of("code", UserErrorCode::Invalid, message);
            faults.push(error.within(&["figures", &index.to_string()]));
            continue;
        };
        let known = held.0.get(&given.code).and_then(|figure| figure.registered);
        match rules::check_statement(index, given, figure.unit, known) {
            Ok((stated, reason)) => {
                let was = held.0.get(&given.code).and_then(|figure| figure.stated);
                before.insert(given.code.clone(), json!(was.map(|value| value.to_f64())));
                told.insert(given.code.clone(), json!(stated.map(|value| value.to_f64())));
                held.0.insert(given.code.clone(), Figure { registered: known, stated, reason });
            }
            Err(error) => faults.push(error),
        }
    }
    if !faults.is_empty() {
        return Ok(Err(faults.into()));
    }
    save(tx, id, &held, false).await?;
    let mut row = old.clone().into_active_model();
    row.version = Set(old.version + 1);
    let new = row.update(tx.db()).await?;
    tx.record(change(&new, Some(json!({ "figures": before })), json!({ "figures": told })));
    Ok(Ok(new))
}

/// Hands a community's return in: what the registry knows of it stands still from now on.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn submit(app: &App, actor: &Actor, id: ReturnId) -> Outcome<monitoring_return::Model> {
    let (mut tx, _) = begin(app, actor, id, Action::MonitoringReturnWrite).await?;
    let row = accepted!(submit_in(&mut tx, id).await?);
    tx.commit().await?;
    Ok(Ok(row))
}

/// The same, as a step of a transaction.
///
/// # Errors
/// The database's.
pub async fn submit_in(tx: &mut Tx, id: ReturnId) -> Outcome<monitoring_return::Model> {
    let (of, old) = lock_return(tx, id).await?;
    let to = accepted!(of_community(&old).and_then(|()| rules::step(Step::Submit, old.state)));
    let whole = whole(tx, &of).await?;
    save(tx, id, &accepted!(found(&whole, id)).figures, true).await?;
    let at = tx.at();
    let row = moved(tx, old, to, |row| {
        row.submitted_at = Set(Some(at));
        row.remarks = Set(None);
    });
    row.await.map(Ok)
}

/// Accepts a return that was handed in. Errors that the checks find in it block this.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn accept(app: &App, actor: &Actor, id: ReturnId) -> Outcome<monitoring_return::Model> {
    let (mut tx, _) = begin(app, actor, id, Action::MonitoringReturnDecide).await?;
    let row = accepted!(accept_in(&mut tx, id).await?);
    tx.commit().await?;
    Ok(Ok(row))
}

/// The same, as a step of a transaction.
///
/// # Errors
/// The database's.
pub async fn accept_in(tx: &mut Tx, id: ReturnId) -> Outcome<monitoring_return::Model> {
    let (of, old) = lock_return(tx, id).await?;
    let to = accepted!(of_community(&old).and_then(|()| rules::step(Step::Accept, old.state)));
    let whole = whole(tx, &of).await?;
    let found = findings(tx, &whole, id).await?;
    accepted!(without_errors("returnId", &found));
    let at = tx.at();
    moved(tx, old, to, |row| row.decided_at = Set(Some(at))).await.map(Ok)
}

/// Sends a return back with remarks; where the report is accepted already, this opens it for a correction.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn send_back(
    app: &App,
    actor: &Actor,
    id: ReturnId,
    remarks: &str,
) -> Outcome<monitoring_return::Model> {
    let (mut tx, _) = begin(app, actor, id, Action::MonitoringReturnDecide).await?;
    let remarks = accepted!(text::required("remarks", remarks, WORDS_MAX));
    let row = accepted!(send_back_in(&mut tx, id, remarks).await?);
    tx.commit().await?;
    Ok(Ok(row))
}

/// The same, as a step of a transaction.
///
/// # Errors
/// The database's.
pub async fn send_back_in(tx: &mut Tx, id: ReturnId, remarks: String) -> Outcome<monitoring_return::Model> {
    let (of, old) = lock_return(tx, id).await?;
    let to = accepted!(rules::step(Step::SendBack, old.state));
    if !of.is_open {
        let mut row = of.into_active_model();
        row.is_open = Set(true);
        row.update(tx.db()).await?;
    }
    let at = tx.at();
    let row = moved(tx, old, to, |row| {
        row.decided_at = Set(Some(at));
        row.remarks = Set(Some(remarks));
    });
    row.await.map(Ok)
}

/// The caller's right to a return, and a transaction with it.
async fn begin(
    app: &App,
    actor: &Actor,
    id: ReturnId,
    action: Action,
) -> Result<(Tx, monitoring_return::Model), Error> {
    policy::signed_in(actor, action)?;
    let seen = service::require_return(app, actor, id).await?;
    let place = Place { community: seen.community_id, ..in_region(seen.region_id) };
    let permit = policy::permit(actor, action, &place)?;
    Ok((app.db.begin(permit).await?, seen))
}

/// Everything in this region.
pub(super) fn in_region(region: RegionId) -> Place {
    Place { region: Some(region), ..Place::default() }
}

/// The monitoring, locked: all that changes its returns waits here.
pub(super) async fn lock(tx: &Tx, id: MonitoringId) -> Result<monitoring::Model, Error> {
    let row = monitoring::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?;
    row.ok_or_else(|| Error::not_found("monitoring"))
}

async fn lock_return(tx: &Tx, id: ReturnId) -> Result<(monitoring::Model, monitoring_return::Model), Error> {
    let missing = || Error::not_found("return");
    let row = monitoring_return::Entity::find_by_id(id).one(tx.db()).await?.ok_or_else(missing)?;
    let of = lock(tx, row.monitoring_id).await?;
    let row = monitoring_return::Entity::find_by_id(id).lock_exclusive().one(tx.db()).await?;
    Ok((of, row.ok_or_else(missing)?))
}

async fn whole(tx: &Tx, of: &monitoring::Model) -> Result<Whole, Error> {
    let whole = gather::whole(tx.db(), of.id, tx.at()).await?;
    whole.ok_or_else(|| Error::broken("a monitoring that was locked is gone"))
}

/// A return among those of its monitoring.
fn found(whole: &Whole, id: ReturnId) -> Result<&gather::Return, UserError> {
    let mut all = whole.communities.iter().map(|(_, one)| one).chain([&whole.region]);
    let missing = || UserError::of("returnId", UserErrorCode::Invalid, "The return is of no monitoring.");
    all.find(|one| one.row.id == id).ok_or_else(missing)
}

fn of_community(row: &monitoring_return::Model) -> Result<(), UserError> {
    if row.community_id.is_some() {
        return Ok(());
    }
    let message = "The region's own return is accepted with the report, by `monitoringAccept`.";
    Err(UserError::of("returnId", UserErrorCode::WrongState, message))
}

/// What the checks find in one return.
///
/// # Errors
/// The database's.
pub async fn findings(tx: &Tx, whole: &Whole, id: ReturnId) -> Result<Vec<Finding>, Error> {
    let report = gather::report(tx.db(), whole, tx.at()).await?;
    let own = whole.communities.iter().find(|(_, one)| one.row.id == id).map(|(name, _)| name.id);
    Ok(report.findings.into_iter().filter(|one| one.community.as_ref().map(|name| name.id) == own).collect())
}

/// Nothing that blocks acceptance.
///
/// # Errors
/// `NOT_ELIGIBLE`, with what was found.
pub(super) fn without_errors(field: &str, found: &[Finding]) -> Result<(), UserError> {
    let errors: Vec<_> = found.iter().filter(|one| one.severity == entity::FindingSeverity::Error).collect();
    if errors.is_empty() {
        return Ok(());
    }
    let told: Vec<_> = errors.iter().take(10).map(|one| format!("{}: {}", one.code, one.message)).collect();
    let message = format!("{} errors block the acceptance. {}", errors.len(), told.join(" "));
    Err(UserError::of(field, UserErrorCode::NotEligible, message))
}

/// Keeps the figures of a return: what was stated, and, once it stands still, what the registry knew.
pub(super) async fn save(tx: &Tx, id: ReturnId, held: &Figures, is_still: bool) -> Result<(), Error> {
    monitoring_figure::Entity::delete_many()
        .filter(monitoring_figure::Column::ReturnId.eq(id))
        .exec(tx.db())
        .await?;
    let row = |(code, figure): (&String, &Figure)| {
        let registered = figure.registered.filter(|_| is_still).map(|value| value.0);
        (registered.is_some() || figure.stated.is_some()).then(|| monitoring_figure::Model {
            return_id: id,
            code: code.clone(),
            registered,
            stated: figure.stated.map(|value| value.0),
            reason: figure.reason.clone(),
        })
    };
    tx.insert_all::<monitoring_figure::Entity>(held.0.iter().filter_map(row).collect()).await
}

/// Moves a return to another state, and tells it.
pub(super) async fn moved(
    tx: &mut Tx,
    old: monitoring_return::Model,
    to: ReturnState,
    and: impl FnOnce(&mut monitoring_return::ActiveModel),
) -> Result<monitoring_return::Model, Error> {
    let before = json!({ "state": rules::name(old.state) });
    let mut row = old.into_active_model();
    row.state = Set(to);
    and(&mut row);
    let new = row.update(tx.db()).await?;
    tx.record(change(&new, Some(before), json!({ "state": rules::name(to) })));
    Ok(new)
}

fn change(
    row: &monitoring_return::Model,
    before: Option<serde_json::Value>,
    after: serde_json::Value,
) -> Change {
    Change::of(row.id, before, Some(after)).within(row.region_id, row.community_id)
}

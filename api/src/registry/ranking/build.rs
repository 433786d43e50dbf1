//! The making of living boards, and of what all boards are made of.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use entity::{
    ids::{ProfileId, RegionId},
    profile, region,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{
    board::{self, Parameters, Period, Spec},
    communities, experts,
    formula::{self, Entrant},
    frozen,
    method::Method,
    practices, regions,
    rules::{self, Entry},
    versions::{self, Version},
};
use crate::{app::App, auth::Permit, error::Error};

/// The filter, by ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Scope {
    pub(super) region: Option<RegionId>,
    pub(super) profile: Option<ProfileId>,
}

/// What is believed of all time: the counts that communities and practices keep of themselves, or only the rows that
/// they are counts of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Kept,
    Rows,
}

/// Makes a board that is not there yet; false where the filter names an unknown region or profile, and of a closed year,
/// whose boards were all made when it was closed.
///
/// # Errors
/// The database's.
pub async fn make(app: &App, spec: &Spec) -> Result<bool, Error> {
    let tx = app.db.begin(Permit::system(app.clock.now())).await?;
    let Some(scope) = resolve(tx.db(), spec).await? else { return Ok(false) };
    if is_frozen(tx.db(), spec.period).await? {
        return Ok(false);
    }
    board::ensure(&tx, spec, scope.region, scope.profile).await?;
    tx.commit_quietly().await?;
    rebuild(app, spec).await?;
    Ok(true)
}

/// Makes the next generation of a living board. The board is locked first and the data are read after it, so of two
/// builders the later one has the newer data.
///
/// # Errors
/// The database's.
pub async fn rebuild(app: &App, spec: &Spec) -> Result<(), Error> {
    let tx = app.db.begin(Permit::system(app.clock.now())).await?;
    let Some(board) = board::lock(&tx, spec).await? else { return Ok(()) };
    if board.revision.is_some() {
        return Ok(());
    }
    if is_frozen(tx.db(), spec.period).await? {
        // The year was closed while the board of a filter in which nobody takes part was being made.
        board::drop(&tx, board.id).await?;
        return tx.commit_quietly().await;
    }
    let scope = Scope { region: board.region_id, profile: board.profile_id };
    let former = former(tx.db(), spec.method, scope, spec.period).await?;
    let version = versions::holding(tx.db(), spec.method, spec.period.year()).await?;
    let field = field(tx.db(), spec.method, scope, spec.period, Source::Kept).await?;
    let (parameters, entries) = ranked(&version, &field.whole(scope), &former)?;
    board::write(&tx, &board, &parameters, &entries).await?;
    tx.commit_quietly().await
}

async fn is_frozen(db: &impl ConnectionTrait, period: Period) -> Result<bool, Error> {
    match period {
        Period::Year(year) => Ok(frozen::latest(db, year).await?.is_some()),
        Period::All(_) | Period::Until(_) => Ok(false),
    }
}

/// The ranks of the period before, by who it is: from the frozen board where its year is closed.
async fn former(
    db: &impl ConnectionTrait,
    method: Method,
    scope: Scope,
    period: Period,
) -> Result<HashMap<Uuid, i64>, Error> {
    let Some(before) = period.previous() else { return Ok(HashMap::new()) };
    if frozen::latest(db, before.year()).await?.is_some() {
        return frozen::ranks(db, method, scope, before).await;
    }
    let version = versions::holding(db, method, before.year()).await?;
    let field = field(db, method, scope, before, Source::Kept).await?;
    Ok(ranks(&ranked(&version, &field.whole(scope), &HashMap::new())?.1))
}

/// The ranks of a board, by who it is.
pub(super) fn ranks(entries: &[Entry]) -> HashMap<Uuid, i64> {
    entries.iter().map(|entry| (entry.subject, entry.rank)).collect()
}

/// The board of these entrants by this version of the method.
pub(super) fn ranked(
    version: &Version,
    entrants: &[Arc<Entrant>],
    former: &HashMap<Uuid, i64>,
) -> Result<(Parameters, Vec<Entry>), Error> {
    let (candidates, mean) = formula::candidates(version.method, &version.numbers, entrants)?;
    let parameters = Parameters { version: version.version, numbers: version.numbers.clone(), mean };
    Ok((parameters, rules::rank(candidates, former)))
}

async fn resolve(db: &impl ConnectionTrait, spec: &Spec) -> Result<Option<Scope>, Error> {
    let mut scope = Scope { region: None, profile: None };
    if let Some(code) = &spec.region {
        let found = region::Entity::find().filter(region::Column::Code.eq(code)).one(db).await?;
        let Some(row) = found else { return Ok(None) };
        scope.region = Some(row.id);
    }
    if let Some(code) = &spec.profile {
        let found = profile::Entity::find().filter(profile::Column::Code.eq(code)).one(db).await?;
        let Some(row) = found else { return Ok(None) };
        scope.profile = Some(row.id);
    }
    Ok(Some(scope))
}

/// All who take part in a scope, and in the scopes within it.
#[derive(Debug)]
pub(super) enum Field {
    Each(Vec<Arc<Entrant>>),
    /// Regions are put together anew for every profile.
    Regions(regions::Shares),
}

impl Field {
    /// The entrants of the scope for which it was read.
    pub(super) fn whole(&self, scope: Scope) -> Vec<Arc<Entrant>> {
        match self {
            Self::Each(entrants) => entrants.clone(),
            Self::Regions(shares) => shares.entrants(scope.profile),
        }
    }

    /// The entrants of every scope in which there are any, of what was read for the federation.
    pub(super) fn by_scope(&self) -> BTreeMap<Scope, Vec<Arc<Entrant>>> {
        let mut scopes: BTreeMap<Scope, Vec<Arc<Entrant>>> = BTreeMap::new();
        match self {
            Self::Each(entrants) => {
                for one in entrants {
                    let mut within = |region, profile| {
                        scopes.entry(Scope { region, profile }).or_default().push(Arc::clone(one));
                    };
                    within(None, None);
                    within(one.region, None);
                    if one.profile.is_some() {
                        within(None, one.profile);
                        within(one.region, one.profile);
                    }
                }
            }
            Self::Regions(shares) => {
                let profiles = shares.profiles().into_iter().map(Some);
                for profile in std::iter::once(None).chain(profiles) {
                    scopes.insert(Scope { region: None, profile }, shares.entrants(profile));
                }
            }
        }
        scopes.retain(|_, entrants| !entrants.is_empty());
        scopes
    }
}

/// Reads who takes part in a scope.
///
/// # Errors
/// The database's.
pub(super) async fn field(
    db: &impl ConnectionTrait,
    method: Method,
    scope: Scope,
    period: Period,
    source: Source,
) -> Result<Field, Error> {
    Ok(match method {
        Method::PublishedPractices | Method::PracticesPer100Members => {
            Field::Each(communities::entrants(db, method, scope, period, source).await?)
        }
        Method::Rating => Field::Each(practices::rated(db, scope, period, source).await?),
        Method::Adoption => Field::Each(practices::adopted(db, scope, period).await?),
        Method::Expert => Field::Each(experts::assessed(db, scope, period).await?),
        Method::RegionPublishedPractices | Method::RegionPracticesPer100Members => {
            Field::Regions(regions::shares(db, method, scope, period, source).await?)
        }
    })
}

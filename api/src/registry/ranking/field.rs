//! Who takes part in rankings, and what a process remembers of it from one building of boards to the next: reading two
//! hundred thousand practices and three million ratings anew for every publication would take seconds.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use entity::{
    AcademicYear, counter,
    ids::{ProfileId, RegionId},
    journal,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, StreamTrait};
use uuid::Uuid;

use super::{
    board::Period,
    build, communities,
    entrant::Entrant,
    experts, frozen,
    method::{Method, Ranks as Kind},
    practices, regions,
    rules::Standings,
    touched::Touched,
    versions,
};
use crate::error::Error;

/// How many entries of the journal are caught up with at once.
const AT_ONCE: u64 = 5_000;
/// From how many entries on to begin anew is quicker than to catch up.
const TOO_MANY: i64 = 50_000;

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

/// Of whom the figures are read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted<'a> {
    /// Of those in this scope.
    pub(super) scope: Scope,
    /// Of these of them only: practices, or else the communities that take part or of which regions are put together.
    pub(super) only: Option<&'a [Uuid]>,
}

impl From<Scope> for Wanted<'_> {
    fn from(scope: Scope) -> Self {
        Self { scope, only: None }
    }
}

/// All who take part in a scope, and in the scopes within it.
#[derive(Debug)]
pub(super) enum Field {
    /// In the order of their ids, once it is settled.
    Each(Vec<Entrant>),
    /// Regions are put together anew for every profile.
    Regions(regions::Shares),
}

impl Field {
    /// Reads who takes part.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn read(
        db: &(impl ConnectionTrait + StreamTrait),
        method: Method,
        wanted: impl Into<Wanted<'_>>,
        period: Period,
        source: Source,
    ) -> Result<Self, Error> {
        let wanted = wanted.into();
        Ok(match method {
            Method::PublishedPractices | Method::PracticesPer100Members => {
                Self::Each(communities::entrants(db, method, wanted, period, source).await?)
            }
            Method::Rating => Self::Each(practices::rated(db, wanted, period, source).await?),
            Method::Adoption => Self::Each(practices::adopted(db, wanted, period).await?),
            Method::Expert => Self::Each(experts::assessed(db, wanted, period).await?),
            Method::RegionPublishedPractices | Method::RegionPracticesPer100Members => {
                Self::Regions(regions::shares(db, method, wanted, period, source).await?)
            }
        })
    }

    /// The entrants of a scope within that for which it was read. `made` holds those that are put together for it.
    pub(super) fn whole<'a>(&'a self, scope: Scope, made: &'a mut Vec<Entrant>) -> Vec<&'a Entrant> {
        let is_within = |one: &&Entrant| {
            let subject = &one.subject;
            scope.region.is_none_or(|region| subject.region == Some(region))
                && scope.profile.is_none_or(|profile| subject.profile == Some(profile))
        };
        match self {
            Self::Each(entrants) => entrants.iter().filter(is_within).collect(),
            Self::Regions(shares) => {
                *made = shares.entrants(scope.profile);
                made.iter().collect()
            }
        }
    }

    /// The entrants of every scope in which there are any, of what was read for the federation.
    pub(super) fn by_scope(self) -> Scopes {
        let mut scopes = Scopes::default();
        match self {
            Self::Each(entrants) => {
                for (place, one) in entrants.iter().enumerate() {
                    let (region, profile) = (one.subject.region, one.subject.profile);
                    let mut within =
                        |region, profile| scopes.of.entry(Scope { region, profile }).or_default().push(place);
                    within(None, None);
                    within(region, None);
                    if profile.is_some() {
                        within(None, profile);
                        within(region, profile);
                    }
                }
                scopes.entrants = entrants;
            }
            Self::Regions(shares) => {
                let profiles = shares.profiles().into_iter().map(Some);
                for profile in std::iter::once(None).chain(profiles) {
                    let first = scopes.entrants.len();
                    scopes.entrants.extend(shares.entrants(profile));
                    let places = first..scopes.entrants.len();
                    if !places.is_empty() {
                        scopes.of.insert(Scope { region: None, profile }, places.collect());
                    }
                }
            }
        }
        scopes
    }

    /// Reads anew what has become of some, once it is settled; gives whether anything is other than it was.
    async fn renew(
        &mut self,
        db: &(impl ConnectionTrait + StreamTrait),
        method: Method,
        period: Period,
        some: &HashSet<Uuid>,
    ) -> Result<bool, Error> {
        let ids: Vec<_> = some.iter().copied().collect();
        let wanted = Wanted { only: Some(&ids), ..Wanted::default() };
        Ok(match (self, Self::read(db, method, wanted, period, Source::Kept).await?) {
            (Self::Each(entrants), Self::Each(read)) => {
                let mut read: HashMap<_, _> = read.into_iter().map(|one| (one.subject.id, one)).collect();
                let mut renewed = false;
                for id in some {
                    let place = entrants.binary_search_by(|one| one.subject.id.cmp(id));
                    match (place, read.remove(id)) {
                        (Ok(place), Some(new)) => {
                            if let Some(old) = entrants.get_mut(place).filter(|old| **old != new) {
                                *old = new;
                                renewed = true;
                            }
                        }
                        (Ok(place), None) => {
                            entrants.remove(place);
                            renewed = true;
                        }
                        (Err(place), Some(new)) => {
                            entrants.insert(place, new);
                            renewed = true;
                        }
                        (Err(_), None) => {}
                    }
                }
                renewed
            }
            (Self::Regions(shares), Self::Regions(read)) => shares.renew(some, read),
            (Self::Each(_), Self::Regions(_)) | (Self::Regions(_), Self::Each(_)) => {
                return Err(Error::broken("a method that ranks now these, now those"));
            }
        })
    }

    /// Puts the entrants in the order of their ids, to be renewed, and lets go of subjects that another field has, too.
    fn settle(&mut self, other: Option<&Self>) {
        let Self::Each(entrants) = self else { return };
        if let Some(Self::Each(others)) = other {
            let known: HashMap<_, _> = others.iter().map(|one| (one.subject.id, &one.subject)).collect();
            for one in entrants.iter_mut() {
                if let Some(subject) = known.get(&one.subject.id).filter(|subject| **subject == &one.subject)
                {
                    one.subject = Arc::clone(subject);
                }
            }
        }
        entrants.sort_unstable_by_key(|one| one.subject.id);
        entrants.shrink_to_fit();
    }

    fn len(&self) -> usize {
        match self {
            Self::Each(entrants) => entrants.len(),
            Self::Regions(_) => 0,
        }
    }
}

/// Entrants by the scopes in which they take part.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    entrants: Vec<Entrant>,
    of: BTreeMap<Scope, Vec<usize>>,
}

impl Scopes {
    /// The scopes in which anybody takes part.
    pub(super) fn all(&self) -> impl Iterator<Item = Scope> {
        self.of.keys().copied()
    }

    /// Those of a scope; nobody where there is none.
    pub(super) fn of(&self, scope: Scope) -> Vec<&Entrant> {
        let places = self.of.get(&scope).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|place| self.entrants.get(*place)).collect()
    }
}

/// The ranks of a period that has gone.
#[derive(Debug)]
struct Former {
    ranks: Arc<Standings>,
    /// Of a closed year, which follows the data no more.
    frozen: bool,
}

/// What a process remembers: who takes part in the federation's rankings of the running year, of the one before, and of
/// all time; and who stood where before. As it is at a position of the journal, from which it is caught up with.
#[derive(Debug, Default)]
pub struct Fields {
    position: i64,
    kept: HashMap<(Method, Period), Field>,
    former: HashMap<(Method, Period, Scope), Former>,
}

impl Fields {
    /// The journal's position up to which all of it is so at least.
    pub(super) fn position(&self) -> i64 {
        self.position
    }

    /// Who takes part in the federation, where that is remembered.
    pub(super) fn of(&self, method: Method, period: Period) -> Option<&Field> {
        self.kept.get(&(method, period))
    }

    /// Takes up what has happened since. What is cancelled or fails is taken up the next time.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn catch_up(&mut self, db: &(impl ConnectionTrait + StreamTrait)) -> Result<(), Error> {
        let last = counter::Entity::find_by_id(counter::JOURNAL).one(db).await?.map_or(0, |row| row.value);
        // Where there is nothing to renew, too much of it, or a journal that was put back to an earlier state.
        if self.kept.is_empty() && self.former.is_empty() || !(0..=TOO_MANY).contains(&(last - self.position))
        {
            *self = Self { position: last, ..Self::default() };
        }
        while self.position < last {
            let changes = journal::Entity::find()
                .filter(journal::Column::Seq.gt(self.position))
                .order_by_asc(journal::Column::Seq)
                .limit(AT_ONCE)
                .all(db)
                .await?;
            self.take_up(db, &Touched::by(&changes)).await?;
            self.position = changes.last().map_or(last, |change| change.seq);
        }
        Ok(())
    }

    async fn take_up(
        &mut self,
        db: &(impl ConnectionTrait + StreamTrait),
        touched: &Touched,
    ) -> Result<(), Error> {
        if touched.is_empty() {
            return Ok(());
        }
        if !touched.closed.is_empty() {
            self.former.clear();
            // Nobody builds boards of them any more, nor compares with anything but what was frozen.
            let is_closed = |period: &Period| match period {
                Period::All(_) => false,
                Period::Year(year) | Period::Until(year) => touched.closed.contains(year),
            };
            self.kept.retain(|(_, period), _| !is_closed(period));
        }
        if touched.regions_themselves {
            // What regions are called is in all that was read of them.
            self.kept.retain(|(method, _), _| method.published().ranks != Kind::Regions);
        }
        // Of what is not remembered itself, it is enough that it can be another.
        self.former.retain(|(method, period, _), former| {
            former.frozen
                || self.kept.contains_key(&(*method, *period))
                || !touched.reaches_until(*method, period.year())
        });
        let mut rated = touched.practice_ids.clone();
        rated.extend(touched.rated(db).await?);
        for ((method, period), field) in &mut self.kept {
            let some = match method.published().ranks {
                _ if !touched.concerns(*method) => continue,
                Kind::Practices if *method == Method::Rating => &rated,
                Kind::Practices => &touched.practice_ids,
                Kind::Communities | Kind::Regions => &touched.community_ids,
            };
            if field.renew(db, *method, *period, some).await? {
                self.former
                    .retain(|(of, before, _), former| former.frozen || (of, before) != (&*method, &*period));
            }
        }
        Ok(())
    }

    /// Reads for the federation's board of a period what is not remembered yet, and forgets what nobody compares with any
    /// more in the running year.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn prepare(
        &mut self,
        db: &(impl ConnectionTrait + StreamTrait),
        method: Method,
        period: Period,
        current: AcademicYear,
    ) -> Result<(), Error> {
        // The year before last is what the last is compared with, as long as it is not closed.
        let is_kept = |period: Period| match period {
            Period::All(year) => year == current,
            Period::Until(year) => year == current.previous(),
            Period::Year(year) => year >= current.previous().previous(),
        };
        self.kept.retain(|(_, period), _| is_kept(*period));
        self.former.retain(|(_, period, _), _| is_kept(*period));
        self.catch_up(db).await?;
        let before = match period.previous() {
            Some(before) if frozen::latest(db, before.year()).await?.is_none() => Some(before),
            _ => None,
        };
        for period in before.into_iter().chain([period]) {
            if is_kept(period) && !self.kept.contains_key(&(method, period)) {
                let mut field = Field::read(db, method, Scope::default(), period, Source::Kept).await?;
                let alike = |((of, _), _): &(&(Method, Period), &Field)| {
                    of.published().ranks == method.published().ranks
                };
                let largest = self.kept.iter().filter(alike).max_by_key(|(_, other)| other.len());
                field.settle(largest.map(|(_, other)| other));
                // What was made of parts of it may be older.
                self.former
                    .retain(|(of, before, _), former| former.frozen || (*of, *before) != (method, period));
                self.kept.insert((method, period), field);
            }
        }
        Ok(())
    }

    /// The ranks of the period before, by who it is: from the frozen board where its year is closed.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn former(
        &mut self,
        db: &(impl ConnectionTrait + StreamTrait),
        method: Method,
        scope: Scope,
        period: Period,
    ) -> Result<Arc<Standings>, Error> {
        let Some(before) = period.previous() else { return Ok(Arc::default()) };
        if let Some(former) = self.former.get(&(method, before, scope)) {
            return Ok(Arc::clone(&former.ranks));
        }
        let frozen = frozen::latest(db, before.year()).await?.is_some();
        let ranks = if frozen {
            frozen::ranks(db, method, scope, before).await?
        } else {
            let version = versions::holding(db, method, before.year()).await?;
            let read;
            let field = match self.of(method, before) {
                Some(field) => field,
                None => {
                    read = Field::read(db, method, scope, before, Source::Kept).await?;
                    &read
                }
            };
            build::ranks(&version, field.whole(scope, &mut Vec::new()))?
        };
        let ranks = Arc::new(ranks);
        self.former.insert((method, before, scope), Former { ranks: Arc::clone(&ranks), frozen });
        Ok(ranks)
    }
}

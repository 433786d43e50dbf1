//! Follows the journal and rebuilds the boards that a change has made stale: at once after a change of this
//! process, and within a quarter of a second after one of another.

use std::{cmp::Reverse, collections::HashSet, time::Duration};

use entity::{
    AcademicYear, community, counter,
    ids::{CommunityId, MemberId, PracticeId, ProfileId, RatingId, RegionId, RevisionId, TypedId},
    journal, ranking_board,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use super::{
    board::{self, At, Period, Spec},
    build, loader,
    method::Method,
};
use crate::{app::App, auth::Permit, error::Error};

/// How often to look when nothing wakes us.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long to rest after a rebuilding.
const AT_MOST_EVERY: Duration = Duration::from_millis(200);
/// How many entries of the journal to follow in one go: a night's sync writes tens of thousands, and what is
/// published meanwhile must not wait for them.
const AT_ONCE: u64 = 5_000;

/// Follows the journal for as long as the application runs.
pub async fn run(app: App) {
    let committed = app.db.committed();
    if let Err(error) = warm(&app).await {
        tracing::error!(%error, ?error, "making the first boards");
    }
    loop {
        // Registered before looking, so that a commit in between is not missed.
        let wake = committed.notified();
        match follow(&app).await {
            Ok(Followed::Nothing) => {}
            Ok(Followed::Some) => continue,
            // A burst of changes makes a few generations, not one each.
            Ok(Followed::Rebuilt) => tokio::time::sleep(AT_MOST_EVERY).await,
            Err(error) => tracing::error!(%error, ?error, "following the journal"),
        }
        let _ = tokio::time::timeout(LOOK_EVERY, wake).await;
    }
}

/// Makes the boards of the front page, so that its first visitor does not wait for them, and throws away those
/// that nobody can ask for any more: of a method that this program does not have, or of all time as an ended year saw it.
async fn warm(app: &App) -> Result<(), Error> {
    let year = AcademicYear::of(app.clock.now());
    for row in living(app).await? {
        let asked_for = match Spec::parse(&row.key) {
            None => false,
            Some(spec) => !matches!(spec.period, Period::All(of) if of != year),
        };
        if !asked_for {
            let tx = app.db.begin(Permit::system(app.clock.now())).await?;
            board::drop(&tx, row.id).await?;
            tx.commit_quietly().await?;
        }
    }
    let tx = app.db.begin(Permit::system(app.clock.now())).await?;
    board::sweep(&tx).await?;
    tx.commit_quietly().await?;
    let communities = Spec { method: Method::PublishedPractices, ..loader::federal_rating(year) };
    for spec in [communities, loader::federal_rating(year)] {
        let _turn = app.boards.lock().await;
        if board::read(app.db.read(), &spec, At::Current, 1, 1).await?.is_none() {
            build::make(app, &spec).await?;
        }
    }
    Ok(())
}

/// The boards that follow the data.
async fn living(app: &App) -> Result<Vec<ranking_board::Model>, Error> {
    let living = ranking_board::Entity::find().filter(ranking_board::Column::Revision.is_null());
    Ok(living.all(app.db.read()).await?)
}

/// How far it went in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// There was nothing new.
    Nothing,
    /// There was something, and no board was stale for it.
    Some,
    /// Boards were rebuilt.
    Rebuilt,
}

/// Rebuilds what has become stale since the last time.
///
/// # Errors
/// The database's; what was not rebuilt is tried again the next time.
pub async fn follow(app: &App) -> Result<Followed, Error> {
    let (last, done) = board::progress(app.db.read()).await?;
    if last <= done {
        return Ok(Followed::Nothing);
    }
    let mut followed = Followed::Some;
    let changes = journal::Entity::find()
        .filter(journal::Column::Seq.gt(done))
        .order_by_asc(journal::Column::Seq)
        .limit(AT_ONCE)
        .all(app.db.read())
        .await?;
    let reached = changes.last().map_or(last, |change| change.seq);
    let touched = Touched::by(app, &changes).await?;
    if !touched.is_empty() {
        let current = AcademicYear::of(app.clock.now());
        let boards = living(app).await?;
        let mut stale: Vec<Spec> = boards
            .iter()
            // A board of a method that this program does not have is asked for by nobody.
            .filter_map(|row| Some((row, Spec::parse(&row.key)?)))
            .filter(|(row, spec)| touched.reaches_board(row, spec, current))
            .map(|(_, spec)| spec)
            .collect();
        // What most people look at comes first: all time, then this year, the federation before its parts.
        stale.sort_by_key(|spec| {
            (Reverse(spec.period.recency()), spec.region.is_some(), spec.profile.is_some())
        });
        for spec in stale {
            let _turn = app.boards.lock().await;
            build::rebuild(app, &spec).await?;
            followed = Followed::Rebuilt;
        }
    }
    let tx = app.db.begin(Permit::system(app.clock.now())).await?;
    counter::Entity::update_many()
        .col_expr(counter::Column::Value, Expr::value(reached))
        .filter(counter::Column::Name.eq(counter::BOARDS))
        .filter(counter::Column::Value.lt(reached))
        .exec(tx.db())
        .await?;
    tx.commit_quietly().await?;
    Ok(followed)
}

/// Which filters a batch of changes falls into, for either kind of ranking.
#[derive(Debug, Default)]
struct Touched {
    communities: bool,
    practices: bool,
    /// Which practices are adopted, and by whom.
    adoptions: bool,
    /// Which practices were assessed, and how.
    assessments: bool,
    /// How many members communities have.
    members: bool,
    /// Regions and what they are called.
    regions_themselves: bool,
    /// Years that were closed or revised.
    closed: HashSet<AcademicYear>,
    /// Also what was before this academic year: something was taken back or changed.
    past: bool,
    /// The years in which it happened, which need not be the year in which it is followed.
    years: HashSet<AcademicYear>,
    regions: HashSet<RegionId>,
    profiles: HashSet<ProfileId>,
}

impl Touched {
    async fn by(app: &App, changes: &[journal::Model]) -> Result<Self, Error> {
        let mut touched = Self::default();
        let mut owners: HashSet<CommunityId> = HashSet::new();
        for change in changes {
            let concern = concerns(change);
            touched.add(change, concern);
            if concern != Concern::default() {
                owners.extend(change.community_id);
            }
        }
        if !owners.is_empty() {
            let rows = community::Entity::find()
                .filter(community::Column::Id.is_in(owners))
                .all(app.db.read())
                .await?;
            touched.profiles.extend(rows.iter().map(|row| row.profile_id));
        }
        Ok(touched)
    }

    fn add(&mut self, change: &journal::Model, concern: Concern) {
        if concern == Concern::default() {
            return;
        }
        self.communities |= concern.communities;
        self.practices |= concern.practices;
        self.adoptions |= concern.adoptions;
        self.assessments |= concern.assessments;
        self.members |= concern.members;
        self.regions_themselves |= concern.regions;
        self.closed.extend(concern.closed);
        self.past |= concern.past;
        self.years.insert(AcademicYear::of(change.at));
        self.regions.extend(change.region_id);
    }

    fn is_empty(&self) -> bool {
        !self.communities
            && !self.practices
            && !self.adoptions
            && !self.assessments
            && !self.members
            && !self.regions_themselves
            && self.closed.is_empty()
    }

    /// Whether a living board is stale. What was closed or revised concerns, whatever the filter, the boards that compare
    /// with it, and those of the year itself that were in the making.
    fn reaches_board(&self, row: &ranking_board::Model, spec: &Spec, current: AcademicYear) -> bool {
        let compares = spec.period.previous().is_some_and(|before| self.closed.contains(&before.year()));
        let is_closed = matches!(spec.period, Period::Year(year) if self.closed.contains(&year));
        let follows = self.reaches(row, spec.method) && self.reaches_period(spec.period, current);
        follows || compares || is_closed
    }

    fn reaches_period(&self, period: Period, current: AcademicYear) -> bool {
        match period {
            // That of a year which has ended is asked for by nobody any more.
            Period::All(year) => year == current,
            // The year after compares with it.
            Period::Year(year) | Period::Until(year) => {
                self.past || self.years.contains(&year) || self.years.contains(&year.previous())
            }
        }
    }

    fn concerns(&self, method: Method) -> bool {
        match method {
            Method::PublishedPractices => self.communities,
            Method::PracticesPer100Members => self.communities || self.members,
            Method::RegionPublishedPractices => self.communities || self.regions_themselves,
            Method::RegionPracticesPer100Members => {
                self.communities || self.members || self.regions_themselves
            }
            Method::Rating => self.practices,
            Method::Adoption => self.adoptions,
            Method::Expert => self.assessments,
        }
    }

    fn reaches(&self, board: &ranking_board::Model, method: Method) -> bool {
        // A region's own change has no profile.
        let of_profile = |id| self.profiles.contains(&id) || self.regions_themselves;
        self.concerns(method)
            && board.region_id.is_none_or(|id| self.regions.contains(&id))
            && board.profile_id.is_none_or(of_profile)
    }
}

/// What a stretch of the journal can have moved, whatever the filter.
#[derive(Debug, Default)]
pub(super) struct Since(Touched);

impl Since {
    /// Adds changes.
    pub(super) fn add(&mut self, changes: &[journal::Model]) {
        for change in changes {
            self.0.add(change, concerns(change));
        }
    }

    /// Whether the ranking of a year can have been moved by any of them.
    pub(super) fn reaches(&self, method: Method, year: AcademicYear) -> bool {
        self.0.concerns(method) && (self.0.past || self.0.years.contains(&year))
    }
}

/// What a change can move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Concern {
    /// Communities in their rankings.
    communities: bool,
    /// Practices in theirs.
    practices: bool,
    /// Which practices are adopted, and by whom.
    adoptions: bool,
    /// Which practices were assessed, and how.
    assessments: bool,
    /// How many members communities have.
    members: bool,
    /// Regions and what they are called.
    regions: bool,
    /// The year that was closed or revised.
    closed: Option<AcademicYear>,
    /// In past years, too.
    past: bool,
}

fn concerns(change: &journal::Model) -> Concern {
    match change.subject_type.as_str() {
        // Only a practice that enters or leaves the registry, or is adopted or not any more, moves anything.
        PracticeId::PREFIX => {
            let published = |side: &Option<serde_json::Value>| {
                side.as_ref().and_then(|value| value.get("state")).is_some_and(|state| state == "PUBLISHED")
            };
            let (before, after) = (published(&change.before), published(&change.after));
            let moved = before != after;
            let told = change.after.as_ref().and_then(|value| value.get("changed")?.as_array());
            let adopted = told.is_some_and(|names| names.iter().any(|name| name == "adoptions"));
            Concern {
                communities: moved,
                practices: moved,
                adoptions: moved || adopted,
                // What experts found enters and leaves with the practice: it is assessed before, never after.
                assessments: moved,
                // One that is withdrawn leaves the year in which it was confirmed.
                past: adopted || (before && moved),
                ..Concern::default()
            }
        }
        // A changed rating leaves the year in which it was given first.
        RatingId::PREFIX => Concern { practices: true, past: change.before.is_some(), ..Concern::default() },
        CommunityId::PREFIX => Concern { communities: true, past: true, ..Concern::default() },
        MemberId::PREFIX => Concern { members: true, past: true, ..Concern::default() },
        // Headcounts are entered as changes of the region, too.
        RegionId::PREFIX => {
            let named = change.after.as_ref().is_some_and(|value| value.get("name").is_some());
            Concern { regions: named, past: named, ..Concern::default() }
        }
        RevisionId::PREFIX => {
            let year = change.after.as_ref().and_then(|told| told.get("year")?.as_str()?.parse().ok());
            Concern { closed: year, ..Concern::default() }
        }
        _ => Concern::default(),
    }
}

#[cfg(test)]
mod tests {
    use entity::ids::BoardId;
    use serde_json::json;

    use super::*;

    fn change(subject_type: &str, before: Option<&str>, after: &str) -> journal::Model {
        journal::Model {
            seq: 1,
            at: chrono::DateTime::default(),
            account_id: None,
            action: String::new(),
            subject_type: subject_type.into(),
            subject_id: uuid::Uuid::nil(),
            region_id: None,
            community_id: None,
            before: before.map(|state| json!({ "state": state })),
            after: Some(json!({ "state": after })),
            request_id: None,
            confidential: false,
        }
    }

    #[test]
    fn a_change_reaches_the_year_in_which_it_happened_and_the_next_whenever_it_is_followed() {
        let [before, then, next, later] = [2024, 2025, 2026, 2027].map(AcademicYear);
        let touched = Touched { years: HashSet::from([then]), ..Touched::default() };
        let reaches = |period| touched.reaches_period(period, next);
        assert!(reaches(Period::Year(then)) && reaches(Period::Year(next)) && reaches(Period::All(next)));
        assert!(
            !reaches(Period::Year(before)) && !reaches(Period::Year(later)) && !reaches(Period::All(then))
        );
        assert!(Touched { past: true, ..Touched::default() }.reaches_period(Period::Year(before), next));
    }

    #[test]
    fn a_closing_reaches_the_boards_that_compare_with_the_year() {
        let mut closing = change("revision", None, "");
        closing.after = Some(json!({ "year": "2025-2026" }));
        let year = AcademicYear(2025);
        assert_eq!(concerns(&closing), Concern { closed: Some(year), ..Concern::default() });
        let touched = Touched { closed: HashSet::from([year]), ..Touched::default() };
        let row = ranking_board::Model {
            id: BoardId(uuid::Uuid::nil()),
            key: String::new(),
            method: String::new(),
            region_id: Some(RegionId(uuid::Uuid::nil())),
            profile_id: None,
            period: String::new(),
            generation: 1,
            revision: None,
        };
        let reaches = |period| {
            let spec = Spec { method: Method::Rating, region: None, profile: None, period };
            touched.reaches_board(&row, &spec, AcademicYear(2026))
        };
        let [then, next, later] = [2025, 2026, 2027].map(AcademicYear);
        assert!(reaches(Period::Year(next)) && reaches(Period::All(next)) && reaches(Period::Year(then)));
        assert!(!reaches(Period::Year(later)) && !reaches(Period::Year(AcademicYear(2024))));
    }

    #[test]
    fn only_what_enters_or_leaves_the_registry_moves_the_boards() {
        let told = |subject_type: &str, before: Option<&str>, after: &str| {
            let Concern { communities, practices, past, .. } = concerns(&change(subject_type, before, after));
            (communities, practices, past)
        };
        assert_eq!(told("practice", Some("APPROVED"), "PUBLISHED"), (true, true, false));
        assert_eq!(told("practice", Some("PUBLISHED"), "WITHDRAWN"), (true, true, true));
        assert_eq!(told("practice", Some("DRAFT"), "SUBMITTED"), (false, false, false));
        assert_eq!(told("practice", None, "DRAFT"), (false, false, false));
        assert_eq!(told("rating", None, ""), (false, true, false));
        assert_eq!(told("rating", Some(""), ""), (false, true, true));
        assert_eq!(told("session", None, ""), (false, false, false));
        // A night's sync moves the rankings by members, and no other.
        assert_eq!(told("member", None, ""), (false, false, true));
        assert!(concerns(&change("member", None, "")).members);
    }
}

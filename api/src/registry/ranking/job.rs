//! Follows the journal and rebuilds the boards that a change has made stale: at once after a change of this
//! process, and within a quarter of a second after one of another.

use std::{cmp::Reverse, collections::HashSet, time::Duration};

use entity::{
    AcademicYear, community, counter,
    ids::{CommunityId, MemberId, PracticeId, ProfileId, RatingId, RegionId, TypedId},
    journal, ranking_board,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use super::{
    board::{self, Period, Spec},
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
/// that nobody can ask for any more: of an older version of a method, or of all time as an ended year saw it.
async fn warm(app: &App) -> Result<(), Error> {
    let year = AcademicYear::of(app.clock.now());
    for row in ranking_board::Entity::find().all(app.db.read()).await? {
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
    let communities = Spec { method: Method::PublishedPractices, ..loader::federal_rating(year) };
    for spec in [communities, loader::federal_rating(year)] {
        let _turn = app.boards.lock().await;
        if board::read(&app.db, &spec, None, 1, 1).await?.is_none() {
            build::make(app, &spec).await?;
        }
    }
    Ok(())
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
        let boards = ranking_board::Entity::find().all(app.db.read()).await?;
        let mut stale: Vec<Spec> = boards
            .iter()
            .filter(|row| touched.reaches(row))
            // A board of an older version of its method is asked for by nobody any more.
            .filter_map(|row| Spec::parse(&row.key))
            .filter(|spec| touched.reaches_period(spec.period, current))
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
    /// How many members communities have.
    members: bool,
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
            if concern != Concern::default() {
                touched.communities |= concern.communities;
                touched.practices |= concern.practices;
                touched.adoptions |= concern.adoptions;
                touched.members |= concern.members;
                touched.past |= concern.past;
                touched.years.insert(AcademicYear::of(change.at));
                touched.regions.extend(change.region_id);
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

    fn is_empty(&self) -> bool {
        !self.communities && !self.practices && !self.adoptions && !self.members
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

    fn reaches(&self, board: &ranking_board::Model) -> bool {
        let kind = Method::ALL.into_iter().find(|method| method.published().code == board.method);
        kind.is_some_and(|method| match method {
            Method::PublishedPractices => self.communities,
            Method::PracticesPer100Members => self.communities || self.members,
            Method::Rating => self.practices,
            Method::Adoption => self.adoptions,
            // Made of what the registry does not record yet.
            Method::Expert => false,
        }) && board.region_id.is_none_or(|id| self.regions.contains(&id))
            && board.profile_id.is_none_or(|id| self.profiles.contains(&id))
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
    /// How many members communities have.
    members: bool,
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
                // One that is withdrawn leaves the year in which it was confirmed.
                past: adopted || (before && moved),
                ..Concern::default()
            }
        }
        // A changed rating leaves the year in which it was given first.
        RatingId::PREFIX => Concern { practices: true, past: change.before.is_some(), ..Concern::default() },
        CommunityId::PREFIX => Concern { communities: true, past: true, ..Concern::default() },
        MemberId::PREFIX => Concern { members: true, past: true, ..Concern::default() },
        _ => Concern::default(),
    }
}

#[cfg(test)]
mod tests {
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

//! What a stretch of the journal means for the boards.

use std::collections::HashSet;

use entity::{
    AcademicYear, community,
    ids::{CommunityId, MemberId, PracticeId, ProfileId, RatingId, RegionId, RevisionId, TypedId},
    journal, ranking_board, rating,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{
    board::{Period, Spec},
    method::Method,
};
use crate::error::Error;

/// What a batch of changes can have moved, in which filters, and of whom.
#[derive(Debug, Default)]
pub(super) struct Touched {
    communities: bool,
    practices: bool,
    /// Which practices are adopted, and by whom.
    adoptions: bool,
    /// Which practices were assessed, and how.
    assessments: bool,
    /// How many members communities have.
    members: bool,
    /// Regions and what they are called.
    pub(super) regions_themselves: bool,
    /// Years that were closed or revised.
    pub(super) closed: HashSet<AcademicYear>,
    /// Also what was before this academic year: something was taken back or changed.
    past: bool,
    /// The years in which it happened, which need not be the year in which it is followed.
    years: HashSet<AcademicYear>,
    regions: HashSet<RegionId>,
    /// Known only after [`Touched::find_profiles`].
    profiles: HashSet<ProfileId>,
    /// The communities that changed, or to which belongs what did.
    pub(super) community_ids: HashSet<Uuid>,
    /// The practices that changed.
    pub(super) practice_ids: HashSet<Uuid>,
    rating_ids: HashSet<Uuid>,
}

impl Touched {
    /// By these changes.
    pub(super) fn by(changes: &[journal::Model]) -> Self {
        let mut touched = Self::default();
        touched.add(changes);
        touched
    }

    /// And by these.
    pub(super) fn add(&mut self, changes: &[journal::Model]) {
        for change in changes {
            self.add_one(change, concerns(change));
        }
    }

    fn add_one(&mut self, change: &journal::Model, concern: Concern) {
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
        self.community_ids.extend(change.community_id.map(|id| id.0));
        match change.subject_type.as_str() {
            PracticeId::PREFIX => self.practice_ids.extend([change.subject_id]),
            RatingId::PREFIX => self.rating_ids.extend([change.subject_id]),
            _ => {}
        }
    }

    /// Forgets whom they concern.
    pub(super) fn forget_ids(&mut self) {
        self.community_ids.clear();
        self.practice_ids.clear();
        self.rating_ids.clear();
    }

    /// Looks into which profiles it falls.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn find_profiles(&mut self, db: &impl ConnectionTrait) -> Result<(), Error> {
        if self.community_ids.is_empty() {
            return Ok(());
        }
        let profiles: Vec<ProfileId> = community::Entity::find()
            .select_only()
            .column(community::Column::ProfileId)
            .filter(community::Column::Id.is_in(self.community_ids.iter().copied()))
            .distinct()
            .into_tuple()
            .all(db)
            .await?;
        self.profiles.extend(profiles);
        Ok(())
    }

    /// The practices whose ratings changed.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn rated(&self, db: &impl ConnectionTrait) -> Result<Vec<Uuid>, Error> {
        if self.rating_ids.is_empty() {
            return Ok(Vec::new());
        }
        Ok(rating::Entity::find()
            .select_only()
            .column(rating::Column::PracticeId)
            .filter(rating::Column::Id.is_in(self.rating_ids.iter().copied()))
            .distinct()
            .into_tuple()
            .all(db)
            .await?)
    }

    /// Whether nothing is to be done for it.
    pub(super) fn is_empty(&self) -> bool {
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
    pub(super) fn reaches_board(
        &self,
        row: &ranking_board::Model,
        spec: &Spec,
        current: AcademicYear,
    ) -> bool {
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

    /// Whether it can have moved anything that is ranked so.
    pub(super) fn concerns(&self, method: Method) -> bool {
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

    /// Whether the ranking of a year can have been moved.
    pub(super) fn reaches_year(&self, method: Method, year: AcademicYear) -> bool {
        self.concerns(method) && (self.past || self.years.contains(&year))
    }

    /// Whether a ranking of a year, or of all time until its end, can have been moved.
    pub(super) fn reaches_until(&self, method: Method, year: AcademicYear) -> bool {
        self.concerns(method) && (self.past || self.years.iter().any(|then| *then <= year))
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
            position: 0,
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

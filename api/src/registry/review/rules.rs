//! Who may be drawn for a practice, and what may become of a review.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use chrono::{Days, NaiveDate};
use entity::{
    ExclusionReason as Reason, Purpose, ReviewState as State,
    ids::{CommunityId, ExpertId, OrganizationId, PersonId, RegionId},
    review_draw::Exclusion,
};

use crate::error::{UserError, UserErrorCode};

/// How many experts a first draw may ask for.
pub const ASKED: std::ops::RangeInclusive<i32> = 1..=5;
/// For how many months those who wrote together do not judge each other.
pub const COAUTHOR_MONTHS: u32 = 36;
/// How many days after the draw a review may last, however often it is extended.
pub const MOST_DAYS: u64 = 365;
/// The most characters of a reason.
pub const REASON_MAX: usize = 2_000;

/// Where people belong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Registered there, or in office.
    pub communities: BTreeSet<CommunityId>,
    /// Working there.
    pub organizations: BTreeSet<OrganizationId>,
    /// Of these communities and of the institute whose employee the person is.
    pub regions: BTreeSet<RegionId>,
}

impl Places {
    /// These places and those.
    pub fn add(&mut self, other: Self) {
        self.communities.extend(other.communities);
        self.organizations.extend(other.organizations);
        self.regions.extend(other.regions);
    }
}

/// An expert of the profile's pool, who has consented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The place in the pool.
    pub expert: ExpertId,
    /// Whose it is.
    pub person: PersonId,
    /// Where that person belongs, and the community that put it forward.
    pub places: Places,
    /// How many reviews are open.
    pub open: i64,
    /// How many the expert takes at a time.
    pub load_limit: i32,
}

/// What a practice keeps experts away by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// Who wrote it.
    pub authors: BTreeSet<PersonId>,
    /// Where the practice and its authors belong.
    pub places: Places,
    /// Who wrote something else together with one of the authors within the last three years.
    pub coauthors: BTreeSet<PersonId>,
    /// Who has declared a conflict with the practice or with one of the authors.
    pub conflicts: BTreeSet<PersonId>,
    /// Who has been drawn for the practice already.
    pub drawn: BTreeSet<PersonId>,
    /// Who wrote a practice for which one of the authors was drawn this academic year.
    pub reciprocal: BTreeSet<PersonId>,
}

/// Those among whom is drawn, and those among whom is not, each in the order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// Those among whom is drawn.
    pub eligible: Vec<ExpertId>,
    /// Those among whom is not, each with all the reasons.
    pub exclusions: Vec<Exclusion>,
}

impl Pool {
    /// How many experts each reason keeps away; one expert may have several.
    #[must_use]
    pub fn by_reason(&self) -> Vec<(Reason, usize)> {
        let mut counts = BTreeMap::new();
        for reason in self.exclusions.iter().flat_map(|one| &one.reasons) {
            *counts.entry(*reason).or_insert(0) += 1;
        }
        counts.into_iter().collect()
    }
}

/// All that keeps an expert away from a practice.
#[must_use]
pub fn reasons(case: &Case, of: &Candidate) -> Vec<Reason> {
    let (theirs, own) = (&case.places, &of.places);
    let all = [
        (Reason::Author, case.authors.contains(&of.person)),
        (Reason::Coauthor, case.coauthors.contains(&of.person)),
        (Reason::Community, !theirs.communities.is_disjoint(&own.communities)),
        (Reason::Organization, !theirs.organizations.is_disjoint(&own.organizations)),
        (Reason::Region, !theirs.regions.is_disjoint(&own.regions)),
        (Reason::Conflict, case.conflicts.contains(&of.person)),
        (Reason::Load, of.open >= of.load_limit.into()),
        (Reason::Reciprocal, case.reciprocal.contains(&of.person)),
        (Reason::Drawn, case.drawn.contains(&of.person)),
    ];
    all.into_iter().filter(|(_, holds)| *holds).map(|(reason, _)| reason).collect()
}

/// Tells those among whom is drawn from those among whom is not.
#[must_use]
pub fn divide(case: &Case, mut candidates: Vec<Candidate>) -> Pool {
    candidates.sort_unstable_by_key(|one| one.expert);
    let mut pool = Pool::default();
    for one in candidates {
        let reasons = reasons(case, &one);
        if reasons.is_empty() {
            pool.eligible.push(one.expert);
        } else {
            pool.exclusions.push(Exclusion { expert: one.expert, reasons });
        }
    }
    pool
}

/// The refusal of a draw from too small a pool: how many there are, and why there are not more.
#[must_use]
pub fn too_few(field: &str, asked: usize, pool: &Pool) -> UserError {
    let (eligible, all) = (pool.eligible.len(), pool.eligible.len() + pool.exclusions.len());
    let mut message = format!(
        "{asked} asked for, but {eligible} of the {all} experts who have agreed to assess this profile can be drawn."
    );
    if !pool.exclusions.is_empty() {
        let why = pool.by_reason().into_iter().map(|(reason, count)| format!("{count} {}", in_words(reason)));
        let _ = write!(message, " Kept away: {}.", why.collect::<Vec<_>>().join(", "));
    }
    UserError::of(field, UserErrorCode::NotEligible, message).bounded(eligible, Some(asked), None)
}

fn in_words(reason: Reason) -> &'static str {
    match reason {
        Reason::Author => "as authors",
        Reason::Coauthor => "as co-authors of an author",
        Reason::Community => "of the authors' community",
        Reason::Organization => "of the authors' organization",
        Reason::Region => "of the authors' region",
        Reason::Conflict => "by a declared conflict",
        Reason::Load => "by their load",
        Reason::Reciprocal => "assessed by an author this year",
        Reason::Drawn => "drawn already",
    }
}

/// How many experts may be asked for at first.
///
/// # Errors
/// `INVALID`, with the bounds.
pub fn check_asked(count: i32) -> Result<usize, UserError> {
    let (least, most) = (*ASKED.start(), *ASKED.end());
    match usize::try_from(count) {
        Ok(asked) if ASKED.contains(&count) => Ok(asked),
        _ => {
            let message = format!("`count` must lie between {least} and {most}, not be {count}.");
            let error = UserError::of("count", UserErrorCode::Invalid, message);
            let bounds = crate::error::Bounds {
                actual: count.into(),
                min: Some(least.into()),
                max: Some(most.into()),
            };
            Err(UserError { bounds: Some(bounds), ..error })
        }
    }
}

/// What a draw that somebody asks for is for: the first experts where there are none yet, replacements where some fell
/// out and nobody could be drawn instead. Nobody draws until the experts please.
///
/// # Errors
/// `WRONG_STATE` where nobody is missing, nor a `third` where two differ, `INVALID` where fewer are missing than asked for.
pub fn purpose(asked: usize, standing: usize, missing: usize, third: bool) -> Result<Purpose, UserError> {
    match (standing, missing) {
        (0, 0) => Ok(Purpose::First),
        (_, 0) if third && asked == 1 => Ok(Purpose::Third),
        (_, 0) => {
            let message =
                format!("The experts, {standing} of them, have been drawn already, and none is missing.");
            Err(UserError::of("practiceId", UserErrorCode::WrongState, message))
        }
        (_, missing) if asked > missing => {
            let message = format!("No more experts can be drawn than are missing: {missing}.");
            let error = UserError::of("count", UserErrorCode::Invalid, message);
            Err(error.bounded(asked, Some(1), Some(missing)))
        }
        _ => Ok(Purpose::Replacement),
    }
}

/// Whether a review is still open: only then is anything done with it.
///
/// # Errors
/// `WRONG_STATE`.
pub fn may_end(state: State) -> Result<(), UserError> {
    if state == State::Assigned {
        return Ok(());
    }
    let message = format!("The review is {}; only an ASSIGNED one can be ended.", name(state));
    Err(UserError::of("reviewId", UserErrorCode::WrongState, message))
}

/// Whether a review may be taken from its expert: not before its last day has passed.
///
/// # Errors
/// `WRONG_STATE`.
pub fn may_expire(due_on: NaiveDate, today: NaiveDate) -> Result<(), UserError> {
    if is_overdue(due_on, today) {
        return Ok(());
    }
    let message = format!("The expert has time until {due_on}.");
    Err(UserError::of("reviewId", UserErrorCode::WrongState, message))
}

/// Whether a review may be given until this day: more time than before, not too much of it.
///
/// # Errors
/// `INVALID`.
pub fn may_extend(
    assigned: NaiveDate,
    due_on: NaiveDate,
    today: NaiveDate,
    wanted: NaiveDate,
) -> Result<(), UserError> {
    let latest = assigned.checked_add_days(Days::new(MOST_DAYS)).unwrap_or(assigned);
    if wanted > due_on && wanted >= today && wanted <= latest {
        return Ok(());
    }
    let message =
        format!("The new day must be later than {due_on}, not before {today}, and not after {latest}.");
    Err(UserError::of("dueOn", UserErrorCode::Invalid, message))
}

/// Whether the last day has passed.
#[must_use]
pub fn is_overdue(due_on: NaiveDate, today: NaiveDate) -> bool {
    due_on < today
}

/// The authors at these places of the title page, 1 for the first.
///
/// # Errors
/// `INVALID` for a place that there is not.
pub fn authors_at(places: &[i32], authors: &[PersonId]) -> Result<Vec<PersonId>, UserError> {
    let mut found = BTreeSet::new();
    for place in places {
        let index = usize::try_from(*place).ok().and_then(|place| place.checked_sub(1));
        let Some(author) = index.and_then(|index| authors.get(index)) else {
            let message = format!("The practice has {} authors; there is no author {place}.", authors.len());
            return Err(UserError::of("withAuthors", UserErrorCode::Invalid, message));
        };
        found.insert(*author);
    }
    Ok(found.into_iter().collect())
}

/// A state's name, as the schema writes it.
#[must_use]
pub fn name(state: State) -> &'static str {
    match state {
        State::Assigned => "ASSIGNED",
        State::Finished => "FINISHED",
        State::Declined => "DECLINED",
        State::Conflict => "CONFLICT",
        State::Expired => "EXPIRED",
        State::Cancelled => "CANCELLED",
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn expert(number: u128) -> ExpertId {
        ExpertId(Uuid::from_u128(number))
    }

    fn person(number: u128) -> PersonId {
        PersonId(Uuid::from_u128(number))
    }

    fn candidate(number: u128) -> Candidate {
        let places = Places {
            communities: [CommunityId(Uuid::from_u128(number))].into(),
            organizations: [OrganizationId(Uuid::from_u128(number))].into(),
            regions: [RegionId(Uuid::from_u128(number))].into(),
        };
        Candidate { expert: expert(number), person: person(number), places, open: 0, load_limit: 1 }
    }

    #[test]
    fn each_reason_keeps_away_by_itself() {
        let one = candidate(1);
        assert_eq!(reasons(&Case::default(), &one), []);
        let who: BTreeSet<_> = [person(1)].into();
        let place = |places| Case { places, ..Case::default() };
        let only = |case: Case| reasons(&case, &one);
        let own = || one.places.clone();
        assert_eq!(only(Case { authors: who.clone(), ..Case::default() }), [Reason::Author]);
        assert_eq!(only(Case { coauthors: who.clone(), ..Case::default() }), [Reason::Coauthor]);
        assert_eq!(only(Case { conflicts: who.clone(), ..Case::default() }), [Reason::Conflict]);
        assert_eq!(only(Case { reciprocal: who.clone(), ..Case::default() }), [Reason::Reciprocal]);
        assert_eq!(only(Case { drawn: who, ..Case::default() }), [Reason::Drawn]);
        assert_eq!(
            only(place(Places { communities: own().communities, ..Places::default() })),
            [Reason::Community]
        );
        assert_eq!(
            only(place(Places { organizations: own().organizations, ..Places::default() })),
            [Reason::Organization]
        );
        assert_eq!(only(place(Places { regions: own().regions, ..Places::default() })), [Reason::Region]);
        assert_eq!(reasons(&Case::default(), &Candidate { open: 1, ..one.clone() }), [Reason::Load]);
        assert_eq!(reasons(&Case::default(), &Candidate { open: 1, load_limit: 2, ..one }), []);
    }

    #[test]
    fn too_few_are_counted_and_explained() {
        let case = Case {
            authors: [person(2)].into(),
            places: Places { regions: candidate(2).places.regions, ..Places::default() },
            ..Case::default()
        };
        let pool = divide(&case, vec![candidate(3), candidate(2), candidate(1)]);
        assert_eq!(pool.eligible, [expert(1), expert(3)]);
        let error = too_few("count", 3, &pool);
        assert_eq!(error.code, UserErrorCode::NotEligible);
        let bounds = error.bounds.unwrap();
        assert_eq!((bounds.actual, bounds.min, bounds.max), (2, Some(3), None));
        assert_eq!(
            error.message,
            "3 asked for, but 2 of the 3 experts who have agreed to assess this profile can be drawn. Kept away: \
             1 as authors, 1 of the authors' region."
        );
    }

    #[test]
    fn nobody_draws_until_the_experts_please() {
        assert_eq!(purpose(2, 0, 0, false), Ok(Purpose::First));
        assert_eq!(purpose(1, 1, 1, false), Ok(Purpose::Replacement));
        assert_eq!(purpose(2, 0, 2, false), Ok(Purpose::Replacement));
        assert_eq!(purpose(2, 1, 1, false).unwrap_err().code, UserErrorCode::Invalid);
        assert_eq!(purpose(1, 2, 0, true), Ok(Purpose::Third));
        assert_eq!(purpose(2, 2, 0, true).unwrap_err().code, UserErrorCode::WrongState);
        assert_eq!(purpose(1, 2, 0, false).unwrap_err().code, UserErrorCode::WrongState);
    }

    #[test]
    fn an_extension_gives_more_time_within_a_year() {
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        let (assigned, due, today) = (day(2024, 10, 1), day(2024, 10, 15), day(2024, 10, 20));
        let may = |wanted| may_extend(assigned, due, today, wanted).is_ok();
        assert!(may(today) && may(day(2025, 10, 1)));
        assert!(!may(due) && !may(day(2024, 10, 19)) && !may(day(2025, 10, 2)));
        assert!(may_extend(assigned, due, day(2024, 10, 2), day(2024, 10, 14)).is_err(), "never less time");
    }

    #[test]
    fn the_last_day_is_in_time() {
        let day = |day| NaiveDate::from_ymd_opt(2024, 10, day).unwrap();
        assert!(may_expire(day(5), day(5)).is_err());
        assert!(may_expire(day(5), day(6)).is_ok());
    }

    #[test]
    fn authors_are_named_by_their_place_on_the_title_page() {
        let authors = [person(2), person(1)];
        assert_eq!(authors_at(&[1, 1], &authors), Ok(vec![person(2)]));
        assert_eq!(authors_at(&[], &authors), Ok(vec![]));
        for bad in [0, -1, 3, i32::MIN] {
            assert_eq!(authors_at(&[bad], &authors).unwrap_err().path[1], "withAuthors");
        }
    }
}

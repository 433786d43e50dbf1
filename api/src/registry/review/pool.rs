//! From which pool is drawn: all that the rules need to know of a practice and of the experts of its profile, gathered
//! in a dozen statements, however large the pool is.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Months, Utc};
use entity::{
    AcademicYear, MemberState, ReviewState, appointment, community, expert, expert_conflict,
    ids::{ExpertId, PersonId, ProfileId, RegionId},
    institute, member, person, practice, practice_author, review,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::SelectStatement,
};

use super::rules::{self, Candidate, Case, Places, Pool};
use crate::{db::among, error::Error, registry::practice::service as practices};

/// The experts of a profile, as far as they can be drawn for a practice, and why the others cannot.
///
/// # Errors
/// The database's.
pub async fn of(
    db: &impl ConnectionTrait,
    practice: &practice::Model,
    profile: ProfileId,
    at: DateTime<Utc>,
) -> Result<Pool, Error> {
    let experts = expert::Entity::find()
        .filter(expert::Column::ProfileId.eq(profile))
        .filter(expert::in_force())
        .all(db)
        .await?;
    let authors = practices::authors(db, practice.id).await?;
    let everybody: BTreeSet<_> = experts.iter().map(|row| row.person_id).chain(authors.clone()).collect();
    let mut places = places_of(db, &everybody, at).await?;
    let mut open = open_reviews(db, experts.iter().map(|row| row.id)).await?;

    let mut case = Case {
        places: Places {
            communities: practice.community_id.into_iter().collect(),
            organizations: BTreeSet::new(),
            regions: [practice.region_id].into(),
        },
        coauthors: coauthors(db, &authors, at).await?,
        conflicts: conflicts(db, practice, &authors).await?,
        drawn: drawn(db, practice).await?,
        reciprocal: reciprocal(db, &authors, AcademicYear::of(at)).await?,
        authors: authors.iter().copied().collect(),
    };
    for author in &authors {
        case.places.add(places.get(author).cloned().unwrap_or_default());
    }
    let candidates = experts.into_iter().map(|row| {
        let mut places = places.remove(&row.person_id).unwrap_or_default();
        places.communities.insert(row.community_id);
        places.regions.insert(row.region_id);
        Candidate {
            expert: row.id,
            person: row.person_id,
            places,
            open: open.remove(&row.id).unwrap_or(0),
            load_limit: row.load_limit,
        }
    });
    Ok(rules::divide(&case, candidates.collect()))
}

/// Where people belong: by registrations and offices in force, by what they say of their workplace, and by the
/// institute that employs them.
async fn places_of(
    db: &impl ConnectionTrait,
    of: &BTreeSet<PersonId>,
    at: DateTime<Utc>,
) -> Result<HashMap<PersonId, Places>, Error> {
    let mut places: HashMap<PersonId, Places> = HashMap::new();
    let of = || of.iter().copied();
    let persons = person::Entity::find().filter(among(db, person::Column::Id, of())).all(db).await?;
    let employers = persons.iter().filter_map(|row| row.institute_id);
    let institutes: HashMap<_, RegionId> = institute::Entity::find()
        .filter(among(db, institute::Column::Id, employers))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row.region_id))
        .collect();
    for row in persons {
        let own = places.entry(row.id).or_default();
        own.organizations.extend(row.organization_id);
        own.regions.extend(row.institute_id.and_then(|id| institutes.get(&id)));
    }
    let members = member::Entity::find()
        .filter(among(db, member::Column::PersonId, of()))
        .filter(member::Column::State.eq(MemberState::Active))
        .all(db)
        .await?;
    for row in members {
        let own = places.entry(row.person_id).or_default();
        own.communities.insert(row.community_id);
        own.organizations.extend(row.organization_id);
        own.regions.insert(row.region_id);
    }
    let offices = appointment::Entity::find()
        .filter(among(db, appointment::Column::PersonId, of()))
        .filter(appointment::in_force(at.date_naive()))
        .all(db)
        .await?;
    let communities: HashMap<_, RegionId> = community::Entity::find()
        .filter(among(db, community::Column::Id, offices.iter().map(|row| row.community_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row.region_id))
        .collect();
    for row in offices {
        let own = places.entry(row.person_id).or_default();
        own.communities.insert(row.community_id);
        own.regions.extend(communities.get(&row.community_id));
    }
    Ok(places)
}

async fn open_reviews(
    db: &impl ConnectionTrait,
    of: impl IntoIterator<Item = ExpertId>,
) -> Result<HashMap<ExpertId, i64>, Error> {
    let counts: Vec<(ExpertId, i64)> = review::Entity::find()
        .select_only()
        .column(review::Column::ExpertId)
        .column_as(review::Column::Id.count(), "count")
        .filter(among(db, review::Column::ExpertId, of))
        .filter(review::Column::State.eq(ReviewState::Assigned))
        .group_by(review::Column::ExpertId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(counts.into_iter().collect())
}

/// Who has handed in another practice together with one of these within the last three years.
async fn coauthors(
    db: &impl ConnectionTrait,
    of: &[PersonId],
    at: DateTime<Utc>,
) -> Result<BTreeSet<PersonId>, Error> {
    let since = at.checked_sub_months(Months::new(rules::COAUTHOR_MONTHS)).unwrap_or(at);
    let recent = practice::Entity::find()
        .select_only()
        .column(practice::Column::Id)
        .filter(
            Condition::any()
                .add(practice::Column::SubmittedAt.gte(since))
                .add(practice::Column::PublishedAt.gte(since)),
        )
        .into_query();
    let written = practice_author::Entity::find()
        .select_only()
        .column(practice_author::Column::PracticeId)
        .filter(practice_author::Column::PersonId.is_in(of.iter().copied()))
        .filter(practice_author::Column::PracticeId.in_subquery(recent))
        .into_query();
    let mut all = authors_of(db, written).await?;
    all.retain(|person| !of.contains(person));
    Ok(all)
}

async fn authors_of(
    db: &impl ConnectionTrait,
    practices: SelectStatement,
) -> Result<BTreeSet<PersonId>, Error> {
    let found: Vec<PersonId> = practice_author::Entity::find()
        .select_only()
        .column(practice_author::Column::PersonId)
        .distinct()
        .filter(practice_author::Column::PracticeId.in_subquery(practices))
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// Who has declared a conflict with the practice, or with one of its authors.
async fn conflicts(
    db: &impl ConnectionTrait,
    practice: &practice::Model,
    authors: &[PersonId],
) -> Result<BTreeSet<PersonId>, Error> {
    use expert_conflict::Column;
    let with = Condition::any()
        .add(Column::PracticeId.eq(practice.id))
        .add(Column::AuthorId.is_in(authors.iter().copied()));
    let found: Vec<PersonId> = expert_conflict::Entity::find()
        .select_only()
        .column(Column::PersonId)
        .distinct()
        .filter(with)
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// Who was drawn for the practice, whatever became of it; not who was called off.
async fn drawn(db: &impl ConnectionTrait, practice: &practice::Model) -> Result<BTreeSet<PersonId>, Error> {
    let found: Vec<PersonId> = review::Entity::find()
        .select_only()
        .column(review::Column::PersonId)
        .filter(review::Column::PracticeId.eq(practice.id))
        .filter(review::Column::State.ne(ReviewState::Cancelled))
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// Whose practices one of these was drawn for in the academic year.
async fn reciprocal(
    db: &impl ConnectionTrait,
    experts: &[PersonId],
    year: AcademicYear,
) -> Result<BTreeSet<PersonId>, Error> {
    let assessed = review::Entity::find()
        .select_only()
        .column(review::Column::PracticeId)
        .filter(review::Column::PersonId.is_in(experts.iter().copied()))
        .filter(review::Column::AssignedAt.gte(year.start()))
        .filter(review::Column::AssignedAt.lt(year.end()))
        .into_query();
    authors_of(db, assessed).await
}

//! Practices with their authors, tags, and the decisions that brought them where they stand.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    AcademicYear, PracticeState as State,
    counter::{self, PRACTICE_NUMBER},
    ids::{AccountId, DecisionId, EditionId, PracticeId},
    practice, practice_author, practice_decision, practice_edition, practice_tag,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use super::{
    LoadError,
    keys::{Keys, Series},
    ratings,
};
use crate::{
    db::Tx,
    demo::{DemoDataError, DemoSet, PersonIx, Practice, PracticeOwner, PracticeState, source::at},
    registry::{
        practice::{rules::fold_tag, write},
        search,
    },
};

pub(super) async fn insert(tx: &mut Tx, set: &DemoSet, keys: &Keys) -> Result<(), LoadError> {
    let mut rows = Vec::with_capacity(set.practices.len());
    let (mut authors, mut tags, mut in_one, mut editions) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut edition_ids = Series::of::<EditionId>();
    let summaries = ratings::summaries(set);
    for ((one, &id), summary) in set.practices.iter().zip(&keys.practices).zip(summaries) {
        let folded = folded(&one.tags);
        rows.push(row(set, keys, one, id, summary)?);
        in_one.push(folded.join(" "));
        for (position, &person) in (1..).zip(&one.authors) {
            let person_id = *at(&keys.people, person, "person")?;
            authors.push(practice_author::Model { practice_id: id, person_id, position });
        }
        editions.extend(one.submitted_at.map(|at| edition(edition_ids.next(at), one, id, &folded, at)));
        let placed = (0..).zip(folded);
        tags.extend(placed.map(|(position, tag)| practice_tag::Model { practice_id: id, tag, position }));
    }
    for row in &rows {
        let after = json!({ "state": row.state, "number": row.number });
        tx.record(write::change(row, None, Some(after)));
    }
    search::index::practices(tx.db(), &rows.iter().zip(in_one).collect::<Vec<_>>()).await?;
    tx.insert_all::<practice::Entity>(rows).await?;
    tx.insert_all::<practice_author::Entity>(authors).await?;
    tx.insert_all::<practice_tag::Entity>(tags).await?;
    tx.insert_all::<practice_edition::Entity>(editions).await?;
    tx.insert_all::<practice_decision::Entity>(decisions(set, keys)?).await?;
    continue_numbers(tx, set).await
}

fn folded(tags: &[String]) -> Vec<String> {
    let mut kept = Vec::with_capacity(tags.len());
    for tag in tags.iter().map(|tag| fold_tag(tag)) {
        if !kept.contains(&tag) {
            kept.push(tag);
        }
    }
    kept
}

fn row(
    set: &DemoSet,
    keys: &Keys,
    one: &Practice,
    id: PracticeId,
    ratings::Summary { stars: [stars_1, stars_2, stars_3, stars_4, stars_5], tally }: ratings::Summary,
) -> Result<practice::Model, DemoDataError> {
    let (region, profile, community, department) = match one.owner {
        PracticeOwner::Community(owner) => {
            let community = at(&set.communities, owner, "community")?;
            (community.region, Some(community.profile), Some(owner), None)
        }
        PracticeOwner::Department(owner) => {
            let institute = at(&set.departments, owner, "department")?.institute;
            (at(&set.institutes, institute, "institute")?.region, None, None, Some(owner))
        }
    };
    let profile = profile.map(|profile| at(&keys.profiles, profile, "profile"));
    let community = community.map(|owner| at(&keys.communities, owner, "community"));
    let department = department.map(|owner| at(&keys.departments, owner, "department"));
    let author = *one.authors.first().ok_or(DemoDataError::Empty("author"))?;
    Ok(practice::Model {
        id,
        number: one.number.clone(),
        title: one.title.clone(),
        summary: one.summary.clone(),
        body: one.body.clone(),
        state: state(one.state),
        version: 1,
        community_id: community.transpose()?.copied(),
        department_id: department.transpose()?.copied(),
        region_id: *at(&keys.regions, region, "region")?,
        profile_id: profile.transpose()?.copied(),
        created_by: *at(&keys.people, author, "person")?,
        created_at: one.created_at,
        submitted_at: one.submitted_at,
        published_at: one.published_at,
        published_year: one.published_at.map(AcademicYear::of),
        listed_at: one.published_at.unwrap_or(one.created_at),
        stars_1,
        stars_2,
        stars_3,
        stars_4,
        stars_5,
        rating_organizations: tally.organizations,
        rating_sum: tally.sum,
    })
}

/// All were handed in once, as they are.
fn edition(
    id: EditionId,
    one: &Practice,
    practice_id: PracticeId,
    tags: &[String],
    submitted_at: DateTime<Utc>,
) -> practice_edition::Model {
    practice_edition::Model {
        id,
        practice_id,
        number: 1,
        version: 1,
        title: one.title.clone(),
        summary: one.summary.clone(),
        body: one.body.clone(),
        tags: practice_edition::Tags(tags.to_vec()),
        submitted_at,
    }
}

fn state(of: PracticeState) -> State {
    match of {
        PracticeState::Draft => State::Draft,
        PracticeState::Submitted => State::Submitted,
        PracticeState::Returned => State::Returned,
        PracticeState::Approved => State::Approved,
        PracticeState::Published => State::Published,
        PracticeState::Rejected => State::Rejected,
        PracticeState::Withdrawn => State::Withdrawn,
    }
}

/// The steps of all practices, in the order of time. Most of those who took them have no account.
fn decisions(set: &DemoSet, keys: &Keys) -> Result<Vec<practice_decision::Model>, DemoDataError> {
    let accounts = set.accounts.iter().zip(&keys.accounts);
    let accounts: HashMap<PersonIx, AccountId> =
        accounts.filter_map(|(one, &id)| Some((one.person?, id))).collect();
    let mut steps = Vec::new();
    for (one, &practice_id) in set.practices.iter().zip(&keys.practices) {
        let author = one.authors.first().copied();
        // Only its authors take a practice back; everything else that ends its way is decided upon.
        let closed_by = if one.state == PracticeState::Withdrawn { author } else { one.decided_by };
        let taken = [
            (State::Submitted, one.submitted_at, author, None),
            (State::Approved, one.approved_at, one.decided_by, None),
            (State::Published, one.published_at, one.published_by, None),
            (state(one.state), one.closed_at, closed_by, one.reason.clone()),
        ];
        steps.extend(taken.into_iter().filter_map(|(state, at, person, reason)| {
            let account = person.and_then(|person| accounts.get(&person)).copied();
            Some((at?, practice_id, state, account, reason))
        }));
    }
    steps.sort_by_key(|step| step.0);
    let mut ids = Series::of::<DecisionId>();
    let rows = steps.into_iter().map(|(decided_at, practice_id, state, account_id, reason)| {
        practice_decision::Model {
            id: ids.next(decided_at),
            practice_id,
            state,
            practice_version: 1,
            reason,
            account_id,
            decided_at,
        }
    });
    Ok(rows.collect())
}

/// The next practice to be published goes on where the set's numbers end.
async fn continue_numbers(tx: &Tx, set: &DemoSet) -> Result<(), LoadError> {
    let mut last = 0_i64;
    for number in set.practices.iter().filter_map(|one| one.number.as_deref()) {
        let running = number.rsplit_once('-').and_then(|(_, running)| running.parse().ok());
        let unknown = || DemoDataError::Unknown { what: "registry number", key: number.to_owned() };
        last = last.max(running.ok_or_else(unknown)?);
    }
    counter::Entity::update_many()
        .col_expr(counter::Column::Value, Expr::value(last))
        .filter(counter::Column::Name.eq(PRACTICE_NUMBER))
        .exec(tx.db())
        .await?;
    Ok(())
}

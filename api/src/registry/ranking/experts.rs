//! The data of the ranking by experts' assessments.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    assessment,
    ids::{PersonId, PracticeId},
    practice,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Query,
};

use super::{
    board::Period,
    build::Scope,
    practices::of_scope,
    rules::{Candidate, Part},
};
use crate::{
    error::Error,
    registry::{
        assessment::rules::{self, Judgement},
        rating::rules::MICRO,
    },
};

#[derive(FromQueryResult)]
struct PracticeRow {
    id: PracticeId,
    number: Option<String>,
    published_at: Option<DateTime<Utc>>,
}

/// The practices with assessments of the period, each with its score. Leniency is reckoned over the assessments that
/// count here, so that everybody who sees them can do it again.
///
/// # Errors
/// The database's.
pub(super) async fn assessed(
    db: &impl ConnectionTrait,
    scope: Scope,
    period: Period,
) -> Result<Vec<Candidate>, Error> {
    let start = match period {
        Period::Year(year) => Some(year.start()),
        Period::All(_) | Period::Until(_) => None,
    };
    let of_scope = of_scope(scope, period);
    let practices = Query::select()
        .column(practice::Column::Id)
        .from(practice::Entity)
        .cond_where(of_scope.clone())
        .to_owned();
    let counted = Condition::all()
        .add(assessment::of_last_submission())
        .add(assessment::Column::PracticeId.in_subquery(practices))
        .add_option(start.map(|start| assessment::Column::FinishedAt.gte(start)))
        .add_option(period.end().map(|end| assessment::Column::FinishedAt.lt(end)));
    let rows: Vec<(PracticeId, PersonId, i64)> = assessment::Entity::find()
        .select_only()
        .columns([assessment::Column::PracticeId, assessment::Column::PersonId, assessment::Column::Mean])
        .filter(counted)
        .order_by_asc(assessment::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let all: Vec<_> = rows.iter().map(|(_, expert, mean)| Judgement { expert: *expert, mean: *mean }).collect();
    let leniency = rules::leniency(&all);
    let mut by_practice: HashMap<PracticeId, Vec<Judgement>> = HashMap::new();
    for ((practice, ..), judgement) in rows.iter().zip(all) {
        by_practice.entry(*practice).or_default().push(judgement);
    }
    let judged = Query::select()
        .column(assessment::Column::PracticeId)
        .from(assessment::Entity)
        .to_owned();
    let rows = practice::Entity::find()
        .select_only()
        .columns([practice::Column::Id, practice::Column::Number, practice::Column::PublishedAt])
        .filter(of_scope.add(practice::Column::Id.in_subquery(judged)))
        .into_model::<PracticeRow>()
        .all(db)
        .await?;
    let candidate = |row: PracticeRow| {
        let judgements = by_practice.remove(&row.id)?;
        let (raw, score) = rules::corrected(&judgements, &leniency);
        let count = i64::try_from(judgements.len()).unwrap_or(i64::MAX);
        let published = row.published_at.unwrap_or_default();
        let number = row.number.unwrap_or_default();
        Some(Candidate {
            subject: row.id.0,
            score,
            parts: parts(raw, score),
            order: (-count, published.timestamp_micros(), number.clone().into_bytes()),
            ties: vec![count.to_string(), published.date_naive().to_string(), number],
        })
    };
    Ok(rows.into_iter().filter_map(candidate).collect())
}

/// The raw mean, and by how much it is corrected.
fn parts(raw: i64, score: i64) -> Vec<Part> {
    let part = |value: i64| Part { value, weight: MICRO, contribution: value };
    vec![part(raw), part(score - raw)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_the_raw_mean_and_its_correction_and_add_up() {
        let values: Vec<_> = parts(4_200_000, 4_050_000).iter().map(|part| part.contribution).collect();
        assert_eq!(values, [4_200_000, -150_000]);
    }
}

//! The data of the ranking by experts' assessments.

use std::collections::HashMap;

use entity::{
    assessment,
    ids::{PersonId, PracticeId},
    practice,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Query,
};

use super::{
    board::Period,
    entrant::Entrant,
    field::Wanted,
    practices::{self, PracticeRow, of_scope},
};
use crate::{error::Error, registry::assessment::rules::Judgement};

/// The practices that were assessed in the period, each with what experts found of the text that was submitted last.
///
/// # Errors
/// The database's.
pub(super) async fn assessed(
    db: &impl ConnectionTrait,
    wanted: Wanted<'_>,
    period: Period,
) -> Result<Vec<Entrant>, Error> {
    use practice::Column;
    let start = match period {
        Period::Year(year) => Some(year.start()),
        Period::All(_) | Period::Until(_) => None,
    };
    let of_scope = of_scope(wanted, period);
    let practices =
        Query::select().column(Column::Id).from(practice::Entity).cond_where(of_scope.clone()).to_owned();
    let counted = Condition::all()
        .add(assessment::of_last_submission())
        .add(assessment::Column::PracticeId.in_subquery(practices))
        .add_option(start.map(|start| assessment::Column::FinishedAt.gte(start)))
        .add_option(period.end().map(|end| assessment::Column::FinishedAt.lt(end)));
    let judgements: Vec<(PracticeId, PersonId, i64)> = assessment::Entity::find()
        .select_only()
        .columns([assessment::Column::PracticeId, assessment::Column::PersonId, assessment::Column::Mean])
        .filter(counted)
        .order_by_asc(assessment::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let mut by_practice: HashMap<PracticeId, Vec<Judgement>> = HashMap::new();
    for (practice, expert, mean) in judgements {
        by_practice.entry(practice).or_default().push(Judgement { expert, mean });
    }
    let assessed = Query::select().column(assessment::Column::PracticeId).from(assessment::Entity).to_owned();
    let rows = practices::rows(of_scope.add(Column::Id.in_subquery(assessed))).all(db).await?;
    let entrant = |row: PracticeRow| {
        let judged = by_practice.remove(&row.id)?;
        let count = i64::try_from(judged.len()).unwrap_or(i64::MAX);
        let subject = row.subject();
        Some(Entrant { subject, figures: [count, 0], count: Some(count), judged: judged.into() })
    };
    Ok(rows.into_iter().filter_map(entrant).collect())
}

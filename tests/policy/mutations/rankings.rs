//! The mutations on rankings and their methods.

use api::auth::table::Action;
use entity::{AcademicYear, ranking_method, ranking_revision};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use super::{Call, public, unique};
use crate::support::app::TestApp;

/// The last year that is closed.
async fn closed(app: &TestApp) -> Option<AcademicYear> {
    let last = ranking_revision::Entity::find().order_by_desc(ranking_revision::Column::Year);
    last.one(app.rows()).await.unwrap().map(|row| row.year)
}

/// The next year that may be closed.
async fn next(app: &TestApp) -> String {
    AcademicYear(closed(app).await.map_or(2001, |year| year.0 + 1)).to_string()
}

/// A closed year, of which something has become known since.
async fn corrected(app: &TestApp) -> String {
    if closed(app).await.is_none() {
        let input = json!({ "year": next(app).await });
        app.registrar().await.call("academicYearClose", input, "").await.done();
    }
    app.new_community(&format!("old-{}", unique())).registered_on("1999-01-01").create().await;
    closed(app).await.unwrap().to_string()
}

/// The newest version of the ranking by ratings.
async fn version(app: &TestApp) -> i32 {
    let versions = ranking_method::Entity::find().filter(ranking_method::Column::Code.eq("RATING"));
    let newest = versions.order_by_desc(ranking_method::Column::Version);
    newest.one(app.rows()).await.unwrap().unwrap().version
}

pub const CALLS: &[Call] = &[
    Call {
        field: "academicYearClose",
        action: Action::AcademicYearClose,
        on: "-",
        known: public,
        run: |app, caller, _, _| {
            Box::pin(async move {
                let input = json!({ "year": next(app).await });
                caller.call("academicYearClose", input, "").await
            })
        },
    },
    Call {
        field: "rankingRevise",
        action: Action::RankingRevise,
        on: "-",
        known: public,
        run: |app, caller, _, _| {
            Box::pin(async move {
                let input = json!({ "year": corrected(app).await, "reason": "Причина." });
                caller.call("rankingRevise", input, "").await
            })
        },
    },
    Call {
        field: "rankingMethodRevise",
        action: Action::RankingMethodRevise,
        on: "-",
        known: public,
        run: |app, caller, _, _| {
            Box::pin(async move {
                let input = json!({
                    "ranks": "PRACTICES", "code": "RATING", "expectedVersion": version(app).await,
                    "name": format!("Оценка {}", unique()),
                });
                caller.call("rankingMethodRevise", input, "").await
            })
        },
    },
];

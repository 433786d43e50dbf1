//! The use case of setting a headcount.

use entity::{AcademicYear, headcount, profile, region};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, ModelTrait, QueryFilter};
use serde_json::{Value, json};

use super::rules;
use crate::{
    app::App,
    auth::{Action, Actor, Place, policy},
    db::Change,
    error::{Error, Outcome, UserError, UserErrorCode},
    registry::{
        listed::{self, Row},
        region::service::{require_profile, require_region},
    },
};

/// Sets how many teachers of a profile a region has in a year; none takes the figure away. Gives
/// what stands now.
///
/// # Errors
/// `UNAUTHENTICATED`, `NOT_FOUND` for an unknown region or profile, `FORBIDDEN`.
pub async fn set(
    app: &App,
    actor: &Actor,
    region_code: &str,
    profile_code: &str,
    year: AcademicYear,
    teachers: Option<Option<i32>>,
) -> Outcome<Option<headcount::Model>> {
    policy::signed_in(actor, Action::HeadcountSet)?;
    let region = require_region(&app.db, region_code).await?;
    let place = Place { region: Some(region.id), ..Place::default() };
    let permit = policy::permit(actor, Action::HeadcountSet, &place)?;
    let profile = require_profile(&app.db, profile_code).await?;
    let teachers = accepted!(rules::check_given(teachers));
    let mut tx = app.db.begin(permit).await?;
    // Of two that set at once the second sees what the first has set.
    let region = region::Model::lock(&tx, region.id).await?.ok_or_else(|| Error::not_found("region"))?;
    if teachers.is_some() {
        if region.archived_at.is_some() {
            let message = "The region is in the archive.";
            return Ok(Err(UserError::of("regionCode", UserErrorCode::Invalid, message).into()));
        }
        accepted!(listed::referred::<profile::Model>(&tx, profile.id, "profileCode").await?);
    }
    let old = headcount::Entity::find()
        .filter(headcount::Column::RegionId.eq(region.id))
        .filter(headcount::Column::ProfileId.eq(profile.id))
        .filter(headcount::Column::Year.eq(year))
        .one(tx.db())
        .await?;
    if old.as_ref().map(|row| row.teachers) == teachers {
        return Ok(Ok(old));
    }
    let new = match (&old, teachers) {
        (None, None) => None,
        (Some(row), None) => {
            row.clone().delete(tx.db()).await?;
            None
        }
        (Some(row), Some(teachers)) => {
            let row = headcount::Model { teachers, ..row.clone() };
            Some(row.into_active_model().reset_all().update(tx.db()).await?)
        }
        (None, Some(teachers)) => {
            let row = headcount::Model { region_id: region.id, profile_id: profile.id, year, teachers };
            Some(row.into_active_model().insert(tx.db()).await?)
        }
    };
    let told = |row: &headcount::Model| -> Value {
        json!({ "profile": profile.code, "year": year.to_string(), "teachers": row.teachers })
    };
    let change = Change::of(region.id, old.as_ref().map(told), new.as_ref().map(told));
    tx.record(change.within(region.id, None));
    tx.commit().await?;
    Ok(Ok(new))
}

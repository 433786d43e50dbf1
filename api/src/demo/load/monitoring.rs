//! The yearly monitorings, entered by the use cases through which an operator and the communities enter them.

use chrono::{DateTime, Utc};
use entity::{AcademicYear, IndicatorDirection, IndicatorUnit, ids::ReturnId, monitoring, monitoring_return};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{LoadError, keys::Keys};
use crate::{
    auth::policy::Permit,
    db::{Db, Tx},
    demo::{DemoSet, Figure, Monitoring, source::at},
    error::Rejected,
    registry::{
        indicator::write::{self as indicators, Definition, Plan},
        monitoring::{
            accept::{self, Signature},
            rules::Statement,
            write::{self, Opening, Question},
        },
    },
};

/// What stands under the accepted reports: nobody has signed them.
const SIGNER: &str = "Подпись условная: демонстрационные данные";
/// The year of which the set itself tells.
const PRESENT: AcademicYear = AcademicYear(2025);

/// Enters the published years, each whole, and opens the present one.
pub(super) async fn enter(db: &Db, set: &DemoSet, keys: &Keys, now: DateTime<Utc>) -> Result<(), LoadError> {
    if !set.indicators.is_empty() {
        let mut tx = db.begin(Permit::system(now)).await?;
        planned(&mut tx, set, keys).await?;
        tx.commit().await?;
    }
    for one in set.monitorings.iter().filter(|one| one.year.end() <= now) {
        let mut tx = db.begin(Permit::system(now)).await?;
        published(&mut tx, set, keys, one).await?;
        tx.commit().await?;
    }
    if PRESENT.start() <= now {
        let mut tx = db.begin(Permit::system(now)).await?;
        present(&mut tx, set, keys).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The regions' own indicators, with their plans.
async fn planned(tx: &mut Tx, set: &DemoSet, keys: &Keys) -> Result<(), LoadError> {
    for one in &set.indicators {
        let region = *at(&keys.regions, one.region, "region")?;
        let definition = Definition {
            code: one.code.clone(),
            name: one.name.clone(),
            unit: IndicatorUnit::Percent,
            direction: IndicatorDirection::AtLeast,
            formula: None,
            planned: None,
        };
        done(indicators::create_in(tx, Some(region), definition).await?)?;
        for (year, plan, _) in &one.years {
            let plan =
                Plan { code: one.code.clone(), year: *year, planned: Some(Some(*plan)), direction: None };
            done(indicators::set_plan_in(tx, region, plan).await?)?;
        }
    }
    Ok(())
}

/// A year of which everything is known: opened, returned, accepted.
async fn published(tx: &mut Tx, set: &DemoSet, keys: &Keys, of: &Monitoring) -> Result<(), LoadError> {
    let slugs = of.of_communities.iter().map(|(community, _)| {
        at(&set.communities, *community, "community").map(|community| community.slug.clone())
    });
    let asked = |figures: &[Figure], rest: &[(usize, Vec<Figure>)]| -> Vec<Question> {
        let mut codes: Vec<&String> = figures.iter().map(|figure| &figure.code).collect();
        for figure in rest.iter().flat_map(|(_, figures)| figures) {
            if !codes.contains(&&figure.code) {
                codes.push(&figure.code);
            }
        }
        // What every community has told is what was demanded.
        let told_by_all =
            |code: &str| rest.iter().all(|(_, figures)| figures.iter().any(|one| one.code == code));
        codes
            .into_iter()
            .map(|code| Question { code: code.clone(), is_required: told_by_all(code) })
            .collect()
    };
    let opening = Opening {
        year: of.year,
        due_on: of.year.last_day(),
        from_registry: false,
        of_community: Some(asked(&[], &of.of_communities)),
        of_region: Some(asked(&of.of_region, &[])),
        communities: Some(slugs.collect::<Result<_, _>>()?),
    };
    let row = done(write::open_in(tx, *at(&keys.regions, of.region, "region")?, opening).await?)?;
    let mut returns = returns(tx, &row).await?.into_iter();
    let own = returns.next().ok_or(LoadError::Monitoring("the region has no return".into()))?;
    done(write::fill_in(tx, own, None, statements(&of.of_region)).await?)?;
    for (id, (_, figures)) in returns.zip(&of.of_communities) {
        done(write::fill_in(tx, id, None, statements(figures)).await?)?;
        done(write::submit_in(tx, id).await?)?;
        done(write::accept_in(tx, id).await?)?;
    }
    let signature =
        Signature { signer: SIGNER.into(), position: None, signed_on: of.year.last_day(), reason: None };
    done(accept::accept_in(tx, row.id, signature).await?)?;
    Ok(())
}

/// The year that runs in the set: prefilled from the registry, and on its way.
async fn present(tx: &mut Tx, set: &DemoSet, keys: &Keys) -> Result<(), LoadError> {
    // The last of the published years is the real region's.
    let Some(of) = set.monitorings.last() else { return Ok(()) };
    let opening = Opening {
        year: PRESENT,
        due_on: PRESENT.last_day() - chrono::Days::new(62),
        from_registry: true,
        of_community: None,
        of_region: None,
        communities: None,
    };
    let row = done(write::open_in(tx, *at(&keys.regions, of.region, "region")?, opening).await?)?;
    let returns = returns(tx, &row).await?;
    let remarks = "Проверьте число участников: в прошлом году сообщество называло больше.";
    for (place, id) in returns.into_iter().enumerate().skip(1) {
        match place {
            1..=3 => {
                done(write::submit_in(tx, id).await?)?;
                done(write::accept_in(tx, id).await?)?;
            }
            4 | 5 => {
                done(write::submit_in(tx, id).await?)?;
            }
            6 => {
                done(write::submit_in(tx, id).await?)?;
                done(write::send_back_in(tx, id, remarks.into()).await?)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// The returns of a monitoring, the region's own first.
async fn returns(tx: &Tx, of: &monitoring::Model) -> Result<Vec<ReturnId>, LoadError> {
    let rows = monitoring_return::Entity::find()
        .filter(monitoring_return::Column::MonitoringId.eq(of.id))
        .order_by_asc(monitoring_return::Column::Position)
        .all(tx.db())
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

fn statements(figures: &[Figure]) -> Vec<Statement> {
    let statement = |figure: &Figure| Statement {
        code: figure.code.clone(),
        value: Some(Some(figure.value)),
        reason: None,
    };
    figures.iter().map(statement).collect()
}

/// What a use case refused is a fault of the set.
fn done<T>(outcome: Result<T, Rejected>) -> Result<T, LoadError> {
    outcome.map_err(|refused| {
        let told: Vec<_> = refused.errors.into_iter().map(|error| error.message).collect();
        LoadError::Monitoring(told.join(" "))
    })
}

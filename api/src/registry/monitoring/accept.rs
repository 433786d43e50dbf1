//! The acceptance of a report: it is frozen, signed and kept for ever; a correction is the next revision beside it.

use chrono::NaiveDate;
use entity::{AcademicYear, ReturnState, ids::MonitoringId, monitoring_report};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    difference, gather,
    report::{Report, Signing},
    rules::{self, SIGNER_MAX, WORDS_MAX},
    service,
    write::{in_region, lock, moved, save, without_errors},
};
use crate::{
    app::App,
    auth::{Action, Actor, policy},
    db::{Change, Tx},
    error::{Error, Outcome, UserError, UserErrorCode},
    text,
};

/// What is put under a report.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Who signs: name and initials as they stand under the report.
    pub signer: String,
    /// The signer's position.
    pub position: Option<String>,
    /// On which day.
    pub signed_on: NaiveDate,
    /// Why an accepted report is corrected; none for the first acceptance.
    pub reason: Option<String>,
}

/// Accepts a region's report on a year. All returns of communities are accepted by then, and no error is found.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`.
pub async fn accept(
    app: &App,
    actor: &Actor,
    region_code: &str,
    year: AcademicYear,
    given: Signature,
) -> Outcome<Report> {
    policy::signed_in(actor, Action::MonitoringAccept)?;
    let seen = service::require(app, actor, region_code, year).await?;
    let permit = policy::permit(actor, Action::MonitoringAccept, &in_region(seen.region_id))?;
    let mut tx = app.db.begin(permit).await?;
    let report = accepted!(accept_in(&mut tx, seen.id, given).await?);
    tx.commit().await?;
    Ok(Ok(report))
}

/// The same, as a step of a transaction.
///
/// # Errors
/// The database's.
pub async fn accept_in(tx: &mut Tx, id: MonitoringId, given: Signature) -> Outcome<Report> {
    let signer = text::required_line("signer", &given.signer, SIGNER_MAX);
    let position = text::optional_line("position", given.position.as_deref(), SIGNER_MAX);
    let reason = text::optional_line("reason", given.reason.as_deref(), WORDS_MAX);
    let (signer, position, reason) = (accepted!(signer), accepted!(position), accepted!(reason));
    let old = lock(tx, id).await?;
    accepted!(rules::check_acceptance(old.revision, old.is_open, reason.as_deref()));
    let (begin, today) = (old.year.start().date_naive(), tx.at().date_naive());
    if given.signed_on < begin || given.signed_on > today {
        let message = format!("`signedOn` must lie between {begin} and today, {today}.");
        return Ok(Err(UserError::of("signedOn", UserErrorCode::Invalid, message).into()));
    }
    let whole = gather::whole(tx.db(), id, tx.at()).await?;
    let whole = whole.ok_or_else(|| Error::broken("a monitoring that was locked is gone"))?;
    let open: Vec<_> =
        whole.communities.iter().filter(|(_, one)| one.row.state != ReturnState::Accepted).collect();
    if let Some((first, _)) = open.first() {
        let message = format!("{} returns are not accepted, among them that of {}.", open.len(), first.slug);
        return Ok(Err(UserError::of("year", UserErrorCode::WrongState, message).into()));
    }
    let mut report = gather::report(tx.db(), &whole, tx.at()).await?;
    accepted!(without_errors("year", &report.findings));

    let revision = old.revision + 1;
    report.signing = Some(Signing {
        revision,
        signed_on: given.signed_on,
        signer: signer.clone(),
        position: position.clone(),
        accepted_at: tx.at(),
        reason: reason.clone(),
    });
    let before = monitoring_report::Entity::find_by_id((id, old.revision)).one(tx.db()).await?;
    let changes = match before {
        Some(before) => difference::between(&gather::thaw(&before.report)?, &report),
        None => Vec::new(),
    };
    let frozen = serde_json::to_string(&report).map_err(Error::internal)?;
    let checksum = text::hex(&Sha256::digest(&frozen));
    save(tx, whole.region.row.id, &whole.region.figures, true).await?;
    if whole.region.row.state != ReturnState::Accepted {
        let at = tx.at();
        moved(tx, whole.region.row, ReturnState::Accepted, |row| row.decided_at = Set(Some(at))).await?;
    }
    let row = monitoring_report::Model {
        monitoring_id: id,
        revision,
        accepted_at: tx.at(),
        signed_on: given.signed_on,
        signer,
        position,
        reason,
        report: frozen,
        changes: serde_json::to_string(&changes).map_err(Error::internal)?,
        checksum,
    };
    // The signer's name stands in the report; the journal holds no names.
    let told = json!({ "revision": revision, "checksum": row.checksum, "changed": changes.len() });
    tx.insert_all::<monitoring_report::Entity>(vec![row]).await?;
    let region = old.region_id;
    let mut row = old.into_active_model();
    row.revision = Set(revision);
    row.is_open = Set(false);
    row.update(tx.db()).await?;
    tx.record(Change::of(id, None, Some(told)).within(region, None));
    Ok(Ok(report))
}

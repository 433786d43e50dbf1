//! An accepted report, as it was frozen: the first is the acceptance, the others are corrections of it. Kept for ever.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::MonitoringId;

/// A row of `monitoring_report`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "monitoring_report")]
pub struct Model {
    /// Of which monitoring.
    #[sea_orm(primary_key, auto_increment = false)]
    pub monitoring_id: MonitoringId,
    /// 1 for the first.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    /// When it was frozen.
    pub accepted_at: DateTime<Utc>,
    /// The day of the signature.
    pub signed_on: NaiveDate,
    /// Who signed, as it stands under the report.
    pub signer: String,
    /// The signer's position.
    pub position: Option<String>,
    /// Why it was corrected; none for the first.
    pub reason: Option<String>,
    /// The whole report, in JSON.
    pub report: String,
    /// In what it differs from the revision before it, in JSON.
    pub changes: String,
    /// SHA-256 of `report`, in hexadecimal; the journal holds it, too.
    pub checksum: String,
}

/// No relation is walked from here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! Indicators.

use entity::{
    AcademicYear, IndicatorDirection, IndicatorUnit,
    ids::{IndicatorId, RegionId},
    indicator,
};
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use crate::support::app::TestApp;

impl TestApp {
    /// An indicator of the federation or a region, in force for ever: which share of the teachers are members.
    pub async fn indicator(&self, code: &str, region: Option<RegionId>) -> indicator::Model {
        let row = indicator::Model {
            id: IndicatorId::generate(),
            region_id: region,
            code: code.into(),
            version: 1,
            from_year: AcademicYear(2000),
            name: "Доля".into(),
            unit: IndicatorUnit::Percent,
            direction: IndicatorDirection::AtLeast,
            formula: Some("members / teachers * 100".into()),
            planned: None,
            number: None,
            is_ended: false,
            created_at: self.clock.now(),
        };
        row.into_active_model().insert(self.rows()).await.unwrap()
    }
}

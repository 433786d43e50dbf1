//! Batch loads of indicators.

load_by_id! { IndicatorId => indicator }

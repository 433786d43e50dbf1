//! The schema's own scalars.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::NaiveDate;

/// A day, written `2025-09-01` (ISO 8601).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A day, written `2025-09-01` (ISO 8601).
#[Scalar(name = "Date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) if text.len() == 10 => NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .map(Self)
                .map_err(|_| InputValueError::custom("there is no such day; write one as 2025-09-01")),
            Value::String(_) => Err(InputValueError::custom("a day is written as 2025-09-01")),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format("%Y-%m-%d").to_string())
    }
}

/// An academic year, 1 September to 31 August, written `2024-2025`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcademicYear(pub entity::AcademicYear);

/// An academic year, 1 September to 31 August, written as two consecutive years: `2024-2025`.
#[Scalar(name = "AcademicYear")]
impl ScalarType for AcademicYear {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => text.parse().map(Self).map_err(InputValueError::custom),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

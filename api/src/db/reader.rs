//! The one reader on which every batch load is implemented: the database, what its caller may see, and the
//! day on which it asks.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{adoption, assessment, expert, member, monitoring, practice, rating, review};

use super::Db;

/// What batch loads (see each concept's `loader.rs`) read with.
#[derive(Clone, Debug)]
pub struct Reader {
    /// The database.
    pub db: Db,
    /// Which practices the caller may see.
    pub practices: practice::Visible,
    /// Whose registrations the caller may see.
    pub members: member::Visible,
    /// Which adoptions the caller may see, beside the confirmed ones.
    pub adoptions: adoption::Visible,
    /// Which places in the pools of experts the caller may see.
    pub experts: expert::Visible,
    /// Which reviews the caller may see.
    pub reviews: review::Visible,
    /// Which assessments the caller may see, beside those of published practices.
    pub assessments: assessment::Visible,
    /// Which ratings the caller may see, beside those that count.
    pub ratings: rating::Visible,
    /// Which monitorings and returns the caller may see.
    pub monitorings: monitoring::Visible,
    /// Whether the caller may see what the checks of ratings and texts have found.
    pub integrity: bool,
    /// The moment at which it asks.
    pub now: DateTime<Utc>,
    /// The day on which offices must be in force.
    pub today: NaiveDate,
}

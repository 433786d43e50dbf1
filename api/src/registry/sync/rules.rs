//! What a row of a batch must be, without a look at what is registered already.

use std::{collections::HashMap, sync::Arc};

use chrono::{Datelike, Days, NaiveDate};
use entity::{
    MemberState,
    ids::{CommunityId, MunicipalityId},
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    error::{UserError, UserErrorCode},
    registry::member::rules::{self as registration, PLACE_MAX, POSITION_MAX},
    text,
};

/// The most rows of a batch.
pub const ROWS_MAX: usize = 1_000;
/// The most characters of a source, an idempotency key or an external id.
pub const KEY_MAX: usize = 200;

/// A registration as another system gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The registration's key in that system.
    pub external_id: String,
    /// In which community.
    pub community_slug: String,
    /// Surname, name, patronymic.
    pub full_name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Where the person works.
    pub organization: Option<String>,
    /// What the person does there.
    pub position: Option<String>,
    /// The name of the municipality.
    pub municipality: String,
    /// First day; left out, today or what is known already.
    pub joined_on: Option<Day>,
    /// Day of leaving; left out, the registration is in force.
    pub left_on: Option<Day>,
}

/// What was given as a day: `None` where it is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Day(pub Option<NaiveDate>);

/// A row that may be compared with what is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Its place in the batch.
    pub index: usize,
    /// See [`Row`].
    pub external_id: String,
    /// In which community.
    pub community: CommunityId,
    /// From which municipality.
    pub municipality: MunicipalityId,
    /// See [`Row`].
    pub full_name: String,
    /// See [`Row`].
    pub email: Option<String>,
    /// See [`Row`].
    pub organization: Option<String>,
    /// See [`Row`].
    pub position: Option<String>,
    /// See [`Row`].
    pub joined_on: Option<NaiveDate>,
    /// See [`Row`].
    pub left_on: Option<NaiveDate>,
}

impl Checked {
    /// The state that the row wants.
    #[must_use]
    pub fn state(&self) -> MemberState {
        if self.left_on.is_some() { MemberState::Left } else { MemberState::Active }
    }

    /// Digest (half of a SHA-256) of all that the row says and of the version of the registration that it made.
    #[must_use]
    pub fn digest(&self, version: i32) -> Vec<u8> {
        let mut hash = Sha256::new();
        hash.update(version.to_be_bytes());
        hash.update(self.community.0);
        hash.update(self.municipality.0);
        let days = [self.joined_on, self.left_on].map(|day| day.map_or(0, |day| day.num_days_from_ce()));
        days.iter().for_each(|day| hash.update(day.to_be_bytes()));
        let name = Some(&self.full_name);
        for text in [name, self.email.as_ref(), self.organization.as_ref(), self.position.as_ref()] {
            // The length before each text keeps them apart; no text differs from an empty one.
            let length = text.map_or(-1, |text| i64::try_from(text.len()).unwrap_or(i64::MAX));
            hash.update(length.to_be_bytes());
            hash.update(text.map_or("", |text| text));
        }
        hash.finalize().iter().take(16).copied().collect()
    }
}

/// What names a region's places and communities in rows.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The region's code, for messages.
    pub region: String,
    /// The region's communities by slug; none for one in the archive.
    pub communities: HashMap<String, Option<CommunityId>>,
    /// The region's municipalities by folded name; none for one in the archive.
    pub municipalities: HashMap<String, Option<MunicipalityId>>,
}

/// How many rows a message names.
pub const NAMED: usize = 10;

/// The earliest first day: nobody who registers today began before.
fn earliest() -> NaiveDate {
    NaiveDate::from_ymd_opt(1950, 1, 1).unwrap_or_default()
}

/// Checks a row by itself: all its faults, each with its column.
///
/// # Errors
/// The faults; never empty, and without any personal value.
pub fn check(index: usize, row: &Row, names: &Names, today: NaiveDate) -> Result<Checked, Vec<UserError>> {
    let mut errors = Vec::new();
    macro_rules! keep {
        ($check:expr) => {
            match $check {
                Ok(value) => Some(value),
                Err(error) => {
                    errors.push(error);
                    None
                }
            }
        };
    }
    let external_id = keep!(text::required_line("externalId", &row.external_id, KEY_MAX));
    let community = keep!(community_of(&row.community_slug, names));
    let full_name = keep!(registration::check_name("fullName", &row.full_name));
    let email = keep!(registration::check_email("email", row.email.as_deref()));
    let organization = keep!(text::optional_line("organization", row.organization.as_deref(), PLACE_MAX));
    let position = keep!(text::optional_line("position", row.position.as_deref(), POSITION_MAX));
    let municipality = keep!(municipality_of(&row.municipality, names));
    let joined_on = keep!(day("joinedOn", row.joined_on, today));
    let left_on = keep!(day("leftOn", row.left_on, today));
    if let (Some(Some(joined)), Some(Some(left))) = (joined_on, left_on)
        && left < joined
    {
        errors.push(left_before_joined());
    }
    match (external_id, community, full_name, email, organization, position, municipality, joined_on, left_on)
    {
        (
            Some(external_id),
            Some(community),
            Some(full_name),
            Some(email),
            Some(organization),
            Some(position),
            Some(municipality),
            Some(joined_on),
            Some(left_on),
        ) if errors.is_empty() => Ok(Checked {
            index,
            external_id,
            community,
            municipality,
            full_name,
            email,
            organization,
            position,
            joined_on,
            left_on,
        }),
        _ => Err(errors),
    }
}

/// A registration cannot end before it began.
#[must_use]
pub fn left_before_joined() -> UserError {
    UserError::of("leftOn", UserErrorCode::Invalid, "`leftOn` lies before `joinedOn`.")
}

fn community_of(slug: &str, names: &Names) -> Result<CommunityId, UserError> {
    let fault = |code, message: String| Err(UserError::of("communitySlug", code, message));
    match names.communities.get(slug.trim()) {
        Some(Some(id)) => Ok(*id),
        Some(None) => fault(UserErrorCode::WrongState, "The community is in the archive.".into()),
        None => {
            let message = format!("There is no community with this slug in {}.", names.region);
            fault(UserErrorCode::Invalid, message)
        }
    }
}

fn municipality_of(name: &str, names: &Names) -> Result<MunicipalityId, UserError> {
    let fault = |code, message: String| Err(UserError::of("municipality", code, message));
    match names.municipalities.get(&text::fold(name)) {
        Some(Some(id)) => Ok(*id),
        Some(None) => fault(UserErrorCode::WrongState, "The municipality is in the archive.".into()),
        None => {
            let message = format!("There is no municipality of this name in {}.", names.region);
            fault(UserErrorCode::Invalid, message)
        }
    }
}

/// A day that has come. East of Greenwich it comes up to a day earlier than here.
fn day(field: &str, day: Option<Day>, today: NaiveDate) -> Result<Option<NaiveDate>, UserError> {
    let fault = |message: String| Err(UserError::of(field, UserErrorCode::Invalid, message));
    match day {
        None => Ok(None),
        Some(Day(None)) => fault(format!("`{field}` is no day; write one as 2025-09-01.")),
        Some(Day(Some(day))) if day > today + Days::new(1) => {
            fault(format!("`{field}` lies in the future; a registration is told when it has begun or ended."))
        }
        Some(Day(Some(day))) if day < earliest() => fault(format!("`{field}` lies before {}.", earliest())),
        Some(Day(Some(day))) => Ok(Some(day)),
    }
}

/// The rows that bear the same key as another one, with the places of all that do.
#[must_use]
pub fn duplicates<'a>(keys: impl Iterator<Item = &'a str>) -> HashMap<usize, Arc<[usize]>> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, key) in keys.enumerate() {
        places.entry(key.trim()).or_default().push(index);
    }
    let several = places.into_iter().filter(|(key, places)| !key.is_empty() && places.len() > 1);
    several
        .flat_map(|(_, places)| {
            let all: Arc<[usize]> = places.as_slice().into();
            places.into_iter().map(move |at| (at, Arc::clone(&all)))
        })
        .collect()
}

/// What is wrong with each of several rows of one key.
#[must_use]
pub fn duplicate(places: &[u64]) -> UserError {
    let rows = listed(places.get(..NAMED).unwrap_or(places), places.len() as u64);
    let message = format!("Several rows have this externalId: {rows}.");
    UserError::of("externalId", UserErrorCode::Taken, message)
}

/// Some of the rows that a message is about, of so many in all.
#[must_use]
pub fn listed(shown: &[u64], all: u64) -> String {
    let mut listed: Vec<_> = shown.iter().map(ToString::to_string).collect();
    let more = all.saturating_sub(shown.len() as u64);
    if more > 0 {
        listed.push(format!("and {more} more"));
    }
    listed.join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use entity::ids::TypedId;
    use uuid::Uuid;

    use super::*;

    fn names() -> Names {
        Names {
            region: "RU-KDA".into(),
            communities: HashMap::from([
                ("kda-chemistry".into(), Some(CommunityId::from_uuid(Uuid::from_u128(1)))),
                ("kda-archived".into(), None),
            ]),
            municipalities: HashMap::from([(
                "город-герой новороссийск".into(),
                Some(MunicipalityId::from_uuid(Uuid::from_u128(2))),
            )]),
        }
    }

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 3, 1).unwrap()
    }

    fn row() -> Row {
        Row {
            external_id: "17".into(),
            community_slug: "kda-chemistry".into(),
            full_name: "Петрова Алёна Ивановна".into(),
            municipality: "Город-герой  НОВОРОССИЙСК".into(),
            ..Row::default()
        }
    }

    fn faults(row: &Row) -> Vec<String> {
        let errors = check(0, row, &names(), today()).unwrap_err();
        errors.into_iter().map(|error| error.path[1].clone()).collect()
    }

    #[test]
    fn a_sound_row_is_read_whatever_the_case_of_its_municipality() {
        let checked = check(0, &row(), &names(), today()).unwrap();
        assert_eq!((checked.state(), checked.joined_on), (MemberState::Active, None));
    }

    #[test]
    fn all_faults_of_a_row_are_told_each_with_its_column() {
        let day = |y, m, d| Some(Day(NaiveDate::from_ymd_opt(y, m, d)));
        let bad = Row {
            external_id: " ".into(),
            community_slug: "kda-archived".into(),
            full_name: "я".repeat(10_000),
            email: Some("nobody".into()),
            organization: Some("a\u{0}".into()),
            position: Some("я".repeat(10_000)),
            municipality: "Казань".into(),
            joined_on: day(2025, 2, 30),
            left_on: day(2025, 3, 3),
        };
        let all = [
            "externalId",
            "communitySlug",
            "fullName",
            "email",
            "organization",
            "position",
            "municipality",
            "joinedOn",
            "leftOn",
        ];
        assert_eq!(faults(&bad), all);
        let turned = Row { joined_on: day(2025, 3, 1), left_on: day(2025, 2, 1), ..row() };
        assert_eq!(faults(&turned), ["leftOn"]);
        assert_eq!(faults(&Row { joined_on: day(1949, 12, 31), ..row() }), ["joinedOn"]);
    }

    #[test]
    fn a_digest_tells_every_word_of_a_row_and_the_version_apart() {
        let day = NaiveDate::from_ymd_opt(2025, 3, 1);
        let checked = |row: Row| check(0, &row, &names(), today()).unwrap();
        let text = |text: &str| Some(text.to_owned());
        let base = checked(row());
        let others = [
            Checked { community: CommunityId::from_uuid(Uuid::from_u128(7)), ..base.clone() },
            Checked { municipality: MunicipalityId::from_uuid(Uuid::from_u128(7)), ..base.clone() },
            Checked { full_name: "Петрова Алёна".into(), ..base.clone() },
            Checked { email: text("a"), ..base.clone() },
            Checked { email: text(""), ..base.clone() },
            Checked { organization: text("a"), ..base.clone() },
            Checked { position: text("a"), ..base.clone() },
            Checked { joined_on: day, ..base.clone() },
            Checked { left_on: day, ..base.clone() },
        ];
        let digests: HashSet<_> = others.iter().chain([&base]).map(|row| row.digest(1)).collect();
        assert_eq!(digests.len(), others.len() + 1);
        assert!(!digests.contains(&base.digest(2)));
        assert_eq!(Checked { index: 7, ..base.clone() }.digest(1), base.digest(1));
    }

    #[test]
    fn rows_of_one_key_are_all_named() {
        let found = duplicates(["a", "b", " a", "", ""].into_iter());
        assert_eq!(found, HashMap::from([(0, [0, 2].into()), (2, [0, 2].into())]));
        assert!(duplicate(&[1, 3]).message.contains("1, 3"));
    }
}

//! A file of events: taken in as a whole, in one transaction, answered line by line.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use entity::{
    community, event, event_community,
    ids::{CommunityId, EventId},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{
    rules::{self, Facts},
    write::{self, Beside},
};
use crate::{
    app::App,
    auth::{Action, Actor, Place, policy},
    db::Tx,
    error::{Error, Outcome, UserError, UserErrorCode},
    tables::{Column, Record, RowFault, parse_date},
    text,
};

/// The most rows of a file.
pub const ROWS_MAX: u64 = 1_000;
/// The most characters of a source or key.
const KEY_MAX: usize = 100;

const fn column(name: &'static str, titles: &'static [&'static str], required: bool) -> Column {
    Column { name, titles, required }
}

/// What a file holds.
pub const COLUMNS: [Column; 12] = [
    column("externalId", &["ключ", "№"], true),
    column("communitySlug", &["сообщество"], true),
    column("kind", &["вид"], true),
    column("level", &["уровень"], true),
    column("format", &["формат"], false),
    column("title", &["название", "мероприятие"], true),
    column("startsOn", &["дата", "дата начала", "начало"], true),
    column("endsOn", &["дата окончания", "окончание"], false),
    column("place", &["место"], false),
    column("link", &["ссылка"], false),
    column("participants", &["участники", "число участников"], false),
    column("jointWith", &["совместно с"], false),
];

/// What became of a row.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number in the file.
    pub row: u64,
    /// Its key.
    pub key: Option<String>,
    /// What was done.
    pub done: Result<(Done, EventId), Vec<UserError>>,
}

/// What was done with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// A new event.
    Created,
    /// Another state of a known one.
    Updated,
    /// Nothing: it is known as it stands.
    Unchanged,
}

impl Done {
    /// As the answer says it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Updated => "UPDATED",
            Self::Unchanged => "UNCHANGED",
        }
    }
}

/// A row as it was read.
struct Given {
    key: String,
    slug: String,
    facts: Facts,
    joint: Vec<String>,
}

/// Enters a file's events under a source's keys: what is known is brought up to date. A dry run tells what would be done
/// and does nothing.
///
/// # Errors
/// `FORBIDDEN` where the caller may enter events of none of the file's communities; the database's.
pub async fn run(
    app: &App,
    actor: &Actor,
    source: &str,
    dry_run: bool,
    rows: Vec<(u64, Result<Record, RowFault>)>,
) -> Outcome<Vec<Line>> {
    policy::signed_in(actor, Action::EventWrite)?;
    let source = accepted!(text::required_line("source", source, KEY_MAX));
    let read: Vec<_> = rows.into_iter().map(|(row, record)| (row, record.map(read))).collect();
    let slugs = read.iter().filter_map(|(_, row)| row.as_ref().ok()?.as_ref().ok());
    let slugs: HashSet<&str> =
        slugs.flat_map(|given| given.joint.iter().map(String::as_str).chain([given.slug.as_str()])).collect();
    let communities: HashMap<String, community::Model> = community::Entity::find()
        .filter(community::Column::Slug.is_in(slugs))
        .all(app.db.read())
        .await?
        .into_iter()
        .map(|row| (row.slug.clone(), row))
        .collect();
    let place = |of: &community::Model| Place {
        region: Some(of.region_id),
        community: Some(of.id),
        ..Place::default()
    };
    let own = |of: &community::Model| policy::may(actor, Action::EventWrite, &place(of));
    let Some(first) = communities.values().find(|one| own(one)) else {
        return Err(policy::denied(actor, Action::EventWrite));
    };
    let mut tx = app.db.begin(policy::permit(actor, Action::EventWrite, &place(first))?).await?;
    let known = known(&tx, &source).await?;
    let mut seen = HashSet::new();
    let mut lines = Vec::with_capacity(read.len());
    for (row, given) in read {
        let given = match given {
            Ok(Ok(given)) => given,
            Ok(Err((key, errors))) => {
                lines.push(Line { row, key, done: Err(errors) });
                continue;
            }
            Err(fault) => {
                let error = fault_of(fault.column.as_deref().unwrap_or("row"), fault.message);
                lines.push(Line { row, key: None, done: Err(vec![error]) });
                continue;
            }
        };
        let key = Some(given.key.clone());
        let done = match communities.get(&given.slug).filter(|of| own(of)) {
            _ if !seen.insert((given.slug.clone(), given.key.clone())) => {
                Err(vec![fault_of("externalId", "The file names this key twice.")])
            }
            None => {
                let message = "There is no such community whose events you enter.";
                Err(vec![fault_of("communitySlug", message)])
            }
            Some(of) => one(&mut tx, of, &communities, &known, &source, given).await?,
        };
        lines.push(Line { row, key, done });
    }
    if !dry_run {
        tx.commit_recorded().await?;
    }
    Ok(Ok(lines))
}

type Known = HashMap<(CommunityId, String), (event::Model, Vec<CommunityId>)>;

/// The events of a source that stand.
async fn known(tx: &Tx, source: &str) -> Result<Known, Error> {
    let rows = event::Entity::matching(&event::Filter::default())
        .filter(event::Column::Source.eq(source))
        .all(tx.db())
        .await?;
    let joint = event_community::Entity::find()
        .filter(event_community::Column::EventId.is_in(rows.iter().map(|row| row.id)))
        .all(tx.db())
        .await?;
    let mut with: HashMap<EventId, Vec<CommunityId>> = HashMap::new();
    for row in joint {
        with.entry(row.event_id).or_default().push(row.community_id);
    }
    let entry = |row: event::Model| {
        let mut joint = with.remove(&row.id).unwrap_or_default();
        joint.sort_unstable();
        let key = row.external_id.clone().unwrap_or_default();
        ((row.community_id, key), (row, joint))
    };
    Ok(rows.into_iter().map(entry).collect())
}

async fn one(
    tx: &mut Tx,
    of: &community::Model,
    communities: &HashMap<String, community::Model>,
    known: &Known,
    source: &str,
    given: Given,
) -> Result<Result<(Done, EventId), Vec<UserError>>, Error> {
    let mut joint = Vec::new();
    for slug in &given.joint {
        match communities.get(slug) {
            Some(with) => joint.push(with.id),
            None => {
                let message = format!("There is no community `{slug}`.");
                return Ok(Err(vec![fault_of("jointWith", message)]));
            }
        }
    }
    joint.sort_unstable();
    joint.dedup();
    let beside = Beside { joint, is_another: false };
    let facts = match rules::check(given.facts, tx.at().date_naive()) {
        Ok(facts) => facts,
        Err(errors) => return Ok(Err(errors)),
    };
    let (done, outcome) = match known.get(&(of.id, given.key.clone())) {
        Some((row, with)) if as_facts(row) == facts && *with == beside.joint => {
            return Ok(Ok((Done::Unchanged, row.id)));
        }
        Some((row, _)) => (Done::Updated, write::update_in(tx, row.id, None, facts, beside).await?),
        None => {
            let key = Some((source.to_owned(), given.key));
            (Done::Created, write::create_in(tx, of, facts, beside, key).await?)
        }
    };
    Ok(outcome.map(|row| (done, row.id)).map_err(|rejected| rejected.errors))
}

fn as_facts(row: &event::Model) -> Facts {
    Facts {
        kind: row.kind,
        level: row.level,
        format: row.format,
        title: row.title.clone(),
        starts_on: row.starts_on,
        ends_on: Some(row.ends_on),
        place: row.place.clone(),
        link: row.link.clone(),
        participants: row.participants,
    }
}

fn fault_of(field: &str, message: impl Into<String>) -> UserError {
    UserError::of(field, UserErrorCode::Invalid, message)
}

/// What a row says, or all that is wrong with it.
fn read(record: Record) -> Result<Given, (Option<String>, Vec<UserError>)> {
    let mut cells = record.cells.into_iter();
    let mut next = || cells.next().flatten();
    let (key, slug, kind, level, format) = (next(), next(), next(), next(), next());
    let (title, starts_on, ends_on, place, link) = (next(), next(), next(), next(), next());
    let (participants, joint) = (next(), next());
    let mut errors = Vec::new();
    let told = key.clone();
    let required = |field: &str, cell: Option<String>| {
        cell.ok_or_else(|| fault_of(field, format!("`{field}` is missing.")))
    };
    let day = |field: &'static str, cell: Option<String>| -> Result<Option<NaiveDate>, UserError> {
        let Some(text) = cell else { return Ok(None) };
        let fault = || fault_of(field, "A day is written as 2025-09-01 or 01.09.2025.");
        parse_date(&text).map(Some).ok_or_else(fault)
    };
    let key = required("externalId", key).and_then(|key| text::required_line("externalId", &key, KEY_MAX));
    let slug = required("communitySlug", slug);
    let kind = required("kind", kind).and_then(|word| {
        rules::kind_of(&word).ok_or_else(|| {
            fault_of("kind", "A kind is INSTITUTE, INITIATIVE or EXPERIENCE, or their Russian word.")
        })
    });
    let level = required("level", level).and_then(|word| {
        let message = "A level is MUNICIPAL, INTERMUNICIPAL, REGIONAL, INTERREGIONAL, ALL_RUSSIAN or INTERNATIONAL, \
                       or its Russian word.";
        rules::level_of(&word).ok_or_else(|| fault_of("level", message))
    });
    let format = rules::format_of(&format.unwrap_or_default());
    let format = format
        .ok_or_else(|| fault_of("format", "A format is OFFLINE, ONLINE or MIXED, or its Russian word."));
    let title = required("title", title);
    let starts_on = required("startsOn", starts_on).and_then(|text| day("startsOn", Some(text)));
    let ends_on = day("endsOn", ends_on);
    let participants = participants.map(|text| {
        let digits: String = text.chars().filter(|one| !one.is_whitespace()).collect();
        digits.parse::<i64>().map_err(|_| fault_of("participants", "`participants` is a whole number."))
    });
    let participants = participants.transpose();
    let joint = joint.unwrap_or_default();
    let joint =
        joint.split(';').map(str::trim).filter(|slug| !slug.is_empty()).map(ToOwned::to_owned).collect();
    macro_rules! keep {
        ($($name:ident),*) => {$(
            let $name = $name.map_err(|error| errors.push(error));
        )*};
    }
    keep!(key, slug, kind, level, format, title, starts_on, ends_on, participants);
    match (key, slug, kind, level, format, title, starts_on, ends_on, participants) {
        (
            Ok(key),
            Ok(slug),
            Ok(kind),
            Ok(level),
            Ok(format),
            Ok(title),
            Ok(Some(starts_on)),
            Ok(ends_on),
            Ok(participants),
        ) => {
            let facts = Facts { kind, level, format, title, starts_on, ends_on, place, link, participants };
            Ok(Given { key, slug, facts, joint })
        }
        _ => Err((told, errors)),
    }
}

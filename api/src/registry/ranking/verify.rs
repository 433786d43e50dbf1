//! Recomputes every board and compares. Living boards must be what the rows say that they are made of, not the counts
//! that communities and practices keep of themselves, and put together another way than the boards were made. Frozen ones
//! must be what their checksums say; and what the data say, as long as no later change concerns them.

use std::collections::{BTreeMap, HashMap};

use entity::{
    AcademicYear, ids::BoardId, journal, ranking_board, ranking_leaf, ranking_place, ranking_revision,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, StreamTrait,
};

use super::{
    board::{self, Parameters, Period, Spec},
    field::{Scope, Source},
    freeze::Boards,
    frozen, job,
    method::Method,
    rules::Entry,
    touched::Touched,
};
use crate::{app::App, error::Error};

/// How often to bring the living boards up to date while others keep changing the data.
const TRIES: usize = 1_000;
/// How many boards are read at once.
const BOARDS_AT_ONCE: usize = 50;
/// How many entries of the journal are read at once.
const CHANGES_AT_ONCE: u64 = 5_000;

/// What was compared, and what differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Living boards that were recomputed.
    pub living: usize,
    /// Frozen generations whose checksums were recomputed.
    pub frozen: usize,
    /// Boards of closed years that were recomputed from the data.
    pub recomputed: usize,
    /// Those of them that the data no longer bear out, since they were corrected later. A revision takes that up.
    pub corrected: Vec<String>,
    /// What is not as it must be, a line each.
    pub differences: Vec<String>,
}

impl Report {
    fn differs(&mut self, board: &str, what: impl AsRef<str>) {
        self.differences.push(format!("{board}: {}", what.as_ref()));
    }
}

/// Brings the living boards up to date, and then compares everything as it stands at one moment.
///
/// # Errors
/// The database's; `UNAVAILABLE` where others change the data faster than the boards can follow.
pub async fn verify(app: &App, mut told: impl FnMut(&str)) -> Result<Report, Error> {
    for _ in 0..TRIES {
        if job::follow(app).await? != job::Followed::Nothing {
            continue;
        }
        let data = app.db.snapshot().await?;
        let (last, done) = board::progress(&data).await?;
        if last > done {
            continue;
        }
        let mut report = Report::default();
        living(&data, AcademicYear::of(app.clock.now()), &mut report, &mut told).await?;
        chain(&data, &mut report, &mut told).await?;
        closed(&data, &mut report, &mut told).await?;
        return Ok(report);
    }
    Err(Error::Refused(
        crate::error::Code::Unavailable,
        "The data change faster than the boards can follow; try again at a quieter time.".into(),
    ))
}

/// The living boards by method and period, so that what each of these takes is read once for all filters.
async fn living(
    db: &(impl ConnectionTrait + StreamTrait),
    current: AcademicYear,
    report: &mut Report,
    told: &mut impl FnMut(&str),
) -> Result<(), Error> {
    let rows =
        ranking_board::Entity::find().filter(ranking_board::Column::Revision.is_null()).all(db).await?;
    let mut kinds: BTreeMap<String, (Method, Period, Vec<ranking_board::Model>)> = BTreeMap::new();
    for row in rows {
        let Some(spec) = Spec::parse(&row.key) else { continue };
        // All time as an ended year saw it is asked for by nobody, and thrown away at the next start.
        if matches!(spec.period, Period::All(year) if year != current) {
            continue;
        }
        let kind = format!("{} {}", spec.method.key(), spec.period.text());
        kinds.entry(kind).or_insert_with(|| (spec.method, spec.period, Vec::new())).2.push(row);
    }
    for (kind, (method, period, rows)) in kinds {
        told(&format!("{kind}: {} living", rows.len()));
        let boards = Boards::read(db, method, period, Source::Rows).await?;
        for some in rows.chunks(BOARDS_AT_ONCE) {
            let generations: Vec<_> = some.iter().map(|row| (row.id, row.generation)).collect();
            let mut leaves = leaves(db, &generations).await?;
            for row in some {
                let kept = leaves.remove(&(row.id, row.generation)).unwrap_or_default();
                let made = boards.of(Scope { region: row.region_id, profile: row.profile_id })?;
                if let Err(what) = compare(&kept, &made, true) {
                    report.differs(&row.key, what);
                }
                report.living += 1;
            }
        }
    }
    Ok(())
}

/// The leaves of these generations, in their order.
async fn leaves(
    db: &impl ConnectionTrait,
    generations: &[(BoardId, i64)],
) -> Result<HashMap<(BoardId, i64), Vec<ranking_leaf::Model>>, Error> {
    use ranking_leaf::Column;
    let any = generations.iter().fold(Condition::any(), |any, (board, generation)| {
        let one = Condition::all().add(Column::BoardId.eq(*board));
        any.add(one.add(Column::Generation.eq(*generation)))
    });
    let rows = ranking_leaf::Entity::find().filter(any).order_by_asc(Column::Number).all(db).await?;
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        found.entry((row.board_id, row.generation)).or_default().push(row);
    }
    Ok(found)
}

/// Compares what is kept with what was computed; the former ranks only where they are not of another year's state.
fn compare(
    kept: &[ranking_leaf::Model],
    made: &(Parameters, Vec<Entry>),
    with_former: bool,
) -> Result<(), String> {
    let (parameters, entries) = made;
    if kept.is_empty() {
        return Err("the board has no entries at all, not even an empty leaf".into());
    }
    let mut position = 0;
    for (leaf, number) in kept.iter().zip(0_i64..) {
        if leaf.number != number || usize::try_from(leaf.total).ok() != Some(entries.len()) {
            let (place, total) = (leaf.number, leaf.total);
            return Err(format!("leaf {place} tells of {total} entries; computed {}", entries.len()));
        }
        if serde_json::from_str::<Parameters>(&leaf.parameters).ok().as_ref() != Some(parameters) {
            return Err(format!("leaf {number} was made with {}; computed {parameters:?}", leaf.parameters));
        }
        let lines = board::entries_of(leaf).map_err(|_| format!("leaf {number} cannot be read"))?;
        for line in lines {
            let Some(computed) = entries.get(position) else {
                return Err(format!("position {} holds a line more than computed", position + 1));
            };
            position += 1;
            let mut computed = computed.clone();
            if !with_former {
                computed.previous = line.previous;
            }
            if line != computed {
                return Err(format!("position {position}: kept {line:?}; computed {computed:?}"));
            }
        }
    }
    match position == entries.len() {
        true => Ok(()),
        false => Err(format!("{position} lines are kept; computed {}", entries.len())),
    }
}

/// The checksums of all revisions, each over what it wrote and over the one before.
async fn chain(
    db: &impl ConnectionTrait,
    report: &mut Report,
    told: &mut impl FnMut(&str),
) -> Result<(), Error> {
    let revisions = ranking_revision::Entity::find().order_by_asc(ranking_revision::Column::Number);
    let (mut number, mut previous) = (0, String::new());
    for row in revisions.all(db).await? {
        let name = format!("{} revision {}", row.year, row.revision);
        told(&format!("{name}: {} frozen", row.boards));
        number += 1;
        if row.number != number {
            report.differs(&name, format!("it is number {} of all; {number} was expected", row.number));
            number = row.number;
        }
        if row.previous_checksum != previous {
            report.differs(&name, "its checksum does not go on from the one before it");
        }
        let written = frozen::written(db, row.year, row.revision).await?;
        if i64::try_from(written.len()).ok() != Some(row.boards) {
            report.differs(&name, format!("it wrote {} boards; {} are there", row.boards, written.len()));
        }
        let mut digests = Vec::new();
        for some in written.chunks(BOARDS_AT_ONCE) {
            let generations: Vec<_> =
                some.iter().map(|(frozen, _)| (frozen.board_id, frozen.generation)).collect();
            let mut leaves = leaves(db, &generations).await?;
            let mut places = places(db, some.iter().map(|(frozen, _)| frozen.board_id), row.revision).await?;
            for (frozen, board) in some {
                let name = format!("{} revision {}", board.key, row.revision);
                let kept = leaves.remove(&(frozen.board_id, frozen.generation)).unwrap_or_default();
                if frozen::digest(&kept).ok().as_ref() != Some(&frozen.digest) {
                    report.differs(&name, "its lines are not those that were frozen");
                }
                if !stand_alike(&kept, places.remove(&frozen.board_id).unwrap_or_default()) {
                    report.differs(&name, "who stood where is not what its lines say");
                }
                digests.push((board.key.clone(), frozen.digest.clone()));
                report.frozen += 1;
            }
        }
        if frozen::checksum(&row, &digests) != row.checksum {
            report.differs(&name, "its checksum is not that of what it wrote");
        }
        previous = row.checksum;
    }
    Ok(())
}

async fn places(
    db: &impl ConnectionTrait,
    boards: impl Iterator<Item = BoardId>,
    revision: i32,
) -> Result<HashMap<BoardId, Vec<ranking_place::Model>>, Error> {
    let rows = ranking_place::Entity::find()
        .filter(ranking_place::Column::BoardId.is_in(boards))
        .filter(ranking_place::Column::Revision.eq(revision))
        .all(db)
        .await?;
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        found.entry(row.board_id).or_default().push(row);
    }
    Ok(found)
}

fn stand_alike(leaves: &[ranking_leaf::Model], places: Vec<ranking_place::Model>) -> bool {
    let mut told: Vec<_> = places.into_iter().map(|row| (row.subject, row.rank, row.score)).collect();
    let entries = leaves.iter().flat_map(|leaf| board::entries_of(leaf).unwrap_or_default());
    let mut kept: Vec<_> = entries.map(|entry| (entry.subject, entry.rank, entry.score)).collect();
    told.sort_unstable();
    kept.sort_unstable();
    told == kept
}

/// The boards of the closed years, as they stand now, beside what the data say. They may differ only where a later change
/// concerns them.
async fn closed(
    db: &(impl ConnectionTrait + StreamTrait),
    report: &mut Report,
    told: &mut impl FnMut(&str),
) -> Result<(), Error> {
    let revisions = ranking_revision::Entity::find().order_by_asc(ranking_revision::Column::Number);
    let mut years: BTreeMap<AcademicYear, ranking_revision::Model> = BTreeMap::new();
    for row in revisions.all(db).await? {
        years.insert(row.year, row);
    }
    for (year, newest) in years {
        let since = since(db, newest.journal_position).await?;
        for method in Method::ALL {
            let rows = ranking_board::Entity::find()
                .filter(ranking_board::Column::Revision.is_not_null())
                .filter(ranking_board::Column::Method.eq(method.key()))
                .filter(ranking_board::Column::Period.eq(Period::Year(year).text()))
                .order_by_asc(ranking_board::Column::Key)
                .all(db)
                .await?;
            told(&format!("{} {year}: {} closed", method.key(), rows.len()));
            let boards = Boards::read(db, method, Period::Year(year), Source::Rows).await?;
            let excused = since.reaches_year(method, year);
            let known: std::collections::HashSet<_> =
                rows.iter().map(|row| Scope { region: row.region_id, profile: row.profile_id }).collect();
            for scope in boards.scopes().filter(|scope| !known.contains(scope)) {
                let name = format!("{} {year} {scope:?}", method.key());
                match excused {
                    true => report.corrected.push(name),
                    false => report.differs(&name, "somebody takes part, and there is no board"),
                }
            }
            for some in rows.chunks(BOARDS_AT_ONCE) {
                let generations: Vec<_> = some.iter().map(|row| (row.id, row.generation)).collect();
                let mut leaves = leaves(db, &generations).await?;
                for row in some {
                    let kept = leaves.remove(&(row.id, row.generation)).unwrap_or_default();
                    let made = boards.of(Scope { region: row.region_id, profile: row.profile_id })?;
                    report.recomputed += 1;
                    match compare(&kept, &made, false) {
                        Ok(()) => {}
                        Err(_) if excused => report.corrected.push(row.key.clone()),
                        Err(what) => report.differs(&row.key, what),
                    }
                }
            }
        }
    }
    Ok(())
}

/// What has changed since a position of the journal.
async fn since(db: &impl ConnectionTrait, mut position: i64) -> Result<Touched, Error> {
    let mut since = Touched::default();
    loop {
        let changes = journal::Entity::find()
            .filter(journal::Column::Seq.gt(position))
            .order_by_asc(journal::Column::Seq)
            .limit(CHANGES_AT_ONCE)
            .all(db)
            .await?;
        let Some(last) = changes.last() else { return Ok(since) };
        position = last.seq;
        since.add(&changes);
        // It is all the same whose they were.
        since.forget_ids();
    }
}

//! The feed of changes: first everything that the caller may see, thing by thing, then each change, in the order in
//! which changes took effect.
//!
//! A cursor knows where the caller stands and by which rights it got there. It is refused with `CURSOR_EXPIRED`
//! when it is older than what is kept for followers, and when the rights have changed since: then things have come
//! into view, or gone, that no entry of the journal tells of, and only a new beginning tells the truth.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};
use entity::{
    appointment, community, counter,
    ids::{AppointmentId, CommunityId, MemberId, PracticeId, RatingId, TypedId},
    journal, member, practice, rating,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, Query},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    app::App,
    auth::{Actor, visibility},
    db::keyset::List,
    error::{Code, Error},
};

/// Changes on a page when nobody says how many.
pub const DEFAULT_LIMIT: u64 = 100;
/// Changes on a page at most.
pub const MAX_LIMIT: u64 = 1_000;

/// What the feed tells of, in the order of the listing: what is referred to comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Communities.
    Community,
    /// Offices.
    Appointment,
    /// Registrations.
    Member,
    /// Practices.
    Practice,
    /// Ratings.
    Rating,
}

impl Kind {
    /// All kinds, in the order of the listing.
    pub const ALL: [Self; 5] =
        [Self::Community, Self::Appointment, Self::Member, Self::Practice, Self::Rating];

    /// The prefix of its things' ids, by which the journal knows it.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Community => CommunityId::PREFIX,
            Self::Appointment => AppointmentId::PREFIX,
            Self::Member => MemberId::PREFIX,
            Self::Practice => PracticeId::PREFIX,
            Self::Rating => RatingId::PREFIX,
        }
    }
}

/// A change as a follower is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What kind of thing changed.
    pub kind: Kind,
    /// Which.
    pub subject: Uuid,
    /// When; in the listing, the moment of the listing.
    pub at: DateTime<Utc>,
    /// Whether it is there for the caller; otherwise it is gone, or the caller may see it no more.
    pub is_there: bool,
    /// Where the follower stands after it.
    pub cursor: String,
}

/// A page of changes.
#[derive(Clone, Debug)]
pub struct Page {
    /// In order.
    pub changes: Vec<Change>,
    /// Where the follower stands after the page.
    pub next: String,
    /// Whether there is more already.
    pub has_more: bool,
}

/// Where a follower stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Place {
    /// In the listing that began when the journal stood at `from`: after this thing.
    Listing { from: i64, kind: Kind, after: Option<Uuid> },
    /// After this entry of the journal.
    After(i64),
}

impl Place {
    /// The first entry of the journal that the follower has not been told of is the one behind this.
    fn position(self) -> i64 {
        match self {
            Self::Listing { from, .. } => from,
            Self::After(position) => position,
        }
    }
}

/// What is seen by an actor, in a few bytes: the same as long as its rights to see are the same.
fn sight(actor: &Actor) -> u64 {
    let (mut members, mut practices) = (visibility::visible_members(actor), practices_of(actor));
    members.regions.sort_unstable();
    members.communities.sort_unstable();
    members.municipalities.sort_unstable();
    practices.regions.sort_unstable();
    practices.communities.sort_unstable();
    members.regions.dedup();
    members.communities.dedup();
    members.municipalities.dedup();
    practices.regions.dedup();
    practices.communities.dedup();
    // Few see ratings that were set aside; for all others nothing is added.
    let ratings = if visibility::visible_ratings(actor).all { "all ratings" } else { "" };
    let digest = Sha256::digest(format!("{members:?}{practices:?}{ratings}"));
    digest.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// What an expert was drawn for comes into view and goes without an entry of the journal; the feed does not tell of it.
fn practices_of(actor: &Actor) -> practice::Visible {
    practice::Visible { reviewer: None, ..visibility::visible_practices(actor) }
}

fn encode(sight: u64, place: Place) -> Result<String, Error> {
    List::of("changes", &()).cursor(&(sight, place))
}

/// The cursor of an actor that has been told of everything up to this entry of the journal.
///
/// # Errors
/// A fault of ours: it cannot be encoded.
pub fn cursor(actor: &Actor, position: i64) -> Result<String, Error> {
    encode(sight(actor), Place::After(position))
}

/// What has changed since a cursor; without one, everything that there is. `kinds` narrows it; none means all.
///
/// # Errors
/// `BAD_CURSOR`; `CURSOR_EXPIRED`; or the database's.
pub async fn read(
    app: &App,
    actor: &Actor,
    since: Option<&str>,
    kinds: &[Kind],
    limit: u64,
) -> Result<Page, Error> {
    let db = app.db.read();
    let sight = sight(actor);
    // The journal's end comes first: what is read after it is at least as new.
    let end = counter::Entity::find_by_id(counter::JOURNAL).one(db).await?;
    let end = end.ok_or_else(|| Error::broken("a counter is missing"))?.value;
    let place = match since {
        None => Place::Listing { from: end, kind: Kind::Community, after: None },
        Some(cursor) => {
            let (seen, place): (u64, Place) = List::of("changes", &()).key(cursor)?;
            if seen != sight {
                return Err(expired("Your rights have changed since this cursor was given"));
            }
            let kept = Duration::days(app.config.feed_days.into());
            may_go_on(db, place.position(), end, actor.now - kept).await?;
            place
        }
    };
    let wanted: Vec<_> =
        Kind::ALL.into_iter().filter(|kind| kinds.is_empty() || kinds.contains(kind)).collect();
    let reader = Reader { db, actor, sight, wanted: &wanted, limit };
    match place {
        Place::Listing { from, kind, after } => reader.listing(from, kind, after).await,
        Place::After(position) => reader.following(position, end).await,
    }
}

fn expired(why: &str) -> Error {
    let message = format!(
        "{why}; begin again without `since`, and drop what does not come again from what you have kept."
    );
    Error::Refused(Code::CursorExpired, message)
}

async fn may_go_on(
    db: &impl ConnectionTrait,
    position: i64,
    end: i64,
    oldest: DateTime<Utc>,
) -> Result<(), Error> {
    if position > end {
        // The journal was set back, to a copy of older days.
        return Err(expired("The cursor is of a later state than the registry's"));
    }
    if position == end {
        return Ok(());
    }
    match journal::Entity::find_by_id(position + 1).one(db).await? {
        Some(next) if next.at >= oldest => Ok(()),
        _ => Err(expired("The cursor is older than what is kept for followers")),
    }
}

struct Reader<'a, C> {
    db: &'a C,
    actor: &'a Actor,
    sight: u64,
    wanted: &'a [Kind],
    limit: u64,
}

impl<C: ConnectionTrait> Reader<'_, C> {
    /// A page of everything that there is.
    async fn listing(&self, from: i64, kind: Kind, after: Option<Uuid>) -> Result<Page, Error> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let mut found: Vec<(Kind, Uuid)> = Vec::new();
        for next in self.wanted.iter().copied().filter(|next| *next >= kind) {
            let after = if next == kind { after } else { None };
            // One more than asked for tells whether there is more.
            let room = self.limit + 1 - found.len() as u64;
            found.extend(self.ids(next, after, room).await?.into_iter().map(|id| (next, id)));
            if found.len() > limit {
                break;
            }
        }
        let has_more = found.len() > limit;
        found.truncate(limit);
        let mut changes = Vec::with_capacity(found.len());
        for (kind, subject) in found {
            let cursor = encode(self.sight, Place::Listing { from, kind, after: Some(subject) })?;
            changes.push(Change { kind, subject, at: self.actor.now, is_there: true, cursor });
        }
        // When all is told, it goes on with the changes since the listing began.
        let next = match changes.last() {
            Some(last) if has_more => last.cursor.clone(),
            _ => encode(self.sight, Place::After(from))?,
        };
        Ok(Page { changes, next, has_more })
    }

    async fn ids(&self, kind: Kind, after: Option<Uuid>, limit: u64) -> Result<Vec<Uuid>, Error> {
        async fn page<E: EntityTrait>(
            db: &impl ConnectionTrait,
            select: Select<E>,
            id: E::Column,
            after: Option<Uuid>,
            limit: u64,
        ) -> Result<Vec<Uuid>, Error> {
            let select = select.select_only().column(id).order_by_asc(id).limit(limit);
            let select = if let Some(after) = after { select.filter(id.gt(after)) } else { select };
            Ok(select.into_tuple().all(db).await?)
        }
        match kind {
            Kind::Community => {
                page(self.db, community::Entity::find(), community::Column::Id, after, limit).await
            }
            Kind::Appointment => {
                page(self.db, appointment::Entity::find(), appointment::Column::Id, after, limit).await
            }
            Kind::Member => page(self.db, self.members(), member::Column::Id, after, limit).await,
            Kind::Practice => page(self.db, self.practices(), practice::Column::Id, after, limit).await,
            Kind::Rating => page(self.db, self.ratings(), rating::Column::Id, after, limit).await,
        }
    }

    /// A page of changes, up to the journal's end as it was at the beginning of the request.
    async fn following(&self, position: i64, end: i64) -> Result<Page, Error> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let mut entries = journal::Entity::find()
            .filter(journal::Column::Seq.gt(position))
            .filter(journal::Column::Seq.lte(end))
            .filter(self.concern())
            .order_by_asc(journal::Column::Seq)
            .limit(self.limit + 1)
            .all(self.db)
            .await?;
        let has_more = entries.len() > limit;
        entries.truncate(limit);
        let reached = if has_more { entries.last().map_or(end, |entry| entry.seq) } else { end };
        let seen = self.seen(&entries).await?;
        let gone = self.gone(&entries, &seen).await?;
        let mut changes = Vec::with_capacity(entries.len());
        for entry in entries {
            let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.prefix() == entry.subject_type) else {
                continue;
            };
            let is_there = seen.contains(&entry.subject_id);
            if is_there || gone.contains(&entry.seq) {
                let cursor = encode(self.sight, Place::After(entry.seq))?;
                changes.push(Change { kind, subject: entry.subject_id, at: entry.at, is_there, cursor });
            }
        }
        Ok(Page { changes, next: encode(self.sight, Place::After(reached))?, has_more })
    }

    /// The entries that may concern the caller. Which of them do is decided by what it sees, and saw.
    fn concern(&self) -> Condition {
        use journal::Column;
        let mut any = Condition::any();
        for kind in self.wanted {
            let of_kind = Condition::all().add(Column::SubjectType.eq(kind.prefix()));
            any = any.add(match kind {
                Kind::Member => of_kind.add(self.members_concern()),
                _ => of_kind,
            });
        }
        // No kind at all would let everything through.
        if any.is_empty() { any.add(Expr::value(false)) } else { any }
    }

    fn members_concern(&self) -> Condition {
        use journal::Column;
        let to = visibility::visible_members(self.actor);
        if to.all {
            return Condition::all();
        }
        let communities =
            to.communities.iter().chain(to.municipalities.iter().map(|(community, _)| community));
        let own = to.person.map(|person| {
            let own = Query::select()
                .column(member::Column::Id)
                .from(member::Entity)
                .and_where(member::Column::PersonId.eq(person))
                .to_owned();
            Column::SubjectId.in_subquery(own)
        });
        Condition::any()
            .add(Column::RegionId.is_in(to.regions.iter().copied()))
            .add(Column::CommunityId.is_in(communities.copied()))
            .add_option(own)
    }

    fn members(&self) -> Select<member::Entity> {
        member::Entity::visible(&visibility::visible_members(self.actor))
    }

    fn practices(&self) -> Select<practice::Entity> {
        practice::Entity::visible(&practices_of(self.actor))
    }

    fn ratings(&self) -> Select<rating::Entity> {
        let practices =
            sea_orm::QueryTrait::into_query(self.practices().select_only().column(practice::Column::Id));
        rating::Entity::visible(&visibility::visible_ratings(self.actor))
            .filter(rating::Column::PracticeId.in_subquery(practices))
    }

    /// Which of the entries' things are there for the caller now: a statement for each kind among them.
    async fn seen(&self, entries: &[journal::Model]) -> Result<HashSet<Uuid>, Error> {
        async fn there<E: EntityTrait>(
            db: &impl ConnectionTrait,
            select: Select<E>,
            id: E::Column,
            ids: Vec<Uuid>,
        ) -> Result<Vec<Uuid>, Error> {
            if ids.is_empty() {
                return Ok(Vec::new());
            }
            Ok(select.select_only().column(id).filter(id.is_in(ids)).into_tuple().all(db).await?)
        }
        let mut seen = HashSet::new();
        for kind in self.wanted {
            let ids = subjects(entries, *kind);
            match kind {
                // Public, and never deleted.
                Kind::Community | Kind::Appointment => seen.extend(ids),
                Kind::Member => seen.extend(there(self.db, self.members(), member::Column::Id, ids).await?),
                Kind::Practice => {
                    seen.extend(there(self.db, self.practices(), practice::Column::Id, ids).await?);
                }
                Kind::Rating => seen.extend(there(self.db, self.ratings(), rating::Column::Id, ids).await?),
            }
        }
        Ok(seen)
    }

    /// The entries of things that are not there, but of which the caller has been told, or may have been: for them a
    /// tombstone follows. Of anything else it never hears.
    async fn gone(&self, entries: &[journal::Model], seen: &HashSet<Uuid>) -> Result<HashSet<i64>, Error> {
        let unseen = |kind| {
            let mut ids = subjects(entries, kind);
            ids.retain(|id| !seen.contains(id));
            ids
        };
        // What was in the federal registry, everybody has seen; and only that was rated.
        let practices = unseen(Kind::Practice);
        let mut public: HashSet<Uuid> = unseen(Kind::Rating).into_iter().collect();
        if !practices.is_empty() {
            let found: Vec<Uuid> = practice::Entity::find()
                .select_only()
                .column(practice::Column::Id)
                .filter(practice::Column::Id.is_in(practices))
                .filter(practice::Column::PublishedAt.is_not_null())
                .into_tuple()
                .all(self.db)
                .await?;
            public.extend(found);
        }
        let to = visibility::visible_members(self.actor);
        let saw = |entry: &journal::Model| {
            to.all
                || entry.region_id.is_some_and(|id| to.regions.contains(&id))
                || entry.community_id.is_some_and(|id| to.communities.contains(&id))
                || to.municipalities.iter().any(|(community, municipality)| {
                    entry.community_id == Some(*community) && names(entry, municipality.0)
                })
        };
        let members: HashSet<_> = unseen(Kind::Member).into_iter().collect();
        let gone = entries.iter().filter(|entry| {
            public.contains(&entry.subject_id) || (members.contains(&entry.subject_id) && saw(entry))
        });
        Ok(gone.map(|entry| entry.seq).collect())
    }
}

fn subjects(entries: &[journal::Model], kind: Kind) -> Vec<Uuid> {
    let mut ids: Vec<_> = entries
        .iter()
        .filter(|entry| entry.subject_type == kind.prefix())
        .map(|entry| entry.subject_id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Whether a registration lay in the municipality before the change, or after it.
fn names(entry: &journal::Model, municipality: Uuid) -> bool {
    let of = |side: &Option<serde_json::Value>| {
        side.as_ref()
            .and_then(|value| value.get("municipality"))
            .and_then(serde_json::Value::as_str)
            .and_then(|text| Uuid::parse_str(text).ok())
    };
    of(&entry.before) == Some(municipality) || of(&entry.after) == Some(municipality)
}

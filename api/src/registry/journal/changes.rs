//! The feed of changes in the schema.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::feed::{self, DEFAULT_LIMIT, Kind, MAX_LIMIT};
use crate::{
    error::Error,
    graphql::{
        Caller, ids,
        schema::{Node, node_of},
    },
};

/// What changes are told of.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Kind")]
pub enum ChangeType {
    /// Registrations that the caller may see.
    Member,
    /// Practices that the caller may see.
    Practice,
    /// Communities.
    Community,
    /// Offices.
    Appointment,
    /// Ratings of practices that the caller may see, without the raters' names.
    Rating,
}

/// What has to be done with a changed thing.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum ChangeOperation {
    /// Take it as `node` shows it: it is new, or has changed.
    Upsert,
    /// Drop it: it is gone, or the caller may see it no more.
    Delete,
}

/// A change.
pub struct Change(feed::Change);

/// A change of something that the caller may see, or has seen.
#[Object]
impl Change {
    /// Where the follower stands after this change: pass it as `since`.
    async fn cursor(&self) -> &str {
        &self.0.cursor
    }
    /// What kind of thing changed.
    #[graphql(name = "type")]
    async fn kind(&self) -> ChangeType {
        self.0.kind.into()
    }
    /// What has to be done.
    async fn operation(&self) -> ChangeOperation {
        if self.0.is_there { ChangeOperation::Upsert } else { ChangeOperation::Delete }
    }
    /// The id of what changed.
    async fn subject_id(&self) -> ID {
        ID(self.id())
    }
    /// When; while everything is being listed, the moment of the request.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }
    /// The thing as it is now, which may be later than the change; null after a `DELETE`.
    async fn node(&self, ctx: &Context<'_>) -> Result<Option<Node>, Error> {
        if !self.0.is_there {
            return Ok(None);
        }
        node_of(Caller::of(ctx)?, &ID(self.id())).await
    }
    /// The registration's key in the system that keeps it in step; null for all else, and after a `DELETE`.
    async fn external_id(&self, ctx: &Context<'_>) -> Result<Option<String>, Error> {
        if !self.0.is_there || self.0.kind != Kind::Member {
            return Ok(None);
        }
        let found = Caller::of(ctx)?.loader.load_one(entity::ids::MemberId(self.0.subject)).await?;
        Ok(found.and_then(|row| row.external_id))
    }
}

impl Change {
    fn id(&self) -> String {
        ids::text(self.0.kind.prefix(), self.0.subject)
    }
}

/// A page of changes.
#[derive(SimpleObject)]
pub struct ChangePage {
    /// The changes, in the order in which they took effect.
    changes: Vec<Change>,
    /// Where the follower stands after this page: pass it as `since`, now or tomorrow.
    next_cursor: String,
    /// Whether there is more already. When not, ask again later.
    has_more: bool,
}

/// The queries of the feed.
#[derive(Default)]
pub struct ChangesQuery;

#[Object]
impl ChangesQuery {
    /// Follows what the caller may see. Without `since`: everything that there is, each thing once; then, from cursor
    /// to cursor, every change once, in order. What is gone, or what the caller may see no more, comes as a
    /// `DELETE`. `CURSOR_EXPIRED` when the cursor is older than what is kept for followers (90 days by default), or
    /// when the caller's rights have changed since: then begin again without `since`.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where the follower stands: a cursor of this list, or of a sync.")] since: Option<
            String,
        >,
        #[graphql(desc = "Of these kinds only.")] types: Option<Vec<ChangeType>>,
        #[graphql(desc = "How many changes, 1 to 1,000; 100 by default.")] first: Option<i32>,
    ) -> Result<ChangePage, Error> {
        let caller = Caller::of(ctx)?;
        let limit = match first {
            None => DEFAULT_LIMIT,
            Some(first) => {
                u64::try_from(first).ok().filter(|it| (1..=MAX_LIMIT).contains(it)).ok_or_else(|| {
                    Error::bad_input(format!("`first` must lie between 1 and {MAX_LIMIT}, not be {first}."))
                })?
            }
        };
        let kinds: Vec<Kind> = types.unwrap_or_default().into_iter().map(Into::into).collect();
        let page = feed::read(&caller.app, &caller.actor, since.as_deref(), &kinds, limit).await?;
        Ok(ChangePage {
            changes: page.changes.into_iter().map(Change).collect(),
            next_cursor: page.next,
            has_more: page.has_more,
        })
    }
}

//! The journal in the schema.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use entity::{account, journal};

use super::service::{self, Subject};
use crate::{
    auth::{Action, policy, visibility},
    db::keyset::{List, Page},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection},
        ids,
    },
};

load_by_id! { AccountId => account }

/// An entry of the journal.
#[derive(Clone)]
pub struct JournalEntry(pub journal::Model);

connection!(JournalConnection, JournalEdge, JournalEntry, "journal entries, the newest first");

impl JournalEntry {
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<account::Model>, Error> {
        let Some(id) = self.0.account_id else { return Ok(None) };
        Caller::of(ctx)?.loader.load_one(id).await
    }
}

/// A change: who made it, when, and how it was before.
#[Object]
impl JournalEntry {
    /// The entry's position: without gaps, in the order in which changes took effect.
    async fn position(&self) -> i64 {
        self.0.seq
    }
    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }
    /// The login of who did it; null where the registry itself acted.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<String>, Error> {
        Ok(self.account(ctx).await?.map(|row| row.login))
    }
    /// What was done, e.g. `practice.publish`.
    async fn action(&self) -> &str {
        &self.0.action
    }
    /// The id of what changed.
    async fn subject_id(&self) -> ID {
        ID(ids::text(&self.0.subject_type, self.0.subject_id))
    }
    /// What was there, of what changed, as JSON text; null where it is new.
    async fn before(&self) -> Option<String> {
        self.0.before.as_ref().map(ToString::to_string)
    }
    /// What is there now, of what changed, as JSON text; null where it is gone.
    async fn after(&self) -> Option<String> {
        self.0.after.as_ref().map(ToString::to_string)
    }
    /// The request that did it; the same as in its answer and in the server's log.
    async fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }
}

/// The queries of this concept.
#[derive(Default)]
pub struct JournalQuery;

#[Object]
impl JournalQuery {
    /// Who changed what, the newest first. The auditor reads all, a regional operator the region's, a
    /// coordinator the community's, both without the texts of drafts and without ratings; `FORBIDDEN` for all
    /// others.
    async fn journal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only the changes of this thing, e.g. of a practice.")] subject_id: Option<ID>,
        #[graphql(desc = "How many from the beginning, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<JournalConnection, Error> {
        let caller = Caller::of(ctx)?;
        let page = Page::new(first, after, last, before)?;
        let to = visibility::visible_journal(&caller.actor);
        if to.is_empty() {
            return Err(policy::denied(&caller.actor, Action::JournalRead));
        }
        let subject = subject_id
            .map(|id| ids::split(&id).map(|(prefix, uuid)| Subject { kind: prefix.to_owned(), uuid }))
            .transpose()?;
        let db = caller.app.db.clone();
        let list = List::of("journal", &subject);
        let rows = service::list(&db, &to, subject.as_ref(), list, &page).await?;
        let count = move || {
            let (db, to, subject) = (db.clone(), to.clone(), subject.clone());
            async move { service::count(&db, &to, subject.as_ref()).await }
        };
        Ok(JournalConnection(Slice::new(list, rows, |row| row.seq, JournalEntry, count)?))
    }
}

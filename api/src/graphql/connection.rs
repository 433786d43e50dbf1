//! Relay connections: the types that every list shares, and the macro that gives each list its own names.

use std::{future::Future, hash::Hash, sync::Arc};

use async_graphql::{Context, SimpleObject, dataloader::Loader};
use futures::future::BoxFuture;
use serde::Serialize;

use super::Caller;
use crate::{
    db::{
        Reader,
        keyset::{FirstPage, List, Page, Rows},
    },
    error::Error,
};

/// Where a page lies in its list.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// Whether more follows the page (paging backwards: whether `before` was given).
    pub has_next_page: bool,
    /// Whether something precedes the page (paging forwards: whether `after` was given).
    pub has_previous_page: bool,
    /// The cursor of the first entry; null on an empty page.
    pub start_cursor: Option<String>,
    /// The cursor of the last entry; null on an empty page. Pass it as `after` for the next page.
    pub end_cursor: Option<String>,
}

/// A page of nodes with their cursors, and the means to count the whole list.
pub struct Slice<N> {
    /// Cursor and node, in the order of the list.
    pub edges: Vec<(String, N)>,
    has_next: bool,
    has_previous: bool,
    total: Box<dyn Fn() -> BoxFuture<'static, Result<u64, Error>> + Send + Sync>,
}

impl<N> Slice<N> {
    /// A list of nothing.
    #[must_use]
    pub fn none() -> Self {
        Self {
            edges: Vec::new(),
            has_next: false,
            has_previous: false,
            total: Box::new(|| Box::pin(async { Ok(0) })),
        }
    }

    /// The page of `rows`: `key` gives a row's sort key, `node` makes it a node, `total` counts the whole list
    /// and runs only when somebody asks.
    ///
    /// # Errors
    /// A fault of ours: a cursor cannot be encoded.
    pub fn new<M, K: Serialize, F>(
        list: List,
        rows: Rows<M>,
        key: impl Fn(&M) -> K,
        node: impl Fn(M) -> N,
        total: impl Fn() -> F + Send + Sync + 'static,
    ) -> Result<Self, Error>
    where
        F: Future<Output = Result<u64, Error>> + Send + 'static,
    {
        let edges = rows
            .rows
            .into_iter()
            .map(|row| Ok((list.cursor(&key(&row))?, node(row))))
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(Self {
            edges,
            has_next: rows.has_next,
            has_previous: rows.has_previous,
            total: Box::new(move || Box::pin(total())),
        })
    }

    /// The page of `rows` of a list whose length is known.
    ///
    /// # Errors
    /// A fault of ours: a cursor cannot be encoded.
    pub fn counted<M, K: Serialize>(
        list: List,
        rows: Rows<M>,
        key: impl Fn(&M) -> K,
        node: impl Fn(M) -> N,
        total: u64,
    ) -> Result<Self, Error> {
        Self::new(list, rows, key, node, move || async move { Ok(total) })
    }

    /// Where the page lies.
    #[must_use]
    pub fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.edges.first().map(|edge| edge.0.clone()),
            end_cursor: self.edges.last().map(|edge| edge.0.clone()),
        }
    }

    /// How many entries the whole list has.
    ///
    /// # Errors
    /// The database's.
    pub async fn total(&self) -> Result<i64, Error> {
        Ok(i64::try_from((self.total)().await?).unwrap_or(i64::MAX))
    }
}

/// A page of a parent's list: a first page is loaded for all parents at once, by its `key`; one that begins at a cursor
/// is this parent's own, and read by `rest`.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn rows_of_parent<K, M, R>(
    caller: &Caller,
    page: &Page,
    key: impl FnOnce(FirstPage) -> K,
    rest: impl FnOnce() -> R,
) -> Result<Rows<M>, Error>
where
    R: Future<Output = Result<Rows<M>, Error>>,
    K: Send + Sync + Hash + Eq + Clone + 'static,
    M: Clone + Send + Sync + 'static,
    Reader: Loader<K, Value = Arc<Rows<M>>, Error = Error>,
{
    match FirstPage::of(page) {
        Some(first) => {
            let rows = caller.loader.load_one(key(first)).await?;
            Ok(rows.map(|rows| Rows::clone(&rows)).unwrap_or_default())
        }
        // Boxed, since each field of an object takes as much memory as the largest of them.
        None => Box::pin(rest()).await,
    }
}

/// How long a parent's list is, counted for all parents of a page at once, with the page itself; 0 where the field that
/// is being resolved is not asked for its `totalCount`.
///
/// # Errors
/// The database's.
pub async fn total_of_parent<K>(ctx: &Context<'_>, key: K) -> Result<u64, Error>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    Reader: Loader<K, Value = u64, Error = Error>,
{
    if !ctx.look_ahead().field("totalCount").exists() {
        return Ok(0);
    }
    Ok(Caller::of(ctx)?.loader.load_one(key).await?.unwrap_or(0))
}

/// The connection and edge types of a list of nodes.
macro_rules! connection {
    ($connection:ident, $edge:ident, $node:ident, $what:literal) => {
        #[doc = concat!("A page of ", $what, ".")]
        pub struct $connection(pub $crate::graphql::connection::Slice<$node>);

        #[doc = concat!("One of ", $what, ", with its place in the list.")]
        pub struct $edge<'a>(&'a (String, $node));

        #[doc = concat!("A page of ", $what, ".")]
        #[async_graphql::Object]
        impl $connection {
            /// The entries with their cursors.
            async fn edges(&self) -> Vec<$edge<'_>> {
                self.0.edges.iter().map($edge).collect()
            }
            /// The entries without their cursors.
            async fn nodes(&self) -> Vec<&$node> {
                self.0.edges.iter().map(|edge| &edge.1).collect()
            }
            /// Where the page lies in the list.
            async fn page_info(&self) -> $crate::graphql::connection::PageInfo {
                self.0.page_info()
            }
            /// How many entries the whole list has. Counted only when asked for.
            async fn total_count(&self) -> Result<i64, $crate::error::Error> {
                self.0.total().await
            }
        }

        #[doc = concat!("One of ", $what, ", with its place in the list.")]
        #[async_graphql::Object]
        impl $edge<'_> {
            /// The entry's place in the list, for `after` and `before`.
            async fn cursor(&self) -> &str {
                &self.0.0
            }
            /// The entry.
            async fn node(&self) -> &$node {
                &self.0.1
            }
        }
    };
}

pub(crate) use connection;

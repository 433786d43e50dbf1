//! Keyset paging: a page is a value, checked before any statement runs; a cursor is the sort key of its row,
//! so a page costs the same wherever it lies and rows added meanwhile neither repeat nor hide others.

use std::{collections::HashMap, hash::Hash};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::future::BoxFuture;
use sea_orm::{
    ConnectionTrait, Cursor, EntityTrait, ExprTrait, FromQueryResult, Identity, IntoIdentity, Order,
    QueryOrder, QuerySelect, QueryTrait, Select, SelectModel,
    sea_query::{Asterisk, Expr, IntoValueTuple, Query, SelectStatement, WindowStatement},
};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::error::{Code, Error};

/// Entries on a page when nobody says how many.
pub const DEFAULT_LIMIT: u64 = 20;
/// Entries on a page at most.
pub const MAX_LIMIT: u64 = 100;

/// What a caller asks of a list: Relay's four arguments, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many entries, 1 to 100.
    pub limit: u64,
    /// From the end (`last`) instead of from the beginning (`first`).
    pub backwards: bool,
    /// Only what comes after this cursor.
    pub after: Option<String>,
    /// Only what comes before this cursor.
    pub before: Option<String>,
}

impl<M> Default for Rows<M> {
    fn default() -> Self {
        Self { rows: Vec::new(), has_next: false, has_previous: false }
    }
}

impl Page {
    /// Checks Relay's four arguments.
    ///
    /// # Errors
    /// `BAD_INPUT` for a size out of bounds, or both directions at once.
    pub fn new(
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Self, Error> {
        let (name, size, backwards) = match (first, last) {
            (Some(_), Some(_)) => {
                return Err(Error::bad_input("Give either `first` or `last`, not both."));
            }
            (None, Some(last)) => ("last", Some(last), true),
            (first, None) => ("first", first, false),
        };
        let limit = match size {
            None => DEFAULT_LIMIT,
            Some(size) => {
                u64::try_from(size).ok().filter(|size| (1..=MAX_LIMIT).contains(size)).ok_or_else(|| {
                    Error::bad_input(format!("`{name}` must lie between 1 and {MAX_LIMIT}, not be {size}."))
                })?
            }
        };
        Ok(Self { limit, backwards, after, before })
    }
}

/// The rows of a page.
#[derive(Clone, Debug)]
pub struct Rows<M> {
    /// In the order of the list.
    pub rows: Vec<M>,
    /// Whether the list goes on behind them.
    pub has_next: bool,
    /// Whether there is something before them.
    pub has_previous: bool,
}

impl<M> Rows<M> {
    fn new(rows: Vec<M>, more: bool, page: &Page) -> Self {
        let (has_next, has_previous) =
            if page.backwards { (page.before.is_some(), more) } else { (more, page.after.is_some()) };
        Self { rows, has_next, has_previous }
    }

    /// The page of rows that were read in the page's direction, one more than it holds.
    #[must_use]
    pub fn of_page(mut rows: Vec<M>, page: &Page) -> Self {
        let more = cut(&mut rows, page.limit, false);
        if page.backwards {
            rows.reverse();
        }
        Self::new(rows, more, page)
    }

    /// The same page of what becomes of its rows; those of which nothing becomes are left out.
    pub fn filter_map<N>(self, change: impl FnMut(M) -> Option<N>) -> Rows<N> {
        let Self { rows, has_next, has_previous } = self;
        Rows { rows: rows.into_iter().filter_map(change).collect(), has_next, has_previous }
    }
}

/// The identity of a list: its name and everything that filters or orders it. A cursor is good in its own
/// list only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List([u8; 6]);

impl List {
    /// The list of this name, narrowed by this filter.
    pub fn of(name: &str, filter: &impl std::fmt::Debug) -> Self {
        let digest = Sha256::digest(format!("{name}\u{0}{filter:?}"));
        let mut tag = [0; 6];
        for (to, from) in tag.iter_mut().zip(digest) {
            *to = from;
        }
        Self(tag)
    }

    /// The cursor of the entry with this sort key.
    ///
    /// # Errors
    /// A fault of ours: the key cannot be encoded.
    pub fn cursor(&self, key: &impl Serialize) -> Result<String, Error> {
        let bytes = postcard::to_extend(key, self.0.to_vec()).map_err(Error::internal)?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The sort key of a cursor of this list.
    ///
    /// # Errors
    /// `BAD_CURSOR` when it is malformed or of another list.
    pub fn key<K: DeserializeOwned>(&self, cursor: &str) -> Result<K, Error> {
        let bad = |why: &str| Error::Refused(Code::BadCursor, why.into());
        let bytes = URL_SAFE_NO_PAD
            .decode(cursor)
            .map_err(|_| bad("The cursor is malformed; pass one that the API gave you."))?;
        let Some((tag, key)) = bytes.split_first_chunk::<6>() else {
            return Err(bad("The cursor is malformed; pass one that the API gave you."));
        };
        if *tag != self.0 {
            return Err(bad("The cursor belongs to another list, or to the same one with another filter."));
        }
        match postcard::take_from_bytes(key) {
            Ok((key, [])) => Ok(key),
            _ => Err(bad("The cursor is malformed; pass one that the API gave you.")),
        }
    }
}

/// Reads a page of `select`, ordered by `columns` (the last of them unique). One statement. Boxed, since each field of an
/// object takes as much memory as the largest of them.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub fn read<'a, E, K>(
    db: &'a impl ConnectionTrait,
    select: Select<E>,
    columns: impl IntoIdentity,
    descending: bool,
    list: List,
    page: &'a Page,
) -> BoxFuture<'a, Result<Rows<E::Model>, Error>>
where
    E: EntityTrait,
    E::Model: Sync,
    K: DeserializeOwned + IntoValueTuple,
{
    let cursor = cursor::<E, K>(select, columns, descending, list, page);
    Box::pin(async move {
        let mut rows = cursor?.all(db).await?;
        let more = cut(&mut rows, page.limit, page.backwards);
        Ok(Rows::new(rows, more, page))
    })
}

/// What a page reads: one row more than asked for, which tells whether there is more.
fn cursor<E, K>(
    select: Select<E>,
    columns: impl IntoIdentity,
    descending: bool,
    list: List,
    page: &Page,
) -> Result<Cursor<SelectModel<E::Model>>, Error>
where
    E: EntityTrait,
    E::Model: Sync,
    K: DeserializeOwned + IntoValueTuple,
{
    let columns: Identity = columns.into_identity();
    let mut cursor = select.cursor_by(columns);
    if descending {
        cursor.desc();
    }
    if let Some(after) = &page.after {
        cursor.after(list.key::<K>(after)?);
    }
    if let Some(before) = &page.before {
        cursor.before(list.key::<K>(before)?);
    }
    if page.backwards {
        cursor.last(page.limit + 1);
    } else {
        cursor.first(page.limit + 1);
    }
    Ok(cursor)
}

/// Cuts off the row that was read beyond the page; tells whether there was one.
fn cut<M>(rows: &mut Vec<M>, limit: u64, backwards: bool) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    if more && backwards {
        rows.remove(0);
    } else {
        rows.truncate(limit);
    }
    more
}

/// The first page of a list of each of many parents: what a page of parents shows of their lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FirstPage {
    /// How many entries, 1 to 100.
    pub limit: u64,
    /// From the end instead of from the beginning.
    pub backwards: bool,
}

impl FirstPage {
    /// The page, unless it begins at a cursor: then it is one parent's own.
    #[must_use]
    pub fn of(page: &Page) -> Option<Self> {
        (page.after.is_none() && page.before.is_none())
            .then_some(Self { limit: page.limit, backwards: page.backwards })
    }
}

/// Reads the same first page of the lists of many parents in one statement: `select` holds the rows of them
/// all, `parent` tells them apart, `columns` order each list (the last of them unique).
///
/// # Errors
/// The database's.
pub async fn read_each<E, P>(
    db: &impl ConnectionTrait,
    select: Select<E>,
    parent: (E::Column, impl Fn(&E::Model) -> Option<P>),
    columns: &[E::Column],
    descending: bool,
    page: FirstPage,
    is_alone: bool,
) -> Result<HashMap<P, Rows<E::Model>>, Error>
where
    E: EntityTrait,
    P: Eq + Hash,
{
    let order = if descending == page.backwards { Order::Asc } else { Order::Desc };
    let (parent, parent_of) = parent;
    let statement = if is_alone {
        // An index gives the beginning of one list; numbering it would go through all of it.
        let first = columns.iter().fold(select, |select, column| select.order_by(*column, order.clone()));
        first.limit(page.limit.saturating_add(1)).into_query()
    } else {
        numbered(select, parent, columns, order, page)
    };
    let rows = E::Model::find_by_statement(db.get_database_backend().build(&statement)).all(db).await?;
    let mut lists: HashMap<P, Vec<E::Model>> = HashMap::new();
    for row in rows {
        if let Some(parent) = parent_of(&row) {
            lists.entry(parent).or_default().push(row);
        }
    }
    let finish = |mut rows: Vec<E::Model>| {
        if is_alone && page.backwards {
            rows.reverse();
        }
        let more = cut(&mut rows, page.limit, page.backwards);
        Rows { rows, has_next: more && !page.backwards, has_previous: more && page.backwards }
    };
    Ok(lists.into_iter().map(|(parent, rows)| (parent, finish(rows))).collect())
}

/// The first rows of each list: all of them are numbered within theirs.
fn numbered<E: EntityTrait>(
    select: Select<E>,
    parent: E::Column,
    columns: &[E::Column],
    order: Order,
    page: FirstPage,
) -> SelectStatement {
    let mut window = WindowStatement::partition_by((E::default(), parent));
    for column in columns {
        window.order_by((E::default(), *column), order.clone());
    }
    let mut each = select.into_query();
    each.expr_window_as(Expr::cust("ROW_NUMBER()"), window, "place_in_list");
    let limit = i64::try_from(page.limit).unwrap_or(i64::MAX);
    Query::select()
        .column(Asterisk)
        .from_subquery(each, "each_list")
        .and_where(Expr::col("place_in_list").lte(limit.saturating_add(1)))
        .order_by("place_in_list", if page.backwards { Order::Desc } else { Order::Asc })
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_refused_before_any_statement() {
        for (first, last) in [(Some(0), None), (Some(101), None), (None, Some(-1)), (Some(1), Some(1))] {
            assert_eq!(Page::new(first, None, last, None).unwrap_err().code(), Code::BadInput);
        }
        assert_eq!(Page::new(None, None, None, None).unwrap().limit, DEFAULT_LIMIT);
        assert!(Page::new(None, None, Some(5), None).unwrap().backwards);
    }

    #[test]
    fn a_cursor_is_good_in_its_own_list_only() {
        let (list, other) = (List::of("practices", &"a"), List::of("practices", &"b"));
        let cursor = list.cursor(&("key", 7_i64)).unwrap();
        assert_eq!(list.key::<(String, i64)>(&cursor).unwrap(), ("key".to_owned(), 7));
        for bad in [cursor.as_str(), "", "!", "AAAA", "кириллица"] {
            assert_eq!(other.key::<(String, i64)>(bad).unwrap_err().code(), Code::BadCursor);
        }
        assert_eq!(list.key::<i64>(&cursor).unwrap_err().code(), Code::BadCursor);
    }
}

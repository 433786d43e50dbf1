//! Editions in the schema.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{ids::PracticeId, practice_edition};

use super::{
    loader::{EditionAt, EditionCountOf, FirstEditionsOf, NumberedEdition},
    rules, service,
};
use crate::{
    auth::visibility,
    db::keyset::{List, Page},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection, rows_of_parent, total_of_parent},
        ids,
    },
    registry::practice::graphql::Practice,
};

/// What became of a piece of text.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "rules::Change")]
pub enum TextChange {
    /// In both texts.
    Same,
    /// In the later text only.
    Added,
    /// In the earlier text only.
    Removed,
}

/// A piece of text. The pieces that are the same and added make the later text; those that are the same and removed the
/// earlier one.
#[derive(SimpleObject)]
pub struct TextPiece {
    /// What became of it.
    change: TextChange,
    /// It.
    text: String,
}

/// What changed from an earlier edition to a later one.
#[derive(SimpleObject)]
pub struct PracticeEditionComparison {
    /// The earlier edition.
    since: PracticeEdition,
    /// The title, in pieces.
    title: Vec<TextPiece>,
    /// The summary, in pieces.
    summary: Vec<TextPiece>,
    /// The whole text, in pieces: paragraphs, and words of paragraphs that changed.
    body: Vec<TextPiece>,
    /// Tags that the earlier one does not have.
    tags_added: Vec<String>,
    /// Tags that the later one does not have.
    tags_removed: Vec<String>,
}

/// A text with which a practice was handed in.
#[derive(Clone)]
pub struct PracticeEdition(pub practice_edition::Model);

connection!(PracticeEditionConnection, PracticeEditionEdge, PracticeEdition, "editions, the newest first");

/// A text with which a practice was handed in, kept for ever as it was.
#[Object]
impl PracticeEdition {
    /// The edition's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// Of which practice.
    async fn practice(&self, ctx: &Context<'_>) -> Result<Practice, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.practice_id).await?;
        found.map(Practice).ok_or_else(|| Error::broken("an edition without its practice"))
    }
    /// 1 for the first one.
    async fn number(&self) -> i32 {
        self.0.number
    }
    /// The practice's version that was handed in: by it ratings and decisions say what they judged.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// One line, in Russian.
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// A paragraph, in Russian.
    async fn summary(&self) -> &str {
        &self.0.summary
    }
    /// The whole text, in Russian.
    async fn body(&self) -> &str {
        &self.0.body
    }
    /// The tags, in its authors' order.
    async fn tags(&self) -> &[String] {
        &self.0.tags.0
    }
    /// When it was handed in, the first time.
    async fn submitted_at(&self) -> DateTime<Utc> {
        self.0.submitted_at
    }
    /// What changed since an earlier edition; null where there is none, or the caller may not see it.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The number of the earlier edition; left out, the one before this.")] since: Option<
            i32,
        >,
    ) -> Result<Option<PracticeEditionComparison>, Error> {
        let number = since.unwrap_or(self.0.number - 1);
        if number >= self.0.number {
            return Ok(None);
        }
        let earlier = Caller::of(ctx)?.loader.load_one(NumberedEdition(self.0.practice_id, number)).await?;
        let Some(earlier) = earlier else { return Ok(None) };
        let later = self.0.clone();
        // Long texts keep a processor busy for some milliseconds.
        let compared = tokio::task::spawn_blocking(move || compare(earlier, &later)).await;
        compared.map(Some).map_err(Error::internal)
    }
}

fn compare(earlier: practice_edition::Model, later: &practice_edition::Model) -> PracticeEditionComparison {
    let pieces = |earlier: &str, later: &str| {
        let pieces = rules::compare(earlier, later).into_iter();
        pieces.map(|piece| TextPiece { change: piece.change.into(), text: piece.text }).collect()
    };
    let without = |one: &[String], other: &[String]| -> Vec<String> {
        one.iter().filter(|tag| !other.contains(tag)).cloned().collect()
    };
    PracticeEditionComparison {
        title: pieces(&earlier.title, &later.title),
        summary: pieces(&earlier.summary, &later.summary),
        body: pieces(&earlier.body, &later.body),
        tags_added: without(&later.tags.0, &earlier.tags.0),
        tags_removed: without(&earlier.tags.0, &later.tags.0),
        since: PracticeEdition(earlier),
    }
}

/// A page of a practice's editions that the caller may see.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn editions_of_practice(
    ctx: &Context<'_>,
    of: PracticeId,
    page: &Page,
) -> Result<PracticeEditionConnection, Error> {
    let caller = Caller::of(ctx)?;
    let list = List::of("editions", &of);
    let to = visibility::visible_practices(&caller.actor);
    let rest = || service::of_practice(&caller.app.db, &to, of, list, page);
    let rows = rows_of_parent(caller, page, |first| FirstEditionsOf(of, first), rest).await?;
    let total = total_of_parent(ctx, EditionCountOf(of)).await?;
    Ok(PracticeEditionConnection(Slice::counted(
        list,
        rows,
        |row| (row.number, row.id),
        PracticeEdition,
        total,
    )?))
}

/// The edition of a practice that bears a version, if the caller may see it.
///
/// # Errors
/// The database's.
pub async fn edition_at(
    caller: &Caller,
    of: PracticeId,
    version: i32,
) -> Result<Option<PracticeEdition>, Error> {
    Ok(caller.loader.load_one(EditionAt(of, version)).await?.map(PracticeEdition))
}

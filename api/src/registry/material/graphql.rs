//! Materials in the schema.

use async_graphql::{Context, Enum, ID, Object};
use chrono::{DateTime, Utc};
use entity::{
    ids::{MaterialId, PracticeId},
    material,
};

use super::{
    loader::{FirstMaterialsOf, MaterialCountOf},
    service,
};
use crate::{
    db::keyset::{List, Page},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection, rows_of_parent, total_of_parent},
        ids,
    },
    registry::practice::graphql::Practice,
};

/// What a material is.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::MaterialKind")]
pub enum MaterialKind {
    /// An address elsewhere.
    Link,
    /// A file that the registry keeps.
    File,
}

/// A link or file that belongs to a practice.
#[derive(Clone)]
pub struct Material(pub material::Model);

connection!(MaterialConnection, MaterialEdge, Material, "materials, in their authors' order");

/// A link or file that belongs to a practice, and is seen by whoever sees the practice.
#[Object]
impl Material {
    /// The material's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// Of which practice.
    async fn practice(&self, ctx: &Context<'_>) -> Result<Practice, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.practice_id).await?;
        found.map(Practice).ok_or_else(|| Error::broken("a material without its practice"))
    }
    /// A link or a file.
    async fn kind(&self) -> MaterialKind {
        self.0.kind.into()
    }
    /// What readers call it, in Russian.
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// Where a link leads; null for a file.
    async fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }
    /// The name under which a file is downloaded; null for a link.
    async fn file_name(&self) -> Option<&str> {
        self.0.file_name.as_deref()
    }
    /// What a file is, e.g. `application/pdf`; null for a link.
    async fn media_type(&self) -> Option<&str> {
        self.0.media_type.as_deref()
    }
    /// How many bytes a file has; null for a link.
    async fn size(&self) -> Option<i64> {
        self.0.bytes
    }
    /// The SHA-256 digest of a file, in hexadecimal digits; null for a link.
    async fn sha256(&self) -> Option<&str> {
        self.0.sha256.as_deref()
    }
    /// The path on this server by which a file is downloaded, with the same `Authorization` as here where the practice
    /// is not published; null for a link.
    async fn download(&self) -> Option<String> {
        self.0.storage_key.as_ref().map(|_| download_path(self.0.id))
    }
    /// Grows with every change of the title. Pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// When it was added.
    async fn added_at(&self) -> DateTime<Utc> {
        self.0.added_at
    }
    /// When it was taken away from the practice; null while it is there.
    async fn removed_at(&self) -> Option<DateTime<Utc>> {
        self.0.removed_at
    }
}

/// The path by which a file is downloaded.
#[must_use]
pub fn download_path(of: MaterialId) -> String {
    format!("/materials/{}", ids::encode(of).0)
}

/// A page of a practice's materials; the practice is one that the caller may see.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn materials_of_practice(
    ctx: &Context<'_>,
    of: PracticeId,
    page: &Page,
) -> Result<MaterialConnection, Error> {
    let caller = Caller::of(ctx)?;
    let list = List::of("materials", &of);
    let rest = || service::of_practice(&caller.app.db, of, list, page);
    let rows = rows_of_parent(caller, page, |first| FirstMaterialsOf(of, first), rest).await?;
    let total = total_of_parent(ctx, MaterialCountOf(of)).await?;
    Ok(MaterialConnection(Slice::counted(list, rows, |row| (row.position, row.id), Material, total)?))
}

//! Materials of practices, with their files.

use std::io::{Seek, Write};

use entity::{MaterialKind, ids::MaterialId, material};
use sha2::{Digest, Sha256};

use super::{
    LoadError,
    keys::{Keys, Series},
};
use crate::{
    db::Tx,
    demo::{DemoDataError, DemoSet, MaterialContent, source::at},
    error::Error,
    files::store::Store,
    registry::material::write::storage_key,
};

/// Enters the materials; their files are in the store before.
pub(super) async fn insert(tx: &Tx, store: &Store, set: &DemoSet, keys: &Keys) -> Result<(), LoadError> {
    let mut ids = Series::of::<MaterialId>();
    let mut rows = Vec::with_capacity(set.materials.len());
    for (one, position) in set.materials.iter().zip(1..) {
        let author = at(&set.practices, one.practice, "practice")?.authors.first();
        let author = *author.ok_or(DemoDataError::Empty("author"))?;
        let row = material::Model {
            id: ids.next(one.added_at),
            practice_id: *at(&keys.practices, one.practice, "practice")?,
            kind: MaterialKind::Link,
            title: one.title.clone(),
            url: None,
            file_name: None,
            media_type: None,
            bytes: None,
            sha256: None,
            storage_key: None,
            position,
            version: 1,
            handed_in: true,
            added_by: *at(&keys.people, author, "person")?,
            added_at: one.added_at,
            removed_at: None,
        };
        rows.push(match &one.content {
            MaterialContent::Link(url) => material::Model { url: Some(url.clone()), ..row },
            MaterialContent::File { name, text } => {
                let key = storage_key(row.id);
                keep(store, &key, text).await?;
                material::Model {
                    kind: MaterialKind::File,
                    file_name: Some((*name).to_owned()),
                    media_type: Some("text/plain".to_owned()),
                    bytes: i64::try_from(text.len()).ok(),
                    sha256: Some(format!("{:x}", Sha256::digest(text))),
                    storage_key: Some(key),
                    ..row
                }
            }
        });
    }
    tx.insert_all::<material::Entity>(rows).await?;
    Ok(())
}

async fn keep(store: &Store, key: &str, text: &str) -> Result<(), Error> {
    let mut file = tempfile::tempfile().map_err(Error::internal)?;
    file.write_all(text.as_bytes()).map_err(Error::internal)?;
    file.rewind().map_err(Error::internal)?;
    store.put(key, tokio::fs::File::from_std(file)).await
}

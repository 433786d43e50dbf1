//! How the links and papers of a community are replaced.

use entity::{
    community_document, community_link, cooperation_agreement,
    ids::{AgreementId, CommunityId, DocumentId, LinkId},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Map, Value, json};

use super::rules::Papers;
use crate::{db::Tx, error::Error};

/// What the journal tells of them before and after. Not their titles and partners: those are free text, which may
/// name somebody.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub before: Map<String, Value>,
    pub after: Map<String, Value>,
}

macro_rules! replace {
    ($tx:ident, $of:ident, $told:ident, $table:ident as $name:literal: $rows:expr, |$row:ident| $tell:expr) => {{
        let rows: Vec<$table::Model> = $rows.collect();
        let old = $table::Entity::find()
            .filter($table::Column::CommunityId.eq($of))
            .order_by_asc($table::Column::Id)
            .all($tx.db())
            .await?;
        $table::Entity::delete_many().filter($table::Column::CommunityId.eq($of)).exec($tx.db()).await?;
        let tell = |rows: &[$table::Model]| -> Value { rows.iter().map(|$row| $tell).collect() };
        $told.before.insert($name.into(), tell(&old));
        $told.after.insert($name.into(), tell(&rows));
        $tx.insert_all::<$table::Entity>(rows).await?;
    }};
}

/// Replaces what is given.
///
/// # Errors
/// The database's.
pub(super) async fn replace(tx: &Tx, of: CommunityId, papers: Papers) -> Result<Told, Error> {
    let mut told = Told::default();
    if let Some(links) = papers.links {
        let rows = links.into_iter().map(|it| community_link::Model {
            id: LinkId::generate(),
            community_id: of,
            title: it.title,
            url: it.url,
        });
        replace!(tx, of, told, community_link as "links": rows, |row| json!({ "url": row.url }));
    }
    if let Some(documents) = papers.documents {
        let rows = documents.into_iter().map(|it| community_document::Model {
            id: DocumentId::generate(),
            community_id: of,
            number: it.number,
            issued_on: it.issued_on,
            title: it.title,
        });
        replace!(tx, of, told, community_document as "documents": rows, |row| {
            json!({ "number": row.number, "issuedOn": row.issued_on })
        });
    }
    if let Some(agreements) = papers.agreements {
        let rows = agreements.into_iter().map(|it| cooperation_agreement::Model {
            id: AgreementId::generate(),
            community_id: of,
            partner: it.partner,
            number: it.number,
            signed_on: it.signed_on,
        });
        replace!(tx, of, told, cooperation_agreement as "agreements": rows, |row| {
            json!({ "number": row.number, "signedOn": row.signed_on })
        });
    }
    Ok(told)
}

//! Communities with their links and papers, and what is counted of them.

use entity::{
    community, community_document, community_link, cooperation_agreement,
    ids::{AgreementId, DocumentId, LinkId},
    text::sort_key,
};
use serde_json::json;

use super::{
    LoadError,
    keys::{Keys, Series, start_of},
};
use crate::{
    db::{Change, Tx},
    demo::{CommunityIx, DemoDataError, DemoSet, MemberState, PracticeOwner, PracticeState, source::at},
    registry::search,
};

/// Each community is entered in the journal, as is each practice. Registrations, offices and ratings are not:
/// the set is loaded as a whole, and its rows tell their own history.
pub(super) async fn insert(tx: &mut Tx, set: &DemoSet, keys: &Keys) -> Result<(), LoadError> {
    let communities = communities(set, keys)?;
    for row in &communities {
        let after = json!({ "slug": row.slug });
        tx.record(Change::of(row.id, None, Some(after)).within(row.region_id, Some(row.id)));
    }
    search::index::communities(tx.db(), &communities).await?;
    tx.insert_all::<community::Entity>(communities).await?;

    let mut papers = Papers::default();
    papers.collect(set, keys);
    tx.insert_all::<community_link::Entity>(papers.links).await?;
    tx.insert_all::<community_document::Entity>(papers.documents).await?;
    tx.insert_all::<cooperation_agreement::Entity>(papers.agreements).await?;
    Ok(())
}

fn communities(set: &DemoSet, keys: &Keys) -> Result<Vec<community::Model>, DemoDataError> {
    let published = set.practices.iter().filter(|one| one.state == PracticeState::Published);
    let practices = tally(
        set,
        published.filter_map(|one| match one.owner {
            PracticeOwner::Community(owner) => Some(owner),
            PracticeOwner::Department(_) => None,
        }),
    );
    let active = set.memberships.iter().filter(|one| one.state == MemberState::Active);
    let members = tally(set, active.map(|one| one.community));
    let counts = practices.into_iter().zip(members);
    let rows = set.communities.iter().zip(&keys.communities).zip(counts).map(|((one, &id), counts)| {
        let (practice_count, member_count) = counts;
        Ok(community::Model {
            id,
            slug: one.slug.clone(),
            name: one.name.clone(),
            region_id: *at(&keys.regions, one.region, "region")?,
            profile_id: *at(&keys.profiles, one.profile, "profile")?,
            department_id: Some(*at(&keys.departments, one.department, "department")?),
            founded_year: Some(one.founded_year),
            registered_on: Some(one.registered_on),
            practice_count,
            member_count,
            version: 1,
            created_at: start_of(one.registered_on),
            archived_at: None,
            sort_key: sort_key(&one.name),
        })
    });
    rows.collect()
}

/// How often each community is named.
fn tally(set: &DemoSet, named: impl Iterator<Item = CommunityIx>) -> Vec<i64> {
    let mut counts = vec![0; set.communities.len()];
    for community in named {
        if let Some(count) = counts.get_mut(community) {
            *count += 1;
        }
    }
    counts
}

#[derive(Default)]
struct Papers {
    links: Vec<community_link::Model>,
    documents: Vec<community_document::Model>,
    agreements: Vec<cooperation_agreement::Model>,
}

impl Papers {
    fn collect(&mut self, set: &DemoSet, keys: &Keys) {
        let mut links = Series::of::<LinkId>();
        let mut documents = Series::of::<DocumentId>();
        let mut agreements = Series::of::<AgreementId>();
        for (one, &community_id) in set.communities.iter().zip(&keys.communities) {
            self.links.extend(one.links.iter().map(|link| community_link::Model {
                id: links.next(start_of(one.registered_on)),
                community_id,
                title: link.title.clone(),
                url: link.url.clone(),
            }));
            self.documents.extend(one.documents.iter().map(|document| community_document::Model {
                id: documents.next(start_of(document.date)),
                community_id,
                number: document.number.clone(),
                issued_on: document.date,
                title: document.title.clone(),
            }));
            self.agreements.extend(one.agreements.iter().map(|agreement| cooperation_agreement::Model {
                id: agreements.next(start_of(agreement.date)),
                community_id,
                partner: agreement.partner.clone(),
                number: Some(agreement.number.clone()),
                signed_on: agreement.date,
            }));
        }
    }
}

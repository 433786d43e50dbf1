//! The inputs and the payload of the mutations on communities.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::{
    graphql::Community,
    rules::{Agreement, Document, Link, Papers},
};
use crate::graphql::{payload, scalars::Date};

/// A link of a community.
#[derive(InputObject)]
pub struct CommunityLinkInput {
    /// What it leads to, in Russian: one line of 1 to 300 characters.
    pub title: String,
    /// The address: http or https, up to 2,000 characters.
    pub url: String,
}

/// A governing document of a community.
#[derive(InputObject)]
pub struct CommunityDocumentInput {
    /// The document's own number: one line of 1 to 100 characters.
    pub number: String,
    /// Of what day; not in the future.
    pub issued_on: Date,
    /// What it is called: one line of 1 to 300 characters.
    pub title: String,
}

/// A cooperation agreement of a community.
#[derive(InputObject)]
pub struct CooperationAgreementInput {
    /// With whom: one line of 1 to 300 characters.
    pub partner: String,
    /// The agreement's own number: one line of up to 100 characters.
    pub number: Option<String>,
    /// Signed on this day; not in the future.
    pub signed_on: Date,
}

/// A new community.
#[derive(InputObject)]
pub struct CommunityCreateInput {
    /// The readable name in addresses: 3 to 80 of `a-z`, `0-9` and hyphens; unique, and never changed.
    pub slug: String,
    /// The name in Russian, one line of 1 to 300 characters.
    pub name: String,
    /// In the region with this ISO 3166-2 code.
    pub region_code: String,
    /// Of the profile with this code.
    pub profile_code: String,
    /// Supervised by this unit of the region's institute.
    pub department_id: Option<ID>,
    /// The calendar year of its founding: 1900 to this year.
    pub founded_year: Option<i32>,
    /// Its site, groups and channels; 50 at most.
    pub links: Option<Vec<CommunityLinkInput>>,
    /// Its governing documents; 50 at most.
    pub documents: Option<Vec<CommunityDocumentInput>>,
    /// Its cooperation agreements; 50 at most.
    pub agreements: Option<Vec<CooperationAgreementInput>>,
}

/// A change of a community; what is left out stays as it is.
#[derive(InputObject)]
pub struct CommunityUpdateInput {
    /// Which community.
    pub community_id: ID,
    /// The version that the caller has seen; another means `CONFLICT`.
    pub expected_version: i32,
    /// The name in Russian, one line of 1 to 300 characters.
    pub name: Option<String>,
    /// Supervised by this unit of the region's institute; null: by none.
    pub department_id: MaybeUndefined<ID>,
    /// The calendar year of its founding: 1900 to this year; null: not known.
    pub founded_year: MaybeUndefined<i32>,
    /// They replace the former ones; 50 at most.
    pub links: Option<Vec<CommunityLinkInput>>,
    /// They replace the former ones; 50 at most.
    pub documents: Option<Vec<CommunityDocumentInput>>,
    /// They replace the former ones; 50 at most.
    pub agreements: Option<Vec<CooperationAgreementInput>>,
}

/// A community to be put into the archive, or taken out.
#[derive(InputObject)]
pub struct CommunityArchiveInput {
    /// Which community.
    pub community_id: ID,
    /// The version that the caller has seen; another means `CONFLICT`.
    pub expected_version: i32,
    /// Into the archive; `false` takes it out.
    #[graphql(default = true)]
    pub archived: bool,
}

/// A community to be entered in the federal registry, or taken out of it.
#[derive(InputObject)]
pub struct CommunityRegisterInput {
    /// Which community.
    pub community_id: ID,
    /// The version that the caller has seen; another means `CONFLICT`.
    pub expected_version: i32,
    /// The day of entry, today at the latest; `null` takes it out. Must be given.
    pub registered_on: MaybeUndefined<Date>,
}

payload!(CommunityPayload { community: Community(community) }, "a community", by CommunityId);

/// Links and papers, as they came in.
pub fn papers(
    links: Option<Vec<CommunityLinkInput>>,
    documents: Option<Vec<CommunityDocumentInput>>,
    agreements: Option<Vec<CooperationAgreementInput>>,
) -> Papers {
    let link = |it: CommunityLinkInput| Link { title: it.title, url: it.url };
    let document = |it: CommunityDocumentInput| Document {
        number: it.number,
        issued_on: it.issued_on.0,
        title: it.title,
    };
    let agreement = |it: CooperationAgreementInput| Agreement {
        partner: it.partner,
        number: it.number,
        signed_on: it.signed_on.0,
    };
    Papers {
        links: links.map(|all| all.into_iter().map(link).collect()),
        documents: documents.map(|all| all.into_iter().map(document).collect()),
        agreements: agreements.map(|all| all.into_iter().map(agreement).collect()),
    }
}

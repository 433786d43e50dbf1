//! Registrations in the schema. A `Member` exists only where the caller may see it.

use async_graphql::{Context, Enum, ID, Object};
use entity::{ids::CommunityId, member};

use super::{
    loader::{FirstMembersOf, MemberCountOf},
    service,
};
use crate::{
    auth::visibility,
    db::keyset::{FirstPage, List, Page, Rows},
    error::Error,
    graphql::{
        Caller,
        connection::{Slice, connection, is_counted},
        ids,
        scalars::Date,
    },
    registry::{community::graphql::Community, region::graphql::Municipality},
};

/// The state of a registration.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::MemberState")]
pub enum MemberState {
    /// Registered, not yet confirmed.
    Pending,
    /// In force.
    Active,
    /// Ended.
    Left,
    /// Not confirmed, with a reason.
    Declined,
}

/// A person's registration in a community.
#[derive(Clone)]
pub struct Member(pub member::Model);

connection!(MemberConnection, MemberEdge, Member, "members, in the order of registration");

/// A person's registration in a community, with personal data: seen by the person, the offices of the
/// community, the region's operator and the auditor.
#[Object]
impl Member {
    /// The registration's id.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }
    /// Surname, name, patronymic.
    async fn full_name(&self) -> &str {
        &self.0.full_name
    }
    /// E-mail address, where known.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }
    /// Telephone number, where known.
    async fn phone(&self) -> Option<&str> {
        self.0.phone.as_deref()
    }
    /// Where the person works.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<String>, Error> {
        let Some(id) = self.0.organization_id else { return Ok(None) };
        Ok(Caller::of(ctx)?.loader.load_one(id).await?.map(|row| row.name))
    }
    /// What the person does there.
    async fn position(&self) -> Option<&str> {
        self.0.position.as_deref()
    }
    /// From which municipality of the region.
    async fn municipality(&self, ctx: &Context<'_>) -> Result<Municipality, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.municipality_id).await?;
        found.map(Municipality).ok_or_else(|| Error::broken("a registration without its municipality"))
    }
    /// In which community.
    async fn community(&self, ctx: &Context<'_>) -> Result<Community, Error> {
        let found = Caller::of(ctx)?.loader.load_one(self.0.community_id).await?;
        found.map(Community).ok_or_else(|| Error::broken("a registration without its community"))
    }
    /// Pending, in force, or ended.
    async fn state(&self) -> MemberState {
        self.0.state.into()
    }
    /// First day.
    async fn joined_on(&self) -> Date {
        Date(self.0.joined_on)
    }
    /// The day of leaving; null while the registration is in force.
    async fn left_on(&self) -> Option<Date> {
        self.0.left_on.map(Date)
    }
    /// Why it was declined; null where it was not.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// Grows with every change. Pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// The system that keeps this registration in step, where one does.
    async fn source(&self) -> Option<&str> {
        self.0.source.as_deref()
    }
    /// The registration's key in that system.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }
}

/// A page of a community's registrations that the caller may see.
///
/// # Errors
/// `BAD_CURSOR`, or the database's.
pub async fn members_page(
    ctx: &Context<'_>,
    of: CommunityId,
    page: &Page,
) -> Result<MemberConnection, Error> {
    let caller = Caller::of(ctx)?;
    let to = visibility::visible_members(&caller.actor);
    let list = List::of("members", &of);
    let rows = match FirstPage::of(page) {
        Some(first) => {
            let rows = caller.loader.load_one(FirstMembersOf(of, first)).await?.unwrap_or_default();
            Rows::clone(&rows)
        }
        None => service::list(&caller.app.db, &to, of, list, page).await?,
    };
    let total = match is_counted(ctx) {
        true => caller.loader.load_one(MemberCountOf(of)).await?.unwrap_or(0),
        false => 0,
    };
    let count = move || async move { Ok(total) };
    Ok(MemberConnection(Slice::new(list, rows, |row| row.id, Member, count)?))
}

//! The caller of a request, with the rights in force at that moment.
//!
//! Rights are the union of explicit grants, of the offices that the person holds today, of the person's registrations
//! in force and of its places in the pools of experts. They are read anew for every request, so an ended office or a closed account
//! takes effect at once.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use entity::{
    MemberState, Role, account, appointment, community, expert, grant,
    ids::{AccountId, CommunityId, MunicipalityId, PersonId, ProfileId, RegionId, SessionId},
    member, session,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
    sea_query::{Cond, Expr, Query, SelectStatement, UnionType},
};

use crate::error::{Code, Error};

/// Somebody who calls: a visitor, a person, another system.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Who it is; none for a visitor.
    pub identity: Option<Identity>,
    /// What it may do, and where.
    pub rights: Vec<Right>,
    /// The request in which it calls.
    pub request_id: String,
    /// The moment of the request: its rights, and all that it writes, are of this time.
    pub now: DateTime<Utc>,
    /// From where it calls, where that is known.
    pub address: Option<IpAddr>,
}

/// A proven identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account.
    pub account: AccountId,
    /// Its login.
    pub login: String,
    /// Whose it is; none for a service account.
    pub person: Option<PersonId>,
    /// The session in whose name the token was given.
    pub session: SessionId,
}

/// A role with its scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    /// The role.
    pub role: Role,
    /// Within this region.
    pub region: Option<RegionId>,
    /// Within this community.
    pub community: Option<CommunityId>,
    /// For this municipality.
    pub municipality: Option<MunicipalityId>,
    /// For this profile.
    pub profile: Option<ProfileId>,
}

impl Actor {
    /// Nobody in particular.
    #[must_use]
    pub fn visitor(request_id: String, now: DateTime<Utc>) -> Self {
        Self { identity: None, rights: Vec::new(), request_id, now, address: None }
    }

    /// The person who calls, where it is one.
    #[must_use]
    pub fn person(&self) -> Option<PersonId> {
        self.identity.as_ref().and_then(|identity| identity.person)
    }

    /// The same caller at a later moment of one long request, with the rights that it has then. The session in whose
    /// name the request began may have run out meanwhile; the account must still be open. Two statements.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the account was closed; the database's.
    pub async fn as_of(&self, db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Self, Error> {
        let Some(identity) = &self.identity else { return Ok(Self { now, ..self.clone() }) };
        let open = account::Entity::find_by_id(identity.account)
            .filter(account::Column::ClosedAt.is_null())
            .one(db)
            .await?;
        if open.is_none() {
            return Err(Error::Refused(Code::Unauthenticated, "The account was closed.".into()));
        }
        let rights = rights_of(db, identity.account, identity.person, now).await?;
        Ok(Self { rights, now, ..self.clone() })
    }

    /// The holder of a session that is still good, with its rights; none when the session was revoked, has
    /// run out, or its account was closed. Two statements.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_session(
        db: &impl ConnectionTrait,
        session_id: SessionId,
        request_id: String,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, Error> {
        let found = session::Entity::find_by_id(session_id)
            .find_also_related(account::Entity)
            .filter(session::Column::RevokedAt.is_null())
            .filter(session::Column::ExpiresAt.gt(now))
            .filter(account::Column::ClosedAt.is_null())
            .one(db)
            .await?;
        let Some((_, Some(account))) = found else { return Ok(None) };
        let rights = rights_of(db, account.id, account.person_id, now).await?;
        let identity = Identity {
            account: account.id,
            login: account.login,
            person: account.person_id,
            session: session_id,
        };
        Ok(Some(Self { identity: Some(identity), rights, request_id, now, address: None }))
    }
}

#[derive(FromQueryResult)]
struct RightRow {
    role: String,
    region_id: Option<RegionId>,
    community_id: Option<CommunityId>,
    municipality_id: Option<MunicipalityId>,
    profile_id: Option<ProfileId>,
}

/// The rights of an account: of its grants, and of its person's offices, registrations and places in pools.
///
/// # Errors
/// The database's.
pub async fn rights_of(
    db: &impl ConnectionTrait,
    account: AccountId,
    person: Option<PersonId>,
    now: DateTime<Utc>,
) -> Result<Vec<Right>, Error> {
    let select = match person {
        // The offices come first: their columns are all typed, which the others' NULLs follow.
        Some(person) => of_offices(person, now)
            .union(UnionType::All, of_membership(person))
            .union(UnionType::All, of_pools(person))
            .union(UnionType::All, of_grants(account, now))
            .to_owned(),
        None => of_grants(account, now),
    };
    read(db, &select).await
}

/// The rights of a person, with an account or without: of its offices, registrations and places in pools.
///
/// # Errors
/// The database's.
pub async fn rights_of_person(
    db: &impl ConnectionTrait,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<Vec<Right>, Error> {
    let select = of_offices(person, now)
        .union(UnionType::All, of_membership(person))
        .union(UnionType::All, of_pools(person))
        .to_owned();
    read(db, &select).await
}

async fn read(db: &impl ConnectionTrait, select: &SelectStatement) -> Result<Vec<Right>, Error> {
    let rows = RightRow::find_by_statement(db.get_database_backend().build(select)).all(db).await?;
    rows.into_iter()
        .map(|row| {
            let role = Role::try_from_value(&row.role).map_err(Error::from)?;
            Ok(Right {
                role,
                region: row.region_id,
                community: row.community_id,
                municipality: row.municipality_id,
                profile: row.profile_id,
            })
        })
        .collect()
}

fn of_offices(person: PersonId, now: DateTime<Utc>) -> SelectStatement {
    use appointment::{Column, Entity};
    Query::select()
        .expr_as(Expr::col((Entity, Column::Office)), "role")
        .expr_as(Expr::col((community::Entity, community::Column::RegionId)), "region_id")
        .expr_as(Expr::col((Entity, Column::CommunityId)), "community_id")
        .expr_as(Expr::col((Entity, Column::MunicipalityId)), "municipality_id")
        .expr_as(Expr::col((community::Entity, community::Column::ProfileId)), "profile_id")
        .from(Entity)
        .inner_join(
            community::Entity,
            Expr::col((community::Entity, community::Column::Id)).equals((Entity, Column::CommunityId)),
        )
        .and_where(Column::PersonId.eq(person))
        .cond_where(appointment::in_force(now.date_naive()))
        .to_owned()
}

fn of_membership(person: PersonId) -> SelectStatement {
    use member::{Column, Entity};
    Query::select()
        .expr_as(Expr::val(Role::Member.to_value()).cast_as("text"), "role")
        .expr_as(Expr::col(Column::RegionId), "region_id")
        .expr_as(Expr::col(Column::CommunityId), "community_id")
        .expr_as(Expr::col(Column::MunicipalityId), "municipality_id")
        .expr_as(null(), "profile_id")
        .from(Entity)
        .and_where(Column::PersonId.eq(person))
        .and_where(Column::State.eq(MemberState::Active))
        .to_owned()
}

fn of_pools(person: PersonId) -> SelectStatement {
    use expert::{Column, Entity};
    Query::select()
        .expr_as(Expr::val(Role::Expert.to_value()).cast_as("text"), "role")
        .expr_as(null(), "region_id")
        .expr_as(null(), "community_id")
        .expr_as(null(), "municipality_id")
        .expr_as(Expr::col(Column::ProfileId), "profile_id")
        .from(Entity)
        .and_where(Column::PersonId.eq(person))
        .cond_where(expert::in_force())
        .to_owned()
}

fn of_grants(account: AccountId, now: DateTime<Utc>) -> SelectStatement {
    use grant::{Column, Entity};
    Query::select()
        .expr_as(Expr::col(Column::Role), "role")
        .expr_as(Expr::col(Column::RegionId), "region_id")
        .expr_as(null(), "community_id")
        .expr_as(null(), "municipality_id")
        .expr_as(Expr::col(Column::ProfileId), "profile_id")
        .from(Entity)
        .and_where(Column::AccountId.eq(account))
        .and_where(Column::ValidFrom.lte(now))
        .cond_where(Cond::any().add(Column::ValidUntil.is_null()).add(Column::ValidUntil.gt(now)))
        .to_owned()
}

/// A NULL that takes the type of the column above it.
fn null() -> Expr {
    Expr::cust("NULL")
}

//! Persons, their registrations and offices, and accounts with their grants.

use chrono::NaiveDate;
use entity::{
    MemberState, Office, Role, account, appointment, community, grant,
    ids::{AccountId, AppointmentId, GrantId, MemberId, OrganizationId, PersonId},
    member, municipality, organization, person, profile, region,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, sea_query::Expr,
};

use super::{day, password_hash, unique};
use crate::support::{actor::Actor, app::TestApp};

impl TestApp {
    /// A person with an e-mail address, without an organization.
    pub async fn person(&self, name: &str) -> person::Model {
        self.person_at(name, None).await
    }

    /// A person who works at an organization.
    pub async fn person_at(&self, name: &str, organization: Option<OrganizationId>) -> person::Model {
        let row = person::Model {
            id: PersonId::generate(),
            full_name: name.into(),
            email: Some(format!("person{}@example.org", unique())),
            phone: None,
            position: Some("учитель".into()),
            organization_id: organization,
            institute_id: None,
            identity: None,
            erased_at: None,
        };
        let identity =
            api::registry::member::rules::identity(&row.full_name, row.email.as_deref(), organization);
        let row = person::Model { identity, ..row };
        row.into_active_model().insert(self.rows()).await.unwrap()
    }

    /// An employee of a region's institute.
    pub async fn employee(&self, of: &region::Model) -> person::Model {
        let institute = self.institute(of).await;
        let person = self.person(&format!("Сотрудникова Софья {}", unique())).await;
        let mut row = person.into_active_model();
        row.institute_id = sea_orm::ActiveValue::Set(Some(institute.id));
        row.update(self.rows()).await.unwrap()
    }

    /// An account with the password of all; `person` is whose it is.
    pub async fn account(&self, login: &str, person: Option<&person::Model>) -> account::Model {
        let row = account::Model {
            id: AccountId::generate(),
            login: login.into(),
            name: None,
            password_hash: password_hash(),
            person_id: person.map(|person| person.id),
            created_at: self.clock.now(),
            closed_at: None,
        };
        row.into_active_model().insert(self.rows()).await.unwrap()
    }

    /// An explicit right, in force from now on without an end.
    pub async fn grant(
        &self,
        account: AccountId,
        role: Role,
        region: Option<&region::Model>,
        profile: Option<&profile::Model>,
    ) -> grant::Model {
        let row = grant::Model {
            id: GrantId::generate(),
            account_id: account,
            role,
            region_id: region.map(|region| region.id),
            profile_id: profile.map(|profile| profile.id),
            valid_from: self.clock.now() - chrono::Duration::days(1),
            valid_until: None,
        };
        row.into_active_model().insert(self.rows()).await.unwrap()
    }

    /// Somebody with a new account for this person.
    pub async fn actor_for(&self, person: &person::Model) -> Actor {
        let login = format!("user{}", unique());
        let account = self.account(&login, Some(person)).await;
        let actor = self.enter(account.id).await;
        Actor { person: Some(person.id), login, ..actor }
    }

    /// Somebody with an account and no rights at all.
    pub async fn stranger(&self) -> Actor {
        self.actor_for(&self.person("Посторонний Пётр Петрович").await).await
    }

    async fn granted(
        &self,
        role: Role,
        region: Option<&region::Model>,
        profile: Option<&profile::Model>,
    ) -> Actor {
        let actor = self.stranger().await;
        let account = actor.account.expect("a new account");
        self.grant(account, role, region, profile).await;
        actor
    }

    /// A region's operator.
    pub async fn operator_of(&self, region: &region::Model) -> Actor {
        self.granted(Role::RegionalOperator, Some(region), None).await
    }

    /// An expert of a profile.
    pub async fn expert_of(&self, profile: &profile::Model) -> Actor {
        self.granted(Role::Expert, None, Some(profile)).await
    }

    /// A service account that syncs a region's registrations; nobody's.
    pub async fn integrator_of(&self, region: &region::Model) -> Actor {
        let login = format!("service{}", unique());
        let account = self.account(&login, None).await;
        self.grant(account.id, Role::Integrator, Some(region), None).await;
        Actor { login, ..self.enter(account.id).await }
    }

    /// The federal registrar.
    pub async fn registrar(&self) -> Actor {
        self.granted(Role::FederalRegistrar, None, None).await
    }

    /// An auditor.
    pub async fn auditor(&self) -> Actor {
        self.granted(Role::Auditor, None, None).await
    }

    /// Somebody who holds this office of a community today, and is no member of it.
    pub async fn officer(&self, office: Office, of: &community::Model) -> Actor {
        let person = self.person(&format!("Должностной {office:?} {}", unique())).await;
        self.new_appointment(&person, office, of).create().await;
        self.actor_for(&person).await
    }

    /// A community's chair.
    pub async fn chair_of(&self, community: &community::Model) -> Actor {
        self.officer(Office::Chair, community).await
    }

    /// A member of a community's presidium.
    pub async fn presidium_member_of(&self, community: &community::Model) -> Actor {
        self.officer(Office::PresidiumMember, community).await
    }

    /// A community's coordinator.
    pub async fn coordinator_of(&self, community: &community::Model) -> Actor {
        self.officer(Office::Coordinator, community).await
    }

    /// The representative of a municipality in a community's council.
    pub async fn representative_of(
        &self,
        community: &community::Model,
        municipality: &municipality::Model,
    ) -> Actor {
        let person = self.person(&format!("Представитель {}", unique())).await;
        self.new_appointment(&person, Office::CouncilRepresentative, community)
            .municipality(municipality)
            .create()
            .await;
        self.actor_for(&person).await
    }

    /// A community's member in force, of an organization of its own, with an account.
    pub async fn member_of(&self, community: &community::Model) -> Actor {
        self.new_member(community).enter().await
    }

    /// A registration, to be described.
    pub fn new_member<'a>(&'a self, community: &'a community::Model) -> NewMember<'a> {
        NewMember {
            app: self,
            community,
            person: None,
            name: format!("Участников Иван {}", unique()),
            municipality: None,
            organization: None,
            state: MemberState::Active,
            joined_on: day("2021-09-01"),
            left_on: None,
            external: None,
        }
    }

    /// An office, to be described.
    pub fn new_appointment<'a>(
        &'a self,
        person: &person::Model,
        office: Office,
        community: &community::Model,
    ) -> NewAppointment<'a> {
        let row = appointment::Model {
            id: AppointmentId::generate(),
            person_id: person.id,
            office,
            community_id: community.id,
            municipality_id: None,
            since: day("2022-09-01"),
            until: None,
            order_number: Some("12-о".into()),
            order_date: Some(day("2022-08-25")),
        };
        NewAppointment { app: self, row }
    }
}

/// An office to be given.
#[must_use]
#[derive(Debug)]
pub struct NewAppointment<'a> {
    app: &'a TestApp,
    row: appointment::Model,
}

impl NewAppointment<'_> {
    /// For this municipality.
    pub fn municipality(mut self, municipality: &municipality::Model) -> Self {
        self.row.municipality_id = Some(municipality.id);
        self
    }

    /// From this day on.
    pub fn since(mut self, day: NaiveDate) -> Self {
        self.row.since = day;
        self
    }

    /// Ended on this day.
    pub fn until(mut self, day: NaiveDate) -> Self {
        self.row.until = Some(day);
        self
    }

    /// Makes it.
    pub async fn create(self) -> appointment::Model {
        self.row.into_active_model().insert(self.app.rows()).await.unwrap()
    }
}

/// A registration to be made.
#[must_use]
#[derive(Debug)]
pub struct NewMember<'a> {
    app: &'a TestApp,
    community: &'a community::Model,
    person: Option<&'a person::Model>,
    name: String,
    municipality: Option<&'a municipality::Model>,
    organization: Option<&'a organization::Model>,
    state: MemberState,
    joined_on: NaiveDate,
    left_on: Option<NaiveDate>,
    external: Option<(String, String)>,
}

impl<'a> NewMember<'a> {
    /// Of this person instead of a new one.
    pub fn person(self, person: &'a person::Model) -> Self {
        Self { person: Some(person), ..self }
    }

    /// Of a new person called so.
    pub fn name(self, name: &str) -> Self {
        Self { name: name.into(), ..self }
    }

    /// From this municipality.
    pub fn municipality(self, municipality: &'a municipality::Model) -> Self {
        Self { municipality: Some(municipality), ..self }
    }

    /// Working at this organization.
    pub fn organization(self, organization: &'a organization::Model) -> Self {
        Self { organization: Some(organization), ..self }
    }

    /// Not yet confirmed.
    pub fn pending(self) -> Self {
        Self { state: MemberState::Pending, ..self }
    }

    /// In this state.
    pub fn state(self, state: MemberState) -> Self {
        Self { state, ..self }
    }

    /// Ended on this day.
    pub fn left_on(self, day: NaiveDate) -> Self {
        Self { state: MemberState::Left, left_on: Some(day), ..self }
    }

    /// Begun on this day.
    pub fn joined_on(self, day: NaiveDate) -> Self {
        Self { joined_on: day, ..self }
    }

    /// Kept in step by another system, under its key.
    pub fn external(self, source: &str, key: &str) -> Self {
        Self { external: Some((source.into(), key.into())), ..self }
    }

    /// Makes it; the person, where new, works at the registration's organization.
    pub async fn create(self) -> member::Model {
        let (app, community) = (self.app, self.community);
        let municipality = match self.municipality {
            Some(municipality) => municipality.clone(),
            None => app.any_municipality(community.region_id).await,
        };
        let organization = match self.organization {
            Some(organization) => organization.id,
            None => app.organization_in(&municipality).await.id,
        };
        let person = match self.person {
            Some(person) => person.id,
            None => app.person_at(&self.name, Some(organization)).await.id,
        };
        let whose = person::Entity::find_by_id(person).one(app.rows()).await.unwrap().unwrap();
        if self.state == MemberState::Active {
            community::Entity::update_many()
                .col_expr(
                    community::Column::MemberCount,
                    Expr::col(community::Column::MemberCount).add(1_i64),
                )
                .filter(community::Column::Id.eq(community.id))
                .exec(app.rows())
                .await
                .unwrap();
        }
        let (source, external_id) = self.external.unzip();
        let row = member::Model {
            id: MemberId::generate(),
            person_id: person,
            community_id: community.id,
            region_id: community.region_id,
            municipality_id: municipality.id,
            organization_id: Some(organization),
            position: Some("учитель".into()),
            name_key: api::text::fold(&whose.full_name),
            full_name: whose.full_name,
            email: whose.email,
            phone: whose.phone,
            reason: None,
            version: 1,
            erased_at: None,
            row_digest: None,
            state: self.state,
            joined_on: self.joined_on,
            left_on: self.left_on,
            source,
            external_id,
        };
        row.into_active_model().insert(app.rows()).await.unwrap()
    }

    /// Makes it, with an account for the person.
    pub async fn enter(self) -> Actor {
        let app = self.app;
        let row = self.create().await;
        let person = person::Entity::find_by_id(row.person_id).one(app.rows()).await.unwrap().unwrap();
        app.actor_for(&person).await
    }
}

//! Practices in any state, and their ratings.

use std::collections::BTreeMap;

use api::registry::{rating::rules::Tally, search};
use chrono::{DateTime, Datelike, Duration, Utc};
use entity::{
    AcademicYear, PracticeState, community, counter, department,
    ids::{EditionId, OrganizationId, PersonId, PracticeId, RatingId},
    institute, person, practice, practice_author, practice_edition, practice_tag, rating,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    sea_query::Expr,
};

use super::unique;
use crate::support::{actor::Actor, app::TestApp};

impl TestApp {
    /// A practice of a community, to be described; a draft by a new person unless told otherwise.
    pub fn new_practice<'a>(&'a self, community: &'a community::Model) -> NewPractice<'a> {
        self.new_practice_of(Owner::Community(community))
    }

    /// A practice of a unit of an institute, to be described.
    pub fn new_practice_of_department<'a>(&'a self, department: &'a department::Model) -> NewPractice<'a> {
        self.new_practice_of(Owner::Department(department))
    }

    fn new_practice_of<'a>(&'a self, owner: Owner<'a>) -> NewPractice<'a> {
        let number = unique();
        NewPractice {
            app: self,
            owner,
            state: PracticeState::Draft,
            authors: Vec::new(),
            title: format!("Практика {number}"),
            summary: "Краткое описание.".into(),
            body: "Полный текст.".into(),
            tags: Vec::new(),
            created_at: self.clock.now() - Duration::days(30),
            published_at: self.clock.now() - Duration::days(1),
        }
    }

    /// A published practice of a community.
    pub async fn published(&self, community: &community::Model) -> practice::Model {
        self.new_practice(community).state(PracticeState::Published).create().await
    }

    /// The practice as it stands now.
    pub async fn practice_now(&self, id: PracticeId) -> practice::Model {
        practice::Entity::find_by_id(id).one(self.rows()).await.unwrap().unwrap()
    }

    /// A rating by a new person of this organization.
    pub async fn rated(
        &self,
        practice: &practice::Model,
        organization: Option<OrganizationId>,
        stars: i32,
    ) -> rating::Model {
        let rater: person::Model = self.person_at("Оценщик", organization).await;
        self.rated_by(practice, rater.id, organization, stars, self.clock.now()).await
    }

    /// A rating by this person, given then; the practice's summary follows.
    pub async fn rated_by(
        &self,
        practice: &practice::Model,
        rater: PersonId,
        organization: Option<OrganizationId>,
        stars: i32,
        at: DateTime<Utc>,
    ) -> rating::Model {
        let row = rating::Model {
            id: RatingId::generate(),
            practice_id: practice.id,
            person_id: rater,
            organization_id: organization,
            stars,
            practice_version: practice.version,
            comment: None,
            rated_at: at,
            set_aside_at: None,
            set_aside_reason: None,
            finding_id: None,
        };
        let row = row.into_active_model().insert(self.rows()).await.unwrap();
        let all = rating::Entity::find()
            .filter(rating::Column::PracticeId.eq(practice.id))
            .all(self.rows())
            .await
            .unwrap();
        let count = |stars| all.iter().filter(|row| row.stars == stars).count() as i64;
        let mut by_organization: BTreeMap<_, (i64, i64)> = BTreeMap::new();
        for row in &all {
            let entry = by_organization.entry(row.organization_id).or_default();
            *entry = (entry.0 + 1, entry.1 + i64::from(row.stars));
        }
        let mut tally = Tally::default();
        for (ratings, stars) in by_organization.into_values() {
            tally.add(ratings, stars);
        }
        let mut summary = self.practice_now(practice.id).await.into_active_model();
        summary.stars_1 = Set(count(1));
        summary.stars_2 = Set(count(2));
        summary.stars_3 = Set(count(3));
        summary.stars_4 = Set(count(4));
        summary.stars_5 = Set(count(5));
        summary.rating_organizations = Set(tally.organizations);
        summary.rating_sum = Set(tally.sum);
        summary.update(self.rows()).await.unwrap();
        row
    }

    async fn next_number(&self) -> i64 {
        let rows = counter::Entity::update_many()
            .col_expr(counter::Column::Value, Expr::col(counter::Column::Value).add(1_i64))
            .filter(counter::Column::Name.eq(counter::PRACTICE_NUMBER))
            .exec_with_returning(self.rows())
            .await
            .unwrap();
        rows[0].value
    }
}

#[derive(Clone, Copy, Debug)]
enum Owner<'a> {
    Community(&'a community::Model),
    Department(&'a department::Model),
}

/// A practice to be made.
#[must_use]
#[derive(Debug)]
pub struct NewPractice<'a> {
    app: &'a TestApp,
    owner: Owner<'a>,
    state: PracticeState,
    authors: Vec<PersonId>,
    title: String,
    summary: String,
    body: String,
    tags: Vec<String>,
    created_at: DateTime<Utc>,
    published_at: DateTime<Utc>,
}

impl NewPractice<'_> {
    /// In this state.
    pub fn state(self, state: PracticeState) -> Self {
        Self { state, ..self }
    }

    /// Written by this actor, too.
    pub fn by(mut self, author: &Actor) -> Self {
        self.authors.push(author.person());
        self
    }

    /// Called so.
    pub fn title(self, title: &str) -> Self {
        Self { title: title.into(), ..self }
    }

    /// In short.
    pub fn summary(self, summary: &str) -> Self {
        Self { summary: summary.into(), ..self }
    }

    /// At length.
    pub fn body(self, body: &str) -> Self {
        Self { body: body.into(), ..self }
    }

    /// Bearing these tags.
    pub fn tags(self, tags: &[&str]) -> Self {
        Self { tags: tags.iter().map(|tag| (*tag).to_owned()).collect(), ..self }
    }

    /// Published then.
    pub fn published_at(self, at: DateTime<Utc>) -> Self {
        Self { state: PracticeState::Published, published_at: at, ..self }
    }

    /// First written then: drafts are listed by it.
    pub fn created_at(self, at: DateTime<Utc>) -> Self {
        Self { created_at: at, ..self }
    }

    /// Makes it.
    pub async fn create(self) -> practice::Model {
        let app = self.app;
        let mut authors = self.authors;
        if authors.is_empty() {
            authors.push(app.person("Авторова Анна Ивановна").await.id);
        }
        let (community, department, region, profile) = match self.owner {
            Owner::Community(of) => (Some(of.id), None, of.region_id, Some(of.profile_id)),
            Owner::Department(of) => {
                let institute =
                    institute::Entity::find_by_id(of.institute_id).one(app.rows()).await.unwrap().unwrap();
                (None, Some(of.id), institute.region_id, None)
            }
        };
        let published = self.state == PracticeState::Published;
        let number = match published {
            true => Some(api::registry::practice::rules::registry_number(
                self.published_at.year(),
                app.next_number().await,
            )),
            false => None,
        };
        let row = practice::Model {
            id: PracticeId::generate(),
            number,
            title: self.title,
            summary: self.summary,
            body: self.body,
            state: self.state,
            version: 1,
            community_id: community,
            department_id: department,
            region_id: region,
            profile_id: profile,
            created_by: authors[0],
            created_at: self.created_at,
            submitted_at: (self.state != PracticeState::Draft).then_some(self.created_at),
            published_at: published.then_some(self.published_at),
            published_year: published.then(|| AcademicYear::of(self.published_at)),
            listed_at: if published { self.published_at } else { self.created_at },
            stars_1: 0,
            stars_2: 0,
            stars_3: 0,
            stars_4: 0,
            stars_5: 0,
            rating_organizations: 0,
            rating_sum: 0,
        };
        let row = row.into_active_model().insert(app.rows()).await.unwrap();
        for (person_id, position) in authors.into_iter().zip(1..) {
            let author = practice_author::Model { practice_id: row.id, person_id, position };
            author.into_active_model().insert(app.rows()).await.unwrap();
        }
        search::index::practice(app.rows(), &row, &self.tags).await.unwrap();
        if let Some(submitted_at) = row.submitted_at {
            let edition = practice_edition::Model {
                id: EditionId::generate(),
                practice_id: row.id,
                number: 1,
                version: row.version,
                title: row.title.clone(),
                summary: row.summary.clone(),
                body: row.body.clone(),
                tags: practice_edition::Tags(self.tags.clone()),
                submitted_at,
            };
            edition.into_active_model().insert(app.rows()).await.unwrap();
        }
        for (tag, position) in self.tags.into_iter().zip(0..) {
            let tag = practice_tag::Model { practice_id: row.id, tag, position };
            tag.into_active_model().insert(app.rows()).await.unwrap();
        }
        if let (true, Some(community)) = (published, community) {
            community::Entity::update_many()
                .col_expr(
                    community::Column::PracticeCount,
                    Expr::col(community::Column::PracticeCount).add(1_i64),
                )
                .filter(community::Column::Id.eq(community))
                .exec(app.rows())
                .await
                .unwrap();
        }
        row
    }
}

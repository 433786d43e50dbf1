//! Experts, and reviews that were drawn for them.

use chrono::Duration;
use entity::{
    Purpose, ReviewState, community, expert,
    ids::{ExpertId, PersonId, ProfileId, ReviewDrawId, ReviewId},
    practice, profile, review,
    review_draw::{self, Exclusions, Experts},
};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use super::unique;
use crate::support::{actor::Actor, app::TestApp};

/// A region in which nothing else lies: whoever is an expert from there can be drawn everywhere else.
const FAR_AWAY: &str = "RU-FAR";

impl TestApp {
    /// An expert of a profile, put forward far away, who is nothing else anywhere.
    pub async fn expert_of(&self, profile: &profile::Model) -> Actor {
        let actor = self.stranger().await;
        let community = self.far_away(&profile.code).await;
        self.new_expert(&community).person(actor.person()).create().await;
        actor
    }

    async fn far_away(&self, profile: &str) -> community::Model {
        let slug = format!("far-{}", unique());
        self.new_community(&slug).region(FAR_AWAY).profile(profile).create().await
    }

    /// An expert of the profile with this code, from far away, with an account.
    pub async fn far_expert(&self, profile: &str) -> (Actor, expert::Model) {
        let community = self.far_away(profile).await;
        self.new_expert(&community).enter().await
    }

    /// An expert put forward by a community, to be described: a new member of it, who has agreed to three reviews.
    pub fn new_expert<'a>(&'a self, community: &'a community::Model) -> NewExpert<'a> {
        NewExpert {
            app: self,
            community,
            person: None,
            profile: community.profile_id,
            load_limit: 3,
            consented: true,
        }
    }

    /// The expert as it stands now.
    pub async fn expert_now(&self, id: ExpertId) -> expert::Model {
        expert::Entity::find_by_id(id).one(self.rows()).await.unwrap().unwrap()
    }

    /// The review as it stands now.
    pub async fn review_now(&self, id: ReviewId) -> review::Model {
        review::Entity::find_by_id(id).one(self.rows()).await.unwrap().unwrap()
    }

    /// An open review of a practice by this expert, drawn today with a draw of its own.
    pub async fn assigned(&self, practice: &practice::Model, to: &expert::Model) -> review::Model {
        self.reviewing(practice, to, ReviewState::Assigned, 0).await
    }

    /// A review in this state, drawn so many days ago.
    pub async fn reviewing(
        &self,
        practice: &practice::Model,
        by: &expert::Model,
        state: ReviewState,
        days_ago: i64,
    ) -> review::Model {
        let at = self.clock.now() - Duration::days(days_ago);
        let draw = review_draw::Model {
            id: ReviewDrawId::generate(),
            practice_id: practice.id,
            edition: practice.version,
            profile_id: by.profile_id,
            purpose: Purpose::First,
            asked: 1,
            algorithm: 1,
            seed: "0".repeat(64),
            pool: Experts(vec![by.id]),
            exclusions: Exclusions::default(),
            drawn: Experts(vec![by.id]),
            drawn_by: None,
            drawn_at: at,
        };
        let draw = draw.into_active_model().insert(self.rows()).await.unwrap();
        let row = review::Model {
            id: ReviewId::generate(),
            practice_id: practice.id,
            edition: practice.version,
            community_id: practice.community_id,
            region_id: practice.region_id,
            expert_id: by.id,
            person_id: by.person_id,
            draw_id: draw.id,
            replaces: None,
            state,
            assigned_at: at,
            due_on: at.date_naive() + chrono::Days::new(14),
            ended_at: (state != ReviewState::Assigned).then_some(at),
            reason: None,
        };
        row.into_active_model().insert(self.rows()).await.unwrap()
    }
}

/// An expert to be made.
#[must_use]
#[derive(Debug)]
pub struct NewExpert<'a> {
    app: &'a TestApp,
    community: &'a community::Model,
    person: Option<PersonId>,
    profile: ProfileId,
    load_limit: i32,
    consented: bool,
}

impl NewExpert<'_> {
    /// This person instead of a new member.
    pub fn person(self, person: PersonId) -> Self {
        Self { person: Some(person), ..self }
    }

    /// In this profile, whatever the community's is.
    pub fn profile(self, profile: ProfileId) -> Self {
        Self { profile, ..self }
    }

    /// Who takes so many reviews at a time.
    pub fn load(self, load_limit: i32) -> Self {
        Self { load_limit, ..self }
    }

    /// Who has not agreed yet.
    pub fn nominated(self) -> Self {
        Self { consented: false, ..self }
    }

    /// Makes it.
    pub async fn create(self) -> expert::Model {
        let app = self.app;
        let person = match self.person {
            Some(person) => person,
            None => app.new_member(self.community).create().await.person_id,
        };
        let row = expert::Model {
            id: ExpertId::generate(),
            person_id: person,
            profile_id: self.profile,
            community_id: self.community.id,
            region_id: self.community.region_id,
            nominated_by: None,
            nominated_at: app.clock.now(),
            consented_at: self.consented.then(|| app.clock.now()),
            load_limit: self.load_limit,
            ended_at: None,
        };
        row.into_active_model().insert(app.rows()).await.unwrap()
    }

    /// Makes it, with an account for a new member.
    pub async fn enter(self) -> (Actor, expert::Model) {
        let actor = self.app.member_of(self.community).await;
        let row = self.person(actor.person()).create().await;
        (actor, row)
    }
}

//! A scene made by chance, the same for the same seed: two regions, three communities, and persons in all states, who
//! come in by every way there is.

use std::collections::BTreeMap;

use entity::{
    MemberState, Office, PracticeState, ReviewState, Role, community,
    ids::{PersonId, RegionId},
    member, municipality, person, practice, region,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use crate::support::{
    actor::{Actor, practice_of},
    app::{TestApp, id},
    factory::day,
};

/// Chance that can be repeated.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// From 0 to below the number.
    pub fn below(&mut self, number: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed >> 33) % number.max(1) as u64).unwrap()
    }

    /// In so many of a hundred cases.
    pub fn hits(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of them, where there is any.
    pub fn of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }
}

/// Somebody who asks.
#[derive(Clone)]
pub struct Who {
    pub name: String,
    pub actor: Actor,
    pub person: Option<PersonId>,
    /// An explicit right; those of offices follow from the appointments.
    right: Option<(Role, Option<RegionId>)>,
}

impl Who {
    fn new(name: &str, actor: Actor, right: Option<(Role, Option<RegionId>)>) -> Self {
        Self { name: name.into(), person: actor.person, actor, right }
    }

    /// Whether it holds this right in the whole federation.
    pub fn is(&self, role: Role) -> bool {
        self.right == Some((role, None))
    }

    /// Whether it holds this right in a region.
    pub fn serves(&self, role: Role, region: Option<RegionId>) -> bool {
        region.is_some() && self.right == Some((role, region))
    }
}

/// A community with those who run it.
pub struct Run {
    pub row: community::Model,
    pub chair: Actor,
    pub coordinator: Actor,
}

/// The scene.
pub struct Scene {
    pub dice: Dice,
    pub regions: Vec<(region::Model, Vec<municipality::Model>)>,
    pub runs: Vec<Run>,
    pub integrators: Vec<Actor>,
    pub operators: Vec<Actor>,
    pub registrar: Actor,
    /// Everybody who asks.
    pub all: Vec<Who>,
    /// Persons with an account.
    pub people: Vec<Actor>,
    /// Where everybody stood in the feed, half-way.
    pub cursors: BTreeMap<String, String>,
    count: usize,
    humans: Vec<usize>,
}

/// The name and the address of somebody.
fn human(n: usize) -> Value {
    json!({ "fullName": format!("Тайнова{n:04} Имя Отчество"), "email": format!("secret{n:04}@school.example") })
}

impl Scene {
    pub async fn new(app: &TestApp, seed: u64) -> Self {
        let mut regions = Vec::new();
        let (mut integrators, mut operators, mut all) = (Vec::new(), Vec::new(), Vec::new());
        for (code, places) in [("RU-KDA", ["Анапа", "Сочи"]), ("RU-SPE", ["Кронштадт", "Пушкин"])]
        {
            let region = app.region(code).await;
            let mut municipalities = Vec::new();
            for place in places {
                municipalities.push(app.municipality(&region, place).await);
            }
            let (operator, integrator) = (app.operator_of(&region).await, app.integrator_of(&region).await);
            let of = Some(region.id);
            all.push(Who::new(
                &format!("operator {code}"),
                operator.clone(),
                Some((Role::RegionalOperator, of)),
            ));
            all.push(Who::new(
                &format!("integrator {code}"),
                integrator.clone(),
                Some((Role::Integrator, of)),
            ));
            operators.push(operator);
            integrators.push(integrator);
            regions.push((region, municipalities));
        }
        let mut runs = Vec::new();
        for (slug, code) in
            [("kda-chemistry", "RU-KDA"), ("kda-history", "RU-KDA"), ("spe-chemistry", "RU-SPE")]
        {
            let row = app.new_community(slug).region(code).create().await;
            let (chair, coordinator) = (app.chair_of(&row).await, app.coordinator_of(&row).await);
            all.push(Who::new(&format!("chair {slug}"), chair.clone(), None));
            all.push(Who::new(&format!("coordinator {slug}"), coordinator.clone(), None));
            runs.push(Run { row, chair, coordinator });
        }
        let registrar = app.registrar().await;
        all.push(Who::new("visitor", app.visitor(), None));
        all.push(Who::new("stranger", app.stranger().await, None));
        all.push(Who::new("registrar", registrar.clone(), Some((Role::FederalRegistrar, None))));
        all.push(Who::new("auditor", app.auditor().await, Some((Role::Auditor, None))));
        let expert = app.expert_of(&app.profile("profile-of-kda-chemistry").await).await;
        all.push(Who::new("expert", expert, None));
        let mut scene = Self {
            dice: Dice::new(seed),
            regions,
            runs,
            integrators,
            operators,
            registrar,
            all,
            people: Vec::new(),
            cursors: BTreeMap::new(),
            count: 0,
            humans: Vec::new(),
        };
        for region in 0..2 {
            scene.employ(app, region).await;
            scene.sync(region, "night 1").await;
            scene.hand_in(app, region).await;
        }
        scene.give_accounts(app).await;
        scene.give_offices(app).await;
        for who in &scene.all {
            let cursor = who.actor.follow(None, &mut BTreeMap::new()).await;
            scene.cursors.insert(who.name.clone(), cursor);
        }
        scene.live(app).await;
        scene.assess(app).await;
        scene
    }

    fn next(&mut self) -> usize {
        self.count += 1;
        self.count
    }

    /// Somebody new, or somebody known.
    fn somebody(&mut self) -> Value {
        if self.dice.hits(30)
            && let Some(known) = self.dice.of(&self.humans)
        {
            return human(*known);
        }
        let new = self.next();
        self.humans.push(new);
        human(new)
    }

    /// What a registration holds beside name and address.
    fn work(&mut self) -> Value {
        let n = self.next();
        json!({ "organization": format!("Лицей{n:04}"), "position": format!("Стезя{n:04}") })
    }

    async fn employ(&mut self, app: &TestApp, region: usize) {
        let institute = app.institute(&self.regions[region].0).await;
        let (mut input, work) = (self.somebody(), self.work());
        input["instituteId"] = json!(id(institute.id));
        input["position"] = work["position"].clone();
        // Somebody known may be refused.
        self.operators[region].call("employeeCreate", input, "").await.payload();
    }

    fn runs_of(&self, region: usize) -> Vec<usize> {
        let of = self.regions[region].0.id;
        (0..self.runs.len()).filter(|run| self.runs[*run].row.region_id == of).collect()
    }

    /// A row of another system, sound for the region.
    pub fn row(&mut self, region: usize, key: usize) -> Value {
        let (mut row, work) = (self.somebody(), self.work());
        let runs = self.runs_of(region);
        let run = *self.dice.of(&runs).unwrap();
        let place = self.dice.of(&self.regions[region].1).unwrap().name.clone();
        row["externalId"] = json!(format!("Ключ{key:04}"));
        row["communitySlug"] = json!(self.runs[run].row.slug);
        row["municipality"] = json!(place);
        row["joinedOn"] = json!("2021-09-01");
        row["organization"] = work["organization"].clone();
        row["position"] = work["position"].clone();
        if self.dice.hits(20) {
            row["leftOn"] = json!("2024-06-01");
        }
        row
    }

    async fn sync(&mut self, region: usize, key: &str) {
        let mut rows = Vec::new();
        for _ in 0..7 {
            let key = self.next();
            rows.push(self.row(region, key));
        }
        // And some in which something is wrong, so that the answers tell of them.
        for (field, bad) in [
            ("municipality", "Нигде"),
            ("communitySlug", "nowhere"),
            ("joinedOn", "2021-02-30"),
            ("email", "secret0000"),
        ] {
            let key = self.next();
            let mut row = self.row(region, key);
            row[field] = json!(bad);
            rows.push(row);
        }
        self.integrators[region].sync(key, &rows).await.done();
    }

    /// Visitors hand in registrations.
    async fn hand_in(&mut self, app: &TestApp, region: usize) {
        for _ in 0..6 {
            let (mut input, work) = (self.somebody(), self.work());
            let phone = self.next();
            input["phone"] = json!(format!("+7000{phone:04}"));
            input["organization"] = work["organization"].clone();
            input["position"] = work["position"].clone();
            let runs = self.runs_of(region);
            let run = *self.dice.of(&runs).unwrap();
            let place = self.dice.of(&self.regions[region].1).unwrap().clone();
            app.visitor().register(&self.runs[run].row, &place, input).await.done();
        }
    }

    /// Some persons get accounts, and register elsewhere, too.
    async fn give_accounts(&mut self, app: &TestApp) {
        let mut seen = Vec::new();
        let members =
            member::Entity::find().order_by_asc(member::Column::FullName).all(app.rows()).await.unwrap();
        for row in members {
            if seen.contains(&row.person_id) || !self.dice.hits(45) {
                continue;
            }
            seen.push(row.person_id);
            let person = person::Entity::find_by_id(row.person_id).one(app.rows()).await.unwrap().unwrap();
            let actor = app.actor_for(&person).await;
            self.people.push(actor.clone());
            if self.people.len().is_multiple_of(3) {
                self.all.push(Who::new(&format!("person {}", person.full_name), actor.clone(), None));
            }
            if self.dice.hits(40) {
                let region = self.dice.below(2);
                let runs = self.runs_of(region);
                let run = *self.dice.of(&runs).unwrap();
                let place = self.dice.of(&self.regions[region].1).unwrap().clone();
                let (mut input, phone) = (self.work(), self.next());
                input["phone"] = json!(format!("+7000{phone:04}"));
                actor.register(&self.runs[run].row, &place, input).await.payload();
            }
        }
    }

    /// Offices for persons of the scene: of today, of former days, and of days to come.
    async fn give_offices(&mut self, app: &TestApp) {
        for run in &self.runs {
            let members = member::Entity::find()
                .filter(member::Column::CommunityId.eq(run.row.id))
                .filter(member::Column::State.eq(MemberState::Active))
                .order_by_asc(member::Column::FullName)
                .all(app.rows())
                .await
                .unwrap();
            for (index, member) in members.iter().enumerate() {
                let person =
                    person::Entity::find_by_id(member.person_id).one(app.rows()).await.unwrap().unwrap();
                let place = municipality::Entity::find_by_id(member.municipality_id)
                    .one(app.rows())
                    .await
                    .unwrap()
                    .unwrap();
                let new = |office| app.new_appointment(&person, office, &run.row);
                match index {
                    0 => new(Office::PresidiumMember).create().await,
                    1 => new(Office::CouncilRepresentative).municipality(&place).create().await,
                    2 => new(Office::PresidiumMember).until(day("2023-01-01")).create().await,
                    3 => new(Office::PresidiumMember).since(day("2099-01-01")).create().await,
                    _ => continue,
                };
                let known = self.people.iter().find(|actor| actor.person == Some(person.id)).cloned();
                let actor = match known {
                    Some(actor) => actor,
                    None => app.actor_for(&person).await,
                };
                self.all.retain(|who| who.person != Some(person.id));
                self.people.retain(|one| one.person != Some(person.id));
                self.people.push(actor.clone());
                self.all.push(Who::new(&format!("officer {index} {}", person.full_name), actor, None));
            }
        }
    }

    /// What happens meanwhile.
    async fn live(&mut self, app: &TestApp) {
        for run in 0..self.runs.len() {
            let (row, chair) = (self.runs[run].row.clone(), self.runs[run].chair.clone());
            let coordinator = self.runs[run].coordinator.clone();
            let members = member::Entity::find()
                .filter(member::Column::CommunityId.eq(row.id))
                .order_by_asc(member::Column::FullName)
                .all(app.rows())
                .await
                .unwrap();
            for member in members {
                let of = member.id;
                match self.dice.below(8) {
                    0..=2 => drop(chair.confirm(of).await.payload()),
                    3 => drop(coordinator.decline(of, "Не из этой области.").await.payload()),
                    4 => drop(coordinator.leave(of).await.payload()),
                    5 => {
                        let n = self.next();
                        let fields =
                            json!({ "phone": format!("+7000{n:04}"), "position": format!("Стезя{n:04}") });
                        coordinator.amend(of, 1, fields).await.payload();
                    }
                    6 => {
                        let places =
                            &self.regions.iter().find(|(region, _)| region.id == row.region_id).unwrap().1;
                        let place = places.iter().find(|place| place.id != member.municipality_id).unwrap();
                        coordinator.relocate(of, place).await.payload();
                    }
                    _ => {}
                }
            }
            let mut published = Vec::new();
            for author in self.people.clone() {
                let answer = author.create(&row).await;
                if answer.error_code() != "none" || self.dice.hits(20) {
                    continue;
                }
                let practice = practice_of(answer.done());
                author.submit(practice).await.done();
                if self.dice.hits(70) {
                    chair.approve(practice).await.done();
                    coordinator.publish(practice).await.done();
                    published.push(practice);
                }
            }
            for (index, practice) in published.into_iter().enumerate() {
                for rater in self.people.clone() {
                    if self.dice.hits(40) {
                        rater
                            .rate_and_say(
                                practice,
                                1 + i32::try_from(self.dice.below(5)).unwrap(),
                                "Помогло.",
                            )
                            .await;
                    }
                }
                if index == 0 && self.dice.hits(50) {
                    coordinator.withdraw(practice, "Ошибка.").await.done();
                }
            }
        }
    }

    /// Some persons are experts, and what was submitted is in the hands of some of them, or was.
    async fn assess(&mut self, app: &TestApp) {
        for run in 0..self.runs.len() {
            let row = self.runs[run].row.clone();
            let mut experts = Vec::new();
            for actor in self.people.clone() {
                if self.dice.hits(40) {
                    experts.push(app.new_expert(&row).person(actor.person()).create().await);
                }
            }
            let submitted = practice::Entity::find()
                .filter(practice::Column::CommunityId.eq(row.id))
                .filter(practice::Column::State.eq(PracticeState::Submitted))
                .order_by_asc(practice::Column::Id)
                .all(app.rows())
                .await
                .unwrap();
            for practice in submitted {
                let state = if self.dice.hits(60) { ReviewState::Assigned } else { ReviewState::Declined };
                experts.retain(|expert| expert.person_id != practice.created_by);
                let finished = self.dice.hits(40);
                let Some(expert) = self.dice.of(&experts) else { continue };
                if finished {
                    app.assessed(&practice, expert, [4; 5], app.clock.now()).await;
                } else {
                    app.reviewing(&practice, expert, state, 3).await;
                }
            }
        }
    }
}

//! What is followed is what there is: whoever follows `changes` from any moment on holds in the end exactly what a new
//! listing shows, things and contents, whatever happens meanwhile. Whose rights have changed is told to begin anew.

use std::collections::BTreeMap;

use entity::{
    MemberState, Office, PracticeState, appointment,
    ids::{AppointmentId, CommunityId, MunicipalityId},
    member, practice,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use super::{
    rule::World,
    scene::{Scene, Who},
};
use crate::support::{actor::member_of, app::TestApp, offices::of_member};

/// What is there of each kind, without what is only counted.
const DOCUMENT: &str = "query($since: String) { changes(since: $since, first: 60) { hasMore nextCursor changes {
    operation subjectId externalId node { id __typename
    ... on Member { fullName email phone organization position municipality { name } state joinedOn leftOn reason version source externalId }
    ... on Practice { number title summary body tags stage: state version authors { name organization position } submittedAt publishedAt }
    ... on Community { slug name links { url } version registeredOn archivedAt }
    ... on Appointment { office since until holder { name organization position } seat: municipality { name } }
    ... on Rating { stars comment version ratedAt } } } } }";

type Kept = BTreeMap<String, Value>;

/// Somebody who follows, with what it holds and what it could see by offices when it last looked.
struct Follower {
    who: Who,
    kept: Kept,
    cursor: Option<String>,
    offices: Vec<(Office, CommunityId, Option<MunicipalityId>)>,
}

/// Follows to the end; false where the cursor was refused.
async fn follow(who: &Who, cursor: &mut Option<String>, kept: &mut Kept) -> bool {
    loop {
        let answer = who.actor.query(DOCUMENT, json!({ "since": cursor })).await;
        if answer.error_code() == "CURSOR_EXPIRED" {
            return false;
        }
        let page = answer.payload();
        for change in page["changes"].as_array().unwrap() {
            let subject = change["subjectId"].as_str().unwrap().to_owned();
            if change["operation"] == json!("DELETE") {
                assert!(change["node"].is_null() && change["externalId"].is_null(), "{change:#}");
                kept.remove(&subject);
            } else {
                assert_eq!(change["node"]["id"], json!(subject), "{}: {change:#}", who.name);
                kept.insert(subject, change["node"].clone());
            }
        }
        let next = page["nextCursor"].as_str().unwrap().to_owned();
        let done = page["hasMore"] == json!(false) && cursor.as_ref() == Some(&next);
        *cursor = Some(next);
        if done {
            return true;
        }
    }
}

impl Follower {
    fn offices(world: &World, who: &Who) -> Vec<(Office, CommunityId, Option<MunicipalityId>)> {
        let mut all: Vec<_> = world
            .offices(who)
            .iter()
            .map(|row| (row.office, row.community_id, row.municipality_id))
            .collect();
        all.sort_by_key(|(office, community, place)| (format!("{office:?}"), *community, *place));
        all
    }

    /// Looks; begins anew where the rights have changed, and only then.
    async fn look(&mut self, app: &TestApp) {
        let now = Self::offices(&World::read(app).await, &self.who);
        if !follow(&self.who, &mut self.cursor, &mut self.kept).await {
            assert_ne!(now, self.offices, "{} is told to begin anew without a reason", self.who.name);
            self.kept.clear();
            self.cursor = None;
            assert!(follow(&self.who, &mut self.cursor, &mut self.kept).await);
        }
        self.offices = now;
    }
}

/// One thing happens, or is refused.
async fn happen(app: &TestApp, scene: &mut Scene) {
    let run = scene.dice.below(scene.runs.len());
    let (row, chair) = (scene.runs[run].row.clone(), scene.runs[run].chair.clone());
    let coordinator = scene.runs[run].coordinator.clone();
    let region = scene.regions.iter().position(|(region, _)| region.id == row.region_id).unwrap();
    let members = member::Entity::find()
        .filter(member::Column::CommunityId.eq(row.id))
        .filter(member::Column::ErasedAt.is_null())
        .order_by_asc(member::Column::Id)
        .all(app.rows())
        .await
        .unwrap();
    let active: Vec<_> = members.iter().filter(|row| row.state == MemberState::Active).cloned().collect();
    let practices = practice::Entity::find()
        .filter(practice::Column::CommunityId.eq(row.id))
        .order_by_asc(practice::Column::Id)
        .all(app.rows())
        .await
        .unwrap();
    let (step, places) = (scene.dice.below(16), scene.regions[region].1.clone());
    let Some(member) = scene.dice.of(&members).cloned() else { return };
    let somebody = scene.dice.of(&scene.people).cloned().unwrap();
    let practice = scene.dice.of(&practices).cloned();
    let number = scene.dice.below(1_000);
    match step {
        0 | 1 => drop(chair.confirm(member.id).await),
        2 => drop(coordinator.decline(member.id, "Нет.").await),
        3 => drop(chair.leave(member.id).await),
        4 => drop(coordinator.relocate(member.id, &places[number % 2]).await),
        5 | 6 => {
            let fields = json!({ "fullName": format!("Новая Надежда {number}"), "position": format!("учитель {number}") });
            drop(chair.amend(member.id, member.version, fields).await);
        }
        7 if number.is_multiple_of(3) => drop(scene.operators[region].erase(member.id).await),
        7 | 8 => {
            let mut rows = Vec::new();
            for known in members.iter().filter(|row| row.external_id.is_some()).step_by(2) {
                let key: usize =
                    known.external_id.as_deref().unwrap().trim_start_matches("Ключ").parse().unwrap();
                let mut row = scene.row(region, key);
                row["communitySlug"] = json!(scene.runs[run].row.slug);
                rows.push(row);
            }
            let key = format!("{number} {}", rows.len());
            drop(scene.integrators[region].sync(&key, &rows).await);
        }
        9 => {
            let input = json!({ "fullName": format!("Случайная Софья {number}"), "email": format!("n{number}@school.example") });
            drop(app.visitor().register(&row, &places[number % 2], input).await);
        }
        10 => {
            let answer = somebody.register(&row, &places[number % 2], json!({})).await;
            if answer.error_code() == "none" && answer.outcome() == "done" {
                chair.confirm(member_of(answer.payload())).await;
            }
        }
        11 => {
            let author = somebody;
            if let Ok(id) = written(&author, row.id).await {
                author.submit(id).await;
                chair.approve(id).await;
                coordinator.publish(id).await;
            }
        }
        12 => {
            let Some(practice) = practice else { return };
            match practice.state {
                PracticeState::Draft | PracticeState::Returned => drop(somebody.submit(practice.id).await),
                PracticeState::Submitted => drop(chair.give_back(practice.id, "Мало.").await),
                PracticeState::Published if number.is_multiple_of(2) => {
                    drop(scene.registrar.annul(practice.id, "Нет.").await)
                }
                _ => drop(coordinator.withdraw(practice.id, "Ошибка.").await),
            }
        }
        13 => {
            let Some(practice) = practice else { return };
            drop(
                somebody.rate_and_say(practice.id, 1 + i32::try_from(number % 5).unwrap(), "Помогло.").await,
            );
        }
        14 => {
            let Some(member) = scene.dice.of(&active).cloned() else { return };
            let input = of_member(Office::PresidiumMember, &row, &member);
            drop(coordinator.appoint(input).await);
            drop(chair.appoint(of_member(Office::CouncilRepresentative, &row, &member)).await);
        }
        _ => {
            let held = appointment::Entity::find()
                .filter(appointment::Column::CommunityId.eq(row.id))
                .filter(appointment::Column::Until.is_null())
                .filter(
                    appointment::Column::Office
                        .is_in([Office::PresidiumMember, Office::CouncilRepresentative]),
                )
                .order_by_asc(appointment::Column::Id)
                .all(app.rows())
                .await
                .unwrap();
            let ids: Vec<AppointmentId> = held.into_iter().map(|row| row.id).collect();
            let Some(one) = scene.dice.of(&ids).copied() else { return };
            drop(coordinator.end_term(one, None).await);
            drop(chair.end_term(one, None).await);
        }
    }
}

async fn written(
    author: &crate::support::actor::Actor,
    of: CommunityId,
) -> Result<entity::ids::PracticeId, String> {
    let answer = author.create(of).await;
    if answer.error_code() != "none" {
        return Err(answer.error_code().to_owned());
    }
    Ok(crate::support::actor::practice_of(answer.done()))
}

async fn what_is_followed_is_what_there_is(app: &TestApp, seed: u64) {
    let mut scene = Scene::new(app, seed).await;
    let mut waiting: Vec<Who> = scene.all.clone();
    let mut followers: Vec<Follower> = Vec::new();
    for round in 0..8 {
        for _ in 0..8 {
            happen(app, &mut scene).await;
        }
        let world = World::read(app).await;
        let is_erased =
            |who: &Who| who.person.is_some_and(|person| world.persons[&person].erased_at.is_some());
        waiting.retain(|who| !is_erased(who));
        followers.retain(|one| !is_erased(&one.who));
        // Some begin now, some look, the others fall behind.
        let (now, later): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|_| round >= 5 || scene.dice.hits(30));
        waiting = later;
        for who in now {
            let offices = Follower::offices(&world, &who);
            let mut new = Follower { who, kept: Kept::new(), cursor: None, offices };
            assert!(follow(&new.who, &mut new.cursor, &mut new.kept).await);
            followers.push(new);
        }
        for one in &mut followers {
            if scene.dice.hits(25) {
                one.look(app).await;
            }
        }
    }
    for mut one in followers {
        one.look(app).await;
        let (mut fresh, mut cursor) = (Kept::new(), None);
        assert!(follow(&one.who, &mut cursor, &mut fresh).await);
        for (id, node) in &fresh {
            assert_eq!(
                one.kept.get(id),
                Some(node),
                "seed {seed}: what {} holds of {id} is not what there is",
                one.who.name
            );
        }
        let held: Vec<_> = one.kept.keys().filter(|id| !fresh.contains_key(*id)).collect();
        assert!(held.is_empty(), "seed {seed}: {} still holds {held:?}", one.who.name);
        assert_eq!(Some(&cursor), Some(&one.cursor));
    }
}

on_both! {
    async fn whoever_follows_holds_what_a_new_listing_shows(app: TestApp) {
        what_is_followed_is_what_there_is(&app, 11).await;
    }

    async fn whoever_follows_another_scene_holds_what_a_new_listing_shows(app: TestApp) {
        what_is_followed_is_what_there_is(&app, 12).await;
    }
}

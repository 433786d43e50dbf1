//! The doors of the registry: all that one caller is answered by each, and which personal values belong there.

use std::collections::BTreeSet;

use entity::{Role, appointment, ids::MemberId, institute, member, municipality, rating};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::{
    rule::{World, secrets},
    scene::{Scene, Who},
};
use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
};

const MEMBER: &str = "id fullName email phone organization position state reason source externalId version
    municipality { name } community { slug memberCount }";
/// What somebody may try to do with a registration.
async fn trials(actor: &Actor, of: MemberId, place: &municipality::Model) -> [Answer; 6] {
    let login = json!({ "memberId": id(of), "login": format!("login.{}", of.0.simple()) });
    [
        actor.confirm(of).await,
        actor.decline(of, "Нет.").await,
        actor.leave(of).await,
        actor.relocate(of, place).await,
        actor.amend(of, 1, json!({ "phone": "1" })).await,
        actor.call("accountCreate", login, "").await,
    ]
}

const PERSON: &str = "name organization position";

/// What came through a door, and what should have come.
pub struct Told {
    pub door: &'static str,
    pub found: BTreeSet<String>,
    pub allowed: BTreeSet<String>,
}

/// Gathers what one caller is told.
pub struct Visit<'a> {
    pub app: &'a TestApp,
    pub world: &'a World,
    pub who: &'a Who,
    /// Which registrations are tried one by one: others for everybody.
    pub turn: usize,
    pub told: Vec<Told>,
}

impl Visit<'_> {
    fn tell(&mut self, door: &'static str, text: &str, allowed: BTreeSet<String>) {
        self.told.push(Told { door, found: secrets(text), allowed });
    }

    async fn text(&self, document: &str, variables: Value) -> String {
        self.who.actor.query(document, variables).await.body.to_string()
    }

    /// All doors.
    pub async fn everywhere(&mut self, scene: &Scene) {
        self.members().await;
        self.nodes().await;
        self.feed(scene).await;
        self.journal().await;
        self.public().await;
        self.places().await;
        self.staff().await;
        self.experts().await;
        self.searches().await;
        self.files().await;
        self.refusals(scene).await;
    }

    /// `Community.members`, in small pages from both ends, filtered, and searched in.
    async fn members(&mut self) {
        let document = format!("query($slug: String!, $filter: MemberFilter, $first: Int, $last: Int, $after: String) {{
            community(by: {{ slug: $slug }}) {{ members(filter: $filter, first: $first, last: $last, after: $after) {{
                totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {MEMBER} }} }} }} }}");
        let (mut whole, mut allowed) = (String::new(), BTreeSet::new());
        for community in &self.world.communities {
            let within = self.world.is_within(self.who, community.id);
            let here = |row: &member::Model| {
                within && row.community_id == community.id && self.world.sees(self.who, row)
            };
            allowed.extend(self.world.of_members(here));
            let mut after = Value::Null;
            loop {
                let variables = json!({ "slug": community.slug, "first": 6, "after": after });
                let answer = self.who.actor.query(&document, variables).await;
                whole += &answer.body.to_string();
                let page = &answer.body["data"]["community"]["members"];
                if page["pageInfo"]["hasNextPage"] != json!(true) {
                    break;
                }
                after = page["pageInfo"]["endCursor"].clone();
            }
            whole += &self.text(&document, json!({ "slug": community.slug, "last": 3 })).await;
            for row in self
                .world
                .members
                .iter()
                .filter(|row| row.community_id == community.id)
                .skip(self.turn)
                .step_by(9)
            {
                let word = row.full_name.split(' ').next().unwrap_or_default();
                let filter = json!({ "search": word, "municipalityId": id(row.municipality_id) });
                let answer = self
                    .who
                    .actor
                    .query(&document, json!({ "slug": community.slug, "filter": filter, "first": 100 }))
                    .await;
                let matching = |other: &&member::Model| {
                    here(other)
                        && other.municipality_id == row.municipality_id
                        && other.full_name.to_lowercase().contains(&word.to_lowercase())
                };
                let count = self.world.members.iter().filter(matching).count();
                let told = answer.body["data"]["community"]["members"]["totalCount"].as_u64().unwrap_or(0);
                if row.erased_at.is_none() {
                    assert_eq!(told, count as u64, "{} counts {word} in {}", self.who.name, community.slug);
                }
                whole += &answer.body.to_string();
            }
        }
        self.tell("Community.members", &whole, allowed);
    }

    /// `node` and `nodes` of everything there is.
    async fn nodes(&mut self) {
        let kinds = format!("id __typename ... on Member {{ {MEMBER} }} ... on Appointment {{ office holder {{ {PERSON} }} }}
            ... on Practice {{ title stage: state authors {{ {PERSON} }} decisions {{ reason }} ratings(first: 5) {{ nodes {{ comment }} }} }}
            ... on Rating {{ stars comment practice {{ authors {{ {PERSON} }} }} }} ... on Community {{ name memberCount }}
            ... on Municipality {{ name }} ... on Institute {{ name }} ... on Expert {{ person {{ {PERSON} }} }}
            ... on Review {{ comment: reason expert {{ person {{ {PERSON} }} }} }}");
        let (db, world) = (self.app.rows(), self.world);
        let mut ids: Vec<String> = world.members.iter().map(|row| id(row.id)).collect();
        ids.extend(world.communities.iter().map(|row| id(row.id)));
        ids.extend(world.practices.iter().map(|row| id(row.id)));
        ids.extend(world.appointments.iter().map(|row: &appointment::Model| id(row.id)));
        ids.extend(world.experts.iter().map(|row| id(row.id)));
        ids.extend(world.reviews.iter().map(|row| id(row.id)));
        ids.extend(rating::Entity::find().all(db).await.unwrap().iter().map(|row| id(row.id)));
        ids.extend(municipality::Entity::find().all(db).await.unwrap().iter().map(|row| id(row.id)));
        ids.extend(institute::Entity::find().all(db).await.unwrap().iter().map(|row| id(row.id)));
        let mut whole = String::new();
        for chunk in ids.chunks(100) {
            let document = format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ {kinds} }} }}");
            let answer = self.who.actor.query(&document, json!({ "ids": chunk })).await;
            answer.data();
            whole += &answer.body.to_string();
        }
        for one in ids.iter().skip(self.turn).step_by(25) {
            let document = format!("query($id: ID!) {{ node(id: $id) {{ {kinds} }} }}");
            whole += &self.text(&document, json!({ "id": one })).await;
        }
        // A person is nothing that can be looked up, whoever it is.
        for person in world.persons.keys().take(1) {
            whole +=
                &self.text("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id(*person) })).await;
        }
        let mut allowed = world.of_members(|row| world.sees(self.who, row));
        allowed.extend(world.of_holders());
        allowed.extend(world.of_authors(self.who));
        allowed.extend(world.of_experts(self.who));
        self.tell("node, nodes", &whole, allowed);
    }

    /// `changes`, from the beginning and from where the caller stood half-way.
    async fn feed(&mut self, scene: &Scene) {
        let document = format!(
            "query($since: String) {{ changes(since: $since, first: 150) {{ hasMore nextCursor changes {{
            type operation subjectId externalId node {{ id ... on Member {{ {MEMBER} }}
            ... on Appointment {{ holder {{ {PERSON} }} }} ... on Practice {{ title authors {{ {PERSON} }} }}
            ... on Rating {{ stars comment }} ... on Community {{ name }} }} }} }} }}"
        );
        let mut allowed = self.world.of_members(|row| self.world.sees(self.who, row));
        allowed.extend(self.world.of_holders());
        allowed.extend(self.world.of_followed_authors(self.who));
        let whole = self.follow(&document, Value::Null).await;
        self.tell("changes", &whole, allowed.clone());
        if let Some(cursor) = scene.cursors.get(&self.who.name) {
            // Not everything has changed since: what belongs there may be missing, what does not must.
            let whole = self.follow(&document, json!(cursor)).await;
            let told = secrets(&whole);
            let allowed = allowed.intersection(&told).cloned().collect();
            self.tell("changes(since:)", &whole, allowed);
        }
    }

    async fn follow(&self, document: &str, mut since: Value) -> String {
        let mut whole = String::new();
        loop {
            let answer = self.who.actor.query(document, json!({ "since": since })).await;
            whole += &answer.body.to_string();
            let page = &answer.body["data"]["changes"];
            let next = page["nextCursor"].clone();
            if next.is_null() || (page["hasMore"] == json!(false) && next == since) {
                return whole;
            }
            since = next;
        }
    }

    /// `journal`, whole: it holds no personal data, whoever reads it.
    async fn journal(&mut self) {
        let document = "query($after: String) { journal(first: 100, after: $after) { totalCount
            pageInfo { hasNextPage endCursor } nodes { position actor action subjectId before after requestId } } }";
        let (mut whole, mut after) = (String::new(), Value::Null);
        loop {
            let answer = self.who.actor.query(document, json!({ "after": after })).await;
            whole += &answer.body.to_string();
            let page = &answer.body["data"]["journal"]["pageInfo"];
            if page["hasNextPage"] != json!(true) {
                break;
            }
            after = page["endCursor"].clone();
        }
        self.tell("journal", &whole, BTreeSet::new());
    }

    /// Communities with their offices, and practices with their authors and ratings.
    async fn public(&mut self) {
        let mut whole = String::new();
        let held = format!("holder {{ {PERSON} }}");
        let document = format!(
            "{{ communities(first: 10) {{ nodes {{ name memberCount practiceCount
            chair {{ {held} }} coordinator {{ {held} }} presidium {{ size members {{ {held} }} }}
            council {{ seats {{ municipality {{ name }} representative {{ {held} }} }} }}
            appointments(first: 50) {{ totalCount nodes {{ {held} until }} }}
            membership(year: \"2023-2024\") {{ members byMunicipality {{ members }} }} }} }} }}"
        );
        let answer = self.who.actor.query(&document, json!({})).await;
        assert_eq!(
            answer.data()["communities"]["nodes"].as_array().unwrap().len(),
            self.world.communities.len()
        );
        whole += &answer.body.to_string();
        self.tell("Community", &whole, self.world.of_holders());
        let document = format!(
            "{{ practices(first: 100) {{ totalCount nodes {{ title state authors {{ {PERSON} }}
            viewerRating {{ stars }} rating {{ count mean organizations }} decisions {{ reason }} }} }} }}"
        );
        let text = self.text(&document, json!({})).await;
        self.tell("practices", &text, self.world.of_authors(self.who));
        let rankings = "{ communityRanking(first: 50) { edges { node { name } } } practiceRanking(first: 50) { edges { node { title } } }
            viewer { id login grants { role regionCode communityId } } }";
        let text = self.text(rankings, json!({})).await;
        self.tell("rankings and viewer", &text, BTreeSet::new());
    }

    /// The lists of places. Where somebody works is personal, that there is such a school is not.
    async fn places(&mut self) {
        let document = "{ regions { nodes { code municipalities { nodes { name organizations(first: 100) { totalCount nodes { name } } } } } } }";
        let text = self.text(document, json!({})).await;
        let all = self.world.organizations.values().filter(|row| row.archived_at.is_none());
        let allowed = all.flat_map(|row| secrets(&row.name)).collect();
        self.tell("organizations", &text, allowed);
    }

    /// Employees, for those who keep them; service accounts, for those who keep these.
    async fn staff(&mut self) {
        let (mut whole, mut allowed) = (String::new(), BTreeSet::new());
        for institute in institute::Entity::find().all(self.app.rows()).await.unwrap() {
            let document = "query($id: ID!) { node(id: $id) { ... on Institute { employees(first: 100) {
                totalCount nodes { id name email position } } } } }";
            whole += &self.text(document, json!({ "id": id(institute.id) })).await;
            if self.who.is(Role::Auditor)
                || self.who.is(Role::FederalRegistrar)
                || self.who.serves(Role::RegionalOperator, Some(institute.region_id))
            {
                let of = self.world.persons.values().filter(|row| row.institute_id == Some(institute.id));
                for row in of {
                    let (email, position) = (row.email.as_deref(), row.position.as_deref());
                    allowed.extend(secrets(&format!("{} {email:?} {position:?}", row.full_name)));
                }
            }
        }
        self.tell("employees", &whole, allowed);
        let document = "{ integrators(regionCode: \"RU-KDA\") { nodes { clientId name } } }";
        let text = self.text(document, json!({})).await;
        self.tell("integrators", &text, BTreeSet::new());
    }

    /// The pools of experts, reviews and draws.
    async fn experts(&mut self) {
        let mut whole = String::new();
        let document = format!(
            "{{ experts(first: 100) {{ totalCount nodes {{ id person {{ {PERSON} }} community {{ slug }} }} }} }}"
        );
        whole += &self.text(&document, json!({})).await;
        let document = format!(
            "{{ reviews(first: 100) {{ totalCount nodes {{ reason expert {{ person {{ {PERSON} }} }}
            draw {{ drawnBy exclusions {{ expert {{ person {{ {PERSON} }} }} }} }} }} }} }}"
        );
        whole += &self.text(&document, json!({})).await;
        let document = format!(
            "{{ practices(first: 100) {{ nodes {{ assessments(first: 10) {{ totalCount nodes {{ conclusion
            expert {{ {PERSON} }} review {{ expert {{ person {{ {PERSON} }} }} }} }} }} }} }} }}"
        );
        whole += &self.text(&document, json!({})).await;
        self.tell("experts and reviews", &whole, self.world.of_experts(self.who));
    }

    /// Searches that are not for persons find none.
    async fn searches(&mut self) {
        let mut whole = String::new();
        for row in self.world.members.iter().skip(self.turn).step_by(self.world.members.len() / 2 + 1) {
            let words = [Some(&row.full_name), row.email.as_ref(), row.position.as_ref(), row.phone.as_ref()];
            for word in words.into_iter().flatten().filter(|word| !secrets(word).is_empty()) {
                let document = "query($word: String!) { practices(filter: { search: $word }) { totalCount nodes { title } }
                    communities(filter: { search: $word }) { totalCount nodes { name } }
                    search(query: $word) { edges { title { text } snippet { text } } suggestions { replacement } } }";
                let answer = self.who.actor.query(document, json!({ "word": word })).await;
                let data = answer.data();
                assert_eq!(
                    (&data["practices"]["totalCount"], &data["communities"]["totalCount"]),
                    (&json!(0), &json!(0))
                );
                whole += &answer.body.to_string();
            }
        }
        self.tell("search", &whole, BTreeSet::new());
    }

    async fn page(&self, path: &str) -> String {
        let mut request = self.who.actor.client.request(Method::GET, path);
        if let Some(token) = &self.who.actor.token {
            request = request.bearer_auth(token);
        }
        request.send().await.unwrap().text().await.unwrap()
    }

    /// Files, and the small pages. One's own registration is no list.
    async fn files(&mut self) {
        for path in ["/export/members.ndjson", "/export/members.csv"] {
            let text = self.page(path).await;
            let world = self.world;
            let listed = world.communities.iter().any(|row| world.is_within(self.who, row.id));
            let allowed = world.of_members(|row| listed && world.is_in_charge(self.who, row));
            self.tell("export", &text, allowed);
        }
        let narrowed = self.page("/export/members.ndjson?communitySlug=kda-history").await;
        let of = self.world.communities.iter().find(|row| row.slug == "kda-history").unwrap().id;
        let allowed =
            self.world.of_members(|row| row.community_id == of && self.world.is_in_charge(self.who, row));
        self.tell("export of a community", &narrowed, allowed);
        let mut whole = String::new();
        for path in ["/schema.graphql", "/livez", "/readyz", "/.well-known/jwks.json", "/nothing"] {
            whole += &self.page(path).await;
        }
        self.tell("pages", &whole, BTreeSet::new());
    }

    /// Mutations on registrations that are not the caller's to change: what it cannot see is answered as what is not
    /// there, and nothing that was refused tells more than could be read.
    async fn refusals(&mut self, scene: &Scene) {
        let (world, actor) = (self.world, &self.who.actor);
        let unknown = MemberId::generate();
        let (mut whole, mut allowed) = (String::new(), BTreeSet::new());
        let none = trials(actor, unknown, &scene.regions[0].1[0]).await;
        for row in world.members.iter().skip(self.turn).step_by(world.members.len() / 3 + 1) {
            let offices = world.offices(self.who);
            let may_act = self.who.person == Some(row.person_id)
                || offices.iter().any(|office| office.community_id == row.community_id);
            if may_act {
                continue;
            }
            let seen = world.sees(self.who, row);
            let place = &scene.regions[0].1[0];
            let answers = trials(actor, row.id, place).await;
            for (answer, none) in answers.iter().zip(&none) {
                let code = answer.outcome();
                whole += &answer.body.to_string();
                if !seen {
                    assert_eq!(code, none.outcome(), "{} on {}", self.who.name, row.full_name);
                    assert_eq!(answer.errors()[0]["message"], none.errors()[0]["message"]);
                } else if code == "done" {
                    // An operator opens accounts for members of the region.
                    assert!(
                        self.who.serves(Role::RegionalOperator, Some(row.region_id)),
                        "{}",
                        self.who.name
                    );
                }
            }
            let erases = self.who.is(Role::FederalRegistrar)
                || self.who.serves(Role::RegionalOperator, Some(row.region_id));
            if !erases {
                let answers = (actor.erase(row.id).await, actor.erase(unknown).await);
                assert!(answers.0.errors().len() == 1, "{:#}", answers.0.body);
                if !seen {
                    assert_eq!(answers.0.errors()[0]["message"], answers.1.errors()[0]["message"]);
                }
                whole += &answers.0.body.to_string();
            }
            // Whoever is registered already is told that, of nobody but oneself.
            let community = world.communities.iter().find(|it| it.id == row.community_id).unwrap();
            let place =
                scene.regions.iter().flat_map(|it| &it.1).find(|it| it.id == row.municipality_id).unwrap();
            if self.who.actor.token.is_none() && row.erased_at.is_none() {
                let again = json!({ "fullName": row.full_name, "email": row.email });
                let answer = actor.register(community, place, again).await;
                assert_eq!(answer.done()["member"], Value::Null);
                whole += &answer.body.to_string();
            }
            let clash = json!({ "externalId": row.external_id.as_deref().unwrap_or("new"), "communitySlug": "nowhere",
                "fullName": row.full_name, "email": row.email, "municipality": place.name });
            let answer = actor.sync_with("clash", &[clash], json!({ "dryRun": true })).await;
            if answer.error_code() == "none" {
                // What the caller itself has sent.
                allowed.extend(secrets(row.external_id.as_deref().unwrap_or_default()));
            }
            whole += &answer.body.to_string();
        }
        self.tell("refusals", &whole, allowed);
    }
}

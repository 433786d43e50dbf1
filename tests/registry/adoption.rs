//! Adoption: an organization elsewhere uses a practice, its coordinator confirms, and it counts.

use entity::{PracticeState, adoption, community, practice};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
    eventually,
};

const SELECTION: &str =
    "adoption { id state adoptedOn result reason decidedAt organization { name } region { code } }
    userErrors { code message path }";

/// A practice of chemistry teachers, and a community of historians of another region with its coordinator.
struct Scene {
    practice: practice::Model,
    community: community::Model,
    coordinator: Actor,
}

impl Scene {
    async fn new(app: &TestApp) -> Self {
        let practice = app.published(&app.community("kda-chemistry").await).await;
        let community = app.new_community("spe-history").region("RU-SPE").create().await;
        let coordinator = app.coordinator_of(&community).await;
        Self { practice, community, coordinator }
    }

    fn input(&self, result: &str) -> Value {
        json!({
            "practiceId": id(self.practice.id),
            "communityId": id(self.community.id),
            "adoptedOn": "2024-09-02",
            "result": result,
        })
    }

    async fn declare(&self, by: &Actor) -> Answer {
        let input = self.input("Число призёров олимпиад удвоилось.");
        by.call("adoptionDeclare", input, SELECTION).await
    }

    /// Declared by a new member, and confirmed.
    async fn adopted(&self, app: &TestApp) -> String {
        let declared = id_of(&self.declare(&app.member_of(&self.community).await).await);
        confirm(&self.coordinator, &declared).await.done();
        declared
    }

    async fn shown(&self, to: &Actor) -> Value {
        let document = "query($id: ID!) { practice(by: { id: $id }) { adopters
            adoptions { totalCount nodes { id state } } } }";
        to.query(document, json!({ "id": id(self.practice.id) })).await.payload().clone()
    }
}

fn id_of(answer: &Answer) -> String {
    answer.done()["adoption"]["id"].as_str().unwrap().to_owned()
}

async fn confirm(by: &Actor, adoption: &str) -> Answer {
    by.call("adoptionConfirm", json!({ "adoptionId": adoption }), SELECTION).await
}

async fn end(by: &Actor, field: &str, adoption: &str) -> Answer {
    let input = json!({ "adoptionId": adoption, "reason": "Не подтверждается." });
    by.mutate(field, "AdoptionReasonInput", input, SELECTION).await
}

on_both! {
    async fn an_adoption_is_seen_by_everybody_once_its_own_coordinator_has_confirmed_it(app: TestApp) {
        let scene = Scene::new(&app).await;
        let member = app.member_of(&scene.community).await;
        let declared = scene.declare(&member).await;
        let adoption = &declared.done()["adoption"];
        assert_eq!(adoption["state"], json!("DECLARED"));
        assert_eq!(adoption["region"]["code"], json!("RU-SPE"));
        let known = json!({ "totalCount": 1, "nodes": [{ "id": adoption["id"], "state": "DECLARED" }] });
        let unknown = json!({ "totalCount": 0, "nodes": [] });
        let visitor = app.visitor();
        assert_eq!(scene.shown(&visitor).await, json!({ "adopters": 0, "adoptions": unknown }));
        assert_eq!(scene.shown(&member).await["adoptions"], known);
        assert_eq!(scene.shown(&scene.coordinator).await["adoptions"], known);
        let others = app.coordinator_of(&app.community("kda-history").await).await;
        assert_eq!(scene.shown(&others).await["adoptions"], unknown);

        let confirmed = confirm(&scene.coordinator, adoption["id"].as_str().unwrap()).await;
        assert_eq!(confirmed.done()["adoption"]["state"], json!("CONFIRMED"));
        let seen = json!({ "totalCount": 1, "nodes": [{ "id": adoption["id"], "state": "CONFIRMED" }] });
        assert_eq!(scene.shown(&visitor).await, json!({ "adopters": 1, "adoptions": seen }));
        let node = "query($id: ID!) { node(id: $id) { ... on Adoption { result practice { title } } } }";
        let node = visitor.query(node, json!({ "id": adoption["id"] })).await;
        assert_eq!(node.payload()["result"], json!("Число призёров олимпиад удвоилось."));
    }

    async fn an_organization_adopts_a_practice_once(app: TestApp) {
        let scene = Scene::new(&app).await;
        let school = app.organization(&app.region("RU-SPE").await).await;
        let colleague = async || app.new_member(&scene.community).organization(&school).enter().await;
        let first = id_of(&scene.declare(&colleague().await).await);
        assert_eq!(scene.declare(&colleague().await).await.user_error(), "TAKEN");
        confirm(&scene.coordinator, &first).await.done();
        assert_eq!(scene.declare(&colleague().await).await.user_error(), "TAKEN");
        assert_eq!(scene.shown(&app.visitor()).await["adopters"], json!(1));
    }

    async fn two_colleagues_at_once_declare_one_adoption(app: TestApp) {
        let scene = Scene::new(&app).await;
        let school = app.organization(&app.region("RU-SPE").await).await;
        let mut colleagues = Vec::new();
        for _ in 0..4 {
            colleagues.push(app.new_member(&scene.community).organization(&school).enter().await);
        }
        let answers = futures::future::join_all(colleagues.iter().map(|by| scene.declare(by))).await;
        let mut outcomes: Vec<_> = answers.iter().map(Answer::outcome).collect();
        outcomes.sort_unstable();
        assert_eq!(outcomes, ["TAKEN", "TAKEN", "TAKEN", "done"]);
        assert_eq!(adoption::Entity::find().count(app.rows()).await.unwrap(), 1);
    }

    async fn what_was_declined_or_withdrawn_may_be_declared_again(app: TestApp) {
        let scene = Scene::new(&app).await;
        let member = app.member_of(&scene.community).await;
        let adoption = id_of(&scene.declare(&member).await);
        let declined = end(&scene.coordinator, "adoptionDecline", &adoption).await;
        assert_eq!(declined.done()["adoption"]["reason"], json!("Не подтверждается."));
        let again = scene.declare(&member).await;
        let row = &again.done()["adoption"];
        assert_eq!((&row["id"], &row["reason"], &row["decidedAt"]), (&json!(adoption), &Value::Null, &Value::Null));
        confirm(&scene.coordinator, &adoption).await.done();
        end(&member, "adoptionWithdraw", &adoption).await.done();
        assert_eq!(scene.shown(&app.visitor()).await["adopters"], json!(0));
        scene.declare(&member).await.done();
    }

    async fn a_school_does_not_adopt_what_was_written_in_it(app: TestApp) {
        let scene = Scene::new(&app).await;
        let school = app.organization(&app.region("RU-SPE").await).await;
        let author = app.new_member(&scene.community).organization(&school).enter().await;
        let practice =
            app.new_practice(&scene.community).by(&author).state(PracticeState::Published).create().await;
        let own = Scene { practice, ..scene };
        let colleague = app.new_member(&own.community).organization(&school).enter().await;
        assert_eq!(own.declare(&colleague).await.user_error(), "NOT_ELIGIBLE");
        let neighbour = app.member_of(&own.community).await;
        own.declare(&neighbour).await.done();
    }

    async fn nobody_confirms_what_they_declared(app: TestApp) {
        let scene = Scene::new(&app).await;
        let person = app.person("Двойной Дмитрий").await;
        app.new_member(&scene.community).person(&person).create().await;
        app.new_appointment(&person, entity::Office::Coordinator, &scene.community).create().await;
        let both = app.actor_for(&person).await;
        let adoption = id_of(&scene.declare(&both).await);
        assert_eq!(confirm(&both, &adoption).await.user_error(), "NOT_ELIGIBLE");
    }

    async fn a_step_is_taken_only_from_where_it_leads(app: TestApp) {
        let scene = Scene::new(&app).await;
        let adoption = scene.adopted(&app).await;
        assert_eq!(confirm(&scene.coordinator, &adoption).await.user_error(), "WRONG_STATE");
        let declined = end(&scene.coordinator, "adoptionDecline", &adoption).await;
        assert_eq!(declined.user_error(), "WRONG_STATE");
        assert_eq!(declined.payload()["adoption"]["state"], json!("CONFIRMED"), "as it stands");
        end(&scene.coordinator, "adoptionWithdraw", &adoption).await.done();
        assert_eq!(end(&scene.coordinator, "adoptionWithdraw", &adoption).await.user_error(), "WRONG_STATE");
    }

    async fn a_wrong_declaration_names_each_fault(app: TestApp) {
        let scene = Scene::new(&app).await;
        let member = app.member_of(&scene.community).await;
        let mut input = scene.input(" ");
        input["adoptedOn"] = json!("2999-01-01");
        let answer = member.call("adoptionDeclare", input, SELECTION).await;
        let fault = |field: &str| ("INVALID".to_owned(), format!("input.{field}"));
        assert_eq!(answer.user_errors(), [fault("adoptedOn"), fault("result")]);
        let long = member.call("adoptionDeclare", scene.input(&"я".repeat(2_001)), SELECTION).await;
        assert_eq!(long.user_errors(), [fault("result")]);
        let draft = app.new_practice(&scene.community).create().await;
        let unseen = Scene { practice: draft, ..scene };
        assert_eq!(unseen.declare(&member).await.error_code(), "NOT_FOUND");
        assert_eq!(adoption::Entity::find().count(app.rows()).await.unwrap(), 0);
        assert_eq!(app.journal().await, []);
    }

    async fn a_coordinator_finds_what_awaits_confirmation(app: TestApp) {
        let scene = Scene::new(&app).await;
        scene.adopted(&app).await;
        let waiting = id_of(&scene.declare(&app.member_of(&scene.community).await).await);
        let document = "query($id: ID!) { community(by: { id: $id }) {
            waiting: adoptions(state: [DECLARED]) { totalCount nodes { id } } all: adoptions { totalCount } } }";
        let asked = json!({ "id": id(scene.community.id) });
        let found = scene.coordinator.query(document, asked.clone()).await;
        let list = json!({ "totalCount": 1, "nodes": [{ "id": waiting }] });
        assert_eq!(found.payload(), &json!({ "waiting": list, "all": { "totalCount": 2 } }));
        let found = app.visitor().query(document, asked).await;
        let none = json!({ "totalCount": 0, "nodes": [] });
        assert_eq!(found.payload(), &json!({ "waiting": none, "all": { "totalCount": 1 } }));
    }

    async fn an_organization_of_another_region_counts_double_in_the_ranking(app: TestApp) {
        let far = Scene::new(&app).await;
        far.adopted(&app).await;
        let history = app.community("kda-history").await;
        let near = Scene {
            practice: app.published(&app.community("kda-physics").await).await,
            coordinator: app.coordinator_of(&history).await,
            community: history,
        };
        near.adopted(&app).await;
        let third = near.adopted(&app).await;
        let visitor = app.visitor();
        let document = "{ practiceRanking(method: ADOPTION) { totalCount edges { rank score node { id }
            explanation { toNextRank components { code value weight contribution } } } } }";
        let ranking = async || visitor.ask(document).await.payload().clone();
        let scores = |found: &Value| -> Vec<(String, f64)> {
            let edges = found["edges"].as_array().unwrap().iter();
            edges
                .map(|edge| (edge["node"]["id"].as_str().unwrap().into(), edge["score"].as_f64().unwrap()))
                .collect()
        };
        let (one, two) = (id(far.practice.id), id(near.practice.id));
        // Two of the same region weigh as much as one of another; more organizations stand higher.
        let equals = [(two.clone(), 2.0), (one.clone(), 2.0)];
        let found = eventually("both are ranked", ranking, |found| scores(found) == equals).await;
        let component = &found["edges"][1]["explanation"]["components"][1];
        let wanted = json!({ "code": "OTHER_REGIONS", "value": 1.0, "weight": 2.0, "contribution": 2.0 });
        assert_eq!(component, &wanted);
        end(&near.coordinator, "adoptionWithdraw", &third).await.done();
        let fewer = [(one, 2.0), (two, 1.0)];
        let found = eventually("the withdrawn one is gone", ranking, |found| scores(found) == fewer).await;
        let lacks = "До 1-го места не хватает 1 балла: там 2, здесь 1.";
        assert_eq!(found["edges"][1]["explanation"]["toNextRank"], json!(lacks));
    }

    async fn the_followers_of_a_practice_are_told_of_its_adoptions(app: TestApp) {
        let scene = Scene::new(&app).await;
        let document = "query($since: String) { changes(since: $since, types: [PRACTICE]) {
            nextCursor changes { operation subjectId } } }";
        let visitor = app.visitor();
        let since = visitor.ask(&document.replace("$since: String", "$since: String = null")).await;
        let since = since.payload()["nextCursor"].clone();
        scene.adopted(&app).await;
        let found = visitor.query(document, json!({ "since": since })).await;
        let told = json!([{ "operation": "UPSERT", "subjectId": id(scene.practice.id) }]);
        assert_eq!(found.payload()["changes"], told);
    }
}

//! A practice of the demonstration on its whole way: written, sent back and mended, assessed by two drawn experts and a
//! third, approved, published, rated from three organizations, adopted in another region, and then the year is closed.

use api::{demo::load, registry::ranking::verify::verify};
use serde_json::{Value, json};

use crate::support::{
    actor::{Actor, practice_of},
    app::{TestApp, id},
    eventually,
    factory::assessments::CRITERIA,
};

const EXPERTS: [&str; 4] =
    ["expert.chemistry", "expert.chemistry.2", "expert.chemistry.3", "expert.chemistry.4"];

/// Who of the experts has the practice in hand, with the review.
async fn in_hand(app: &TestApp, practice: &str) -> Vec<(Actor, Value)> {
    let mut held = Vec::new();
    for login in EXPERTS {
        let expert = app.sign_in(login).await;
        let mine = "{ reviews(filter: { mine: true, state: [ASSIGNED] }) { nodes { id practice { id } } } }";
        let nodes = expert.ask(mine).await.payload()["nodes"].as_array().unwrap().clone();
        let of_it = nodes.into_iter().find(|node| node["practice"]["id"] == practice);
        held.extend(of_it.map(|node| (expert, node["id"].clone())));
    }
    held
}

async fn assess(by: &Actor, review: &Value, score: i32) {
    let scores: Vec<_> = CRITERIA
        .iter()
        .map(|criterion| json!({ "criterion": criterion, "score": score, "comment": "Обосновано." }))
        .collect();
    let input = json!({ "reviewId": review, "scores": scores, "conclusion": "Рекомендую." });
    by.call("assessmentSubmit", input, "").await.done();
}

/// Opens an account by the operator, and signs in with it.
async fn opened(app: &TestApp, operator: &Actor, login: &str, of: (&str, &Value)) -> Actor {
    let input = json!({ "login": login, of.0: of.1 });
    let answer = operator.call("accountCreate", input, "password").await;
    let password = answer.done()["password"].as_str().unwrap().to_owned();
    let session = app.visitor().sign_in(login, &password).await;
    app.visitor().bearing(session.done()["accessToken"].as_str().unwrap())
}

/// Members of a community from as many schools, long enough in it to rate.
async fn members(operator: &Actor, slug: &str, count: usize) -> (Value, Vec<Value>) {
    let document = "query($slug: String!) { community(by: { slug: $slug }) { id members(first: 100) {
        nodes { id state organization municipality { name } } } } }";
    let answer = operator.query(document, json!({ "slug": slug })).await;
    let mut schools = std::collections::BTreeSet::new();
    let of_new_school = |member: &&Value| {
        member["state"] == "ACTIVE"
            && member["organization"].is_string()
            && schools.insert(format!("{} {}", member["organization"], member["municipality"]["name"]))
    };
    let all = answer.payload()["members"]["nodes"].as_array().unwrap();
    let chosen: Vec<_> =
        all.iter().filter(of_new_school).take(count).map(|member| member["id"].clone()).collect();
    assert_eq!(chosen.len(), count, "{slug}");
    (answer.payload()["id"].clone(), chosen)
}

/// The line of the practice in a ranking of its region: rank, score, codes of the components with what they contribute.
async fn line(app: &TestApp, method: &str, practice: &str) -> Option<Value> {
    let query = format!(
        "{{ practiceRanking(method: {method}, filter: {{ regionCode: \"RU-KDA\", profileCode: \"chemistry-teachers\" }}, first: 100) {{
            edges {{ rank score node {{ id }} explanation {{ components {{ code contribution }} }} }} }} }}"
    );
    let answer = app.visitor().ask(&query).await;
    let edges = answer.payload()["edges"].as_array().unwrap();
    let mut line = edges.iter().find(|edge| edge["node"]["id"] == practice).cloned()?;
    let parts = line["explanation"]["components"].as_array().unwrap();
    let sum: f64 = parts.iter().map(|part| part["contribution"].as_f64().unwrap()).sum();
    assert!((sum - line["score"].as_f64().unwrap()).abs() < 1e-9, "{line}");
    line.as_object_mut().unwrap().remove("node");
    Some(line)
}

on_both! {
    async fn a_practice_goes_from_its_draft_into_the_rankings_and_a_closed_year(app: TestApp) {
        load::load(app.db(), &app.app().store, app.clock.now()).await.unwrap();
        let [author, chair, coordinator] =
            [app.sign_in("member.chemistry").await, app.sign_in("chair.chemistry").await, app.sign_in("coordinator.chemistry").await];
        let (registrar, operator) = (app.sign_in("registrar").await, app.sign_in("operator.kda").await);
        let own = app.visitor().ask("{ community(by: { slug: \"kda-chemistry-teachers\" }) { id } }").await.payload()["id"].clone();
        let written = author.call("practiceCreate", json!({
            "communityId": own, "title": "Лаборатория на подоконнике", "summary": "Опыты.", "body": "Как ставить опыты.",
        }), "practice { id }").await;
        let practice = practice_of(written.done());
        author.submit(practice).await.done();
        chair.give_back(practice, "Допишите.").await.done();
        author.update(practice, 1, json!({ "body": "Как ставить опыты без вытяжного шкафа." })).await.done();
        author.submit(practice).await.done();
        let practice_id = id(practice);

        let drawn = coordinator.call("reviewDraw", json!({ "practiceId": practice_id, "count": 2 }), "draw { id }").await;
        let held = in_hand(&app, &practice_id).await;
        assert_eq!(held.len(), 2);
        assess(&held[0].0, &held[0].1, 5).await;
        assess(&held[1].0, &held[1].1, 2).await;
        let third = in_hand(&app, &practice_id).await;
        assert_eq!(third.len(), 1, "two who differ by 3 call for a third");
        assess(&third[0].0, &third[0].1, 4).await;
        let verified = "query($id: ID!) { reviewDrawVerify(drawId: $id) { matches } }";
        let verified = coordinator.query(verified, json!({ "id": drawn.done()["draw"]["id"] })).await;
        assert_eq!(verified.payload()["matches"], true);
        chair.approve(practice).await.done();
        coordinator.publish(practice).await.done();

        registrar.call("grantCreate", json!({ "login": "operator.kda", "role": "REGIONAL_OPERATOR", "regionCode": "RU-SPE" }), "").await.done();
        let (_, near) = members(&operator, "kda-mathematics", 2).await;
        let (far_community, far) = members(&operator, "spe-chemistry-teachers", 1).await;
        let mut raters = Vec::new();
        for (member, number) in near.iter().chain(&far).zip(1..) {
            raters.push(opened(&app, &operator, &format!("rater.{number}"), ("memberId", member)).await);
        }
        for rater in &raters {
            rater.rate(practice, 5).await.done();
        }
        let adopted = raters[2].call("adoptionDeclare", json!({
            "practiceId": practice_id, "communityId": far_community, "adoptedOn": app.clock.now().date_naive(),
            "result": "Опыты ставят в трёх классах.",
        }), "adoption { id }").await;
        let spe = operator.ask("{ region(by: { code: \"RU-SPE\" }) { institute { employees(first: 100) { nodes { id name } } } }
            community(by: { slug: \"spe-chemistry-teachers\" }) { coordinator { holder { name } } } }").await;
        let spe = spe.data();
        let employees = spe["region"]["institute"]["employees"]["nodes"].as_array().unwrap();
        let name = &spe["community"]["coordinator"]["holder"]["name"];
        let employee = employees.iter().find(|employee| employee["name"] == *name).unwrap();
        let confirming = opened(&app, &operator, "coordinator.spe", ("employeeId", &employee["id"])).await;
        confirming.call("adoptionConfirm", json!({ "adoptionId": adopted.done()["adoption"]["id"] }), "").await.done();

        // What happened stands with the practice, and in each ranking with its reasons.
        let document = "query($id: ID!) { practice(by: { id: $id }) { adopters rating { count organizations }
            expertScore { assessments mean } editions { totalCount } assessments { nodes { expert { name } } } } }";
        let seen = app.visitor().query(document, json!({ "id": practice_id })).await;
        let nobody = json!({ "expert": null });
        assert_eq!(*seen.payload(), json!({
            "adopters": 1, "rating": { "count": 3, "organizations": 3 },
            "expertScore": { "assessments": 3, "mean": 3.666_667 }, "editions": { "totalCount": 1 },
            "assessments": { "nodes": [nobody, nobody, nobody] },
        }));
        let decisions = "query($id: ID!) { practice(by: { id: $id }) { decisions { state version } } }";
        let decisions = author.query(decisions, json!({ "id": practice_id })).await;
        let steps = [("SUBMITTED", 1), ("RETURNED", 1), ("SUBMITTED", 2), ("APPROVED", 2), ("PUBLISHED", 2)];
        let steps = steps.map(|(state, version)| json!({ "state": state, "version": version }));
        assert_eq!(decisions.payload()["decisions"], json!(steps));
        eventually("ADOPTION", async || line(&app, "ADOPTION", &practice_id).await, |line| line.as_ref().is_some_and(|line| line["score"] == 2.0)).await;
        eventually("RATING", async || line(&app, "RATING", &practice_id).await, |line| line.as_ref().is_some_and(|line| line["rank"] == 1)).await;
        eventually("EXPERT", async || line(&app, "EXPERT", &practice_id).await, |line| line.as_ref().is_some_and(|line| line["rank"] == 1)).await;

        let last = entity::AcademicYear::of(app.clock.now()).previous();
        registrar.call("academicYearClose", json!({ "year": last.to_string() }), "revision { boards }").await.done();
        let history = "{ community(by: { slug: \"kda-chemistry-teachers\" }) { rankingHistory { year closed } } }";
        let history = app.visitor().ask(history).await;
        let years = history.payload()["rankingHistory"].as_array().unwrap();
        assert!(years.contains(&json!({ "year": last.to_string(), "closed": true })), "{years:?}");
        assert_eq!(verify(app.app(), |_| {}).await.unwrap().differences, Vec::<String>::new());
    }
}

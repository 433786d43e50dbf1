//! The draw: who takes part, who is kept away and why, that it can be done again, and that nobody draws twice.

use entity::{
    AcademicYear, ExclusionReason, Office, PracticeState, ReviewState, community, expert, expert_conflict,
    ids::{ConflictId, ExpertId},
    practice, review, review_draw,
    review_draw::{Exclusion, Exclusions, Experts},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter,
};
use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
    statements::counted,
};

const PROFILE: &str = "chemistry";

const DRAW: &str = "draw { id purpose asked seed pool drawn exclusions { expertId reasons } algorithm { version description }
    reviews { id state dueOn expert { id person { name } } } drawnBy }
    pool { eligible byReason { reason experts } exclusions { expertId reasons } }";

/// A submitted practice of chemistry teachers of Krasnodar, its author, and its coordinator.
struct Scene {
    community: community::Model,
    author: Actor,
    coordinator: Actor,
    practice: practice::Model,
}

impl Scene {
    async fn new(app: &TestApp) -> Self {
        let community = app.new_community("kda-chemistry").profile(PROFILE).create().await;
        let author = app.member_of(&community).await;
        let coordinator = app.coordinator_of(&community).await;
        let practice = submitted(app, &community, &author).await;
        Self { community, author, coordinator, practice }
    }

    async fn draw(&self, count: i32) -> Answer {
        draw(&self.coordinator, &self.practice, json!({ "count": count })).await
    }
}

async fn submitted(app: &TestApp, of: &community::Model, by: &Actor) -> practice::Model {
    app.new_practice(of).by(by).state(PracticeState::Submitted).create().await
}

async fn draw(by: &Actor, practice: &practice::Model, fields: Value) -> Answer {
    let mut input = json!({ "practiceId": id(practice.id) });
    input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    by.call("reviewDraw", input, DRAW).await
}

async fn verify(by: &Actor, draw: &str) -> Answer {
    let document =
        "query($id: ID!) { reviewDrawVerify(drawId: $id) { matches differences recomputed kept reviewing } }";
    by.query(document, json!({ "id": draw })).await
}

/// Experts from far away.
async fn far(app: &TestApp, count: usize) -> Vec<(Actor, expert::Model)> {
    let mut made = Vec::new();
    for _ in 0..count {
        made.push(app.far_expert(PROFILE).await);
    }
    made
}

fn reasons_of(pool: &Value, expert: ExpertId) -> Value {
    let all = pool["exclusions"].as_array().unwrap();
    let found = all.iter().find(|one| one["expertId"] == json!(id(expert)));
    found.map_or(json!([]), |one| one["reasons"].clone())
}

on_both! {
    async fn as_many_are_drawn_as_were_asked_for_and_what_is_needed_to_repeat_it_is_kept(app: TestApp) {
        let scene = Scene::new(&app).await;
        let experts = far(&app, 5).await;
        let answer = scene.draw(2).await;
        let drawn = &answer.done()["draw"];
        assert_eq!((&drawn["purpose"], &drawn["asked"], &drawn["drawnBy"]), (&json!("FIRST"), &json!(2), &json!(scene.coordinator.login)));
        let mut pool: Vec<_> = experts.iter().map(|(_, row)| id(row.id)).collect();
        pool.sort();
        assert_eq!(drawn["pool"], json!(pool), "in the order of the ids");
        let seed = drawn["seed"].as_str().unwrap();
        assert!(seed.len() == 64 && seed.bytes().all(|byte| byte.is_ascii_hexdigit()), "{seed}");
        // As the description tells everybody to do it.
        let digest = |expert: &String| {
            use sha2::Digest;
            sha2::Sha256::digest(format!("{seed}{expert}")).to_vec()
        };
        pool.sort_by_key(digest);
        assert_eq!(drawn["drawn"], json!(pool[..2]));
        let reviews: Vec<_> = drawn["reviews"].as_array().unwrap().iter().map(|one| one["expert"]["id"].clone()).collect();
        assert_eq!(json!(reviews), drawn["drawn"]);
        let day = (app.clock.now() + chrono::Duration::days(14)).date_naive().to_string();
        assert!(drawn["reviews"].as_array().unwrap().iter().all(|one| one["dueOn"] == json!(day) && one["state"] == "ASSIGNED"));
        let verified = verify(&scene.coordinator, drawn["id"].as_str().unwrap()).await;
        assert_eq!(verified.payload()["matches"], true);
        assert_eq!(verified.payload()["recomputed"], drawn["drawn"]);
    }

    async fn every_reason_keeps_an_expert_away(app: TestApp) {
        let scene = Scene::new(&app).await;
        let (community, author) = (&scene.community, &scene.author);
        let far_away = app.new_community("far-chemistry").region("RU-FAR").profile(PROFILE).create().await;
        let near = app.new_community("kda-physics").create().await;
        let mut expected = Vec::new();

        expected.push((app.new_expert(&far_away).person(author.person()).create().await, vec!["AUTHOR", "COMMUNITY", "ORGANIZATION", "REGION"]));
        let (other, coauthor) = app.new_expert(&far_away).enter().await;
        app.new_practice(&far_away).by(author).by(&other).published_at(app.clock.now() - chrono::Duration::days(900)).create().await;
        expected.push((coauthor, vec!["COAUTHOR"]));
        expected.push((app.new_expert(community).create().await, vec!["COMMUNITY", "REGION"]));
        expected.push((app.new_expert(&near).profile(community.profile_id).create().await, vec!["REGION"]));
        // Who is of the region by an office, or by the institute that employs them.
        let official = app.person("Должностной Денис").await;
        app.new_appointment(&official, Office::Chair, &near).create().await;
        expected.push((app.new_expert(&far_away).person(official.id).create().await, vec!["REGION"]));
        let employee = app.employee(&app.region("RU-KDA").await).await;
        expected.push((app.new_expert(&far_away).person(employee.id).create().await, vec!["REGION"]));
        // A workplace of the author's other registration, in another region.
        let third = app.new_community("mos-chess").region("RU-MOS").create().await;
        let school = app.organization(&app.region("RU-MOS").await).await;
        let author_person = entity::person::Entity::find_by_id(author.person()).one(app.rows()).await.unwrap().unwrap();
        app.new_member(&third).person(&author_person).organization(&school).create().await;
        let colleague = app.person_at("Коллегин Карл", Some(school.id)).await;
        expected.push((app.new_expert(&far_away).person(colleague.id).create().await, vec!["ORGANIZATION"]));
        let compatriot = app.new_expert(&third).profile(community.profile_id).create().await;
        expected.push((compatriot, vec!["COMMUNITY", "REGION"]));
        let conflicted = app.new_expert(&far_away).create().await;
        let elsewhere = app.new_practice(&far_away).by(author).create().await;
        let former = app.reviewing(&elsewhere, &conflicted, ReviewState::Conflict, 400).await;
        let conflict = expert_conflict::Model {
            id: ConflictId::generate(),
            person_id: conflicted.person_id,
            practice_id: None,
            author_id: Some(author.person()),
            review_id: former.id,
            declared_at: app.clock.now(),
        };
        conflict.into_active_model().insert(app.rows()).await.unwrap();
        expected.push((conflicted, vec!["CONFLICT"]));
        let busy = app.new_expert(&far_away).load(1).create().await;
        app.assigned(&app.new_practice(&far_away).create().await, &busy).await;
        expected.push((busy, vec!["LOAD"]));
        // The author is an expert, too, and was drawn for this one's practice in the same academic year.
        let (writer, reciprocal) = app.new_expert(&far_away).enter().await;
        let as_expert = app.new_expert(community).person(author.person()).profile(app.profile("other").await.id).create().await;
        let judged = app.new_practice(&far_away).by(&writer).create().await;
        app.assigned(&judged, &as_expert).await;
        expected.push((reciprocal, vec!["RECIPROCAL"]));
        let drawn = app.new_expert(&far_away).create().await;
        app.reviewing(&scene.practice, &drawn, ReviewState::Expired, 40).await;
        expected.push((drawn, vec!["DRAWN"]));

        // And those who can be drawn.
        let free = app.new_expert(&far_away).create().await;
        let (long_ago, once) = app.new_expert(&far_away).enter().await;
        let (before, published) = (app.clock.now() - chrono::Duration::days(1_300), app.clock.now() - chrono::Duration::days(1_200));
        app.new_practice(&far_away).by(author).by(&long_ago).created_at(before).published_at(published).create().await;
        let (last_year, paired) = app.new_expert(&far_away).enter().await;
        let judged = app.new_practice(&far_away).by(&last_year).create().await;
        let since_summer = (app.clock.now() - AcademicYear::of(app.clock.now()).start()).num_days() + 1;
        app.reviewing(&judged, &as_expert, ReviewState::Finished, since_summer).await;
        let called_off = app.new_expert(&far_away).create().await;
        app.reviewing(&scene.practice, &called_off, ReviewState::Cancelled, 40).await;
        app.new_expert(&far_away).nominated().create().await;
        let mut ended = app.new_expert(&far_away).create().await.into_active_model();
        ended.ended_at = Set(Some(app.clock.now()));
        ended.update(app.rows()).await.unwrap();

        let dry = draw(&scene.coordinator, &scene.practice, json!({ "count": 4, "dryRun": true })).await;
        let (found, pool) = (dry.done(), &dry.done()["pool"]);
        assert_eq!((&found["draw"], &pool["eligible"]), (&Value::Null, &json!(4)), "{pool:#}");
        for (expert, reasons) in &expected {
            assert_eq!(reasons_of(pool, expert.id), json!(reasons), "{expected:#?}");
        }
        assert_eq!(pool["exclusions"].as_array().unwrap().len(), expected.len());
        let counted: usize = expected.iter().filter(|(_, reasons)| reasons.contains(&"REGION")).count();
        assert!(pool["byReason"].as_array().unwrap().contains(&json!({ "reason": "REGION", "experts": counted })), "{pool:#}");
        assert_eq!(review_draw::Entity::find().filter(review_draw::Column::Asked.gt(1)).count(app.rows()).await.unwrap(), 0);

        let answer = scene.draw(4).await;
        let mut drawn: Vec<_> = answer.done()["draw"]["drawn"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect();
        let mut free: Vec<_> = [free, once, paired, called_off].iter().map(|row| id(row.id)).collect();
        drawn.sort();
        free.sort();
        assert_eq!(drawn, free);
        for (expert, reasons) in &expected {
            assert_eq!(reasons_of(&answer.done()["draw"], expert.id), json!(reasons));
        }
    }

    async fn too_few_are_a_clear_answer_and_nothing_is_drawn(app: TestApp) {
        let scene = Scene::new(&app).await;
        far(&app, 1).await;
        app.new_expert(&scene.community).create().await;
        for dry in [true, false] {
            let answer = draw(&scene.coordinator, &scene.practice, json!({ "count": 2, "dryRun": dry })).await;
            assert_eq!(answer.user_errors(), [("NOT_ELIGIBLE".to_owned(), "input.count".to_owned())]);
            let error = &answer.payload()["userErrors"][0];
            assert_eq!(error["bounds"], json!({ "actual": 1, "min": 2, "max": null }));
            let message = error["message"].as_str().unwrap();
            assert!(message.contains("1 of the 2 experts") && message.contains("1 of the authors' region"), "{message}");
            let pool = &answer.payload()["pool"];
            assert_eq!((&pool["eligible"], &answer.payload()["draw"]), (&json!(1), &Value::Null));
            assert_eq!(pool["byReason"], json!([{ "reason": "COMMUNITY", "experts": 1 }, { "reason": "REGION", "experts": 1 }]));
        }
        assert_eq!(review::Entity::find().count(app.rows()).await.unwrap(), 0);
        assert_eq!(review_draw::Entity::find().count(app.rows()).await.unwrap(), 0);
        scene.draw(1).await.done();
    }

    async fn nobody_draws_until_the_experts_please(app: TestApp) {
        let scene = Scene::new(&app).await;
        far(&app, 6).await;
        for bad in [0, 6, -1] {
            assert_eq!(scene.draw(bad).await.user_errors(), [("INVALID".to_owned(), "input.count".to_owned())]);
        }
        scene.draw(2).await.done();
        let again = scene.draw(1).await;
        assert_eq!(again.user_errors(), [("WRONG_STATE".to_owned(), "input.practiceId".to_owned())]);
        let operator = app.operator_of(&app.region("RU-KDA").await).await;
        assert_eq!(draw(&operator, &scene.practice, json!({ "dryRun": true })).await.user_error(), "WRONG_STATE");
        let draft = app.new_practice(&scene.community).state(PracticeState::Returned).create().await;
        assert_eq!(draw(&operator, &draft, json!({})).await.user_error(), "WRONG_STATE");
        let own = submitted(&app, &scene.community, &scene.coordinator).await;
        assert_eq!(draw(&scene.coordinator, &own, json!({})).await.user_error(), "NOT_ELIGIBLE");
        draw(&operator, &own, json!({})).await.done();
    }

    async fn a_practice_of_an_institute_has_no_pool(app: TestApp) {
        let region = app.region("RU-KDA").await;
        let department = app.department(&region, "ЦНППМ").await;
        let practice = app.new_practice_of_department(&department).state(PracticeState::Submitted).create().await;
        let operator = app.operator_of(&region).await;
        for dry in [true, false] {
            let answer = draw(&operator, &practice, json!({ "dryRun": dry })).await;
            assert_eq!(answer.user_errors(), [("NOT_ELIGIBLE".to_owned(), "input.practiceId".to_owned())]);
        }
    }

    async fn two_draws_at_once_never_exceed_the_load(app: TestApp) {
        let scene = Scene::new(&app).await;
        let far_away = app.new_community("far-chemistry").region("RU-FAR").profile(PROFILE).create().await;
        for _ in 0..3 {
            app.new_expert(&far_away).load(2).create().await;
        }
        let mut practices = Vec::new();
        for _ in 0..8 {
            practices.push(submitted(&app, &scene.community, &scene.author).await);
        }
        // Room for six reviews.
        let other = app.replica().await;
        let operator = app.operator_of(&app.region("RU-KDA").await).await;
        let token = operator.token.clone().unwrap();
        let from_there = other.visitor().bearing(&token);
        let calls = practices.iter().enumerate().map(|(turn, practice)| {
            let by = if turn % 2 == 0 { operator.clone() } else { from_there.clone() };
            async move { draw(&by, practice, json!({ "count": 1 })).await.outcome() }
        });
        let mut outcomes = futures::future::join_all(calls).await;
        outcomes.sort();
        assert_eq!(outcomes, [["NOT_ELIGIBLE"; 2].as_slice(), &["done"; 6]].concat());
        for expert in expert::Entity::find().all(app.rows()).await.unwrap() {
            let open = review::Entity::find().filter(review::Column::ExpertId.eq(expert.id)).count(app.rows()).await.unwrap();
            assert_eq!(open, 2);
        }
    }

    async fn one_of_several_draws_for_a_practice_at_once_is_made(app: TestApp) {
        let scene = Scene::new(&app).await;
        far(&app, 8).await;
        let other = app.replica().await;
        let there = other.visitor().bearing(scene.coordinator.token.as_ref().unwrap());
        let calls = (0..4).map(|turn| {
            let by = if turn % 2 == 0 { &scene.coordinator } else { &there };
            draw(by, &scene.practice, json!({ "count": 2 }))
        });
        let mut outcomes: Vec<_> = futures::future::join_all(calls).await.iter().map(Answer::outcome).collect();
        outcomes.sort();
        assert_eq!(outcomes, ["WRONG_STATE", "WRONG_STATE", "WRONG_STATE", "done"]);
        assert_eq!(review::Entity::find().count(app.rows()).await.unwrap(), 2);
    }

    async fn a_draw_that_was_tampered_with_does_not_match(app: TestApp) {
        let scene = Scene::new(&app).await;
        far(&app, 6).await;
        let answer = scene.draw(2).await;
        let drawn = answer.done()["draw"]["id"].as_str().unwrap().to_owned();
        let row = review_draw::Entity::find().one(app.rows()).await.unwrap().unwrap();
        let differences = async |change: review_draw::Model| {
            change.into_active_model().reset_all().update(app.rows()).await.unwrap();
            let found = verify(&scene.coordinator, &drawn).await;
            assert_eq!(found.payload()["matches"], json!(found.payload()["differences"] == json!([])));
            row.clone().into_active_model().reset_all().update(app.rows()).await.unwrap();
            found.payload()["differences"].clone()
        };
        assert_eq!(differences(row.clone()).await, json!([]));
        let others: Vec<_> = row.pool.0.iter().copied().filter(|one| !row.drawn.0.contains(one)).collect();
        let swapped = Experts(vec![row.drawn.0[0], others[0]]);
        assert_eq!(differences(review_draw::Model { drawn: swapped, ..row.clone() }).await, json!(["RESULT", "REVIEWS", "RECORD"]));
        let without = Experts(row.pool.0.iter().copied().filter(|one| *one != row.drawn.0[0]).collect());
        assert_eq!(differences(review_draw::Model { pool: without, ..row.clone() }).await, json!(["RESULT", "RECORD"]));
        // A pool with one more who would not have been drawn gives the same result; the journal tells.
        let fewer = Experts(row.pool.0.iter().copied().filter(|one| *one != others[0]).collect());
        assert_eq!(differences(review_draw::Model { pool: fewer, ..row.clone() }).await, json!(["RECORD"]));
        let excluded = Exclusions(vec![Exclusion { expert: others[0], reasons: vec![ExclusionReason::Load] }]);
        assert_eq!(differences(review_draw::Model { exclusions: excluded, ..row.clone() }).await, json!(["RECORD"]));
        assert_eq!(differences(review_draw::Model { algorithm: 7, ..row.clone() }).await, json!(["ALGORITHM", "RECORD"]));
        let seeded = differences(review_draw::Model { seed: "0".repeat(64), ..row.clone() }).await;
        assert!(seeded.as_array().unwrap().contains(&json!("RECORD")), "{seeded}");

        let given = review::Entity::find().one(app.rows()).await.unwrap().unwrap();
        let mut other = given.into_active_model();
        other.expert_id = Set(others[0]);
        other.update(app.rows()).await.unwrap();
        let found = verify(&scene.coordinator, &drawn).await;
        assert_eq!((&found.payload()["matches"], &found.payload()["differences"]), (&json!(false), &json!(["REVIEWS"])));
    }

    async fn a_draw_from_many_takes_as_many_statements_as_from_few(app: TestApp) {
        let scene = Scene::new(&app).await;
        let document = "mutation($input: ReviewDrawInput!) { reviewDraw(input: $input) { draw { id } userErrors { code } } }";
        let mut taken = Vec::new();
        for more in [2, 20] {
            far(&app, more).await;
            let practice = submitted(&app, &scene.community, &scene.author).await;
            let input = json!({ "input": { "practiceId": id(practice.id), "count": 2 } });
            let (answer, statements) = counted(&scene.coordinator, document, input).await;
            answer.done();
            taken.push(statements);
        }
        assert!(taken[0] > 0 && taken[0] == taken[1], "{taken:?}");
    }
}

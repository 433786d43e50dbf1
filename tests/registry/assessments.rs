//! Assessments: what an expert hands in and when, who reads it with and without a name, when a third expert is drawn,
//! what an approval needs, and how the rubric goes on from version to version.

use api::config::AuthorsSeeExperts;
use chrono::Duration;
use entity::{
    PracticeState, Purpose, ReviewState, assessment, assessment_score, community, expert, practice, review,
    review_draw,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder,
};
use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
    factory::assessments::{CRITERIA, assessment_input},
    statements::statements,
};

const PROFILE: &str = "chemistry";

const ASSESSMENT: &str =
    "assessment { mean conclusion edition finishedAt rubric { version } scores { criterion score comment }
    expert { name } review { id state endedAt } practice { title } }";

/// A submitted practice, its people, and experts from far away.
struct Scene {
    author: Actor,
    coordinator: Actor,
    chair: Actor,
    practice: practice::Model,
    experts: Vec<(Actor, expert::Model)>,
}

impl Scene {
    async fn new(app: &TestApp, experts: usize) -> Self {
        let community: community::Model = app.new_community("kda-chemistry").profile(PROFILE).create().await;
        let author = app.member_of(&community).await;
        let coordinator = app.coordinator_of(&community).await;
        let chair = app.chair_of(&community).await;
        let practice =
            app.new_practice(&community).by(&author).state(PracticeState::Submitted).create().await;
        let mut all = Vec::new();
        for _ in 0..experts {
            all.push(app.far_expert(PROFILE).await);
        }
        Self { author, coordinator, chair, practice, experts: all }
    }

    async fn draw(&self, count: i32) -> Answer {
        let input = json!({ "practiceId": id(self.practice.id), "count": count });
        self.coordinator.call("reviewDraw", input, "draw { purpose }").await
    }

    /// The open reviews, the oldest first, each with its expert.
    async fn open(&self, app: &TestApp) -> Vec<(review::Model, Actor)> {
        let rows = review::Entity::find()
            .filter(review::Column::PracticeId.eq(self.practice.id))
            .filter(review::Column::State.eq(ReviewState::Assigned))
            .order_by_asc(review::Column::Id)
            .all(app.rows())
            .await
            .unwrap();
        let actor = |of| self.experts.iter().find(|(_, row)| row.id == of).unwrap().0.clone();
        rows.into_iter().map(|row| (row.clone(), actor(row.expert_id))).collect()
    }
}

async fn submit(by: &Actor, of: &review::Model, scores: [i32; 5]) -> Answer {
    by.call("assessmentSubmit", assessment_input(of, scores), ASSESSMENT).await
}

/// What a caller reads of a practice's assessments, the newest first: mean and name.
async fn read(by: &Actor, of: &practice::Model) -> Vec<(Value, Value)> {
    let document = "query($id: ID!) { practice(by: { id: $id }) { assessments(first: 10) { totalCount nodes { mean conclusion expert { name } scores { comment } } } } }";
    let answer = by.query(document, json!({ "id": id(of.id) })).await;
    let Some(nodes) = answer.payload()["assessments"]["nodes"].as_array() else { return Vec::new() };
    assert_eq!(answer.payload()["assessments"]["totalCount"], json!(nodes.len()));
    nodes.iter().map(|node| (node["mean"].clone(), node["expert"]["name"].clone())).collect()
}

async fn summary(by: &Actor, of: &practice::Model) -> Value {
    let document = "query($id: ID!) { practice(by: { id: $id }) { expertScore { assessments mean } thirdExpertMissing } }";
    by.query(document, json!({ "id": id(of.id) })).await.payload().clone()
}

async fn published(app: &TestApp, of: &practice::Model) {
    let mut row = app.practice_now(of.id).await.into_active_model();
    row.state = Set(PracticeState::Published);
    row.update(app.rows()).await.unwrap();
}

/// Nothing of an assessment stands anywhere.
async fn nothing_is_written(app: &TestApp) {
    assert_eq!(assessment::Entity::find().count(app.rows()).await.unwrap(), 0);
    assert_eq!(assessment_score::Entity::find().count(app.rows()).await.unwrap(), 0);
    assert!(app.journal().await.iter().all(|entry| entry.action != "assessment.submit"));
}

on_both! {
    async fn an_expert_hands_in_an_assessment_which_finishes_the_review(app: TestApp) {
        let scene = Scene::new(&app, 2).await;
        scene.draw(2).await.done();
        let (row, by) = &scene.open(&app).await[0];
        let answer = submit(by, row, [5, 4, 3, 4, 5]).await;
        let shown = &answer.done()["assessment"];
        assert_eq!((&shown["mean"], &shown["conclusion"], &shown["rubric"]["version"]), (&json!(4.2), &json!("Рекомендую."), &json!(1)));
        let scores: Vec<_> = CRITERIA.iter().zip([5, 4, 3, 4, 5]).map(|(criterion, score)| json!({ "criterion": criterion, "score": score, "comment": format!("Потому что {score}.") })).collect();
        assert_eq!(shown["scores"], json!(scores));
        assert_eq!((&shown["review"]["id"], &shown["review"]["state"]), (&json!(id(row.id)), &json!("FINISHED")));
        assert_eq!(shown["review"]["endedAt"], shown["finishedAt"]);
        let kept = assessment::Entity::find().one(app.rows()).await.unwrap().unwrap();
        assert_eq!((kept.mean, kept.edition, kept.person_id), (4_200_000, row.edition, row.person_id));
        let told: Vec<_> = app.journal().await.into_iter().filter(|entry| entry.action == "assessment.submit").collect();
        assert!(told.len() == 2 && told.iter().all(|entry| entry.confidential));
        assert!(!format!("{told:?}").contains("Потому") && !format!("{told:?}").contains("Рекомендую"));
    }

    async fn an_assessment_is_handed_in_once_in_time_and_by_its_expert(app: TestApp) {
        let scene = Scene::new(&app, 3).await;
        scene.draw(2).await.done();
        let open = scene.open(&app).await;
        let ((one, first), (other, second)) = (&open[0], &open[1]);
        assert_eq!(submit(first, other, [4; 5]).await.outcome(), "NOT_FOUND");
        assert_eq!(submit(&scene.author, one, [4; 5]).await.outcome(), "NOT_FOUND");
        assert_eq!(submit(&scene.coordinator, one, [4; 5]).await.outcome(), "FORBIDDEN");
        assert_eq!(app.visitor().call("assessmentSubmit", assessment_input(one, [4; 5]), "").await.outcome(), "UNAUTHENTICATED");
        nothing_is_written(&app).await;
        submit(first, one, [4; 5]).await.done();
        assert_eq!(submit(first, one, [5; 5]).await.user_errors(), [("WRONG_STATE".to_owned(), "input.reviewId".to_owned())]);
        app.clock.advance(Duration::days(15));
        let second = app.enter(second.account.unwrap()).await;
        assert_eq!(submit(&second, other, [4; 5]).await.user_errors(), [("WRONG_STATE".to_owned(), "input.reviewId".to_owned())]);
        assert_eq!(assessment::Entity::find().count(app.rows()).await.unwrap(), 1);
        let coordinator = app.enter(scene.coordinator.account.unwrap()).await;
        let until = |days: i64| json!({ "reviewId": id(other.id), "dueOn": app.clock.now().date_naive() + Duration::days(days) });
        assert_eq!(coordinator.call("reviewExtend", until(-1), "").await.user_errors(), [("INVALID".to_owned(), "input.dueOn".to_owned())]);
        assert_eq!(second.call("reviewExtend", until(7), "").await.outcome(), "FORBIDDEN");
        let extended = coordinator.call("reviewExtend", until(7), "review { overdue }").await;
        assert_eq!(extended.done()["review"]["overdue"], false);
        submit(&second, other, [4; 5]).await.done();
        assert_eq!(coordinator.call("reviewExtend", until(8), "").await.user_error(), "WRONG_STATE");
    }

    async fn of_several_at_once_one_assessment_counts(app: TestApp) {
        let scene = Scene::new(&app, 1).await;
        scene.draw(1).await.done();
        let (row, by) = &scene.open(&app).await[0];
        let calls = (0..3).map(|n| submit(by, row, [n + 2; 5]));
        let mut outcomes: Vec<_> = futures::future::join_all(calls).await.iter().map(Answer::outcome).collect();
        outcomes.sort();
        assert_eq!(outcomes, ["WRONG_STATE", "WRONG_STATE", "done"]);
        assert_eq!(assessment_score::Entity::find().count(app.rows()).await.unwrap(), 5);
    }

    async fn a_faulty_assessment_is_refused_as_a_whole_and_told_where(app: TestApp) {
        let scene = Scene::new(&app, 1).await;
        scene.draw(1).await.done();
        let (row, by) = &scene.open(&app).await[0];
        let mut input = assessment_input(row, [0, 4, 4, 4, 6]);
        input["scores"][1]["comment"] = json!(" ");
        input["scores"][2]["criterion"] = json!("CHARM");
        input["conclusion"] = json!("");
        let expected = ["input.scores.0.score", "input.scores.1.comment", "input.scores.2.criterion", "input.scores.4.score", "input.conclusion"];
        let faults = by.call("assessmentSubmit", input, "").await.user_errors();
        assert_eq!(faults, expected.map(|path| ("INVALID".to_owned(), path.to_owned())));
        let mut short = assessment_input(row, [4; 5]);
        short["scores"].as_array_mut().unwrap().pop();
        assert_eq!(by.call("assessmentSubmit", short, "").await.user_errors(), [("INVALID".to_owned(), "input.scores".to_owned())]);
        nothing_is_written(&app).await;
        assert_eq!(app.review_now(row.id).await.state, ReviewState::Assigned);
    }

    async fn authors_read_without_a_name_until_the_publication_and_the_public_after_it(app: TestApp) {
        let scene = Scene::new(&app, 2).await;
        scene.draw(2).await.done();
        let open = scene.open(&app).await;
        submit(&open[0].1, &open[0].0, [4; 5]).await.done();
        let stranger = app.stranger().await;
        let nameless = vec![(json!(4.0), Value::Null)];
        for by in [&scene.author, &scene.chair] {
            assert_eq!(read(by, &scene.practice).await, nameless);
        }
        for by in [&scene.coordinator, &open[0].1] {
            let seen = read(by, &scene.practice).await;
            assert!(seen.len() == 1 && seen[0].1.is_string(), "{seen:?}");
        }
        assert!(read(&open[1].1, &scene.practice).await.is_empty(), "experts do not read each other");
        assert_eq!(summary(&open[1].1, &scene.practice).await["expertScore"], Value::Null);
        assert!(read(&stranger, &scene.practice).await.is_empty());
        published(&app, &scene.practice).await;
        assert!(read(&scene.author, &scene.practice).await[0].1.is_string());
        for by in [&app.visitor(), &stranger, &scene.chair] {
            assert_eq!(read(by, &scene.practice).await, nameless);
            assert_eq!(summary(by, &scene.practice).await, json!({ "expertScore": { "assessments": 1, "mean": 4.0 }, "thirdExpertMissing": null }));
        }
    }

    async fn a_registry_may_tell_authors_the_names_always_or_never(app: TestApp) {
        for (setting, before, after) in [(AuthorsSeeExperts::Never, false, false), (AuthorsSeeExperts::Always, true, true)] {
            let app = app.replica().await.configured(|config| config.authors_see_experts = setting).await;
            let community = app.community(&format!("kda-{setting:?}").to_lowercase()).await;
            let author = app.member_of(&community).await;
            let practice = app.new_practice(&community).by(&author).state(PracticeState::Submitted).create().await;
            let (_, expert) = app.far_expert(PROFILE).await;
            app.assessed(&practice, &expert, [4; 5], app.clock.now()).await;
            assert_eq!(read(&author, &practice).await[0].1.is_string(), before);
            published(&app, &practice).await;
            assert_eq!(read(&author, &practice).await[0].1.is_string(), after);
            assert_eq!(read(&app.visitor(), &practice).await, [(json!(4.0), Value::Null)]);
        }
    }

    async fn two_who_differ_by_more_than_one_and_a_half_call_for_a_third(app: TestApp) {
        let scene = Scene::new(&app, 4).await;
        scene.draw(2).await.done();
        let open = scene.open(&app).await;
        submit(&open[0].1, &open[0].0, [4; 5]).await.done();
        submit(&open[1].1, &open[1].0, [2, 2, 3, 3, 2]).await.done();
        let third = scene.open(&app).await;
        let draw = review_draw::Entity::find_by_id(third[0].0.draw_id).one(app.rows()).await.unwrap().unwrap();
        assert_eq!((third.len(), draw.purpose, draw.asked), (1, Purpose::Third, 1));
        assert!(!open.iter().any(|(row, _)| row.person_id == third[0].0.person_id));
        submit(&third[0].1, &third[0].0, [1; 5]).await.done();
        assert!(scene.open(&app).await.is_empty(), "there is no fourth");
        assert_eq!(summary(&scene.coordinator, &scene.practice).await, json!({ "expertScore": { "assessments": 3, "mean": 2.466667 }, "thirdExpertMissing": false }));
    }

    async fn two_who_differ_by_one_and_a_half_do_not(app: TestApp) {
        let scene = Scene::new(&app, 3).await;
        let means = [[4; 5], [2, 2, 3, 3, 3]];
        scene.draw(2).await.done();
        for ((row, by), scores) in scene.open(&app).await.iter().zip(means) {
            submit(by, row, scores).await.done();
        }
        assert!(scene.open(&app).await.is_empty());
    }

    async fn a_third_who_cannot_be_drawn_is_missing_until_somebody_can(app: TestApp) {
        let mut scene = Scene::new(&app, 2).await;
        scene.draw(2).await.done();
        for ((row, by), scores) in scene.open(&app).await.iter().zip([[5; 5], [1; 5]]) {
            submit(by, row, scores).await.done();
        }
        assert_eq!(summary(&scene.coordinator, &scene.practice).await["thirdExpertMissing"], true);
        assert_eq!(summary(&scene.author, &scene.practice).await["thirdExpertMissing"], Value::Null);
        assert_eq!(scene.draw(1).await.user_error(), "NOT_ELIGIBLE");
        scene.experts.push(app.far_expert(PROFILE).await);
        assert_eq!(scene.draw(2).await.user_error(), "WRONG_STATE");
        assert_eq!(scene.draw(1).await.done()["draw"]["purpose"], "THIRD");
        assert_eq!(summary(&scene.coordinator, &scene.practice).await["thirdExpertMissing"], false);
    }

    async fn a_place_that_is_vacant_brings_the_third(app: TestApp) {
        let mut scene = Scene::new(&app, 3).await;
        scene.draw(3).await.done();
        let open = scene.open(&app).await;
        let input = json!({ "reviewId": id(open[2].0.id), "reason": "Отпуск." });
        open[2].1.call("reviewDecline", input, "").await.done();
        scene.experts.push(app.far_expert(PROFILE).await);
        for ((row, by), scores) in open.iter().zip([[5; 5], [1; 5]]) {
            submit(by, row, scores).await.done();
        }
        assert!(scene.open(&app).await.is_empty(), "no third beside the one that is to come");
        assert_eq!(summary(&scene.coordinator, &scene.practice).await["thirdExpertMissing"], false);
        assert_eq!(scene.draw(1).await.done()["draw"]["purpose"], "REPLACEMENT");
        let (row, by) = &scene.open(&app).await[0];
        submit(by, row, [3; 5]).await.done();
        assert_eq!(scene.draw(1).await.user_error(), "WRONG_STATE", "there is no fourth");
    }

    async fn an_assessment_is_looked_up_by_its_id_where_it_may_be_seen(app: TestApp) {
        let scene = Scene::new(&app, 1).await;
        let made = app.assessed(&scene.practice, &scene.experts[0].1, [4; 5], app.clock.now()).await;
        let seen = async |by: &Actor| {
            let document = "query($id: ID!) { node(id: $id) { ... on Assessment { id mean } } }";
            by.query(document, json!({ "id": id(made.id) })).await.payload().clone()
        };
        let shown = json!({ "id": id(made.id), "mean": 4.0 });
        assert_eq!((seen(&scene.author).await, seen(&scene.coordinator).await), (shown.clone(), shown.clone()));
        assert_eq!(seen(&app.visitor()).await, Value::Null);
        published(&app, &scene.practice).await;
        assert_eq!(seen(&app.visitor()).await, shown);
    }

    async fn an_approval_waits_for_as_many_assessments_as_are_required_and_for_the_third(app: TestApp) {
        let app = app.configured(|config| config.required_assessments = 2).await;
        let scene = Scene::new(&app, 3).await;
        let bounds = async || {
            let answer = scene.chair.approve(&scene.practice).await;
            assert_eq!(answer.user_error(), "NOT_ELIGIBLE", "{answer:#?}");
            let document = "mutation($input: PracticeActionInput!) { practiceApprove(input: $input) { userErrors { bounds { actual min } } } }";
            let answer = scene.chair.query(document, json!({ "input": { "practiceId": id(scene.practice.id) } })).await;
            answer.payload()["userErrors"][0]["bounds"].clone()
        };
        assert_eq!(bounds().await, json!({ "actual": 0, "min": 2 }));
        scene.draw(2).await.done();
        for ((row, by), scores) in scene.open(&app).await.iter().zip([[5; 5], [1; 5]]) {
            submit(by, row, scores).await.done();
        }
        assert_eq!(bounds().await, json!({ "actual": 2, "min": 3 }));
        let (third, by) = &scene.open(&app).await[0];
        submit(by, third, [3; 5]).await.done();
        scene.chair.approve(&scene.practice).await.done();
    }

    async fn an_assessment_of_an_edition_that_went_back_does_not_count_for_the_next(app: TestApp) {
        let app = app.configured(|config| config.required_assessments = 1).await;
        let scene = Scene::new(&app, 2).await;
        scene.draw(1).await.done();
        let (row, by) = &scene.open(&app).await[0];
        submit(by, row, [2; 5]).await.done();
        scene.chair.give_back(&scene.practice, "Доработать.").await.done();
        app.clock.advance(Duration::minutes(1));
        scene.author.submit(&scene.practice).await.done();
        let approve = async || scene.chair.approve(&scene.practice).await;
        assert_eq!(approve().await.user_error(), "NOT_ELIGIBLE");
        assert_eq!(read(&scene.author, &scene.practice).await.len(), 1, "it is still read");
        assert_eq!(summary(&scene.author, &scene.practice).await["expertScore"], Value::Null);
        scene.draw(1).await.done();
        let (row, by) = &scene.open(&app).await[0];
        submit(by, row, [5; 5]).await.done();
        assert_eq!(summary(&scene.author, &scene.practice).await["expertScore"], json!({ "assessments": 1, "mean": 5.0 }));
        approve().await.done();
    }

    async fn a_new_rubric_holds_for_what_is_assigned_later_and_changes_nothing_before(app: TestApp) {
        let scene = Scene::new(&app, 2).await;
        let registrar = app.registrar().await;
        scene.draw(1).await.done();
        let (before, by) = &scene.open(&app).await[0];
        app.clock.advance(Duration::minutes(1));
        let criteria = json!([{ "code": "USE", "title": "Польза", "question": "Есть ли польза?" }, { "code": "CLARITY", "title": "Ясность", "question": "Ясно ли написано?" }]);
        let made = registrar.call("rubricCreate", json!({ "criteria": criteria }), "rubric { version criteria { code title question } }").await;
        assert_eq!((&made.done()["rubric"]["version"], &made.done()["rubric"]["criteria"]), (&json!(2), &criteria));
        let late = json!({ "criteria": criteria, "effectiveFrom": app.clock.now() + Duration::days(30) });
        registrar.call("rubricCreate", late, "").await.done();
        for bad in [app.clock.now() - Duration::days(1), app.clock.now() + Duration::days(400)] {
            let input = json!({ "criteria": criteria, "effectiveFrom": bad });
            assert_eq!(registrar.call("rubricCreate", input, "").await.user_errors(), [("INVALID".to_owned(), "input.effectiveFrom".to_owned())]);
        }
        let seen = app.visitor().ask("{ rubric { version } first: rubric(version: 1) { criteria { code } } none: rubric(version: 9) { version } rubrics { totalCount nodes { version } } }").await;
        let seen = seen.data();
        assert_eq!((&seen["rubric"]["version"], &seen["none"]), (&json!(2), &Value::Null));
        assert_eq!(seen["rubrics"], json!({ "totalCount": 3, "nodes": [{ "version": 3 }, { "version": 2 }, { "version": 1 }] }));
        let codes: Vec<_> = seen["first"]["criteria"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
        assert_eq!(codes, CRITERIA);
        // What was in hand is assessed by the version in force then.
        assert_eq!(submit(by, before, [4; 5]).await.done()["assessment"]["rubric"]["version"], 1);
        let next = app.new_practice(&app.community("kda-biology").await).state(PracticeState::Submitted).create().await;
        let (by, expert) = &scene.experts[1];
        let after = app.assigned(&next, expert).await;
        let refused = submit(by, &after, [4; 5]).await.user_errors();
        assert!(!refused.is_empty() && refused.iter().all(|(code, _)| code == "INVALID"), "{refused:?}");
        let scores = json!([{ "criterion": "CLARITY", "score": 3, "comment": "Неясно." }, { "criterion": "USE", "score": 4, "comment": "Есть." }]);
        let input = json!({ "reviewId": id(after.id), "scores": scores, "conclusion": "Годится." });
        let answer = by.call("assessmentSubmit", input, ASSESSMENT).await;
        assert_eq!((&answer.done()["assessment"]["mean"], &answer.done()["assessment"]["rubric"]["version"]), (&json!(3.5), &json!(2)));
    }

    async fn a_page_of_assessments_takes_as_many_statements_as_one(app: TestApp) {
        let scene = Scene::new(&app, 8).await;
        let query = "{ practices(first: 100) { nodes { title expertScore { mean } thirdExpertMissing assessments(first: 5) { totalCount nodes { mean
            rubric { version criteria { code } } scores { score } expert { name } review { state rubric { version } assessment { mean } } practice { title } } } } } }";
        app.assessed(&scene.practice, &scene.experts[0].1, [4; 5], app.clock.now()).await;
        let before = statements(&scene.coordinator, query).await;
        for (_, expert) in &scene.experts[1..] {
            app.assessed(&scene.practice, expert, [3; 5], app.clock.now()).await;
        }
        let after = statements(&scene.coordinator, query).await;
        assert!(before > 0 && after <= before, "{before} became {after}");
    }
}

//! What becomes of a review: declined, in conflict, overdue, called off – and who is replaced by whom; and who sees it.

use entity::{Office, PracticeState, ReviewState, community, expert, practice, review, review_draw};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
    statements::statements,
};

const PROFILE: &str = "chemistry";

const REVIEW: &str = "review { id state reason endedAt overdue practice { title } replaces { id } replacedBy { id } draw { id } }";

/// A submitted practice with its author and its coordinator, and experts from far away.
struct Scene {
    community: community::Model,
    author: Actor,
    coordinator: Actor,
    practice: practice::Model,
    experts: Vec<(Actor, expert::Model)>,
}

impl Scene {
    async fn new(app: &TestApp, experts: usize) -> Self {
        let community = app.new_community("kda-chemistry").profile(PROFILE).create().await;
        let author = app.member_of(&community).await;
        let coordinator = app.coordinator_of(&community).await;
        let practice =
            app.new_practice(&community).by(&author).state(PracticeState::Submitted).create().await;
        let mut all = Vec::new();
        for _ in 0..experts {
            all.push(app.far_expert(PROFILE).await);
        }
        Self { community, author, coordinator, practice, experts: all }
    }

    async fn draw(&self, count: i32) -> Answer {
        let input = json!({ "practiceId": id(self.practice.id), "count": count });
        self.coordinator.call("reviewDraw", input, "draw { id purpose reviews { id replaces { id } } }").await
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
        rows.into_iter().map(|row| (row.clone(), self.actor(row.expert_id))).collect()
    }

    fn actor(&self, of: entity::ids::ExpertId) -> Actor {
        self.experts.iter().find(|(_, row)| row.id == of).unwrap().0.clone()
    }
}

async fn decline(by: &Actor, review: &review::Model) -> Answer {
    by.call("reviewDecline", json!({ "reviewId": id(review.id), "reason": "Командировка." }), REVIEW).await
}

async fn conflict(by: &Actor, review: &review::Model, with: Value) -> Answer {
    let input = json!({ "reviewId": id(review.id), "reason": "Учились вместе.", "withAuthors": with });
    by.call("reviewDeclareConflict", input, REVIEW).await
}

async fn reviews(to: &Actor, filter: Value) -> Vec<String> {
    let document = "query($filter: ReviewFilter) { reviews(filter: $filter) { totalCount nodes { id } } }";
    let answer = to.query(document, json!({ "filter": filter })).await;
    let nodes = answer.payload()["nodes"].as_array().unwrap();
    assert_eq!(answer.payload()["totalCount"], json!(nodes.len()));
    nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect()
}

async fn node(to: &Actor, what: String) -> Value {
    to.query("query($id: ID!) { node(id: $id) { id } }", json!({ "id": what })).await.payload().clone()
}

async fn vacant(to: &Actor, of: &practice::Model) -> Value {
    let document = "query($id: ID!) { practice(by: { id: $id }) { vacantReviews } }";
    let answer = to.query(document, json!({ "id": id(of.id) })).await;
    answer.payload()["vacantReviews"].clone()
}

on_both! {
    async fn an_expert_who_declines_is_replaced_at_once_and_never_drawn_again(app: TestApp) {
        let scene = Scene::new(&app, 3).await;
        scene.draw(2).await.done();
        let open = scene.open(&app).await;
        let (first, by) = &open[0];
        let answer = decline(by, first).await;
        let declined = &answer.done()["review"];
        assert_eq!((&declined["state"], &declined["reason"], &declined["practice"]), (&json!("DECLINED"), &json!("Командировка."), &Value::Null));
        assert_eq!((&declined["replacedBy"], &declined["draw"]), (&Value::Null, &Value::Null), "an expert learns of no other");
        let now = scene.open(&app).await;
        let (new, _) = &now[1];
        assert_eq!((now.len(), new.replaces, now[0].0.id), (2, Some(first.id), open[1].0.id));
        let draw = review_draw::Entity::find_by_id(new.draw_id).one(app.rows()).await.unwrap().unwrap();
        assert_eq!((draw.purpose, draw.asked, draw.drawn.0[0]), (entity::Purpose::Replacement, 1, new.expert_id));
        assert_eq!(draw.exclusions.0.len(), 2, "the other and the one who declined");
        assert_eq!(decline(by, first).await.user_error(), "WRONG_STATE");
        let shown = scene.coordinator.query("query($id: ID!) { node(id: $id) { ... on Review { replacedBy { id } draw { purpose } expert { person { name } } } } }", json!({ "id": id(first.id) })).await;
        assert_eq!((&shown.payload()["replacedBy"]["id"], &shown.payload()["draw"]["purpose"]), (&json!(id(new.id)), &json!("FIRST")));
    }

    async fn where_nobody_is_left_a_place_stays_vacant_until_somebody_can_be_drawn(app: TestApp) {
        let mut scene = Scene::new(&app, 2).await;
        scene.draw(2).await.done();
        for (row, by) in scene.open(&app).await {
            decline(&by, &row).await.done();
        }
        assert!(scene.open(&app).await.is_empty());
        assert_eq!(vacant(&scene.coordinator, &scene.practice).await, 2);
        assert_eq!(vacant(&scene.author, &scene.practice).await, Value::Null);
        assert_eq!(reviews(&scene.coordinator, json!({ "vacant": true })).await.len(), 2);
        assert_eq!(scene.draw(1).await.user_error(), "NOT_ELIGIBLE");
        for _ in 0..3 {
            scene.experts.push(app.far_expert(PROFILE).await);
        }
        assert_eq!(scene.draw(3).await.user_errors(), [("INVALID".to_owned(), "input.count".to_owned())]);
        let filled = scene.draw(1).await;
        assert_eq!(filled.done()["draw"]["purpose"], "REPLACEMENT");
        assert_eq!(vacant(&scene.coordinator, &scene.practice).await, 1);
        scene.draw(1).await.done();
        assert_eq!(vacant(&scene.coordinator, &scene.practice).await, 0);
        let now = scene.open(&app).await;
        assert!(now.len() == 2 && now.iter().all(|(row, _)| row.replaces.is_some()));
        assert_eq!(scene.draw(1).await.user_error(), "WRONG_STATE");
    }

    async fn a_declared_conflict_keeps_away_from_what_it_concerns(app: TestApp) {
        let scene = Scene::new(&app, 2).await;
        scene.draw(2).await.done();
        let open = scene.open(&app).await;
        let ((with_author, one), (with_practice, other)) = (&open[0], &open[1]);
        for bad in [json!([0]), json!([2]), json!([1, -1])] {
            assert_eq!(conflict(one, with_author, bad).await.user_errors(), [("INVALID".to_owned(), "input.withAuthors".to_owned())]);
        }
        assert_eq!(conflict(one, with_author, json!([1])).await.done()["review"]["state"], "CONFLICT");
        conflict(other, with_practice, Value::Null).await.done();
        let next = app.new_practice(&scene.community).by(&scene.author).state(PracticeState::Submitted).create().await;
        let input = json!({ "practiceId": id(next.id), "count": 1, "dryRun": true });
        let dry = scene.coordinator.call("reviewDraw", input, "pool { eligible exclusions { expertId reasons } }").await;
        let expected = json!([{ "expertId": id(with_author.expert_id), "reasons": ["CONFLICT"] }]);
        assert_eq!((&dry.done()["pool"]["eligible"], &dry.done()["pool"]["exclusions"]), (&json!(1), &expected));
        let again = json!({ "practiceId": id(scene.practice.id), "count": 1, "dryRun": true });
        let dry = scene.coordinator.call("reviewDraw", again, "pool { exclusions { reasons } }").await;
        assert_eq!(dry.payload()["pool"]["exclusions"], json!([{ "reasons": ["CONFLICT", "DRAWN"] }, { "reasons": ["CONFLICT", "DRAWN"] }]));
    }

    async fn an_overdue_review_is_seen_and_taken_back_and_no_other(app: TestApp) {
        let scene = Scene::new(&app, 3).await;
        let (operator, foreign) = (app.operator_of(&app.region("RU-KDA").await).await, app.operator_of(&app.region("RU-SPE").await).await);
        scene.draw(2).await.done();
        let open = scene.open(&app).await;
        let input = json!({ "reviewId": id(open[0].0.id), "reason": "Срок вышел." });
        assert_eq!(operator.call("reviewExpire", input.clone(), "").await.user_error(), "WRONG_STATE");
        assert!(reviews(&operator, json!({ "overdue": true })).await.is_empty());
        let late = app.reviewing(&app.new_practice(&scene.community).create().await, &scene.experts[0].1, ReviewState::Assigned, 14).await;
        assert_eq!(late.due_on, app.clock.now().date_naive());
        assert!(reviews(&operator, json!({ "overdue": true })).await.is_empty(), "the last day is in time");
        app.clock.advance(chrono::Duration::days(15));
        let (operator, foreign, coordinator) = (app.enter(operator.account.unwrap()).await, app.enter(foreign.account.unwrap()).await, app.enter(scene.coordinator.account.unwrap()).await);
        assert_eq!(reviews(&operator, json!({ "overdue": true, "regionCode": "RU-KDA", "profileCode": PROFILE })).await.len(), 3);
        assert_eq!(reviews(&operator, json!({ "overdue": true, "practiceId": id(scene.practice.id) })).await.len(), 2);
        assert!(reviews(&operator, json!({ "overdue": true, "regionCode": "RU-SPE" })).await.is_empty());
        assert!(reviews(&foreign, json!({ "overdue": true })).await.is_empty());
        assert_eq!(foreign.call("reviewExpire", input.clone(), "").await.outcome(), "NOT_FOUND");
        let taken = coordinator.call("reviewExpire", input.clone(), REVIEW).await;
        let review = &taken.done()["review"];
        assert_eq!((&review["state"], &review["overdue"], &review["reason"]), (&json!("EXPIRED"), &json!(false), &json!("Срок вышел.")));
        assert!(review["replacedBy"]["id"].is_string());
        assert_eq!(operator.call("reviewExpire", input, "").await.user_error(), "WRONG_STATE");
        let expert = app.enter(open[0].1.account.unwrap()).await;
        let late = json!({ "reviewId": id(open[0].0.id), "reason": "Готово." });
        assert_eq!(expert.call("reviewDecline", late, "").await.user_error(), "WRONG_STATE");
    }

    async fn what_leaves_the_state_submitted_calls_its_reviews_off(app: TestApp) {
        let scene = Scene::new(&app, 2).await;
        let chair = app.chair_of(&scene.community).await;
        scene.draw(2).await.done();
        let open = scene.open(&app).await;
        let readable = async |by: &Actor| by.query("query($id: ID!) { practice(by: { id: $id }) { body } }", json!({ "id": id(scene.practice.id) })).await.payload().clone();
        assert_eq!(readable(&open[0].1).await["body"], "Полный текст.");
        chair.give_back(&scene.practice, "Доработать.").await.done();
        for (row, by) in &open {
            assert_eq!(app.review_now(row.id).await.state, ReviewState::Cancelled);
            assert_eq!(decline(by, row).await.user_error(), "WRONG_STATE");
            assert_eq!(readable(by).await, Value::Null);
        }
        assert_eq!(vacant(&scene.coordinator, &scene.practice).await, 0);
        // They had no say, so they can be drawn for the next edition.
        scene.author.submit(&scene.practice).await.done();
        let again = scene.draw(2).await;
        assert_eq!(again.done()["draw"]["purpose"], "FIRST");
        decline(&scene.open(&app).await[0].1, &scene.open(&app).await[0].0).await.done();
        assert_eq!(vacant(&scene.coordinator, &scene.practice).await, 1);
        chair.give_back(&scene.practice, "Ещё раз.").await.done();
        assert_eq!(vacant(&scene.coordinator, &scene.practice).await, 0, "nobody is missing in what is not assessed");
    }

    async fn an_expert_sees_the_own_reviews_and_no_other_expert(app: TestApp) {
        let scene = Scene::new(&app, 4).await;
        scene.draw(2).await.done();
        let open = scene.open(&app).await;
        let ((own, by), (other, _)) = (&open[0], &open[1]);
        assert_eq!(reviews(by, json!({})).await, [id(own.id)]);
        assert_eq!(reviews(by, json!({ "mine": true, "state": ["ASSIGNED"] })).await, [id(own.id)]);
        assert!(reviews(&scene.coordinator, json!({ "mine": true })).await.is_empty());
        assert_eq!(reviews(&scene.coordinator, json!({})).await.len(), 2);
        for hidden in [id(other.id), id(other.expert_id), id(own.draw_id)] {
            assert_eq!(node(by, hidden).await, Value::Null);
        }
        assert_eq!(node(by, id(own.id)).await["id"], id(own.id));
        assert_eq!(decline(by, other).await.outcome(), "NOT_FOUND");
        let draws = by.query("query($id: ID!) { reviewDraws(practiceId: $id) { totalCount nodes { id } } }", json!({ "id": id(scene.practice.id) })).await;
        assert_eq!(draws.payload(), &json!({ "totalCount": 0, "nodes": [] }));
        let verify = by.query("query($id: ID!) { reviewDrawVerify(drawId: $id) { matches } }", json!({ "id": id(own.draw_id) })).await;
        assert_eq!(verify.error_code(), "NOT_FOUND");
        let changes = by.ask("{ changes(first: 1000) { changes { subjectId } } }").await;
        assert!(!changes.data().to_string().contains(&id(scene.practice.id)), "the feed does not tell what comes and goes without an entry");
        assert_eq!(by.ask("{ journal { nodes { action } } }").await.error_code(), "FORBIDDEN");
    }

    async fn an_author_learns_nothing_of_the_experts_whatever_the_office(app: TestApp) {
        let scene = Scene::new(&app, 4).await;
        let coordinator = &scene.coordinator;
        let operator = app.operator_of(&app.region("RU-KDA").await).await;
        let practice = app.new_practice(&scene.community).by(coordinator).by(&scene.author).state(PracticeState::Submitted).create().await;
        let input = json!({ "practiceId": id(practice.id), "count": 2 });
        let drawn = operator.call("reviewDraw", input, "draw { id reviews { id expert { id person { name } } } }").await;
        let drawn = drawn.done()["draw"].clone();
        let declined = review::Entity::find().filter(review::Column::PracticeId.eq(practice.id)).one(app.rows()).await.unwrap().unwrap();
        let expert = scene.actor(declined.expert_id);
        decline(&expert, &declined).await.done();
        for author in [coordinator, &scene.author, &app.chair_of(&scene.community).await, &app.officer(Office::PresidiumMember, &scene.community).await] {
            assert!(reviews(author, json!({})).await.is_empty());
            assert_eq!(node(author, drawn["id"].as_str().unwrap().to_owned()).await, Value::Null);
            assert_eq!(node(author, drawn["reviews"][0]["id"].as_str().unwrap().to_owned()).await, Value::Null);
            assert_eq!(vacant(author, &practice).await, Value::Null);
            let draws = author.query("query($id: ID!) { reviewDraws(practiceId: $id) { totalCount } }", json!({ "id": id(practice.id) })).await;
            assert_eq!(draws.payload()["totalCount"], 0);
        }
        let journal = coordinator.ask("{ journal(first: 100) { nodes { actor action subjectId before after } } }").await;
        let told = journal.data().to_string();
        assert!(!told.contains("review") && !told.contains(&expert.login), "{told}");
        let input = json!({ "reviewId": id(declined.id), "reason": "Причина." });
        assert_eq!(coordinator.call("reviewExpire", input.clone(), "").await.outcome(), "NOT_FOUND");
        assert_eq!(scene.author.call("reviewDecline", input, "").await.outcome(), "NOT_FOUND");
        assert_eq!(reviews(&operator, json!({})).await.len(), 3);
        // Once it is published, who manages reviews sees whose judgement it was.
        let mut row = sea_orm::IntoActiveModel::into_active_model(app.practice_now(practice.id).await);
        row.state = sea_orm::ActiveValue::Set(PracticeState::Published);
        sea_orm::ActiveModelTrait::update(row, app.rows()).await.unwrap();
        assert_eq!(reviews(coordinator, json!({})).await.len(), 3);
        assert!(reviews(&scene.author, json!({})).await.is_empty());
    }

    async fn one_of_several_answers_at_once_counts(app: TestApp) {
        let scene = Scene::new(&app, 4).await;
        scene.draw(1).await.done();
        let (row, by) = &scene.open(&app).await[0];
        let calls = (0..3).map(|_| decline(by, row));
        let mut outcomes: Vec<_> = futures::future::join_all(calls).await.iter().map(Answer::outcome).collect();
        outcomes.sort();
        assert_eq!(outcomes, ["WRONG_STATE", "WRONG_STATE", "done"]);
        assert_eq!(review::Entity::find().count(app.rows()).await.unwrap(), 2);
    }

    async fn a_page_of_reviews_takes_as_many_statements_as_one(app: TestApp) {
        let scene = Scene::new(&app, 20).await;
        let query = "{ reviews(first: 100) { nodes { state overdue practice { title vacantReviews } expert { openReviews person { name organization }
            profile { code } community { slug } region { code } } draw { seed profile { code } reviews { id } exclusions { expert { standing } } }
            replaces { id } replacedBy { id } } } }";
        scene.draw(1).await.done();
        let before = statements(&scene.coordinator, query).await;
        for _ in 0..4 {
            let practice = app.new_practice(&scene.community).by(&scene.author).state(PracticeState::Submitted).create().await;
            scene.coordinator.call("reviewDraw", json!({ "practiceId": id(practice.id), "count": 3 }), "").await.done();
        }
        let after = statements(&scene.coordinator, query).await;
        assert!(before > 0 && after <= before, "{before} became {after}");
    }
}

//! The pool of experts: put forward by communities, taken with their consent, and left again.

use entity::{Office, ReviewState, community, expert};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
};

const SELECTION: &str = "expert { id standing loadLimit openReviews consentedAt endedAt person { name }
    profile { code } community { slug } region { code } }";

async fn nominate(by: &Actor, community: &community::Model, whom: Value) -> Answer {
    let mut input = json!({ "communityId": id(community.id) });
    input.as_object_mut().unwrap().extend(whom.as_object().unwrap().clone());
    by.call("expertNominate", input, SELECTION).await
}

async fn consent(by: &Actor, expert: &Value, load: i32) -> Answer {
    by.call("expertConsent", json!({ "expertId": expert, "loadLimit": load }), SELECTION).await
}

async fn roles(of: &Actor) -> Value {
    of.ask("{ viewer { grants { role profileCode } } }").await.data()["viewer"]["grants"].clone()
}

async fn pool(to: &Actor, filter: Value) -> Value {
    let document =
        "query($filter: ExpertFilter) { experts(filter: $filter) { totalCount nodes { id standing } } }";
    to.query(document, json!({ "filter": filter })).await.payload().clone()
}

on_both! {
    async fn a_member_is_put_forward_agrees_and_is_an_expert_until_it_resigns(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let coordinator = app.coordinator_of(&community).await;
        let member = app.new_member(&community).name("Экспертова Элла").create().await;
        let somebody = app.actor_for(&entity::person::Entity::find_by_id(member.person_id).one(app.rows()).await.unwrap().unwrap()).await;
        let nominated = nominate(&coordinator, &community, json!({ "memberId": id(member.id) })).await;
        let expert = nominated.done()["expert"].clone();
        assert_eq!((&expert["standing"], &expert["loadLimit"], &expert["consentedAt"]), (&json!("NOMINATED"), &json!(3), &Value::Null));
        assert_eq!((&expert["person"]["name"], &expert["profile"]["code"]), (&json!("Экспертова Элла"), &json!("profile-of-kda-chemistry")));
        assert_eq!(roles(&somebody).await, json!([{ "role": "MEMBER", "profileCode": null }]));

        let agreed = consent(&somebody, &expert["id"], 2).await;
        assert_eq!((&agreed.done()["expert"]["standing"], &agreed.done()["expert"]["loadLimit"]), (&json!("CONSENTED"), &json!(2)));
        let since = agreed.done()["expert"]["consentedAt"].clone();
        let rights = roles(&somebody).await;
        assert!(rights.as_array().unwrap().contains(&json!({ "role": "EXPERT", "profileCode": "profile-of-kda-chemistry" })), "{rights}");
        let again = consent(&somebody, &expert["id"], 5).await;
        assert_eq!((&again.done()["expert"]["loadLimit"], &again.done()["expert"]["consentedAt"]), (&json!(5), &since));

        let resigned = somebody.call("expertResign", json!({ "expertId": expert["id"] }), SELECTION).await;
        assert_eq!(resigned.done()["expert"]["standing"], "ENDED");
        assert_eq!(roles(&somebody).await, json!([{ "role": "MEMBER", "profileCode": null }]));
        assert_eq!(consent(&somebody, &expert["id"], 2).await.user_error(), "WRONG_STATE");
        let anew = nominate(&coordinator, &community, json!({ "memberId": id(member.id) })).await;
        assert_ne!(anew.done()["expert"]["id"], expert["id"]);
        assert_eq!(pool(&coordinator, json!({ "standing": ["ENDED"] })).await["totalCount"], 1);
    }

    async fn only_members_in_force_and_employees_of_the_region_are_put_forward(app: TestApp) {
        let (community, other) = (app.community("kda-chemistry").await, app.community("kda-biology").await);
        let coordinator = app.coordinator_of(&community).await;
        let member = app.new_member(&community).create().await;
        let pending = app.new_member(&community).pending().create().await;
        let foreign = app.new_member(&other).create().await;
        let refused = async |whom: Value| nominate(&coordinator, &community, whom).await.outcome();
        assert_eq!(refused(json!({ "memberId": id(pending.id) })).await, "NOT_ELIGIBLE");
        assert_eq!(refused(json!({ "memberId": id(foreign.id) })).await, "NOT_FOUND");
        assert_eq!(refused(json!({})).await, "INVALID");
        assert_eq!(refused(json!({ "memberId": id(member.id), "employeeId": id(member.person_id) })).await, "INVALID");
        nominate(&coordinator, &community, json!({ "memberId": id(member.id) })).await.done();
        assert_eq!(refused(json!({ "memberId": id(member.id) })).await, "TAKEN");

        let (here, there) = (app.region("RU-KDA").await, app.region("RU-SPE").await);
        let (operator, employee) = (app.operator_of(&here).await, app.employee(&here).await);
        assert_eq!(refused(json!({ "employeeId": id(employee.id) })).await, "NOT_FOUND", "a coordinator does not read employees");
        let elsewhere = app.employee(&there).await;
        let both = app.registrar().await;
        assert_eq!(nominate(&both, &community, json!({ "employeeId": id(employee.id) })).await.outcome(), "FORBIDDEN");
        assert_eq!(nominate(&operator, &community, json!({ "employeeId": id(elsewhere.id) })).await.outcome(), "NOT_FOUND");
        nominate(&operator, &community, json!({ "employeeId": id(employee.id) })).await.done();
        // An operator of both regions sees both, and still puts forward none from the other.
        app.grant(operator.account.unwrap(), entity::Role::RegionalOperator, Some(&there), None).await;
        assert_eq!(nominate(&operator, &community, json!({ "employeeId": id(elsewhere.id) })).await.user_error(), "NOT_ELIGIBLE");
    }

    async fn nobody_but_the_person_agrees_or_resigns(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let (somebody, place) = app.new_expert(&community).nominated().enter().await;
        let expert = json!(id(place.id));
        assert_eq!(consent(&app.coordinator_of(&community).await, &expert, 2).await.outcome(), "FORBIDDEN");
        assert_eq!(consent(&app.member_of(&community).await, &expert, 2).await.outcome(), "NOT_FOUND");
        assert_eq!(consent(&app.visitor(), &expert, 2).await.outcome(), "UNAUTHENTICATED");
        for bad in [0, -1, 21] {
            let answer = consent(&somebody, &expert, bad).await;
            assert_eq!(answer.user_errors(), [("INVALID".to_owned(), "input.loadLimit".to_owned())]);
        }
        assert_eq!(app.expert_now(place.id).await, place);
        let input = json!({ "expertId": expert });
        assert_eq!(somebody.call("expertRelease", input.clone(), "").await.outcome(), "FORBIDDEN");
        somebody.call("expertResign", input, "").await.done();
    }

    async fn nobody_leaves_the_pool_with_open_reviews(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let coordinator = app.coordinator_of(&community).await;
        let (somebody, place) = app.new_expert(&community).enter().await;
        let practice = app.new_practice(&app.community("spe-chemistry").await).create().await;
        let review = app.assigned(&practice, &place).await;
        let input = json!({ "expertId": id(place.id) });
        assert_eq!(somebody.call("expertResign", input.clone(), "").await.user_error(), "WRONG_STATE");
        let refused = coordinator.call("expertRelease", input.clone(), SELECTION).await;
        assert_eq!(refused.payload()["userErrors"][0]["bounds"], json!({ "actual": 1, "min": null, "max": 0 }));
        assert_eq!(refused.payload()["expert"]["openReviews"], 1);
        somebody.call("reviewDecline", json!({ "reviewId": id(review.id), "reason": "Отпуск." }), "").await.done();
        assert_eq!(app.review_now(review.id).await.state, ReviewState::Declined);
        coordinator.call("expertRelease", input, "").await.done();
        assert!(app.expert_now(place.id).await.ended_at.is_some());
    }

    async fn the_pool_is_read_by_those_who_work_with_it_and_everybody_reads_the_own_place(app: TestApp) {
        let here = app.new_community("kda-chemistry").profile("chemistry").create().await;
        let there = app.new_community("spe-chemistry").profile("chemistry").region("RU-SPE").create().await;
        let (somebody, place) = app.new_expert(&here).enter().await;
        app.new_expert(&there).nominated().create().await;
        app.new_expert(&app.community("kda-history").await).create().await;
        for reader in [
            app.coordinator_of(&there).await,
            app.operator_of(&app.region("RU-SPE").await).await,
            app.registrar().await,
            app.auditor().await,
        ] {
            assert_eq!(pool(&reader, json!({})).await["totalCount"], 3);
            assert_eq!(pool(&reader, json!({ "profileCode": "chemistry" })).await["totalCount"], 2);
            let narrow = json!({ "profileCode": "chemistry", "regionCode": "RU-KDA", "communityId": id(here.id) });
            assert_eq!(pool(&reader, narrow).await["nodes"], json!([{ "id": id(place.id), "standing": "CONSENTED" }]));
            assert_eq!(pool(&reader, json!({ "standing": ["NOMINATED"] })).await["totalCount"], 1);
        }
        assert_eq!(pool(&somebody, json!({})).await["nodes"], json!([{ "id": id(place.id), "standing": "CONSENTED" }]));
        for other in [app.member_of(&here).await, app.chair_of(&here).await, app.officer(Office::PresidiumMember, &here).await] {
            assert_eq!(pool(&other, json!({})).await["totalCount"], 0);
            let node = other.query("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id(place.id) })).await;
            assert_eq!(node.payload(), &Value::Null);
        }
        assert_eq!(app.visitor().ask("{ experts { nodes { id } } }").await.error_code(), "UNAUTHENTICATED");
    }

    async fn one_of_three_who_put_somebody_forward_at_once_is_done(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let coordinator = app.coordinator_of(&community).await;
        let member = app.new_member(&community).create().await;
        let calls = (0..3).map(|_| nominate(&coordinator, &community, json!({ "memberId": id(member.id) })));
        let mut outcomes: Vec<_> = futures::future::join_all(calls).await.iter().map(Answer::outcome).collect();
        outcomes.sort();
        assert_eq!(outcomes, ["TAKEN", "TAKEN", "done"]);
        assert_eq!(expert::Entity::find().count(app.rows()).await.unwrap(), 1);
    }

    async fn whoever_is_erased_leaves_the_pool_and_its_reviews_stay_vacant(app: TestApp) {
        let (home, other) = (app.community("kda-chemistry").await, app.community("spe-chemistry").await);
        let member = app.new_member(&home).create().await;
        let place = app.new_expert(&home).person(member.person_id).create().await;
        let practice = app.new_practice(&other).state(entity::PracticeState::Submitted).create().await;
        let open = app.assigned(&practice, &place).await;
        let former = app.new_practice(&other).create().await;
        let declined = app.reviewing(&former, &place, ReviewState::Assigned, 3).await;
        let person = entity::person::Entity::find_by_id(member.person_id).one(app.rows()).await.unwrap().unwrap();
        let somebody = app.actor_for(&person).await;
        somebody.call("reviewDecline", json!({ "reviewId": id(declined.id), "reason": "Болезнь сына." }), "").await.done();
        assert_eq!(app.review_now(declined.id).await.reason.as_deref(), Some("Болезнь сына."));

        app.operator_of(&app.region("RU-KDA").await).await.erase(member.id).await.done();
        assert!(app.expert_now(place.id).await.ended_at.is_some());
        let (open, declined) = (app.review_now(open.id).await, app.review_now(declined.id).await);
        assert_eq!((open.state, open.reason), (ReviewState::Declined, None));
        assert_eq!(declined.reason, None, "the words are the person's");
        let coordinator = app.coordinator_of(&other).await;
        let vacant = coordinator.ask("{ reviews(filter: { vacant: true }) { nodes { id expert { person { name } } } } }").await;
        assert_eq!(vacant.payload()["nodes"], json!([{ "id": id(open.id), "expert": { "person": { "name": "Автор удалён" } } }]));
    }
}

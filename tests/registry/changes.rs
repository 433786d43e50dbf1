//! The feed: everything that the caller may see, in order, each change once, with tombstones.

use std::{collections::BTreeMap, time::Duration};

use api::{
    auth::{Action, Actor as Caller, Place, policy},
    db::Change,
};
use entity::{PracticeState, Role, ids::RegionId, member, practice};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use crate::support::{
    actor::{Actor, member_of},
    app::{TestApp, id},
};

/// The changes behind a cursor: operation and subject, with the last cursor.
async fn since(actor: &Actor, cursor: &str) -> (Vec<(String, String)>, String) {
    let document = "query($since: String) { changes(since: $since, first: 1000) {
        hasMore nextCursor changes { operation subjectId } } }";
    let answer = actor.query(document, json!({ "since": cursor })).await;
    let page = answer.payload();
    assert_eq!(page["hasMore"], json!(false));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let changes = page["changes"].as_array().unwrap().iter();
    (
        changes.map(|change| (text(&change["operation"]), text(&change["subjectId"]))).collect(),
        text(&page["nextCursor"]),
    )
}

/// Where the feed stands now.
async fn now(actor: &Actor) -> String {
    actor.follow(None, &mut BTreeMap::new()).await
}

fn upsert(of: impl Into<String>) -> (String, String) {
    ("UPSERT".into(), of.into())
}

fn delete(of: impl Into<String>) -> (String, String) {
    ("DELETE".into(), of.into())
}

/// Leave to enter a change of a region's registrations, as an integrator has.
pub(super) fn permit(app: &TestApp, region: RegionId) -> api::auth::Permit {
    let mut caller = Caller::visitor("r".into(), app.clock.now());
    caller.rights.push(api::auth::Right {
        role: Role::Integrator,
        region: Some(region),
        community: None,
        municipality: None,
        profile: None,
    });
    policy::permit(&caller, Action::MembersSync, &Place { region: Some(region), ..Place::default() }).unwrap()
}

on_both! {
    async fn a_new_follower_is_told_of_everything_once_and_then_of_each_change(app: TestApp) {
        let region = app.region("RU-KDA").await;
        let anapa = app.municipality(&region, "Анапа").await;
        let community = app.community("kda-chemistry").await;
        for _ in 0..120 {
            app.new_member(&community).municipality(&anapa).create().await;
        }
        let published = app.published(&community).await;
        app.new_practice(&community).create().await;
        let rated = app.rated(&published, None, 5).await;
        let operator = app.operator_of(&region).await;
        let mut kept = BTreeMap::new();
        let cursor = operator.follow(None, &mut kept).await;
        // 120 members, a community, a practice that was published, its rating.
        assert_eq!(kept.len(), 123);
        assert!(kept.contains_key(&id(rated.id)) && kept.contains_key(&id(published.id)));
        assert_eq!(since(&operator, &cursor).await, (Vec::new(), cursor.clone()));

        let teacher = app.stranger().await;
        let new = member_of(teacher.register(&community, &anapa, json!({})).await.done());
        let chair = app.chair_of(&community).await;
        chair.confirm(new).await.done();
        let (changes, end) = since(&operator, &cursor).await;
        assert_eq!(changes, [upsert(id(new)), upsert(id(new))]);
        assert_eq!(since(&operator, &end).await.0, []);
    }

    async fn what_is_followed_is_what_there_is(app: TestApp) {
        let region = app.region("RU-KDA").await;
        app.municipality(&region, "Анапа").await;
        app.community("kda-chemistry").await;
        let integrator = app.integrator_of(&region).await;
        let row = |n: usize, position: &str| json!({ "externalId": format!("k{n}"), "communitySlug": "kda-chemistry",
            "fullName": format!("Петрова Алёна {n}"), "email": format!("k{n}@school.example"), "municipality": "Анапа",
            "position": position });
        let mut kept = BTreeMap::new();
        let mut cursor = None;
        for night in 0..5 {
            let rows: Vec<_> = (night * 10..night * 10 + 40).map(|n| row(n, &format!("учитель {night}"))).collect();
            integrator.sync(&format!("night {night}"), &rows).await.done();
            cursor = Some(integrator.follow(cursor.as_deref(), &mut kept).await);
            let all = member::Entity::find().all(app.rows()).await.unwrap();
            let members: Vec<_> = kept.iter().filter(|(_, node)| node["__typename"] == json!("Member")).collect();
            assert_eq!(members.len(), all.len());
            for row in all {
                assert_eq!(kept[&id(row.id)]["fullName"], json!(row.full_name));
            }
        }
    }

    async fn each_sees_its_own_part_and_tombstones_of_what_leaves_it(app: TestApp) {
        let region = app.region("RU-KDA").await;
        let (anapa, sochi) = (app.municipality(&region, "Анапа").await, app.municipality(&region, "Сочи").await);
        let community = app.community("kda-chemistry").await;
        let person = app.person("Переезжающий Павел").await;
        let row = app.new_member(&community).person(&person).municipality(&anapa).create().await;
        let other = app.new_member(&community).municipality(&sochi).create().await;
        let chair = app.chair_of(&community).await;
        let representative = app.representative_of(&community, &anapa).await;
        let (member, visitor) = (app.actor_for(&person).await, app.visitor());
        let everyone = [&chair, &representative, &member, &visitor];
        let mut cursors = Vec::new();
        for one in everyone {
            cursors.push(now(one).await);
        }
        chair.amend(other.id, 1, json!({ "phone": "1" })).await.done();
        chair.relocate(row.id, &sochi).await.done();
        chair.amend(row.id, 2, json!({ "phone": "2" })).await.done();
        let told = [
            vec![upsert(id(other.id)), upsert(id(row.id)), upsert(id(row.id))],
            vec![delete(id(row.id))],
            vec![upsert(id(row.id)), upsert(id(row.id))],
            vec![],
        ];
        for ((one, cursor), told) in everyone.into_iter().zip(&cursors).zip(told) {
            assert_eq!(since(one, cursor).await.0, told, "{}", one.login);
        }
        app.operator_of(&region).await.erase(row.id).await.done();
        let chairs = since(&chair, &cursors[0]).await.0;
        assert_eq!(chairs.last(), Some(&delete(id(row.id))));
        assert!(chairs.iter().all(|change| change.1 != id(row.id) || change.0 == "DELETE"));
    }

    async fn a_practice_that_leaves_the_registry_leaves_the_feed_with_its_ratings(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let practice = app.published(&community).await;
        let rating = app.rated(&practice, None, 4).await;
        let draft = app.new_practice(&community).state(PracticeState::Submitted).create().await;
        let visitor = app.visitor();
        let mut kept = BTreeMap::new();
        let cursor = visitor.follow(None, &mut kept).await;
        assert!(kept.contains_key(&id(rating.id)) && !kept.contains_key(&id(draft.id)));
        app.chair_of(&community).await.approve(&draft).await.done();
        app.coordinator_of(&community).await.withdraw(&practice, "Ошибка.").await.done();
        let (changes, _) = since(&visitor, &cursor).await;
        // Of the one that was only approved a visitor hears nothing.
        assert_eq!(changes, [delete(id(rating.id)), delete(id(practice.id))]);
        let found = practice::Entity::find().filter(practice::Column::Id.eq(practice.id)).one(app.rows()).await.unwrap();
        assert_eq!(found.unwrap().state, PracticeState::Withdrawn);
    }

    async fn an_old_cursor_is_refused_and_never_skips(app: TestApp) {
        let region = app.region("RU-KDA").await;
        let community = app.community("kda-chemistry").await;
        let row = app.new_member(&community).create().await;
        let (chair, operator) = (app.chair_of(&community).await, app.operator_of(&region).await);
        let quiet = now(&operator).await;
        app.clock.advance(chrono::Duration::days(91));
        let (chair, operator) = (app.enter(chair.account.unwrap()).await, app.enter(operator.account.unwrap()).await);
        // Nothing has happened since: nothing can be missed.
        assert_eq!(since(&operator, &quiet).await.0, []);
        chair.amend(row.id, 1, json!({ "phone": "1" })).await.done();
        assert_eq!(since(&operator, &quiet).await.0.len(), 1);
        app.clock.advance(chrono::Duration::days(91));
        let operator = app.enter(operator.account.unwrap()).await;
        let document = "query($since: String) { changes(since: $since) { nextCursor } }";
        let refused = operator.query(document, json!({ "since": quiet })).await;
        assert_eq!(refused.error_code(), "CURSOR_EXPIRED");
        for bad in ["", "x", "AAAA"] {
            assert_eq!(operator.query(document, json!({ "since": bad })).await.error_code(), "BAD_CURSOR");
        }
        assert_eq!(operator.ask("{ changes(first: 1001) { nextCursor } }").await.error_code(), "BAD_INPUT");
        assert_eq!(operator.ask("{ changes(first: 0) { nextCursor } }").await.error_code(), "BAD_INPUT");
    }

    async fn whose_rights_have_changed_begins_again(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let person = app.person("Председателев Павел").await;
        let teacher = app.actor_for(&person).await;
        let cursor = now(&teacher).await;
        app.new_appointment(&person, entity::Office::Chair, &community).create().await;
        let document = "query($since: String) { changes(since: $since) { nextCursor } }";
        let refused = teacher.query(document, json!({ "since": cursor })).await;
        assert_eq!(refused.error_code(), "CURSOR_EXPIRED");
        assert_eq!(app.visitor().query(document, json!({ "since": now(&teacher).await })).await.error_code(), "CURSOR_EXPIRED");
    }

    async fn kinds_are_followed_one_by_one(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        app.published(&community).await;
        let document = "{ changes(types: [PRACTICE]) { changes { type externalId node { __typename } } hasMore } }";
        let answer = app.visitor().ask(document).await;
        assert_eq!(answer.payload(), &json!({ "changes": [
            { "type": "PRACTICE", "externalId": null, "node": { "__typename": "Practice" } },
        ], "hasMore": false }));
    }

    async fn nothing_is_skipped_when_one_transaction_stays_open_while_others_commit(app: TestApp) {
        let region = app.region("RU-KDA").await;
        let community = app.community("kda-chemistry").await;
        let anapa = app.municipality(&region, "Анапа").await;
        let (first, second) = (
            app.new_member(&community).municipality(&anapa).create().await,
            app.new_member(&community).municipality(&anapa).create().await,
        );
        let integrator = app.integrator_of(&region).await;
        let start = now(&integrator).await;
        let note = |row: &member::Model| {
            Change::of(row.id, None, Some(json!({ "state": "ACTIVE" }))).within(row.region_id, Some(row.community_id))
        };
        // A transaction that began first, and has its positions already, but has not committed.
        let mut open = app.db().begin(permit(&app, region.id)).await.unwrap();
        open.record(note(&first));
        let position = open.write_journal().await.unwrap();
        assert_eq!(since(&integrator, &start).await, (Vec::new(), start.clone()), "what is open is not told");
        let db = app.db().clone();
        let permit = permit(&app, region.id);
        let change = note(&second);
        let later = tokio::spawn(async move {
            let mut tx = db.begin(permit).await.unwrap();
            tx.record(change);
            tx.commit().await.unwrap();
        });
        // The later one cannot overtake: it waits for its position, however long.
        let waited = tokio::time::timeout(Duration::from_millis(300), async {
            while !later.is_finished() {
                tokio::task::yield_now().await;
            }
        });
        assert!(waited.await.is_err(), "the later transaction overtook the open one");
        assert_eq!(since(&integrator, &start).await, (Vec::new(), start.clone()), "and so nothing is skipped");
        open.commit().await.unwrap();
        later.await.unwrap();
        let (changes, end) = since(&integrator, &start).await;
        assert_eq!(changes, [upsert(id(first.id)), upsert(id(second.id))]);
        assert_eq!(app.journal().await.last().unwrap().seq, position + 1);
        assert_eq!(since(&integrator, &end).await.0, []);
    }
}

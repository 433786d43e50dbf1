//! How many teachers there are: set by the operator, never guessed, and a warning where members are more.

use serde_json::{Value, json};

use crate::support::{actor::Actor, app::TestApp};

async fn set(actor: &Actor, teachers: Value) -> crate::support::client::Answer {
    let input = json!({ "regionCode": "RU-KDA", "profileCode": "chemistry", "year": "2023-2024", "teachers": teachers });
    actor.call("headcountSet", input, "headcount { region { code } profile { code } year teachers }").await
}

on_both! {
    async fn an_operator_sets_changes_and_takes_away_a_headcount(app: TestApp) {
        let region = app.region("RU-KDA").await;
        let (chemistry, biology) = (app.profile("chemistry").await, app.profile("biology").await);
        let operator = app.operator_of(&region).await;
        let expected = json!({ "region": { "code": "RU-KDA" }, "profile": { "code": "chemistry" }, "year": "2023-2024", "teachers": 800 });
        assert_eq!(set(&operator, json!(800)).await.done()["headcount"], expected);
        // Setting the same again changes nothing.
        assert_eq!(set(&operator, json!(800)).await.done()["headcount"], expected);
        assert_eq!(set(&operator, json!(900)).await.done()["headcount"]["teachers"], json!(900));
        let input = json!({ "regionCode": "RU-KDA", "profileCode": biology.code, "year": "2023-2024", "teachers": 5 });
        operator.call("headcountSet", input, "").await.done();
        let list = "query($year: AcademicYear!) { region(by: { code: \"RU-KDA\" }) { headcounts(year: $year) { profile { code } teachers } } }";
        let found = app.visitor().query(list, json!({ "year": "2023-2024" })).await;
        assert_eq!(found.payload()["headcounts"], json!([
            { "profile": { "code": "chemistry" }, "teachers": 900 }, { "profile": { "code": "biology" }, "teachers": 5 } ]));
        assert_eq!(app.visitor().query(list, json!({ "year": "2024-2025" })).await.payload()["headcounts"], json!([]));
        assert_eq!(set(&operator, Value::Null).await.done()["headcount"], Value::Null);
        assert_eq!(set(&operator, Value::Null).await.done()["headcount"], Value::Null);
        let journal: Vec<_> = app.journal().await.into_iter().map(|entry| (entry.subject_type, entry.before, entry.after)).collect();
        let told = |teachers: i64| Some(json!({ "profile": "chemistry", "year": "2023-2024", "teachers": teachers }));
        assert_eq!(journal[0], ("region".into(), None, told(800)));
        assert_eq!(journal[1], ("region".into(), told(800), told(900)));
        assert_eq!(journal[3], ("region".into(), told(900), None));
        assert_eq!((journal.len(), chemistry.version), (4, 1));
    }

    async fn a_headcount_is_a_sound_number_of_the_operators_own_region(app: TestApp) {
        let region = app.region("RU-KDA").await;
        app.profile("chemistry").await;
        let operator = app.operator_of(&region).await;
        for bad in [0, -1, 10_000_001] {
            let answer = set(&operator, json!(bad)).await;
            assert_eq!(answer.user_error(), "INVALID");
            assert_eq!(answer.payload()["userErrors"][0]["bounds"], json!({ "actual": bad, "min": 1, "max": 10_000_000 }));
        }
        // Leaving it out takes nothing away.
        set(&operator, json!(7)).await.done();
        let input = json!({ "regionCode": "RU-KDA", "profileCode": "chemistry", "year": "2023-2024" });
        assert_eq!(operator.call("headcountSet", input, "").await.user_error(), "INVALID");
        let stranger = app.operator_of(&app.region("RU-SPE").await).await;
        assert_eq!(set(&stranger, json!(1)).await.outcome(), "FORBIDDEN");
        assert_eq!(set(&app.visitor(), json!(1)).await.outcome(), "UNAUTHENTICATED");
    }

    async fn two_who_set_a_headcount_at_once_are_both_heard(app: TestApp) {
        app.profile("chemistry").await;
        let operator = app.operator_of(&app.region("RU-KDA").await).await;
        let calls = (1..=4).map(|teachers| set(&operator, json!(teachers)));
        for answer in futures::future::join_all(calls).await {
            answer.done();
        }
        assert_eq!(app.journal().await.len(), 4);
    }

    async fn more_members_than_teachers_are_a_warning_never_an_error(app: TestApp) {
        let community = app.new_community("kda-chemistry").profile("chemistry").create().await;
        let operator = app.operator_of(&app.region("RU-KDA").await).await;
        app.member_of(&community).await;
        app.member_of(&community).await;
        let warning = async || {
            let query = "{ community(by: { slug: \"kda-chemistry\" }) { engagement(year: \"2023-2024\") { percent warning } } }";
            app.visitor().ask(query).await.payload()["engagement"].clone()
        };
        set(&operator, json!(2)).await.done();
        assert_eq!(warning().await, json!({ "percent": 100.0, "warning": null }));
        set(&operator, json!(1)).await.done();
        let found = warning().await;
        assert_eq!(found["percent"], json!(200.0));
        assert!(found["warning"].as_str().unwrap().contains("2 из 1"), "{found}");
    }
}

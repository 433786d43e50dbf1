//! The versions of the ranking methods: published with their numbers and words, and changed from the next year on only.

use entity::AcademicYear;
use serde_json::{Value, json};

use super::{
    ranking::{places, practices, publish_many, scores, this_year, within, written},
    ranking_history::close,
};
use crate::support::{app::TestApp, client::Answer};

const METHOD: &str = "method { ranks code version name formula effectiveFrom publishedAt numbers { name value least most meaning } }";

async fn revise(app: &TestApp, fields: Value) -> Answer {
    let mut input = json!({ "ranks": "PRACTICES", "code": "RATING", "expectedVersion": 1 });
    input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    app.registrar().await.call("rankingMethodRevise", input, METHOD).await
}

on_both! {
    async fn the_methods_are_published_with_their_numbers_in_words(app: TestApp) {
        let query = "{ rankingMethods(first: 100) { totalCount nodes { ranks code version name formula effectiveFrom numbers { name value least most meaning } } } }";
        let answer = app.visitor().ask(query).await;
        let methods = answer.payload()["nodes"].as_array().unwrap();
        let mut names: Vec<_> = methods.iter().map(|one| format!("{} {}", one["ranks"].as_str().unwrap(), one["code"].as_str().unwrap())).collect();
        names.sort();
        assert_eq!(names, [
            "COMMUNITIES PRACTICES_PER_100_MEMBERS", "COMMUNITIES PUBLISHED_PRACTICES", "PRACTICES ADOPTION", "PRACTICES EXPERT",
            "PRACTICES RATING", "REGIONS PRACTICES_PER_100_MEMBERS", "REGIONS PUBLISHED_PRACTICES",
        ]);
        assert_eq!(answer.payload()["totalCount"], 7);
        for method in methods {
            let formula = method["formula"].as_str().unwrap();
            assert!(!formula.contains(['{', '}']) && formula.len() > 40, "{method}");
            for number in method["numbers"].as_array().unwrap() {
                assert!(formula.contains(&number["value"].to_string()), "{method}");
                assert!(number["meaning"].as_str().unwrap().len() > 10);
            }
            assert_eq!(method["effectiveFrom"], "2000-2001");
        }
    }

    async fn a_new_version_holds_from_the_next_year_on_and_in_no_year_before(app: TestApp) {
        let current = this_year(&app);
        let community = app.community("kda-chemistry").await;
        let region = app.region("RU-KDA").await;
        let rated = app.new_practice(&community).title("rated").published_at(within(current.previous())).create().await;
        publish_many(&app, &community, 1, within(current.previous())).await;
        for stars in [5, 3] {
            let school = app.organization(&region).await;
            app.rated(&rated, Some(school.id), stars).await;
        }
        let school = app.organization(&region).await;
        let person = app.person_at("Оценщик", Some(school.id)).await;
        app.rated_by(&rated, person.id, Some(school.id), 1, within(current.previous())).await;
        let visitor = app.visitor();
        // C = R = 3 over all three; in the running year C = R = 4.
        let damped = async || visitor.sees(&rated).await["rating"]["damped"].clone();
        assert_eq!(damped().await, 3.0);
        let answer = revise(&app, json!({ "numbers": [{ "name": "damping", "value": 2 }] })).await;
        let method = &answer.done()["method"];
        let next = AcademicYear(current.0 + 1);
        assert_eq!((&method["version"], &method["effectiveFrom"]), (&json!(2), &json!(next.to_string())));
        assert!(method["formula"].as_str().unwrap().starts_with("(2·C + n·R) / (2 + n)"), "{method}");
        let told = async |arguments: &str| {
            let page = practices(&app.visitor(), arguments).await;
            (page["method"]["version"].as_i64().unwrap(), page["method"]["formula"].as_str().unwrap().contains("(10·C"))
        };
        for arguments in [String::new(), written(current), written(current.previous())] {
            assert_eq!(told(&arguments).await, (1, true), "{arguments}");
        }

        app.clock.advance(next.start() - app.clock.now());
        for (arguments, version) in [(String::new(), 2), (written(next), 2), (written(current), 1), (written(current.previous()), 1)] {
            assert_eq!(told(&arguments).await, (version, version == 1), "{arguments}");
        }
        // In that year by the version that held in it, whenever it is closed: (10·4 + 8) / 12 and 4.
        close(&app, current).await.done();
        let page = practices(&app.visitor(), &written(current)).await;
        assert_eq!((told(&written(current)).await, scores(&page)), ((1, true), vec![4_000_000, 4_000_000]));
        let rater = app.member_of(&app.new_community("kda-biology").create().await).await;
        rater.rate(&rated, 5).await.done();
        app.forget_boards().await;
        // By the new version: C = R = 14/4; (2·3,5 + 14) / 6.
        assert_eq!(scores(&practices(&app.visitor(), "").await), [3_500_000, 3_500_000]);
        assert_eq!(places(&practices(&app.visitor(), "").await)[0].0, "rated");
        assert_eq!(app.visitor().sees(&rated).await["rating"]["damped"], 3.5);
    }

    async fn words_and_numbers_of_a_version_are_checked(app: TestApp) {
        let invalid = |field: &str| vec![("INVALID".to_owned(), format!("input.{field}"))];
        for (fields, refused) in [
            (json!({ "numbers": [{ "name": "damping", "value": 0 }] }), invalid("numbers")),
            (json!({ "numbers": [{ "name": "damping", "value": 1_001 }] }), invalid("numbers")),
            (json!({ "numbers": [{ "name": "other", "value": 5 }] }), invalid("numbers")),
            (json!({ "numbers": [{ "name": "damping", "value": 5 }, { "name": "damping", "value": 6 }] }), invalid("numbers")),
            (json!({ "formula": "(10·C + n·R) / (10 + n)" }), invalid("formula")),
            (json!({ "formula": "{damping} {other}" }), invalid("formula")),
            (json!({ "formula": "" }), invalid("formula")),
            (json!({ "name": " " }), invalid("name")),
            (json!({ "name": "я".repeat(201) }), invalid("name")),
            (json!({}), vec![("INVALID".to_owned(), "input".to_owned())]),
            (json!({ "numbers": [{ "name": "damping", "value": 10 }] }), vec![("INVALID".to_owned(), "input".to_owned())]),
            (json!({ "expectedVersion": 2, "name": "Оценка" }), vec![("CONFLICT".to_owned(), "input.expectedVersion".to_owned())]),
        ] {
            let answer = revise(&app, fields.clone()).await;
            assert_eq!((answer.user_errors(), &answer.payload()["method"]), (refused, &Value::Null), "{fields}");
        }
        for code in ["NOTHING", "PUBLISHED_PRACTICES", "rating", ""] {
            assert_eq!(revise(&app, json!({ "code": code, "name": "Оценка" })).await.error_code(), "NOT_FOUND", "{code}");
        }
        // Two versions before the next year: the newest will hold.
        revise(&app, json!({ "formula": "Демпфер {damping}: среднее с ним." })).await.done();
        assert_eq!(revise(&app, json!({ "name": "Оценка" })).await.user_errors()[0].0, "CONFLICT");
        let answer = revise(&app, json!({ "expectedVersion": 2, "name": "Оценка педагогов" })).await;
        let method = &answer.done()["method"];
        assert_eq!((&method["version"], &method["formula"]), (&json!(3), &json!("Демпфер 10: среднее с ним.")));
        let journal = app.journal().await;
        let published: Vec<_> = journal.iter().filter(|entry| entry.action == "rankingMethod.revise").collect();
        assert_eq!(published.len(), 2);
        assert_eq!(published[1].after.as_ref().unwrap()["version"], 3);
    }

    async fn of_two_who_publish_a_version_at_once_one_does(app: TestApp) {
        let fields = |name: &str| json!({ "name": name });
        let (one, other) = tokio::join!(revise(&app, fields("Первая")), revise(&app, fields("Вторая")));
        let mut outcomes = [one.outcome(), other.outcome()];
        outcomes.sort();
        assert_eq!(outcomes, ["CONFLICT", "done"]);
        assert_eq!(app.visitor().ask("{ rankingMethods { totalCount } }").await.payload()["totalCount"], 8);
    }

    async fn a_process_that_starts_finds_the_versions_that_are_there(app: TestApp) {
        revise(&app, json!({ "name": "Оценка" })).await.done();
        let replica = app.replica().await;
        assert_eq!(replica.visitor().ask("{ rankingMethods { totalCount } }").await.payload()["totalCount"], 8);
    }
}

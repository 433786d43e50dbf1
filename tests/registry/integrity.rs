//! Integrity: what the check finds, and what the registrar does about it.

use chrono::{Duration, Timelike};
use entity::{PracticeState, community, integrity_check, practice};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
    eventually,
    statements::statements,
};

const FINDINGS: &str = "query($filter: IntegrityFindingFilter) { integrityFindings(filter: $filter, first: 100) { totalCount
    nodes { id code state explanation reason figures { name value threshold } practice { id } original { id } community { slug }
    evidence(first: 100) { totalCount nodes { rating { id } } } } } }";

const RATINGS: &str = "ratings { id setAside { reason finding { id } } } finding { id state reason }
    userErrors { code message path }";

/// Asks for a check and waits for its end; tells how many findings it opened.
async fn check(app: &TestApp, by: &Actor) -> i64 {
    let asked = by.ask("mutation { integrityCheck { check { id } userErrors { code path } } }").await;
    let check = asked.done()["check"]["id"].clone();
    let document = "query($id: ID!) { node(id: $id) { ... on IntegrityCheck { finishedAt opened } } }";
    let ask = async || by.query(document, json!({ "id": check })).await.payload().clone();
    let done = eventually("the check is done", ask, |check| !check["finishedAt"].is_null()).await;
    assert!(integrity_check::Entity::find().count(app.rows()).await.unwrap() > 0);
    done["opened"].as_i64().unwrap()
}

async fn findings(by: &Actor, filter: Value) -> Vec<Value> {
    let answer = by.query(FINDINGS, json!({ "filter": filter })).await;
    let list = answer.payload();
    assert_eq!(list["totalCount"], json!(list["nodes"].as_array().unwrap().len()));
    list["nodes"].as_array().unwrap().clone()
}

fn evidence(finding: &Value) -> Vec<Value> {
    let nodes = finding["evidence"]["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["rating"]["id"].clone()).collect()
}

async fn set_aside(by: &Actor, ratings: &[Value], finding: &Value) -> Answer {
    let input = json!({ "ratingIds": ratings, "findingId": finding, "reason": "Оценки поставлены подряд." });
    by.call("ratingsSetAside", input, RATINGS).await
}

async fn restore(by: &Actor, ratings: &[Value]) -> Answer {
    let input = json!({ "ratingIds": ratings, "reason": "Ошибка." });
    by.call("ratingsRestore", input, RATINGS).await
}

async fn published(app: &TestApp, of: &community::Model, how_many: usize) -> Vec<practice::Model> {
    let mut made = Vec::new();
    for _ in 0..how_many {
        made.push(app.published(of).await);
    }
    made
}

/// Ten practices of chemistry teachers, each rated with five stars by the same historian.
struct Series {
    chemistry: community::Model,
    practices: Vec<practice::Model>,
    rater: Actor,
    registrar: Actor,
}

impl Series {
    async fn new(app: &TestApp) -> Self {
        let chemistry = app.community("kda-chemistry").await;
        let practices = published(app, &chemistry, 10).await;
        let history = app.community("kda-history").await;
        let rater = app.new_member(&history).name("Серийный Семён Семёнович").enter().await;
        app.rated_all(&practices, rater.person(), 5).await;
        Self { chemistry, practices, rater, registrar: app.registrar().await }
    }

    /// Checked, and the one finding.
    async fn found(&self, app: &TestApp) -> Value {
        assert_eq!(check(app, &self.registrar).await, 1);
        let found = findings(&self.registrar, Value::Null).await;
        assert_eq!(found.len(), 1, "{found:#?}");
        found[0].clone()
    }
}

/// A text of so many different words.
fn text(from: usize, words: usize) -> String {
    (from..from + words).map(|word| format!("слово{word} ")).collect()
}

on_both! {
    async fn one_persons_ratings_of_one_community_are_found_once(app: TestApp) {
        let series = Series::new(&app).await;
        let found = series.found(&app).await;
        assert_eq!((&found["code"], &found["state"]), (&json!("SERIAL_RATINGS"), &json!("OPEN")));
        assert_eq!(found["community"], json!({ "slug": "kda-chemistry" }));
        assert_eq!(found["figures"][0], json!({ "name": "ratings", "value": 10.0, "threshold": 10.0 }));
        assert!(found["explanation"].as_str().unwrap().contains("одинаковых среди них 100 %"), "{found:#}");
        assert_eq!((&found["evidence"]["totalCount"], evidence(&found).len()), (&json!(10), 10));
        // Whose they are is nobody's to read here.
        assert!(!found.to_string().contains("Серийный"));

        assert_eq!(check(&app, &series.registrar).await, 0);
        let again = findings(&series.registrar, Value::Null).await;
        assert_eq!(again.iter().map(|one| &one["id"]).collect::<Vec<_>>(), [&found["id"]]);
        // What comes to an open finding belongs to it.
        let one_more = app.published(&series.chemistry).await;
        app.rated_all(&[one_more], series.rater.person(), 5).await;
        assert_eq!(check(&app, &series.registrar).await, 0);
        assert_eq!(findings(&series.registrar, Value::Null).await[0]["evidence"]["totalCount"], json!(11));
    }

    async fn ratings_that_were_set_aside_count_nowhere_and_can_be_restored(app: TestApp) {
        let series = Series::new(&app).await;
        let practice = &series.practices[0];
        let rated_fairly = app.organization(&app.region("RU-KDA").await).await;
        app.rated(practice, Some(rated_fairly.id), 3).await;
        let found = series.found(&app).await;
        let visitor = app.visitor();
        let score = async || {
            let document = "{ practiceRanking(first: 100) { edges { score node { id } } } }";
            let answer = visitor.ask(document).await;
            let edges = answer.payload()["edges"].as_array().unwrap().clone();
            edges.into_iter().find(|edge| edge["node"]["id"] == json!(id(practice.id))).unwrap()["score"].as_f64().unwrap()
        };
        let before = (visitor.sees(practice).await["rating"].clone(), score().await);
        assert_eq!(before.0["histogram"], json!([0, 0, 1, 0, 1]));

        let ratings = evidence(&found);
        let done = set_aside(&series.registrar, &ratings, &found["id"]).await;
        let payload = done.done();
        assert_eq!(payload["finding"]["state"], json!("SET_ASIDE"));
        assert_eq!(payload["ratings"][9]["setAside"]["finding"]["id"], found["id"]);
        let rating = visitor.sees(practice).await["rating"].clone();
        assert_eq!((&rating["histogram"], &rating["organizations"]), (&json!([0, 0, 1, 0, 0]), &json!(1)));
        // Only threes are left: everything stands at their mean.
        eventually("the board follows", score, |score| (*score - 3.0).abs() < 1e-9).await;

        let restored = restore(&series.registrar, &ratings).await;
        assert_eq!(restored.done()["finding"]["state"], json!("OPEN"));
        assert_eq!(restored.done()["ratings"][0]["setAside"], Value::Null);
        eventually("the board follows back", score, |score| (*score - before.1).abs() < 1e-9).await;
        assert_eq!(visitor.sees(practice).await["rating"], before.0);
    }

    async fn a_year_counts_no_rating_that_was_set_aside(app: TestApp) {
        let practice = app.new_practice(&app.community("kda-chemistry").await)
            .published_at(app.clock.now() - Duration::days(400)).create().await;
        let region = app.region("RU-KDA").await;
        let (school, lyceum) = (app.organization(&region).await, app.organization(&region).await);
        let bad = app.rated(&practice, Some(school.id), 1).await;
        app.rated(&practice, Some(lyceum.id), 5).await;
        let (registrar, visitor) = (app.registrar().await, app.visitor());
        let year = crate::registry::ranking::this_year(&app);
        let document = format!("{{ practiceRanking({}) {{ edges {{ score }} }} }}", crate::registry::ranking::written(year));
        let score = async || visitor.ask(&document).await.payload()["edges"][0]["score"].as_f64();
        assert_eq!(score().await, Some(3.0));
        set_aside(&registrar, &[json!(id(bad.id))], &Value::Null).await.done();
        eventually("the year follows", score, |score| *score == Some(5.0)).await;
    }

    async fn who_gave_a_rating_and_the_registrar_see_that_it_was_set_aside(app: TestApp) {
        let series = Series::new(&app).await;
        let found = series.found(&app).await;
        let practice = &series.practices[0];
        let ratings = evidence(&found);
        let (visitor, auditor) = (app.visitor(), app.auditor().await);
        let mut kept = std::collections::BTreeMap::new();
        let stood = visitor.follow(None, &mut kept).await;
        assert!(ratings.iter().all(|id| kept.contains_key(id.as_str().unwrap())));
        set_aside(&series.registrar, &ratings, &found["id"]).await.done();

        let document = "query($id: ID!) { practice(by: { id: $id }) { viewerRating { stars setAside { reason finding { id } } }
            ratings { totalCount nodes { id setAside { reason } } } } }";
        let seen = async |who: &Actor| who.query(document, json!({ "id": id(practice.id) })).await.payload().clone();
        let reason = json!({ "reason": "Оценки поставлены подряд." });
        for who in [&series.registrar, &auditor, &series.rater] {
            let list = seen(who).await["ratings"].clone();
            assert_eq!((&list["totalCount"], &list["nodes"][0]["setAside"]), (&json!(1), &reason));
        }
        let own = seen(&series.rater).await["viewerRating"].clone();
        let told = json!({ "reason": "Оценки поставлены подряд.", "finding": null });
        assert_eq!(own, json!({ "stars": 5, "setAside": told }));
        let (stranger, chair) = (app.stranger().await, app.chair_of(&series.chemistry).await);
        for who in [&visitor, &stranger, &chair] {
            assert_eq!(seen(who).await["ratings"], json!({ "totalCount": 0, "nodes": [] }));
            let node = who.query("query($id: ID!) { node(id: $id) { id } }", json!({ "id": ratings[0] })).await;
            assert_eq!(node.payload(), &Value::Null);
        }
        // Followers drop them.
        visitor.follow(Some(&stood), &mut kept).await;
        assert!(ratings.iter().all(|id| !kept.contains_key(id.as_str().unwrap())));
        // To give it again changes its stars, not that it was set aside.
        series.rater.rate(practice, 4).await.done();
        assert_eq!(visitor.sees(practice).await["rating"]["count"], json!(0));
        let own = seen(&series.rater).await["viewerRating"].clone();
        assert_eq!(own, json!({ "stars": 4, "setAside": told }));
    }

    async fn what_was_done_stands_in_the_journal_and_names_nobody(app: TestApp) {
        let series = Series::new(&app).await;
        let found = series.found(&app).await;
        let ratings = evidence(&found);
        set_aside(&series.registrar, &ratings[..1], &found["id"]).await.done();
        restore(&series.registrar, &ratings[..1]).await.done();
        let journal = app.journal().await;
        let of = |kind: &str| journal.iter().filter(|entry| entry.subject_type == kind).collect::<Vec<_>>();
        let given = of("rating");
        assert_eq!(given.len(), 2);
        assert!(given.iter().all(|entry| entry.confidential && entry.action == "integrity.decide"));
        assert_eq!(given[0].after.as_ref().unwrap()["setAside"], json!(true));
        assert_eq!(given[1].after.as_ref().unwrap()["setAside"], json!(false));
        let states: Vec<_> = of("finding").iter().map(|entry| entry.after.as_ref().unwrap()["state"].clone()).collect();
        assert_eq!(states, [json!("OPEN"), json!("SET_ASIDE"), json!("OPEN")]);
        assert_eq!(of("check").len(), 1);
        let all: Vec<_> = journal.iter().map(|entry| format!("{entry:?}")).collect();
        assert!(!all.concat().contains("Серийный"));
    }

    async fn ratings_are_set_aside_once_and_only_those_of_the_finding(app: TestApp) {
        let series = Series::new(&app).await;
        let found = series.found(&app).await;
        let ratings = evidence(&found);
        let other = json!(id(app.rated(&series.practices[0], None, 2).await.id));
        let registrar = &series.registrar;
        let path = |place: &str| format!("input.ratingIds{place}");
        let strange = set_aside(registrar, &[ratings[0].clone(), other.clone()], &found["id"]).await;
        assert_eq!(strange.user_errors(), [("NOT_ELIGIBLE".into(), path(".1"))]);
        let twice = set_aside(registrar, &[other.clone(), other.clone()], &Value::Null).await;
        assert_eq!(twice.user_errors(), [("INVALID".into(), path(""))]);
        assert_eq!(set_aside(registrar, &[], &Value::Null).await.user_errors(), [("INVALID".into(), path(""))]);
        let early = restore(registrar, &[ratings[0].clone()]).await;
        assert_eq!(early.user_errors(), [("WRONG_STATE".into(), path(".0"))]);
        set_aside(registrar, &ratings[..1], &found["id"]).await.done();
        let again = set_aside(registrar, &ratings, &found["id"]).await;
        assert_eq!(again.user_errors(), [("WRONG_STATE".into(), path(".0"))]);
        let unknown = json!(id(entity::ids::RatingId::generate()));
        assert_eq!(set_aside(registrar, &[unknown], &Value::Null).await.error_code(), "NOT_FOUND");
        let many = vec![ratings[0].clone(); 101];
        assert_eq!(set_aside(registrar, &many, &Value::Null).await.user_errors(), [("INVALID".into(), path(""))]);
    }

    async fn a_dismissed_finding_opens_again_only_when_as_much_has_come_to_it(app: TestApp) {
        let series = Series::new(&app).await;
        let found = series.found(&app).await;
        let registrar = &series.registrar;
        let dismiss = async || {
            let input = json!({ "findingId": found["id"], "reason": "Участник вёл семинар." });
            registrar.call("integrityFindingDismiss", input, "finding { state reason }").await
        };
        assert_eq!(dismiss().await.done()["finding"], json!({ "state": "DISMISSED", "reason": "Участник вёл семинар." }));
        let twice = dismiss().await;
        assert_eq!(twice.user_errors(), [("WRONG_STATE".into(), "input.findingId".into())]);
        assert_eq!(twice.payload()["finding"]["state"], json!("DISMISSED"));
        let more = published(&app, &series.chemistry, 10).await;
        app.rated_all(&more[..9], series.rater.person(), 5).await;
        assert_eq!(check(&app, registrar).await, 0);
        assert_eq!(findings(registrar, json!({ "state": ["OPEN"] })).await, [] as [Value; 0]);
        app.rated_all(&more[9..], series.rater.person(), 5).await;
        assert_eq!(check(&app, registrar).await, 1);
        let open = findings(registrar, json!({ "state": ["OPEN"] })).await;
        assert_eq!((&open[0]["id"], &open[0]["evidence"]["totalCount"]), (&found["id"], &json!(20)));
    }

    async fn a_burst_and_a_closed_ring_are_found(app: TestApp) {
        let (chemistry, history) = (app.community("kda-chemistry").await, app.community("kda-history").await);
        let practice = app.published(&chemistry).await;
        for _ in 0..20 {
            app.rated(&practice, None, 5).await;
        }
        let (one, other) = (app.member_of(&chemistry).await, app.member_of(&history).await);
        for (author, of, rater) in [(&one, &chemistry, &other), (&other, &history, &one)] {
            for _ in 0..3 {
                let written = app.new_practice(of).by(author).state(PracticeState::Published).create().await;
                app.rated_by(&written, rater.person(), None, 5, app.clock.now()).await;
            }
        }
        let registrar = app.registrar().await;
        assert_eq!(check(&app, &registrar).await, 2);
        let burst = findings(&registrar, json!({ "code": ["RATING_BURST"] })).await;
        assert_eq!((&burst[0]["practice"]["id"], evidence(&burst[0]).len()), (&json!(id(practice.id)), 20));
        let ring = findings(&registrar, json!({ "code": ["RATING_RING"] })).await;
        assert_eq!((ring.len(), evidence(&ring[0]).len()), (1, 6));
        let of_practice = findings(&registrar, json!({ "practiceId": id(practice.id) })).await;
        assert_eq!(of_practice.iter().map(|one| &one["id"]).collect::<Vec<_>>(), [&burst[0]["id"]]);
    }

    async fn a_near_copy_is_found_with_its_original(app: TestApp) {
        let (chemistry, history) = (app.community("kda-chemistry").await, app.community("kda-history").await);
        let since = |days| app.clock.now() - Duration::days(days);
        let copied = text(0, 300).replacen("слово150 ", "иначе ", 1);
        let copy = app.new_practice(&history).state(PracticeState::Submitted).body(&copied).created_at(since(5)).create().await;
        let original = app.new_practice(&chemistry).state(PracticeState::Published).body(&text(0, 300)).created_at(since(90)).create().await;
        // Of others only the words are the same, and drafts are nobody's to compare.
        app.new_practice(&history).state(PracticeState::Published).body(&text(290, 300)).create().await;
        app.new_practice(&history).state(PracticeState::Draft).body(&text(0, 300)).create().await;
        let registrar = app.registrar().await;
        assert_eq!(check(&app, &registrar).await, 1);
        assert_eq!(check(&app, &registrar).await, 0);
        let found = findings(&registrar, json!({ "communityId": id(history.id) })).await;
        assert_eq!(found.len(), 1);
        let (practice, of) = (&found[0]["practice"]["id"], &found[0]["original"]["id"]);
        assert_eq!((practice, of), (&json!(id(copy.id)), &json!(id(original.id))));
        assert!(found[0]["figures"][0]["value"].as_f64().unwrap() > 0.9, "{found:#?}");
    }

    async fn only_the_registrar_and_the_auditor_read_findings(app: TestApp) {
        let series = Series::new(&app).await;
        let found = series.found(&app).await;
        let node = "query($id: ID!) { node(id: $id) { id ... on IntegrityFinding { code } } }";
        let auditor = app.auditor().await;
        assert_eq!(findings(&auditor, Value::Null).await.len(), 1);
        assert_eq!(auditor.query(node, json!({ "id": found["id"] })).await.payload()["code"], json!("SERIAL_RATINGS"));
        let operator = app.operator_of(&app.region("RU-KDA").await).await;
        for (who, code) in [(app.visitor(), "UNAUTHENTICATED"), (operator, "FORBIDDEN"), (series.rater, "FORBIDDEN")] {
            assert_eq!(who.query(FINDINGS, json!({})).await.error_code(), code);
            assert_eq!(who.query(node, json!({ "id": found["id"] })).await.payload(), &Value::Null);
        }
    }

    async fn every_night_one_process_checks(app: TestApp) {
        let hour = (app.clock.now().hour() + 2) % 24;
        let app = app.configured(|config| config.integrity_hour = hour).await;
        let replica = app.replica().await;
        let practices = published(&app, &app.community("kda-chemistry").await, 10).await;
        app.rated_all(&practices, app.person("Серийный Семён").await.id, 5).await;
        for process in [&app, &replica] {
            // The first request starts it, with the check of the last night.
            process.visitor().ask("{ viewer { id } }").await.data();
        }
        let checks = async || {
            let rows = integrity_check::Entity::find().all(app.rows()).await.unwrap();
            rows.iter().map(|row| (row.finished_at.is_some(), row.found)).collect::<Vec<_>>()
        };
        eventually("the first night", checks, |checks| *checks == [(true, 1)]).await;
        app.clock.advance(Duration::hours(2));
        eventually("the next night", checks, |checks| checks.len() == 2 && checks.iter().all(|check| check.0)).await;
        let registrar = app.registrar().await;
        assert_eq!(findings(&registrar, Value::Null).await.len(), 1);
        let seen = "{ integrityFindings { nodes { foundAt seenAt } } }";
        let answer = registrar.ask(seen).await;
        let finding = &answer.payload()["nodes"][0];
        assert_ne!(finding["foundAt"], finding["seenAt"]);
    }

    async fn twelve_findings_take_as_many_statements_as_two(app: TestApp) {
        let chemistry = app.community("kda-chemistry").await;
        let registrar = app.registrar().await;
        let grow = async |how_many: usize| {
            for _ in 0..how_many {
                app.finding(&app.rated(&app.published(&chemistry).await, None, 5).await).await;
            }
        };
        let query = "{ integrityFindings(first: 50) { totalCount nodes { code practice { title } original { title }
            community { slug } evidence(first: 5) { totalCount nodes { rating { stars setAside { reason } practice { title } } } } } } }";
        grow(2).await;
        let few = statements(&registrar, query).await;
        grow(10).await;
        let many = statements(&registrar, query).await;
        assert!(few > 0 && few == many, "{few} became {many}");
    }
}

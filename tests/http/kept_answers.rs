//! Answers that are kept for other visitors: the same as without, for everybody, while others write.

use std::io::Read as _;

use api::config::Config;
use flate2::read::GzDecoder;
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    eventually,
};

/// Chance that falls the same way every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// What is asked: with answers that differ by who asks, and by what was written a moment ago.
const QUESTIONS: &[&str] = &[
    "{ practices(first: 5) { totalCount nodes { id title state summary version rating { count } } } }",
    "{ community(by: { slug: \"kda-chemistry\" }) { name memberCount members(first: 5) { totalCount nodes { fullName email } }
        practices(first: 5) { totalCount nodes { title } } } }",
    "{ viewer { login } community(by: { slug: \"kda-biology\" }) { version } }",
    "query($slug: String!) { community(by: { slug: $slug }) { slug chair { holder { name } } appointments { totalCount } } }",
    "query($first: Int) { communities(first: $first) { nodes { slug practices { totalCount } } } }",
    "{ events(first: 5) { totalCount nodes { title participants participantMembers { totalCount } } } }",
    "{ search(query: \"семинар практика\", first: 5) { totalCount } }",
];

fn variables(chance: &mut Chance) -> Value {
    let slug = ["kda-chemistry", "kda-biology", "none"][chance.below(3)];
    json!({ "slug": slug, "first": 1 + chance.below(2) })
}

/// An answer without the ids of its request.
fn told(mut answer: Value) -> Value {
    for error in answer["errors"].as_array_mut().into_iter().flatten() {
        error["extensions"]["requestId"].take();
    }
    answer
}

fn get(app: &TestApp, query: &str) -> reqwest::RequestBuilder {
    let query = format!("/graphql?query={}", query.replace(' ', "%20"));
    crate::support::client::http().request(Method::GET, app.url(&query))
}

on_both! {
    async fn everybody_is_answered_as_if_nothing_were_kept_while_others_write(app: TestApp) {
        let chemistry = app.new_community("kda-chemistry").profile("chemistry").create().await;
        let biology = app.new_community("kda-biology").profile("biology").create().await;
        let region = app.region_of(&chemistry).await;
        let plain = app.replica().await.configured(|config: &mut Config| config.answers_milliseconds = 0).await;
        let chair = app.chair_of(&chemistry).await;
        let member = app.member_of(&chemistry).await;
        let operator = app.operator_of(&region).await;
        let roles = [
            app.visitor(), member.clone(), chair.clone(), app.coordinator_of(&biology).await, operator.clone(),
            app.registrar().await, app.auditor().await, app.stranger().await,
        ];
        let there = |by: &Actor| Actor { client: plain.visitor().client, ..by.clone() };
        let mut chance = Chance(7);
        for nth in 0..160 {
            match chance.below(4) {
                0 => {
                    let facts = json!({ "kind": "INSTITUTE", "level": "REGIONAL", "title": format!("Семинар {nth}"), "startsOn": "2024-10-01" });
                    let of = if chance.below(2) == 0 { &chemistry } else { &biology };
                    operator.call("eventCreate", json!({ "communityId": id(of.id), "event": facts }), "").await.done();
                }
                1 => {
                    let facts = json!({ "communityId": id(chemistry.id), "title": format!("Практика {nth}"), "summary": "Кратко.", "body": "Подробно." });
                    member.call("practiceCreate", facts, "").await.done();
                }
                _ => {}
            }
            let by = &roles[[0, 0, 0, chance.below(8)][chance.below(4)]];
            let (question, given) = (QUESTIONS[chance.below(QUESTIONS.len())], variables(&mut chance));
            // Each is asked twice, so that the second may be an answer that was kept.
            for again in ["first", "again"] {
                let kept = by.query(question, given.clone()).await.body;
                let made = there(by).query(question, given.clone()).await.body;
                assert_eq!(told(kept), told(made), "{question} of {given} as {}, asked {again}", by.login);
            }
        }
    }

    async fn what_another_process_writes_is_seen_within_a_second(app: TestApp) {
        let chemistry = app.new_community("kda-chemistry").profile("chemistry").create().await;
        let other = app.replica().await;
        let operator = app.operator_of(&app.region_of(&chemistry).await).await;
        let count = async || other.visitor().ask("{ events { totalCount } }").await.payload()["totalCount"].clone();
        assert_eq!(count().await, 0);
        for nth in 1..=3 {
            let facts = json!({ "kind": "INSTITUTE", "level": "REGIONAL", "title": format!("Семинар {nth}"), "startsOn": "2024-10-01" });
            operator.call("eventCreate", json!({ "communityId": id(chemistry.id), "event": facts }), "").await.done();
            eventually("the event elsewhere", &count, |found| *found == nth).await;
        }
    }

    async fn who_has_the_answer_already_is_told_so(app: TestApp) {
        let chemistry = app.new_community("kda-chemistry").profile("chemistry").create().await;
        let query = "{ events { totalCount } }";
        let first = get(&app, query).send().await.unwrap();
        let tag = first.headers()[header::ETAG].clone();
        assert_eq!((&first.headers()[header::CACHE_CONTROL], first.status()), (&"no-cache".parse().unwrap(), StatusCode::OK));
        let again = get(&app, query).header(header::IF_NONE_MATCH, &tag).send().await.unwrap();
        assert_eq!((again.status(), &again.headers()[header::ETAG]), (StatusCode::NOT_MODIFIED, &tag));
        assert_eq!(again.text().await.unwrap(), "");
        let operator = app.operator_of(&app.region_of(&chemistry).await).await;
        let facts = json!({ "kind": "INSTITUTE", "level": "REGIONAL", "title": "Семинар", "startsOn": "2024-10-01" });
        operator.call("eventCreate", json!({ "communityId": id(chemistry.id), "event": facts }), "").await.done();
        let changed = get(&app, query).header(header::IF_NONE_MATCH, &tag).send().await.unwrap();
        assert_eq!(changed.status(), StatusCode::OK);
        assert_ne!(changed.headers()[header::ETAG], tag);
        // Who brings a token, or posts, is told nothing that could be kept.
        let own = get(&app, query).bearer_auth(operator.token.as_ref().unwrap()).send().await.unwrap();
        assert_eq!((own.headers().get(header::ETAG), &own.headers()[header::CACHE_CONTROL]), (None, &"no-store".parse().unwrap()));
        let refused = get(&app, "{ nonsense }").send().await.unwrap();
        assert_eq!(refused.headers().get(header::ETAG), None);
    }
    async fn who_takes_gzip_is_answered_in_it_and_who_does_not_in_plain(app: TestApp) {
        let operator = app.operator_of(&app.region("RU-KDA").await).await;
        let query = "{ __schema { types { name fields { name } } } }";
        let asked = async |takes: Option<&str>, by: Option<&Actor>| {
            let mut request = get(&app, query);
            if let Some(takes) = takes {
                request = request.header(header::ACCEPT_ENCODING, takes);
            }
            if let Some(by) = by {
                request = request.bearer_auth(by.token.as_ref().unwrap());
            }
            let response = request.send().await.unwrap();
            let vary: Vec<_> = response.headers().get_all(header::VARY).iter().map(|value| value.to_str().unwrap()).collect();
            let varies = vary.join(", ").to_lowercase();
            let packed = response.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
            (response.bytes().await.unwrap(), packed, varies)
        };
        for by in [None, Some(&operator)] {
            let (plain, packed, _) = asked(None, by).await;
            assert_eq!(packed, None);
            // The first makes it, the second is given what was kept; and it is still plain for others.
            for takes in ["gzip, deflate, br, zstd", "gzip", "gzip;q=0", "br", "identity"] {
                let (body, packed, varies) = asked(Some(takes), by).await;
                let takes_it = takes.starts_with("gzip") && !takes.contains("q=0");
                assert_eq!(packed.is_some(), takes_it, "{takes}");
                if takes_it {
                    let mut told = String::new();
                    GzDecoder::new(body.as_ref()).read_to_string(&mut told).unwrap();
                    assert!(told.as_bytes() == plain.as_ref());
                    assert!(varies.contains("accept-encoding"), "{varies}");
                    assert!(body.len() * 2 < plain.len());
                } else {
                    assert!(body == plain, "{takes}");
                }
            }
        }
    }
}

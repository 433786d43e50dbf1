//! How soon a change shows in the rankings: in every board that it touches, whichever process made it.

use chrono::Duration;
use entity::{PracticeState, community, practice};
use serde_json::{Value, json};

use super::ranking::{
    communities, edges, name, placed, places, practices, publish_many, ranking, scores, this_year, written,
};
use crate::support::{app::TestApp, eventually};

async fn approved(app: &TestApp, of: &community::Model, title: &str) -> practice::Model {
    app.new_practice(of).title(title).state(PracticeState::Approved).create().await
}

on_both! {
    async fn a_publication_shows_within_a_second_in_every_board_that_it_touches_and_in_no_other(app: TestApp) {
        let make = async |slug: &str, region: &str, profile: &str| {
            let community = app.new_community(slug).region(region).profile(profile).create().await;
            app.published(&community).await;
            community
        };
        let community = make("kda-chemistry", "RU-KDA", "chemistry").await;
        make("spe-biology", "RU-SPE", "biology").await;
        let coordinator = app.coordinator_of(&community).await;
        let draft = approved(&app, &community, "fresh").await;
        let visitor = app.visitor();
        let year = written(this_year(&app));
        let mut touched = vec![];
        for filter in ["", "filter: { regionCode: \"RU-KDA\" }", "filter: { profileCode: \"chemistry\" }",
            "filter: { regionCode: \"RU-KDA\", profileCode: \"chemistry\" }"] {
            for period in ["", year.as_str()] {
                touched.push(("communityRanking", format!("{filter} {period}")));
                touched.push(("practiceRanking", format!("{filter} {period}")));
            }
            touched.push(("communityRanking", format!("{filter} method: PRACTICES_PER_100_MEMBERS")));
        }
        let mut others = vec![];
        for filter in ["filter: { regionCode: \"RU-SPE\" }", "filter: { profileCode: \"biology\" }"] {
            others.push(("communityRanking", filter.to_owned()));
            others.push(("practiceRanking", filter.to_owned()));
        }
        let mut as_of = vec![];
        for (field, arguments) in touched.iter().chain(&others) {
            as_of.push(ranking(&visitor, field, arguments).await["asOf"].clone());
        }
        let members = |page: &Value| page["totalCount"].as_u64().unwrap();
        coordinator.publish(&draft).await.done();
        let all: Vec<_> = touched.iter().collect();
        eventually(
            "the publication in all boards",
            async || {
                let mut behind = vec![];
                for (field, arguments) in &all {
                    let page = ranking(&visitor, field, arguments).await;
                    let shows = match *field {
                        "communityRanking" => edges(&page).iter().any(|edge| {
                            name(edge) == "kda-chemistry"
                                && edge["explanation"]["components"][0]["value"] == 2.0
                        }),
                        _ => edges(&page).iter().any(|edge| name(edge) == "fresh") && members(&page) >= 2,
                    };
                    if !shows {
                        behind.push(format!("{field} {arguments}"));
                    }
                }
                behind
            },
            |behind| behind.is_empty(),
        )
        .await;
        for ((field, arguments), before) in touched.iter().chain(&others).zip(&as_of) {
            let now = ranking(&visitor, field, arguments).await["asOf"].clone();
            let is_other = others.iter().any(|other| (&other.0, &other.1) == (field, arguments));
            assert_eq!(&now == before, is_other, "{field} {arguments}");
        }
        let page = communities(&visitor, "").await;
        assert_eq!(places(&page), placed(&[("kda-chemistry", 1), ("spe-biology", 2)]));
    }

    async fn a_rating_shows_within_a_second_among_practices_only(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let practice = app.new_practice(&community).title("rated").published_at(app.clock.now()).create().await;
        app.new_practice(&community).title("other").published_at(app.clock.now() - Duration::days(9)).create().await;
        let rater = app.member_of(&app.community("kda-biology").await).await;
        let visitor = app.visitor();
        let filter = "filter: { regionCode: \"RU-KDA\" }";
        let boards = [String::new(), filter.to_owned(), written(this_year(&app))];
        for arguments in &boards {
            assert_eq!(places(&practices(&visitor, arguments).await), placed(&[("other", 1), ("rated", 1)]));
        }
        let before = communities(&visitor, "").await["asOf"].clone();
        rater.rate(&practice, 5).await.done();
        eventually(
            "the rating in all boards",
            async || {
                let mut first = vec![];
                for arguments in &boards {
                    first.extend(places(&practices(&visitor, arguments).await).into_iter().take(1));
                }
                first
            },
            |first| first.iter().all(|place| place.0 == "rated"),
        )
        .await;
        rater.rate(&practice, 1).await.done();
        // One organization: C = R = 1, and all are equal again; who was rated by more stands first.
        let shown = async || scores(&practices(&visitor, "").await);
        eventually("the changed rating", shown, |scores| *scores == [1_000_000, 1_000_000]).await;
        assert_eq!(places(&practices(&visitor, "").await), placed(&[("rated", 1), ("other", 1)]));
        assert_eq!(communities(&visitor, "").await["asOf"], before);
    }

    async fn what_is_withdrawn_or_annulled_leaves_at_once(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let coordinator = app.coordinator_of(&community).await;
        let registrar = app.registrar().await;
        let [one, other] = [app.published(&community).await, app.published(&community).await];
        app.new_practice(&community).title("stays").published_at(app.clock.now()).create().await;
        let visitor = app.visitor();
        assert_eq!(practices(&visitor, "").await["totalCount"], 3);
        assert_eq!(scores(&communities(&visitor, "").await), [3_000_000]);
        coordinator.withdraw(&one, "Устарела.").await.done();
        let titles = async || edges(&practices(&visitor, "").await).iter().map(name).collect::<Vec<_>>();
        assert!(!titles().await.contains(&one.title));
        registrar.annul(&other, "Плагиат.").await.done();
        assert_eq!(titles().await, ["stays"]);
        let shown = async || scores(&communities(&visitor, "").await);
        eventually("the count without them", shown, |scores| *scores == [1_000_000]).await;
        // Until the board follows, its places have gaps where they stood.
        let shown = async || practices(&visitor, "").await["totalCount"].clone();
        eventually("the board without them", shown, |count| *count == 1).await;
        assert_eq!(places(&practices(&visitor, "").await), placed(&[("stays", 1)]));
        let answer = visitor.ask("{ community(by: { slug: \"kda-chemistry\" }) { practiceCount practices { totalCount } } }").await;
        assert_eq!(answer.payload(), &json!({ "practiceCount": 1, "practices": { "totalCount": 1 } }));
    }

    async fn another_process_shows_a_publication_within_a_second(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let other = app.community("kda-biology").await;
        publish_many(&app, &other, 1, app.clock.now()).await;
        let coordinator = app.coordinator_of(&community).await;
        let replica = app.replica().await;
        let drafts = [approved(&app, &community, "one").await, approved(&app, &community, "two").await];
        // A board that only the other process was ever asked for.
        let only_there = "filter: { regionCode: \"RU-KDA\" }";
        assert_eq!(places(&communities(&replica.visitor(), only_there).await)[0].0, "kda-biology");
        assert_eq!(places(&communities(&replica.visitor(), "").await)[0].0, "kda-biology");
        for draft in &drafts {
            coordinator.publish(draft).await.done();
        }
        for (asked, arguments) in [(&replica, ""), (&replica, only_there), (&app, ""), (&app, only_there)] {
            let visitor = asked.visitor();
            let shown = async || places(&communities(&visitor, arguments).await);
            eventually("the publication", shown, |places| places[0].0 == "kda-chemistry").await;
        }
        // And the other way round, by a caller who signed in at the first process.
        let more = approved(&app, &other, "three").await;
        let there = replica.coordinator_of(&other).await;
        there.publish(&more).await.done();
        let more = approved(&app, &other, "four").await;
        there.publish(&more).await.done();
        let visitor = app.visitor();
        let shown = async || places(&communities(&visitor, "").await);
        eventually("the publication there", shown, |places| places[0].0 == "kda-biology").await;
        let token = coordinator.token.as_deref().unwrap();
        let answer = replica.visitor().bearing(token).ask("{ viewer { login } }").await;
        assert_eq!(answer.payload()["login"], json!(coordinator.login));
    }
}

//! Rankings: places, explanations, periods and filters, and how soon a change shows.

use chrono::{DateTime, Duration, Utc};
use entity::{AcademicYear, Office, community};
use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    factory::day,
};

const EDGE: &str = "edges { cursor rank position score previousRank
    node { ... on Community { slug } ... on Practice { title } }
    explanation { components { code value weight contribution } tieBreakers { code value } toNextRank } }
    totalCount asOf method { code version name formula }";

pub(super) async fn ranking(actor: &Actor, field: &str, arguments: &str) -> Value {
    let arguments =
        if arguments.is_empty() { "first: 100".to_owned() } else { format!("first: 100, {arguments}") };
    let inline = match field {
        "communityRanking" => "slug",
        "regionRanking" => "code",
        _ => "title",
    };
    let edge = EDGE.replace("... on Community { slug } ... on Practice { title }", inline);
    actor.ask(&format!("{{ {field}({arguments}) {{ {edge} }} }}")).await.payload().clone()
}

pub(super) async fn communities(actor: &Actor, arguments: &str) -> Value {
    ranking(actor, "communityRanking", arguments).await
}

pub(super) async fn practices(actor: &Actor, arguments: &str) -> Value {
    ranking(actor, "practiceRanking", arguments).await
}

pub(super) fn edges(page: &Value) -> &[Value] {
    page["edges"].as_array().unwrap()
}

/// Name and rank of every line.
pub(super) fn places(page: &Value) -> Vec<(String, i64)> {
    let positions: Vec<_> = edges(page).iter().map(|edge| edge["position"].as_u64().unwrap()).collect();
    assert!(positions.iter().copied().eq(1..=positions.len() as u64), "{positions:?}");
    assert_eq!(page["totalCount"], json!(positions.len()));
    edges(page).iter().map(|edge| (name(edge), edge["rank"].as_i64().unwrap())).collect()
}

pub(super) fn name(edge: &Value) -> String {
    let node = &edge["node"];
    ["slug", "title", "code"].into_iter().find_map(|field| node[field].as_str()).unwrap().to_owned()
}

pub(super) fn placed(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|(name, rank)| ((*name).to_owned(), *rank)).collect()
}

/// A figure as an integer of millionths: exactly as it is shown.
fn micro(value: &Value) -> i64 {
    let shown = value.as_f64().unwrap() * 1e6;
    assert!((shown - shown.round()).abs() < 1e-3, "{value} has more than six digits");
    shown.round() as i64
}

/// The contributions of the parts are the score.
pub(super) fn explained(page: &Value) {
    for edge in edges(page) {
        let parts = edge["explanation"]["components"].as_array().unwrap();
        let sum: i64 = parts.iter().map(|part| micro(&part["contribution"])).sum();
        assert_eq!(sum, micro(&edge["score"]), "{edge:#}");
        assert_eq!(edge["rank"] == 1, edge["explanation"]["toNextRank"].is_null(), "{edge:#}");
    }
}

pub(super) fn scores(page: &Value) -> Vec<i64> {
    edges(page).iter().map(|edge| micro(&edge["score"])).collect()
}

pub(super) async fn publish_many(app: &TestApp, of: &community::Model, how_many: usize, at: DateTime<Utc>) {
    for _ in 0..how_many {
        app.new_practice(of).published_at(at).create().await;
    }
}

pub(super) fn this_year(app: &TestApp) -> AcademicYear {
    AcademicYear::of(app.clock.now())
}

/// In the middle of a year that has ended.
pub(super) fn within(year: AcademicYear) -> DateTime<Utc> {
    year.start() + Duration::days(100)
}

pub(super) fn written(year: AcademicYear) -> String {
    format!("period: \"{}-{}\"", year.0, year.0 + 1)
}

on_both! {
    async fn equals_share_a_rank_and_the_next_one_skips(app: TestApp) {
        for (slug, registered, count) in
            [("e", "2020-01-01", 1), ("d", "2022-03-01", 2), ("a", "2020-01-01", 5), ("c", "2021-03-01", 2), ("b", "2023-01-01", 4)]
        {
            let community = app.new_community(slug).registered_on(registered).create().await;
            publish_many(&app, &community, count, app.clock.now()).await;
        }
        let page = communities(&app.visitor(), "").await;
        assert_eq!(places(&page), placed(&[("a", 1), ("b", 2), ("c", 3), ("d", 3), ("e", 5)]));
        assert_eq!(scores(&page), [5, 4, 2, 2, 1].map(|n| n * 1_000_000));
        explained(&page);
        let told: Vec<_> = edges(&page).iter().map(|edge| edge["explanation"]["toNextRank"].clone()).collect();
        let expected = [
            Value::Null,
            json!("До 1-го места не хватает 1 практики: там 5, здесь 4."),
            json!("До 2-го места не хватает 2 практик: там 4, здесь 2."),
            json!("До 2-го места не хватает 2 практик: там 4, здесь 2."),
            json!("До 3-го места не хватает 1 практики: там 2, здесь 1."),
        ];
        assert_eq!(told, expected);
        assert_eq!(page["method"]["code"], "PUBLISHED_PRACTICES");
        assert!(page["method"]["formula"].as_str().unwrap().contains("опубликованных"));
    }

    async fn equals_stand_by_the_published_tie_breakers(app: TestApp) {
        for (slug, name, registered) in
            [("late", "А", "2023-01-01"), ("b", "Бета", "2020-01-01"), ("yo", "ёлка", "2020-01-01"), ("a", "альфа", "2020-01-01"), ("z", "Яхта", "2019-12-31")]
        {
            let community = app.new_community(slug).name(name).registered_on(registered).create().await;
            publish_many(&app, &community, 1, app.clock.now()).await;
        }
        let page = communities(&app.visitor(), "").await;
        assert_eq!(places(&page), placed(&[("z", 1), ("a", 1), ("b", 1), ("yo", 1), ("late", 1)]));
        let ties = json!([{ "code": "REGISTERED_ON", "value": "2020-01-01" }, { "code": "NAME", "value": "альфа" }]);
        assert_eq!(edges(&page)[1]["explanation"]["tieBreakers"], ties);
    }

    async fn communities_outside_the_federal_registry_take_no_part(app: TestApp) {
        let outside = app.new_community("outside").unregistered().create().await;
        publish_many(&app, &outside, 9, app.clock.now()).await;
        app.community("inside").await;
        assert_eq!(places(&communities(&app.visitor(), "").await), placed(&[("inside", 1)]));
        let page = communities(&app.visitor(), "method: PRACTICES_PER_100_MEMBERS").await;
        assert_eq!(places(&page), placed(&[("inside", 1)]));
        // Their practices do.
        assert_eq!(practices(&app.visitor(), "").await["totalCount"], 9);
    }

    async fn a_filter_gives_the_ranks_anew(app: TestApp) {
        for (slug, region, profile, count) in [
            ("kda-chemistry", "RU-KDA", "chemistry", 3),
            ("kda-biology", "RU-KDA", "biology", 1),
            ("spe-chemistry", "RU-SPE", "chemistry", 2),
            ("spe-biology", "RU-SPE", "biology", 4),
        ] {
            let community = app.new_community(slug).region(region).profile(profile).create().await;
            publish_many(&app, &community, count, app.clock.now()).await;
        }
        let visitor = app.visitor();
        for (filter, expected, of_practices) in [
            ("", &[("spe-biology", 1), ("kda-chemistry", 2), ("spe-chemistry", 3), ("kda-biology", 4)][..], 10),
            ("filter: { regionCode: \"RU-KDA\" }", &[("kda-chemistry", 1), ("kda-biology", 2)], 4),
            ("filter: { profileCode: \"chemistry\" }", &[("kda-chemistry", 1), ("spe-chemistry", 2)], 5),
            ("filter: { regionCode: \"RU-SPE\", profileCode: \"chemistry\" }", &[("spe-chemistry", 1)], 2),
            ("filter: { regionCode: \"RU-XXX\" }", &[], 0),
            ("filter: { profileCode: \"nobody\" }", &[], 0),
            ("filter: { regionCode: \"RU-KDA\", profileCode: \"nobody\" }", &[], 0),
        ] {
            for method in ["PUBLISHED_PRACTICES", "PRACTICES_PER_100_MEMBERS"] {
                let page = communities(&visitor, &format!("{filter} method: {method}")).await;
                assert_eq!(page["totalCount"], json!(expected.len()), "{filter} {method}");
                if method == "PUBLISHED_PRACTICES" {
                    assert_eq!(places(&page), placed(expected), "{filter}");
                }
            }
            assert_eq!(practices(&visitor, filter).await["totalCount"], json!(of_practices), "{filter}");
            for method in ["EXPERT", "ADOPTION"] {
                let page = practices(&visitor, &format!("{filter} method: {method}")).await;
                assert_eq!(places(&page), [], "{filter} {method}");
            }
        }
        for code in ["", "RU KDA", "RU/KDA", "РФ", "*", &"x".repeat(101)] {
            for field in ["communityRanking", "practiceRanking"] {
                for part in ["regionCode", "profileCode"] {
                    let query = format!("{{ {field}(filter: {{ {part}: \"{code}\" }}) {{ totalCount }} }}");
                    assert_eq!(visitor.ask(&query).await.error_code(), "BAD_INPUT", "{query}");
                }
            }
        }
    }

    async fn a_year_counts_what_was_published_in_it_and_compares_with_the_year_before(app: TestApp) {
        let year = this_year(&app).previous();
        let (before, long_ago) = (year.previous(), year.previous().previous());
        let first = app.new_community("first").registered_on("2010-09-01").create().await;
        publish_many(&app, &first, 3, within(before)).await;
        publish_many(&app, &first, 1, within(year)).await;
        let second = app.new_community("second").registered_on("2011-09-01").create().await;
        publish_many(&app, &second, 1, within(before)).await;
        // The last moment of the year, and the first one of the next.
        publish_many(&app, &second, 1, year.end() - Duration::microseconds(1)).await;
        publish_many(&app, &second, 1, year.start()).await;
        publish_many(&app, &second, 5, year.end()).await;
        let entered = (year.start() + Duration::days(30)).date_naive().to_string();
        let third = app.new_community("third").registered_on(&entered).create().await;
        publish_many(&app, &third, 4, within(year)).await;
        let later = year.end().date_naive().to_string();
        app.new_community("later").registered_on(&later).create().await;

        let visitor = app.visitor();
        let previous = |page: &Value| edges(page).iter().map(|edge| edge["previousRank"].clone()).collect::<Vec<_>>();
        let page = communities(&visitor, &written(year)).await;
        assert_eq!(places(&page), placed(&[("third", 1), ("second", 2), ("first", 3)]));
        assert_eq!(scores(&page), [4_000_000, 2_000_000, 1_000_000]);
        assert_eq!(previous(&page), [json!(null), json!(2), json!(1)]);
        let page = communities(&visitor, &written(before)).await;
        assert_eq!(places(&page), placed(&[("first", 1), ("second", 2)]));
        assert_eq!(previous(&page), [json!(1), json!(1)], "without practices all were equal");
        let page = communities(&visitor, &written(long_ago)).await;
        assert_eq!((places(&page), scores(&page)), (placed(&[("first", 1), ("second", 1)]), vec![0, 0]));

        // All time, compared with all time as it stood when the last year ended.
        let page = communities(&visitor, "").await;
        assert_eq!(places(&page), placed(&[("second", 1), ("first", 2), ("third", 2), ("later", 4)]));
        assert_eq!(scores(&page), [8, 4, 4, 0].map(|n| n * 1_000_000));
        assert_eq!(previous(&page), [json!(3), json!(1), json!(1), json!(null)]);
    }

    async fn there_is_no_ranking_of_the_future_nor_of_the_distant_past(app: TestApp) {
        app.community("kda-chemistry").await;
        let visitor = app.visitor();
        for field in ["communityRanking", "practiceRanking"] {
            for year in [AcademicYear(1999), AcademicYear(this_year(&app).0 + 1)] {
                let answer = visitor.ask(&format!("{{ {field}({}) {{ totalCount }} }}", written(year))).await;
                assert_eq!(answer.error_code(), "BAD_INPUT", "{answer:#?}");
            }
            for year in [AcademicYear(2000), this_year(&app)] {
                visitor.ask(&format!("{{ {field}({}) {{ totalCount }} }}", written(year))).await.data();
            }
            for year in ["2024", "2024-2026", "2024/2025", "now"] {
                let answer = visitor.ask(&format!("{{ {field}(period: \"{year}\") {{ totalCount }} }}")).await;
                assert_ne!(answer.error_code(), "none", "{year}");
                assert_ne!(answer.error_code(), "INTERNAL", "{year}");
            }
        }
    }

    async fn practices_per_hundred_members_are_exact_and_draw_small_communities_to_the_mean(app: TestApp) {
        for (slug, members, count) in [("three", 3, 2), ("seven", 7, 5), ("nobody", 0, 4), ("idle", 2, 0)] {
            let community = app.new_community(slug).create().await;
            for _ in 0..members {
                app.new_member(&community).create().await;
            }
            app.new_member(&community).pending().create().await;
            app.new_member(&community).left_on(day("2022-01-01")).create().await;
            publish_many(&app, &community, count, app.clock.now()).await;
        }
        // C = 7 · 100 / 12: who has no members weighs nothing. Thirty members more do as the mean does.
        let mean = 58_333_333;
        let drawn = |practices: i64, members: i64| {
            let (sum, weight) = (30 * mean + practices * 100_000_000, 30 + members);
            (2 * sum + weight) / (2 * weight)
        };
        for arguments in [String::new(), written(this_year(&app))] {
            let page = communities(&app.visitor(), &format!("method: PRACTICES_PER_100_MEMBERS {arguments}")).await;
            assert_eq!(places(&page), placed(&[("seven", 1), ("three", 2), ("nobody", 3), ("idle", 4)]));
            assert_eq!(scores(&page), [drawn(5, 7), drawn(2, 3), mean, drawn(0, 2)], "{arguments}");
            assert_eq!(scores(&page)[..2], [60_810_811, 59_090_909]);
            explained(&page);
            assert_eq!(
                edges(&page)[1]["explanation"]["toNextRank"],
                "До 1-го места не хватает 1,719902 практики на 100 участников: там 60,810811, здесь 59,090909."
            );
            let parts = edges(&page)[0]["explanation"]["components"].as_array().unwrap();
            let values: Vec<_> = parts.iter().map(|part| (part["code"].as_str().unwrap(), micro(&part["value"]))).collect();
            assert_eq!(values, [("PRACTICES", 5_000_000), ("MEMBERS", 7_000_000), ("SCOPE_MEAN", mean)]);
            assert_eq!(page["method"]["version"], 2);
            let formula = page["method"]["formula"].as_str().unwrap();
            assert!(formula.starts_with("(30·C + n·R) / (30 + n)") && !formula.contains('{'), "{formula}");
        }
    }

    async fn a_rating_is_the_damped_mean_over_organizations(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let region = app.region("RU-KDA").await;
        let schools = [app.organization(&region).await, app.organization(&region).await, app.organization(&region).await];
        let at = app.clock.now() - Duration::days(3);
        let make = |title: &'static str, hours: i64| {
            app.new_practice(&community).title(title).published_at(at + Duration::hours(hours)).create()
        };
        let (mixed, praised, unrated, applauded) =
            (make("mixed", 0).await, make("praised", 1).await, make("unrated", 2).await, make("applauded", 3).await);
        // The first school's mean is 4.5, the second's 3.
        app.rated(&mixed, Some(schools[0].id), 5).await;
        app.rated(&mixed, Some(schools[0].id), 4).await;
        app.rated(&mixed, Some(schools[1].id), 3).await;
        app.rated(&praised, Some(schools[2].id), 5).await;
        // Twenty fives of one school are one five.
        for _ in 0..20 {
            app.rated(&applauded, Some(schools[0].id), 5).await;
        }
        let page = practices(&app.visitor(), "").await;
        // C = (4.5 + 3 + 5 + 5) / 4 = 4.375.
        let mean = 4_375_000;
        // mixed (10·C + 7.5) / 12 = 4.270833…; praised and applauded (10·C + 5) / 11 = 4.431818…; unrated C.
        assert_eq!(places(&page), placed(&[("praised", 1), ("applauded", 1), ("unrated", 3), ("mixed", 4)]));
        assert_eq!(scores(&page), [4_431_818, 4_431_818, mean, 4_270_833]);
        explained(&page);
        let parts = |at: usize| -> Vec<_> {
            let parts = edges(&page)[at]["explanation"]["components"].as_array().unwrap();
            parts.iter().map(|part| (micro(&part["value"]), micro(&part["weight"]))).collect()
        };
        assert_eq!(parts(3), [(mean, 833_333), (3_750_000, 166_667)]);
        assert_eq!(parts(2), [(mean, 1_000_000), (0, 0)]);
        assert_eq!(
            edges(&page)[2]["explanation"]["toNextRank"],
            "До 1-го места не хватает 0,056818 балла: там 4,431818, здесь 4,375."
        );
        let ties = edges(&page)[3]["explanation"]["tieBreakers"].as_array().unwrap();
        assert_eq!(ties[0], json!({ "code": "ORGANIZATIONS", "value": "2" }));

        // The practice itself tells the same figures.
        let seen = app.visitor().sees(&mixed).await;
        let rating = json!({ "count": 3, "mean": 4.0, "damped": 4.270833, "histogram": [0, 0, 1, 1, 1], "organizations": 2 });
        assert_eq!(seen["rating"], rating);
        let seen = app.visitor().sees(&unrated).await;
        let rating = json!({ "count": 0, "mean": null, "damped": 4.375, "histogram": [0, 0, 0, 0, 0], "organizations": 0 });
        assert_eq!(seen["rating"], rating);
    }

    async fn without_any_rating_all_stand_at_three(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        app.published(&community).await;
        app.published(&community).await;
        let page = practices(&app.visitor(), "").await;
        assert_eq!(scores(&page), [3_000_000, 3_000_000]);
        explained(&page);
        let tie = |at: usize| edges(&page)[at]["explanation"]["tieBreakers"][2]["value"].as_str().unwrap().to_owned();
        assert!(tie(0) < tie(1), "equals in all else stand by their numbers");
    }

    async fn a_years_rating_takes_the_ratings_of_the_year(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let year = this_year(&app).previous();
        let practice = app.new_practice(&community).title("old").published_at(within(year.previous())).create().await;
        app.new_practice(&community).title("new").published_at(year.end()).create().await;
        for (stars, at) in [(1, within(year.previous())), (5, within(year)), (2, app.clock.now())] {
            let school = app.organization(&app.region("RU-KDA").await).await;
            let person = app.person_at("Оценщик", Some(school.id)).await;
            app.rated_by(&practice, person.id, Some(school.id), stars, at).await;
        }
        let visitor = app.visitor();
        let page = practices(&visitor, &written(year)).await;
        assert_eq!((places(&page), scores(&page)), (placed(&[("old", 1)]), vec![5_000_000]));
        assert_eq!(edges(&page)[0]["previousRank"], 1);
        let page = practices(&visitor, &written(year.previous())).await;
        assert_eq!((places(&page), scores(&page)), (placed(&[("old", 1)]), vec![1_000_000]));
        assert_eq!(edges(&page)[0]["previousRank"], json!(null));
        let page = practices(&visitor, "").await;
        // C = R = 8/3.
        assert_eq!(scores(&page), [2_666_667, 2_666_667]);
        assert_eq!(edges(&page)[0]["previousRank"], 1);
    }

    async fn a_line_leads_to_the_whole_thing(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let chair = app.person("Председателев Пётр").await;
        app.new_appointment(&chair, Office::Chair, &community).create().await;
        let answer = app.visitor().ask("{ communityRanking { nodes { id chair { holder { name } } region { code } } } }").await;
        let node = &answer.payload()["nodes"][0];
        let expected = json!({ "id": id(community.id), "chair": { "holder": { "name": "Председателев Пётр" } }, "region": { "code": "RU-KDA" } });
        assert_eq!(node, &expected);
    }
}

//! Closed academic years: what is frozen stays as it was, corrections are revisions beside it, and who stood where can be
//! asked of who stood there.

use async_graphql::parser::types::{BaseType, TypeKind};
use chrono::Duration;
use entity::{AcademicYear, AdoptionState, adoption, community, practice};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};

use super::ranking::{
    communities, edges, name, placed, places, practices, publish_many, ranking, this_year, within, written,
};
use crate::{
    schema::{parsed, types},
    support::{
        actor::Actor,
        app::{TestApp, id},
        client::Answer,
        eventually,
        factory::day,
        statements::statements,
    },
};

const REVISION: &str = "revision { year revision madeAt reason boards checksum previousChecksum }";

pub(super) async fn close(app: &TestApp, year: AcademicYear) -> Answer {
    app.registrar().await.call("academicYearClose", json!({ "year": year.to_string() }), REVISION).await
}

async fn revise(app: &TestApp, year: AcademicYear, reason: &str) -> Answer {
    let input = json!({ "year": year.to_string(), "reason": reason });
    app.registrar().await.call("rankingRevise", input, REVISION).await
}

/// What stands in a board, without the cursors, which tell of its generation.
fn lines(page: &Value) -> Vec<Value> {
    let mut lines = edges(page).to_vec();
    for line in &mut lines {
        line.as_object_mut().unwrap().remove("cursor");
    }
    lines
}

/// Methods of all three rankings.
const METHODS: [(&str, &str); 6] = [
    ("communityRanking", "PUBLISHED_PRACTICES"),
    ("communityRanking", "PRACTICES_PER_100_MEMBERS"),
    ("practiceRanking", "RATING"),
    ("practiceRanking", "ADOPTION"),
    ("regionRanking", "PUBLISHED_PRACTICES"),
    ("regionRanking", "PRACTICES_PER_100_MEMBERS"),
];

/// All boards of a year, and of all time, for these filters: what stands in them, by the arguments.
async fn boards(app: &TestApp, year: AcademicYear) -> Vec<(String, Vec<Value>)> {
    let visitor = app.visitor();
    let filters = [
        "",
        "filter: { profileCode: \"chemistry\" }",
        "filter: { profileCode: \"biology\" }",
        "filter: { regionCode: \"RU-KDA\" }",
        "filter: { regionCode: \"RU-SPE\", profileCode: \"chemistry\" }",
        "filter: { regionCode: \"RU-SPE\", profileCode: \"biology\" }",
    ];
    let mut boards = Vec::new();
    for (field, method) in METHODS {
        for filter in filters {
            if field == "regionRanking" && filter.contains("regionCode") {
                continue;
            }
            let arguments = format!("method: {method} {} {filter}", written(year));
            boards.push((format!("{field} {arguments}"), lines(&ranking(&visitor, field, &arguments).await)));
        }
    }
    boards
}

/// Two years of communities in two regions, with members, ratings, adoptions and a unit's practice.
pub(super) async fn two_years(app: &TestApp, year: AcademicYear) -> Vec<community::Model> {
    let mut made = Vec::new();
    for (nth, (slug, region, profile)) in [
        ("kda-chemistry", "RU-KDA", "chemistry"),
        ("kda-biology", "RU-KDA", "biology"),
        ("spe-chemistry", "RU-SPE", "chemistry"),
    ]
    .into_iter()
    .enumerate()
    {
        let community = app
            .new_community(slug)
            .region(region)
            .profile(profile)
            .registered_on("2015-09-01")
            .create()
            .await;
        let here = app.region(region).await;
        let joined = (year.start() - Duration::days(400)).date_naive();
        for n in 0..=nth {
            app.new_member(&community).joined_on(joined).create().await;
            let left = (year.start() + Duration::days(50 + n as i64)).date_naive();
            app.new_member(&community).joined_on(joined).left_on(left).create().await;
        }
        for (when, count) in [(year.previous(), 3 - nth), (year, nth + 1)] {
            for n in 0..count {
                let at = within(when) + Duration::days(n as i64);
                let title = format!("{slug} {when} {n}");
                let practice = app.new_practice(&community).title(&title).published_at(at).create().await;
                let school = app.organization(&here).await;
                let person = app.person_at("Оценщик", Some(school.id)).await;
                let stars = 1 + i32::try_from((n + nth) % 5).unwrap();
                app.rated_by(&practice, person.id, Some(school.id), stars, at + Duration::days(5)).await;
            }
        }
        made.push(community);
    }
    let unit = app.department(&app.region("RU-KDA").await, "Кафедра").await;
    app.new_practice_of_department(&unit).title("unit").published_at(within(year)).create().await;
    made
}

async fn practice_called(app: &TestApp, title: &str) -> practice::Model {
    let found = practice::Entity::find().filter(practice::Column::Title.eq(title));
    found.one(app.rows()).await.unwrap().unwrap()
}

on_both! {
    async fn closing_changes_no_line_of_any_board(app: TestApp) {
        let year = this_year(&app).previous();
        let made = two_years(&app, year).await;
        let adopted = practice_called(&app, &format!("kda-chemistry {year} 0")).await;
        let school = app.organization(&app.region("RU-SPE").await).await;
        let person = app.person_at("Внедренцев Виктор", Some(school.id)).await;
        let row = app.adoption_at(&adopted, &made[2], person.id, school.id, AdoptionState::Confirmed).await;
        let then = adoption::ActiveModel { decided_at: Set(Some(within(year))), ..row.into_active_model() };
        then.update(app.rows()).await.unwrap();
        let living = boards(&app, year).await;
        assert!(living.iter().filter(|board| !board.1.is_empty()).count() > 15);
        let all_time = lines(&communities(&app.visitor(), "").await);
        let closed = close(&app, year).await.done()["revision"].clone();
        assert_eq!((&closed["revision"], &closed["reason"]), (&json!(1), &Value::Null));
        assert!(closed["boards"].as_i64().unwrap() > 15);
        for ((arguments, living), (_, frozen)) in living.iter().zip(boards(&app, year).await) {
            assert_eq!(*living, frozen, "{arguments}");
        }
        assert_eq!(lines(&communities(&app.visitor(), "").await), all_time);
        // A filter of which nobody took part is empty, and stays so.
        let page = communities(&app.visitor(), &format!("filter: {{ regionCode: \"RU-SPE\", profileCode: \"biology\" }} {}", written(year))).await;
        assert_eq!((&page["totalCount"], &page["asOf"]), (&json!(0), &closed["madeAt"]));
    }

    async fn a_year_is_closed_where_a_thread_has_one_connection(app: TestApp) {
        let app = app.configured(|config| config.database_connections = 1).await;
        let year = this_year(&app).previous();
        two_years(&app, year).await;
        let closed = close(&app, year).await.done()["revision"].clone();
        assert_eq!(closed["revision"], 1);
    }

    async fn a_closed_year_stays_as_it_was_and_the_next_compares_with_it(app: TestApp) {
        let year = this_year(&app).previous();
        let made = two_years(&app, year).await;
        let visitor = app.visitor();
        close(&app, year).await.done();
        let before = boards(&app, year).await;
        // Later corrections: one practice is withdrawn, one annulled, a community archived, a rating changed.
        let coordinator = app.coordinator_of(&made[2]).await;
        let withdrawn = practice_called(&app, &format!("spe-chemistry {year} 0")).await;
        let annulled = practice_called(&app, &format!("spe-chemistry {year} 1")).await;
        coordinator.withdraw(&withdrawn, "Устарела.").await.done();
        app.registrar().await.annul(&annulled, "Плагиат.").await.done();
        let operator = app.operator_of(&app.region("RU-KDA").await).await;
        let input = json!({ "communityId": id(made[1].id), "expectedVersion": 1 });
        operator.call("communityArchive", input, "").await.done();
        let member = app.member_of(&made[0]).await;
        member.rate(&practice_called(&app, &format!("spe-chemistry {year} 2")).await, 5).await.done();
        // Until the living boards have followed.
        let living = async || places(&communities(&visitor, "").await);
        eventually("the corrections", living, |places| places.len() == 2 && places[0].0 == "kda-chemistry").await;
        for ((arguments, before), (_, after)) in before.iter().zip(boards(&app, year).await) {
            assert_eq!(before, &after, "{arguments}");
        }
        // What has become of them stands beside their lines.
        let marks = async |field: &str, inline: &str| -> Vec<(String, String)> {
            let query = format!("{{ {field}(first: 100, {}) {{ edges {{ mark node {{ {inline} }} }} }} }}", written(year));
            let answer = visitor.ask(&query).await;
            let marked = answer.payload()["edges"].as_array().unwrap().iter().filter(|edge| !edge["mark"].is_null());
            let mut marks: Vec<_> = marked.map(|edge| (name(edge), edge["mark"].as_str().unwrap().to_owned())).collect();
            marks.sort();
            marks
        };
        let expected = [(withdrawn.title.clone(), "WITHDRAWN".to_owned()), (annulled.title.clone(), "ANNULLED".to_owned())];
        assert_eq!(marks("practiceRanking", "title").await, expected);
        assert_eq!(marks("communityRanking", "slug").await, [("kda-biology".to_owned(), "ARCHIVED".to_owned())]);
        // The year after compares with what was frozen, though the practices have gone: all stood in it.
        let next = communities(&visitor, &written(this_year(&app))).await;
        assert_eq!(places(&next), placed(&[("kda-chemistry", 1), ("spe-chemistry", 1)]));
        let former: Vec<_> = edges(&next).iter().map(|edge| edge["previousRank"].clone()).collect();
        assert_eq!(former, [json!(3), json!(1)]);
        let all_time = communities(&visitor, "").await;
        assert_eq!(places(&all_time), placed(&[("kda-chemistry", 1), ("spe-chemistry", 2)]));
        // At the end of the year all three had four, four and four.
        let former: Vec<_> = edges(&all_time).iter().map(|edge| edge["previousRank"].clone()).collect();
        assert_eq!(former, [json!(1), json!(1)]);
    }

    async fn a_correction_is_a_revision_with_its_reason_and_what_stood_before_can_be_read(app: TestApp) {
        let year = this_year(&app).previous();
        let made = two_years(&app, year).await;
        let visitor = app.visitor();
        let first = close(&app, year).await.done()["revision"].clone();
        let chemistry = written(year);
        let before = lines(&communities(&visitor, &chemistry).await);
        let answer = revise(&app, year, "Ничего не изменилось.").await;
        assert_eq!(answer.user_errors(), [("WRONG_STATE".to_owned(), "input.year".to_owned())]);
        assert_eq!(answer.payload()["revision"], first, "what stands is shown");

        let coordinator = app.coordinator_of(&made[2]).await;
        let wrong = practice_called(&app, &format!("spe-chemistry {year} 0")).await;
        coordinator.withdraw(&wrong, "Внесена ошибочно.").await.done();
        for reason in ["", "  ", &"я".repeat(1_001)] {
            assert_eq!(revise(&app, year, reason).await.user_errors(), [("INVALID".to_owned(), "input.reason".to_owned())]);
        }
        let second = revise(&app, year, "Практика внесена ошибочно.").await.done()["revision"].clone();
        assert_eq!((&second["revision"], &second["reason"]), (&json!(2), &json!("Практика внесена ошибочно.")));
        assert_eq!(second["previousChecksum"], first["checksum"]);
        let (all, some) = (first["boards"].as_i64().unwrap(), second["boards"].as_i64().unwrap());
        assert!(0 < some && some < all, "only what has changed is written again: {some} of {all}");

        let now = communities(&visitor, &chemistry).await;
        assert_eq!(places(&now), placed(&[("kda-biology", 1), ("spe-chemistry", 1), ("kda-chemistry", 3)]));
        let then = communities(&visitor, &format!("{chemistry} revision: 1")).await;
        assert_eq!(lines(&then), before);
        assert_eq!(lines(&communities(&visitor, &format!("{chemistry} revision: 2")).await), lines(&now));
        // A board that the revision left alone stands in both.
        let biology = format!("{chemistry} filter: {{ profileCode: \"biology\" }}");
        let [one, two] = [1, 2].map(|revision| format!("{biology} revision: {revision}"));
        assert_eq!(lines(&communities(&visitor, &one).await), lines(&communities(&visitor, &two).await));
        for (field, arguments) in [("communityRanking", format!("{chemistry} revision: 3")), ("communityRanking", format!("{chemistry} revision: 0")),
            ("practiceRanking", format!("{} revision: 1", written(this_year(&app)))), ("regionRanking", "revision: 1".to_owned())] {
            let answer = visitor.ask(&format!("{{ {field}({arguments}) {{ totalCount }} }}")).await;
            assert_eq!(answer.error_code(), "BAD_INPUT", "{field} {arguments}");
        }
        let told = visitor.ask(&format!("{{ communityRanking({chemistry}) {{ revision {{ revision reason }} }}
            old: communityRanking({chemistry} revision: 1) {{ revision {{ revision reason }} }} living: communityRanking {{ revision {{ revision }} }}
            rankingRevisions(first: 5, year: \"{year}\") {{ totalCount nodes {{ revision checksum }} }} }}")).await;
        let told = told.data();
        assert_eq!(told["communityRanking"]["revision"], json!({ "revision": 2, "reason": "Практика внесена ошибочно." }));
        assert_eq!((&told["old"]["revision"]["revision"], &told["living"]["revision"]), (&json!(1), &Value::Null));
        let sums = json!([{ "revision": 2, "checksum": second["checksum"] }, { "revision": 1, "checksum": first["checksum"] }]);
        assert_eq!(told["rankingRevisions"], json!({ "totalCount": 2, "nodes": sums }));
        let entries: Vec<_> = app.journal().await.into_iter().filter(|entry| entry.subject_type == "revision").collect();
        let actions: Vec<_> = entries.iter().map(|entry| entry.action.as_str()).collect();
        assert_eq!(actions, ["academicYear.close", "ranking.revise"]);
        assert_eq!(entries[1].after.as_ref().unwrap()["checksum"], second["checksum"]);
    }

    async fn a_year_is_closed_once_after_its_end_and_in_order(app: TestApp) {
        let current = this_year(&app);
        let year = current.previous();
        app.community("kda-chemistry").await;
        let refused = async |year: AcademicYear| close(&app, year).await.user_errors();
        let wrong = [("WRONG_STATE".to_owned(), "input.year".to_owned())];
        assert_eq!(refused(current).await, wrong);
        assert_eq!(refused(AcademicYear(1999)).await, wrong);
        assert_eq!(revise(&app, year, "Причина.").await.user_errors(), wrong);
        let first = close(&app, year).await.done()["revision"].clone();
        let again = close(&app, year).await;
        assert_eq!((again.user_errors(), &again.payload()["revision"]), (wrong.to_vec(), &first));
        assert_eq!(refused(year.previous()).await, wrong, "the closed one has been compared with it");
        app.clock.advance(current.end() - app.clock.now());
        close(&app, current).await.done();
        let auditor = app.auditor().await;
        for (field, input) in [("academicYearClose", json!({ "year": year.to_string() })), ("rankingRevise", json!({ "year": year.to_string(), "reason": "Причина." }))] {
            assert_eq!(app.visitor().call(field, input.clone(), "").await.error_code(), "UNAUTHENTICATED");
            assert_eq!(auditor.call(field, input, "").await.error_code(), "FORBIDDEN");
        }
    }

    async fn of_two_registrars_at_once_one_closes(app: TestApp) {
        let year = this_year(&app).previous();
        two_years(&app, year).await;
        let (one, other) = tokio::join!(close(&app, year), close(&app, year));
        let mut outcomes = [one.outcome(), other.outcome()];
        outcomes.sort();
        assert_eq!(outcomes, ["WRONG_STATE", "done"]);
        let answer = app.visitor().ask("{ rankingRevisions { totalCount } }").await;
        assert_eq!(answer.payload()["totalCount"], 1);
    }

    async fn a_practice_that_has_left_the_registry_is_told_of_by_its_entry_alone(app: TestApp) {
        let year = this_year(&app).previous();
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        let of = app.new_practice(&community).by(&author).title("gone").tags(&["химия"]);
        let gone = of.published_at(within(year)).create().await;
        let school = app.organization(&app.region("RU-KDA").await).await;
        app.rated(&gone, Some(school.id), 4).await;
        let adopter = app.person_at("Внедренцев Виктор", Some(school.id)).await;
        app.adoption_at(&gone, &community, adopter.id, school.id, AdoptionState::Confirmed).await;
        app.link(&gone, author.person(), "Сайт").await;
        close(&app, year).await.done();
        app.coordinator_of(&community).await.withdraw(&gone, "Личная причина.").await.done();

        // Whatever the type may hold one day: each field is asked for, and tells nothing unless it is named here.
        let shown = ["id", "number", "title", "state", "version", "community", "department", "region", "publishedAt", "rating", "rankingHistory"];
        let document = parsed(&api::graphql::schema::sdl());
        let kinds = types(&document);
        let practice = kinds.iter().find(|ty| ty.name.node == "Practice").unwrap();
        let TypeKind::Object(practice) = &practice.kind else { panic!("a type of fields") };
        let mut selection = String::new();
        for field in &practice.fields {
            let (field, mut ty) = (&field.node, &field.node.ty.node.base);
            if field.arguments.iter().any(|argument| !argument.node.ty.node.nullable && argument.node.default_value.is_none()) {
                panic!("{} cannot be asked for without arguments", field.name.node);
            }
            let kind = loop {
                match ty {
                    BaseType::Named(name) => break name.as_str(),
                    BaseType::List(inner) => ty = &inner.base,
                }
            };
            let is_object = kinds.iter().any(|ty| ty.name.node == kind && matches!(ty.kind, TypeKind::Object(_)));
            let inner = match is_object {
                true if kind.ends_with("Connection") => "{ totalCount }",
                true => "{ __typename }",
                false => "",
            };
            selection.push_str(&format!("{} {inner} ", field.name.node));
        }
        let query = format!("{{ practiceRanking({}) {{ edges {{ rank mark node {{ {selection} }} }} }} }}", written(year));
        let answer = app.visitor().ask(&query).await;
        let line = &edges(answer.payload())[0];
        assert_eq!((&line["rank"], &line["mark"]), (&json!(1), &json!("WITHDRAWN")));
        let node = &line["node"];
        assert_eq!((&node["id"], &node["title"], &node["state"]), (&json!(id(gone.id)), &json!("gone"), &json!("WITHDRAWN")));
        assert_eq!(node["number"], json!(gone.number));
        let nothing = [json!(null), json!(""), json!([]), json!(0), json!(false), json!({ "totalCount": 0 })];
        for (field, value) in node.as_object().unwrap() {
            assert!(shown.contains(&field.as_str()) || nothing.contains(value), "{field} tells {value}");
        }
        let query = format!("{{ practiceRanking({}) {{ nodes {{ rating {{ count mean histogram organizations }} }} }} }}", written(year));
        let rating = json!({ "count": 0, "mean": null, "histogram": [0, 0, 0, 0, 0], "organizations": 0 });
        assert_eq!(app.visitor().ask(&query).await.payload()["nodes"][0]["rating"], rating);
        // By itself it is not to be had; who may see it sees all of it.
        let by_number = format!("{{ practice(by: {{ number: \"{}\" }}) {{ id }} }}", gone.number.as_ref().unwrap());
        assert_eq!(app.visitor().ask(&by_number).await.payload(), &Value::Null);
        let query = format!("{{ practiceRanking({}) {{ nodes {{ body tags authors {{ name }} }} }} }}", written(year));
        let seen = author.ask(&query).await.payload()["nodes"][0].clone();
        assert_eq!((&seen["body"], &seen["tags"]), (&json!("Полный текст."), &json!(["химия"])));
        assert_eq!(seen["authors"].as_array().unwrap().len(), 1);
    }

    async fn who_stood_where_is_told_year_by_year(app: TestApp) {
        let current = this_year(&app);
        let (year, before) = (current.previous(), current.previous().previous());
        let made = two_years(&app, year).await;
        publish_many(&app, &made[0], 2, app.clock.now()).await;
        let visitor = app.visitor();
        close(&app, before).await.done();
        let history = async |slug: &str, arguments: &str| {
            let query = format!("{{ community(by: {{ slug: \"{slug}\" }}) {{ rankingHistory{arguments} {{ year rank score participants revision closed }} }} }}");
            visitor.ask(&query).await.payload()["rankingHistory"].clone()
        };
        let entry = |year: AcademicYear, rank: i64, score: f64, participants: i64, revision: Option<i32>| {
            json!({ "year": year.to_string(), "rank": rank, "score": score, "participants": participants, "revision": revision, "closed": revision.is_some() })
        };
        // One year is closed; the last one is not yet, and the running one follows the data.
        let expected = json!([entry(before, 1, 3.0, 3, Some(1)), entry(year, 3, 1.0, 3, None), entry(current, 1, 2.0, 3, None)]);
        assert_eq!(history("kda-chemistry", "").await, expected);
        close(&app, year).await.done();
        let expected = json!([entry(before, 1, 3.0, 3, Some(1)), entry(year, 3, 1.0, 3, Some(1)), entry(current, 1, 2.0, 3, None)]);
        assert_eq!(history("kda-chemistry", "").await, expected);
        let expected = json!([entry(before, 2, 1.0, 2, Some(1)), entry(year, 1, 3.0, 2, Some(1)), entry(current, 2, 0.0, 2, None)]);
        assert_eq!(history("spe-chemistry", "(within: PROFILE)").await, expected);
        let alone = history("spe-chemistry", "(within: REGION_AND_PROFILE)").await;
        assert!(alone.as_array().unwrap().iter().all(|entry| entry["rank"] == 1 && entry["participants"] == 1), "{alone}");
        assert_eq!(history("kda-biology", "(within: REGION method: PRACTICES_PER_100_MEMBERS)").await.as_array().unwrap().len(), 3);
        // A correction tells its revision, also where it left the rank alone.
        let coordinator = app.coordinator_of(&made[2]).await;
        coordinator.withdraw(&practice_called(&app, &format!("spe-chemistry {year} 0")).await, "Ошибка.").await.done();
        revise(&app, year, "Ошибка в данных.").await.done();
        assert_eq!(history("kda-biology", "").await[1], entry(year, 1, 2.0, 3, Some(2)));
        assert_eq!(history("kda-biology", "(within: REGION_AND_PROFILE)").await[1], entry(year, 1, 2.0, 1, Some(2)));

        let query = "{ practices(first: 100) { nodes { title rankingHistory { year rank participants } } }
            regions { nodes { code rankingHistory { year rank score } } } }";
        let answer = visitor.ask(query).await;
        let nodes = answer.data()["practices"]["nodes"].as_array().unwrap();
        let old = nodes.iter().find(|node| node["title"] == format!("kda-chemistry {before} 0")).unwrap();
        let years: Vec<_> = old["rankingHistory"].as_array().unwrap().iter().map(|entry| entry["year"].clone()).collect();
        assert_eq!(years, [before, year, current].map(|year| json!(year.to_string())));
        let region = &answer.data()["regions"]["nodes"];
        let kda = region.as_array().unwrap().iter().find(|region| region["code"] == "RU-KDA").unwrap();
        let scores: Vec<_> = kda["rankingHistory"].as_array().unwrap().iter().map(|entry| entry["score"].as_f64().unwrap()).collect();
        assert_eq!(scores, [5.0, 4.0, 2.0]);
    }

    async fn the_history_of_fifty_takes_as_many_statements_as_that_of_five(app: TestApp) {
        let year = this_year(&app).previous();
        let query = "{ communities(first: 100) { nodes { rankingHistory { year rank } local: rankingHistory(within: REGION) { rank } } }
            practices(first: 100) { nodes { rankingHistory { year rank } } } }";
        let visitor = app.visitor();
        let mut made = 0;
        let mut counts = Vec::new();
        for more in [5, 45] {
            for _ in 0..more {
                let community = app.new_community(&format!("kda-{made}")).registered_on("2015-09-01").create().await;
                publish_many(&app, &community, 1, within(year)).await;
                made += 1;
            }
            app.forget_boards().await;
            match counts.is_empty() {
                true => close(&app, year).await.done().clone(),
                false => revise(&app, year, "Больше сообществ.").await.done().clone(),
            };
            visitor.ask(query).await.data();
            counts.push(statements(&visitor, query).await);
        }
        // Two reads that end in another order may ask for the same kind of thing one after the other: a statement more.
        assert!(counts[0] > 0 && counts[1] <= counts[0] + 1, "{counts:?}");
    }

    async fn a_cursor_of_a_frozen_board_is_good_for_ever(app: TestApp) {
        let year = this_year(&app).previous();
        let made = two_years(&app, year).await;
        let visitor = app.visitor();
        let page = async |more: &str| {
            let query = format!("{{ communityRanking({} first: 1 {more}) {{ totalCount edges {{ cursor node {{ slug }} }} }} }}", written(year));
            visitor.ask(&query).await
        };
        let living = page("").await.payload()["edges"][0]["cursor"].as_str().unwrap().to_owned();
        close(&app, year).await.done();
        let next = page(&format!("after: \"{living}\"")).await;
        assert_eq!(next.payload()["edges"][0]["node"]["slug"], "kda-biology", "paging goes on where it began");
        let frozen = page("").await.payload()["edges"][0]["cursor"].as_str().unwrap().to_owned();
        let coordinator = app.coordinator_of(&made[2]).await;
        coordinator.withdraw(&practice_called(&app, &format!("spe-chemistry {year} 0")).await, "Ошибка.").await.done();
        revise(&app, year, "Ошибка в данных.").await.done();
        app.clock.advance(Duration::days(300));
        // Another process sweeps what nobody can be paging on when it starts.
        let replica = app.replica().await;
        replica.visitor().ask("{ communityRanking { totalCount } }").await.data();
        let swept = async || page(&format!("after: \"{living}\"")).await.error_code().to_owned();
        eventually("the sweeping of living generations", swept, |code| code == "CURSOR_EXPIRED").await;
        assert_eq!(page(&format!("after: \"{frozen}\"")).await.payload()["edges"][0]["node"]["slug"], "kda-biology");
    }

    async fn what_left_before_the_closing_stands_in_no_frozen_board(app: TestApp) {
        let year = this_year(&app).previous();
        let community = app.community("kda-chemistry").await;
        let gone = app.new_practice(&community).published_at(within(year)).create().await;
        app.new_member(&community).joined_on(day("2020-01-01")).create().await;
        let coordinator: Actor = app.coordinator_of(&community).await;
        coordinator.withdraw(&gone, "Ошибка.").await.done();
        close(&app, year).await.done();
        assert_eq!(practices(&app.visitor(), &written(year)).await["totalCount"], 0);
    }
}

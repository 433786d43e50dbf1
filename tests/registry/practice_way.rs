//! The way of a practice from its first draft to the federal registry, and out of it.

use entity::{PracticeState, counter, ids::PracticeId, practice, practice_decision};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

use crate::support::{
    actor::practice_of,
    app::{TestApp, id},
    eventually,
};

/// All that refusals must leave as it was.
async fn everything(app: &TestApp) -> String {
    let rows = app.rows();
    let practices = practice::Entity::find().order_by_asc(practice::Column::Id).all(rows).await.unwrap();
    let decisions = practice_decision::Entity::find()
        .order_by_asc(practice_decision::Column::Id)
        .all(rows)
        .await
        .unwrap();
    let tags = entity::practice_tag::Entity::find().all(rows).await.unwrap().len();
    let communities = entity::community::Entity::find().all(rows).await.unwrap();
    let counts: Vec<_> = communities.iter().map(|row| (row.slug.clone(), row.practice_count)).collect();
    let numbers = counter::Entity::find_by_id(counter::PRACTICE_NUMBER).one(rows).await.unwrap();
    format!("{practices:#?}\n{decisions:#?}\n{tags}\n{counts:?}\n{numbers:?}\n{:#?}", app.journal().await)
}

async fn state_of(app: &TestApp, practice: PracticeId) -> PracticeState {
    app.practice_now(practice).await.state
}

on_both! {
    async fn a_practice_is_written_submitted_approved_and_published_with_a_number(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        let chair = app.chair_of(&community).await;
        let coordinator = app.coordinator_of(&community).await;

        let written = author.create(&community).await;
        let practice = practice_of(written.done());
        assert_eq!(written.done()["practice"]["state"], json!("DRAFT"));
        assert_eq!(written.done()["practice"]["version"], json!(1));
        assert_eq!(written.done()["practice"]["number"], Value::Null);

        let submitted = author.submit(practice).await;
        assert_eq!(submitted.done()["practice"]["state"], json!("SUBMITTED"));
        assert!(submitted.done()["practice"]["submittedAt"].is_string());
        assert_eq!(chair.approve(practice).await.done()["practice"]["state"], json!("APPROVED"));
        assert_eq!(app.community_now(community.id).await.practice_count, 0);

        let published = coordinator.publish(practice).await;
        let shown = &published.done()["practice"];
        assert_eq!(shown["state"], json!("PUBLISHED"));
        assert_eq!(shown["number"], json!(format!("{}-000001", app.clock.now().format("%Y"))));
        assert!(shown["publishedAt"].is_string());
        assert_eq!(shown["community"]["practiceCount"], json!(1));

        let seen = app.visitor().sees(practice).await;
        assert_eq!(seen["number"], shown["number"]);
        let document = "query($number: String!) { practice(by: { number: $number }) { id } }";
        let found = app.visitor().query(document, json!({ "number": shown["number"] })).await;
        assert_eq!(found.payload()["id"], json!(id(practice)));
    }

    async fn every_step_stands_in_the_journal_with_who_did_it_and_what_changed(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        let chair = app.chair_of(&community).await;
        let coordinator = app.coordinator_of(&community).await;
        let practice = author.write(&community).await;
        author.submit(practice).await.done();
        chair.approve(practice).await.done();
        coordinator.publish(practice).await.done();

        let journal = app.journal().await;
        let told: Vec<_> = journal
            .iter()
            .filter(|entry| entry.subject_id == practice.0)
            .map(|entry| {
                let state = |side: &Option<Value>| side.as_ref().map_or("-".into(), |it| it["state"].to_string());
                (entry.action.as_str(), entry.account_id, state(&entry.before), state(&entry.after))
            })
            .collect();
        let quoted = |state: &str| format!("\"{state}\"");
        assert_eq!(told, [
            ("practice.create", author.account, "-".to_owned(), quoted("DRAFT")),
            ("practice.submit", author.account, quoted("DRAFT"), quoted("SUBMITTED")),
            ("practice.approve", chair.account, quoted("SUBMITTED"), quoted("APPROVED")),
            ("practice.publish", coordinator.account, quoted("APPROVED"), quoted("PUBLISHED")),
        ]);
        let positions: Vec<_> = journal.iter().map(|entry| entry.seq).collect();
        assert_eq!(positions, (1..=journal.len() as i64).collect::<Vec<_>>());
        assert!(journal.iter().all(|entry| entry.region_id == Some(community.region_id)));
        assert!(journal.iter().all(|entry| entry.request_id.is_some()));
    }

    async fn a_publication_shows_in_the_rankings_within_a_second(app: TestApp) {
        let (first, second) = (app.community("kda-chemistry").await, app.community("kda-history").await);
        app.published(&second).await;
        let approved = async || {
            let made = app.new_practice(&first).state(PracticeState::Approved).create().await;
            made.id
        };
        let (one, two) = (approved().await, approved().await);
        let coordinator = app.coordinator_of(&first).await;
        let visitor = app.visitor();
        let communities = async || {
            let answer = visitor
                .ask("{ communityRanking { totalCount edges { rank score node { slug practiceCount } } } }")
                .await;
            let edges = answer.payload()["edges"].as_array().unwrap().clone();
            let line = |edge: &Value| {
                (edge["node"]["slug"].as_str().unwrap().to_owned(), edge["rank"].as_i64(), edge["score"].as_f64())
            };
            edges.iter().map(line).collect::<Vec<_>>()
        };
        let line = |slug: &str, rank, score: f64| (slug.to_owned(), Some(rank), Some(score));
        assert_eq!(communities().await, [line("kda-history", 1, 1.0), line("kda-chemistry", 2, 0.0)]);

        coordinator.publish(one).await.done();
        let equals = [line("kda-chemistry", 1, 1.0), line("kda-history", 1, 1.0)];
        eventually("equals share a rank", communities, |lines| {
            lines.len() == 2 && equals.iter().all(|equal| lines.contains(equal))
        }).await;
        coordinator.publish(two).await.done();
        let wanted = [line("kda-chemistry", 1, 2.0), line("kda-history", 2, 1.0)];
        eventually("the community rises", communities, |lines| *lines == wanted).await;
        let practices = async || {
            let answer = visitor.ask("{ practiceRanking { nodes { id } } }").await;
            answer.payload()["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect::<Vec<_>>()
        };
        eventually("the practices are ranked", practices, |ids| {
            ids.len() == 3 && ids.contains(&json!(id(one))) && ids.contains(&json!(id(two)))
        }).await;

        coordinator.withdraw(two, "Устарела.").await.done();
        eventually("the community falls back", communities, |lines| {
            lines.len() == 2 && equals.iter().all(|equal| lines.contains(equal))
        }).await;
        eventually("the practice leaves", practices, |ids| !ids.contains(&json!(id(two)))).await;
    }

    async fn a_publication_shows_in_another_process_within_a_second(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let practice = app.new_practice(&community).state(PracticeState::Approved).create().await;
        let coordinator = app.coordinator_of(&community).await;
        let elsewhere = app.replica().await.visitor();
        let score = async || {
            let answer = elsewhere.ask("{ communityRanking { edges { score } } }").await;
            answer.payload()["edges"][0]["score"].clone()
        };
        assert_eq!(score().await, json!(0.0));
        coordinator.publish(&practice).await.done();
        eventually("the other process follows", score, |score| *score == json!(1.0)).await;
    }

    async fn a_returned_practice_is_mended_and_submitted_again(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        let presidium = app.presidium_member_of(&community).await;
        let practice = author.write(&community).await;
        author.submit(practice).await.done();
        let returned = presidium.give_back(practice, " Нет списка реактивов. ").await;
        assert_eq!(returned.done()["practice"]["state"], json!("RETURNED"));
        let decisions = author.sees(practice).await["decisions"].clone();
        assert_eq!(decisions[1], json!({ "state": "RETURNED", "reason": "Нет списка реактивов." }));

        let mended = author.update(practice, 1, json!({ "body": "Со списком реактивов." })).await;
        assert_eq!(mended.done()["practice"]["version"], json!(2));
        assert_eq!(author.submit(practice).await.done()["practice"]["state"], json!("SUBMITTED"));
        assert_eq!(presidium.approve(practice).await.done()["practice"]["state"], json!("APPROVED"));
    }

    async fn the_coordinator_gives_an_approved_practice_back_and_the_presidium_a_submitted_one(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let (chair, coordinator) = (app.chair_of(&community).await, app.coordinator_of(&community).await);
        let approved = app.new_practice(&community).state(PracticeState::Approved).create().await;
        assert_eq!(chair.give_back(&approved, "Поздно.").await.error_code(), "FORBIDDEN");
        assert_eq!(coordinator.give_back(&approved, "Рано.").await.outcome(), "done");
        assert_eq!(state_of(&app, approved.id).await, PracticeState::Returned);
        let submitted = app.new_practice(&community).state(PracticeState::Submitted).create().await;
        assert_eq!(coordinator.give_back(&submitted, "Рано.").await.error_code(), "FORBIDDEN");
        assert_eq!(chair.give_back(&submitted, "Рано.").await.outcome(), "done");
    }

    async fn a_rejected_practice_stays_rejected(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        let chair = app.chair_of(&community).await;
        let practice = author.write(&community).await;
        author.submit(practice).await.done();
        let rejected = chair.reject(practice, "Не практика, а реклама.").await;
        assert_eq!(rejected.done()["practice"]["state"], json!("REJECTED"));
        assert_eq!(author.submit(practice).await.user_error(), "WRONG_STATE");
        assert_eq!(author.update(practice, 1, json!({ "title": "Иначе" })).await.user_error(), "WRONG_STATE");
        assert_eq!(author.withdraw(practice, "Тогда заберу.").await.user_error(), "WRONG_STATE");
    }

    async fn an_author_withdraws_a_practice_and_its_number_is_never_given_again(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        let coordinator = app.coordinator_of(&community).await;
        let own = app.new_practice(&community).by(&author).state(PracticeState::Approved).create().await;
        let next = app.new_practice(&community).state(PracticeState::Approved).create().await;
        let number = coordinator.publish(&own).await.done()["practice"]["number"].clone();
        assert_eq!(app.community_now(community.id).await.practice_count, 1);
        let withdrawn = author.withdraw(&own, "Нашлась ошибка.").await;
        assert_eq!(withdrawn.done()["practice"]["state"], json!("WITHDRAWN"));
        assert_eq!(app.community_now(community.id).await.practice_count, 0);
        assert_eq!(app.practice_now(own.id).await.number.map(Value::from), Some(number.clone()));
        assert_eq!(app.visitor().sees(&own).await, Value::Null);
        let following = coordinator.publish(&next).await.done()["practice"]["number"].clone();
        assert!(following.as_str() > number.as_str(), "{following} after {number}");
    }

    async fn the_registrar_annuls_a_published_practice(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let practice = app.published(&community).await;
        let (registrar, auditor) = (app.registrar().await, app.auditor().await);
        assert_eq!(auditor.annul(&practice, "Плагиат.").await.error_code(), "FORBIDDEN");
        let annulled = registrar.annul(&practice, "Плагиат.").await;
        assert_eq!(annulled.done()["practice"]["state"], json!("ANNULLED"));
        assert_eq!(app.community_now(community.id).await.practice_count, 0);
        assert_eq!(app.visitor().sees(&practice).await, Value::Null);
        assert_eq!(registrar.annul(&practice, "Ещё раз.").await.user_error(), "WRONG_STATE");
    }

    async fn a_step_from_a_wrong_state_is_refused_and_shows_where_the_practice_stands(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        let (chair, coordinator) = (app.chair_of(&community).await, app.coordinator_of(&community).await);
        let registrar = app.registrar().await;
        let stands = async |state| app.new_practice(&community).by(&author).state(state).create().await;
        let submitted = stands(PracticeState::Submitted).await;
        let approved = stands(PracticeState::Approved).await;
        let before = everything(&app).await;
        let refused = [
            author.submit(&submitted).await,
            author.update(&submitted, 1, json!({ "title": "Поздно" })).await,
            coordinator.publish(&submitted).await,
            chair.approve(&approved).await,
            chair.reject(&approved, "Поздно.").await,
            registrar.annul(&approved, "Рано.").await,
        ];
        for answer in &refused {
            assert_eq!(answer.user_errors(), [("WRONG_STATE".into(), "input.practiceId".into())]);
            let state = answer.payload()["practice"]["state"].as_str().unwrap();
            assert!(["SUBMITTED", "APPROVED"].contains(&state), "{answer:#?}");
        }
        assert_eq!(everything(&app).await, before);
    }

    async fn the_second_writer_gets_a_conflict_with_what_stands_now(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let (first, second) = (app.member_of(&community).await, app.member_of(&community).await);
        let practice = app.new_practice(&community).by(&first).by(&second).tags(&["химия"]).create().await;
        first.update(&practice, 1, json!({ "title": "Первый", "tags": ["ОГЭ", "огэ"] })).await.done();
        let before = everything(&app).await;
        let late = second.update(&practice, 1, json!({ "title": "Второй", "tags": [] })).await;
        assert_eq!(late.user_errors(), [("CONFLICT".into(), "input.expectedVersion".into())]);
        let current = &late.payload()["practice"];
        assert_eq!((&current["title"], &current["version"]), (&json!("Первый"), &json!(2)));
        assert_eq!(current["tags"], json!(["огэ"]));
        assert_eq!(everything(&app).await, before);
        assert_eq!(second.update(&practice, 2, json!({ "title": "Второй" })).await.outcome(), "done");
    }

    async fn of_two_writers_at_once_one_gets_the_conflict(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        let practice = app.new_practice(&community).by(&author).create().await;
        let (a, b) = futures::join!(
            author.update(&practice, 1, json!({ "title": "А" })),
            author.update(&practice, 1, json!({ "title": "Б" })),
        );
        let mut outcomes = [a.outcome(), b.outcome()];
        outcomes.sort();
        assert_eq!(outcomes, ["CONFLICT", "done"]);
        assert_eq!(app.practice_now(practice.id).await.version, 2);
    }

    async fn every_field_of_a_text_is_checked_and_nothing_is_written_when_one_is_bad(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        let practice = app.new_practice(&community).by(&author).create().await;
        let before = everything(&app).await;
        let bad = [
            ("title", json!("")),
            ("title", json!(" \n\t ")),
            ("title", json!("я".repeat(301))),
            ("title", json!("две\nстроки")),
            ("title", json!("ноль\u{0}")),
            ("title", json!("звонок\u{7}")),
            ("title", json!("наоборот\u{202e}")),
            ("summary", json!("")),
            ("summary", json!("я".repeat(2001))),
            ("summary", json!("побег\u{1b}[0m")),
            ("body", json!(" ")),
            ("body", json!("я".repeat(100_001))),
            ("body", json!("ноль\u{0}")),
            ("tags", json!([""])),
            ("tags", json!(["я".repeat(51)])),
            ("tags", json!(["две\nстроки"])),
            ("tags", json!((0..21).map(|tag| tag.to_string()).collect::<Vec<_>>())),
        ];
        for (field, value) in bad {
            // A bad tag is named by its place.
            let path = if field == "tags" && value[20].is_null() { "input.tags.0" } else { &format!("input.{field}") };
            let wanted = [("INVALID".to_owned(), path.to_owned())];
            let created = author.create_with(&community, json!({ field: value })).await;
            assert_eq!(created.user_errors(), wanted, "{field} = {value}");
            assert_eq!(created.payload()["practice"], Value::Null);
            let updated = author.update(&practice, 1, json!({ field: value })).await;
            assert_eq!(updated.user_errors(), wanted, "{field} = {value}");
        }
        let all = json!({ "title": "", "summary": "", "body": "", "tags": [""] });
        assert_eq!(author.create_with(&community, all).await.user_errors().len(), 4);
        assert_eq!(everything(&app).await, before);
    }

    async fn the_longest_texts_that_are_allowed_are_kept_to_the_letter(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        let (title, summary) = ("Ё".repeat(300), "😀".repeat(2000));
        let body = format!("{}\n\tконец", "я".repeat(99_900));
        let tags: Vec<_> = (0..20).map(|tag| format!("{tag:я>50}")).collect();
        let fields = json!({ "title": title, "summary": summary, "body": body, "tags": tags });
        let answer = author.create_with(&community, fields).await;
        let kept = &answer.done()["practice"];
        assert_eq!((&kept["title"], &kept["summary"]), (&json!(title), &json!(summary)));
        assert_eq!((&kept["body"], &kept["tags"]), (&json!(body), &json!(tags)));
    }

    async fn a_step_that_needs_a_reason_is_refused_without_one(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        let chair = app.chair_of(&community).await;
        let registrar = app.registrar().await;
        let submitted =
            app.new_practice(&community).by(&author).state(PracticeState::Submitted).create().await;
        let published = app.published(&community).await;
        let before = everything(&app).await;
        for reason in ["", "  \n ", &"я".repeat(2001), "ноль\u{0}"] {
            let refused = [
                chair.give_back(&submitted, reason).await,
                chair.reject(&submitted, reason).await,
                author.withdraw(&submitted, reason).await,
                registrar.annul(&published, reason).await,
            ];
            for answer in refused {
                assert_eq!(answer.user_errors(), [("INVALID".into(), "input.reason".into())], "{reason:?}");
            }
        }
        assert_eq!(everything(&app).await, before);
    }

    async fn nothing_is_written_after_a_refusal_for_lack_of_rights(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let author = app.member_of(&community).await;
        let other = app.member_of(&community).await;
        let draft = app.new_practice(&community).by(&author).create().await;
        let approved = app.new_practice(&community).state(PracticeState::Approved).create().await;
        let foreign = app.chair_of(&app.community("kda-history").await).await;
        let before = everything(&app).await;
        assert_eq!(app.visitor().create(&community).await.error_code(), "UNAUTHENTICATED");
        assert_eq!(foreign.create(&community).await.error_code(), "FORBIDDEN");
        assert_eq!(other.update(&draft, 1, json!({ "title": "Чужое" })).await.error_code(), "NOT_FOUND");
        assert_eq!(other.submit(&draft).await.error_code(), "NOT_FOUND");
        assert_eq!(app.chair_of(&community).await.publish(&approved).await.error_code(), "FORBIDDEN");
        assert_eq!(author.publish(&approved).await.error_code(), "NOT_FOUND");
        assert_eq!(everything(&app).await, before);
    }

    async fn a_chair_does_not_approve_a_practice_of_its_own(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let chair = app.chair_of(&community).await;
        let own = app.new_practice(&community).by(&chair).state(PracticeState::Submitted).create().await;
        let before = everything(&app).await;
        assert_eq!(chair.approve(&own).await.user_error(), "NOT_ELIGIBLE");
        assert_eq!(everything(&app).await, before);
        assert_eq!(app.presidium_member_of(&community).await.approve(&own).await.outcome(), "done");
    }

    async fn practices_published_at_once_get_distinct_consecutive_numbers(app: TestApp) {
        let (here, there) = (app.community("kda-chemistry").await, app.community("kda-history").await);
        let coordinators = [app.coordinator_of(&here).await, app.coordinator_of(&there).await];
        let mut publications = Vec::new();
        for index in 0..12 {
            let (community, coordinator) = if index % 2 == 0 { (&here, 0) } else { (&there, 1) };
            let practice = app.new_practice(community).state(PracticeState::Approved).create().await;
            let coordinator = coordinators[coordinator].clone();
            publications.push(async move { coordinator.publish(&practice).await });
        }
        let answers = futures::future::join_all(publications).await;
        let mut numbers: Vec<_> = answers
            .iter()
            .map(|answer| answer.done()["practice"]["number"].as_str().unwrap().to_owned())
            .collect();
        numbers.sort();
        let year = app.clock.now().format("%Y");
        assert_eq!(numbers, (1..=12).map(|number| format!("{year}-{number:06}")).collect::<Vec<_>>());
        assert_eq!(app.community_now(here.id).await.practice_count, 6);
        assert_eq!(app.community_now(there.id).await.practice_count, 6);
    }

    async fn a_practice_published_twice_at_once_is_published_once(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let coordinator = app.coordinator_of(&community).await;
        let practice = app.new_practice(&community).state(PracticeState::Approved).create().await;
        let publications = (0..4).map(|_| coordinator.publish(&practice));
        let mut outcomes: Vec<_> =
            futures::future::join_all(publications).await.iter().map(|answer| answer.outcome()).collect();
        outcomes.sort();
        assert_eq!(outcomes, ["WRONG_STATE", "WRONG_STATE", "WRONG_STATE", "done"]);
        assert_eq!(app.community_now(community.id).await.practice_count, 1);
        let number = app.practice_now(practice.id).await.number.unwrap();
        assert!(number.ends_with("-000001"), "{number}");
        let entries = app.journal().await;
        assert_eq!(entries.iter().filter(|entry| entry.action == "practice.publish").count(), 1);
    }
}

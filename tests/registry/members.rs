//! Registrations: handed in, confirmed or declined, ended, moved; and their counts.

use entity::{MemberState, Office, member, person};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::support::{
    actor::{Actor, member_of},
    app::{TestApp, id},
    factory::day,
};

async fn count(app: &TestApp, slug: &str) -> i64 {
    let answer =
        app.visitor().ask(&format!("{{ community(by: {{ slug: \"{slug}\" }}) {{ memberCount }} }}")).await;
    answer.payload()["memberCount"].as_i64().unwrap()
}

/// The members' names that a list tells the caller.
async fn listed(actor: &Actor, slug: &str, filter: Value) -> Vec<String> {
    let document = "query($slug: String!, $filter: MemberFilter) { community(by: { slug: $slug }) {
        members(first: 100, filter: $filter) { totalCount nodes { fullName } } } }";
    let answer = actor.query(document, json!({ "slug": slug, "filter": filter })).await;
    let page = &answer.payload()["members"];
    let names: Vec<_> = page["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["fullName"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(page["totalCount"], json!(names.len()));
    names
}

on_both! {
    async fn a_teacher_registers_and_is_a_member_once_confirmed(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let anapa = app.municipality(&app.region("RU-KDA").await, "Анапа").await;
        let teacher = app.stranger().await;
        let handed_in = teacher.register(&community, &anapa, json!({ "organization": "Школа № 5" })).await;
        let payload = handed_in.done();
        assert_eq!(payload["member"]["state"], json!("PENDING"));
        assert_eq!(payload["member"]["fullName"], json!("Посторонний Пётр Петрович"));
        assert_eq!(count(&app, "kda-chemistry").await, 0);
        assert_eq!(teacher.create(&community).await.error_code(), "FORBIDDEN");
        let member = member_of(payload);
        let confirmed = app.representative_of(&community, &anapa).await.confirm(member).await;
        assert_eq!(confirmed.done()["member"]["state"], json!("ACTIVE"));
        assert_eq!(count(&app, "kda-chemistry").await, 1);
        teacher.create(&community).await.done();
        let again = app.chair_of(&community).await.confirm(member).await;
        assert_eq!(again.user_error(), "WRONG_STATE");
        assert_eq!(count(&app, "kda-chemistry").await, 1);
    }

    async fn a_declined_registration_tells_why_and_may_be_handed_in_again(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let anapa = app.municipality(&app.region("RU-KDA").await, "Анапа").await;
        let teacher = app.stranger().await;
        let member = member_of(teacher.register(&community, &anapa, json!({})).await.done());
        let coordinator = app.coordinator_of(&community).await;
        assert_eq!(coordinator.decline(member, " ").await.user_errors(), [("INVALID".into(), "input.reason".into())]);
        let declined = coordinator.decline(member, "Не учитель химии.").await;
        assert_eq!(declined.done()["member"]["state"], json!("DECLINED"));
        assert_eq!(declined.done()["member"]["reason"], json!("Не учитель химии."));
        assert_eq!(teacher.register(&community, &anapa, json!({})).await.done()["member"]["state"], json!("PENDING"));
        assert_eq!(count(&app, "kda-chemistry").await, 0);
    }

    async fn the_same_person_registers_once_also_at_the_same_moment(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let anapa = app.municipality(&app.region("RU-KDA").await, "Анапа").await;
        let teacher = app.stranger().await;
        let answers = futures::future::join_all((0..4).map(|_| teacher.register(&community, &anapa, json!({})))).await;
        let mut outcomes: Vec<_> = answers.iter().map(|answer| answer.outcome()).collect();
        outcomes.sort();
        assert_eq!(outcomes, ["TAKEN", "TAKEN", "TAKEN", "done"]);
        assert_eq!(member::Entity::find().count(app.rows()).await.unwrap(), 1);
    }

    async fn a_teacher_without_an_account_registers_and_nobody_learns_who_is_registered(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let history = app.community("kda-history").await;
        let anapa = app.municipality(&app.region("RU-KDA").await, "Анапа").await;
        let teacher = json!({ "fullName": "Ёлкина Ева Егоровна", "email": "eva@school.example", "phone": "+7 900 000-00-00" });
        let first = app.visitor().register(&community, &anapa, teacher.clone()).await;
        let again = app.visitor().register(&community, &anapa, teacher.clone()).await;
        assert_eq!(first.done(), again.done());
        assert_eq!(first.done()["member"], Value::Null);
        app.visitor().register(&history, &anapa, teacher).await.done();
        let rows = member::Entity::find().all(app.rows()).await.unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].person_id, rows[1].person_id);
        assert_eq!(person::Entity::find().count(app.rows()).await.unwrap(), 1);
        assert_eq!(listed(&app.chair_of(&community).await, "kda-chemistry", json!(null)).await, ["Ёлкина Ева Егоровна"]);
    }

    async fn a_registration_lies_in_a_municipality_of_the_region(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let kronstadt = app.municipality(&app.region("RU-SPE").await, "Кронштадт").await;
        let teacher = app.stranger().await;
        let refused = teacher.register(&community, &kronstadt, json!({ "email": "nobody" })).await;
        assert_eq!(refused.user_errors(), [
            ("INVALID".into(), "input.municipalityId".into()), ("INVALID".into(), "input.email".into()),
        ]);
        let nameless = app.visitor().register(&community, &kronstadt, json!({})).await;
        assert!(nameless.user_errors().contains(&("INVALID".into(), "input.fullName".into())));
        assert_eq!(member::Entity::find().count(app.rows()).await.unwrap(), 0);
    }

    async fn whoever_leaves_is_counted_no_more_and_has_no_rights_from_then_on(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let person = app.person("Уходящий Устин").await;
        let row = app.new_member(&community).person(&person).joined_on(day("2021-09-01")).create().await;
        app.new_appointment(&person, Office::Chair, &community).create().await;
        let teacher = app.actor_for(&person).await;
        assert_eq!(listed(&teacher, "kda-chemistry", json!(null)).await.len(), 1);
        for (bad, path) in [("2020-01-01", "input.leftOn"), ("2100-01-01", "input.leftOn")] {
            assert_eq!(teacher.leave_on(row.id, bad).await.user_errors(), [("INVALID".into(), path.into())]);
        }
        let left = teacher.leave(row.id).await;
        assert_eq!(left.done()["member"]["state"], json!("LEFT"));
        assert_eq!(count(&app, "kda-chemistry").await, 0);
        assert_eq!(teacher.create(&community).await.error_code(), "FORBIDDEN");
        // The chair is one of the members: the office ended with the registration.
        let answer = app.visitor().ask("{ community(by: { slug: \"kda-chemistry\" }) { chair { id } } }").await;
        assert_eq!(answer.payload()["chair"], Value::Null);
        assert_eq!(teacher.leave(row.id).await.user_error(), "WRONG_STATE");
    }

    async fn whoever_moves_gives_up_the_seat_of_the_former_municipality(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let region = app.region("RU-KDA").await;
        let (anapa, sochi) = (app.municipality(&region, "Анапа").await, app.municipality(&region, "Сочи").await);
        let person = app.person("Переезжающий Павел").await;
        let row = app.new_member(&community).person(&person).municipality(&anapa).create().await;
        app.new_appointment(&person, Office::CouncilRepresentative, &community).municipality(&anapa).create().await;
        let chair = app.chair_of(&community).await;
        let moved = chair.relocate(row.id, &sochi).await;
        assert_eq!(moved.done()["member"]["municipality"]["name"], json!("Сочи"));
        let answer = app.visitor().ask(
            "{ community(by: { slug: \"kda-chemistry\" }) { council { seats { municipality { name } } } } }").await;
        assert_eq!(answer.payload()["council"]["seats"], json!([]));
        assert_eq!(chair.relocate(row.id, &sochi).await.user_error(), "WRONG_STATE");
    }

    async fn one_changes_the_own_registration_and_not_over_somebody_elses_change(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let person = app.person("Меняющийся Марк").await;
        let row = app.new_member(&community).person(&person).create().await;
        let teacher = app.actor_for(&person).await;
        let new = teacher.amend(row.id, 1, json!({ "fullName": "Изменившийся Марк", "phone": "123", "email": null })).await;
        let member = &new.done()["member"];
        assert_eq!((&member["fullName"], &member["phone"], &member["email"], &member["version"]),
            (&json!("Изменившийся Марк"), &json!("123"), &Value::Null, &json!(2)));
        let late = app.chair_of(&community).await.amend(row.id, 1, json!({ "phone": "456" })).await;
        assert_eq!(late.user_errors(), [("CONFLICT".into(), "input.expectedVersion".into())]);
        assert_eq!(late.payload()["member"]["phone"], json!("123"));
        let stranger = app.member_of(&community).await;
        assert_eq!(stranger.amend(row.id, 2, json!({})).await.error_code(), "NOT_FOUND");
        let named = person::Entity::find_by_id(person.id).one(app.rows()).await.unwrap().unwrap();
        assert_eq!(named.full_name, "Изменившийся Марк");
    }

    async fn what_another_system_keeps_is_changed_there(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let sochi = app.municipality(&app.region("RU-KDA").await, "Сочи").await;
        let row = app.new_member(&community).external("edu", "17").create().await;
        let chair = app.chair_of(&community).await;
        for answer in [chair.leave(row.id).await, chair.relocate(row.id, &sochi).await, chair.amend(row.id, 1, json!({})).await] {
            assert_eq!(answer.user_errors(), [("WRONG_STATE".into(), "input.memberId".into())]);
        }
    }

    async fn members_are_found_by_state_municipality_and_name(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let region = app.region("RU-KDA").await;
        let (anapa, sochi) = (app.municipality(&region, "Анапа").await, app.municipality(&region, "Сочи").await);
        app.new_member(&community).name("Анапский Семён").municipality(&anapa).create().await;
        app.new_member(&community).name("Сочинская Анна").municipality(&sochi).pending().create().await;
        app.new_member(&app.community("kda-history").await).name("Чужая Анна").municipality(&sochi).create().await;
        let chair = app.chair_of(&community).await;
        let found = async |filter: Value| listed(&chair, "kda-chemistry", filter).await;
        assert_eq!(found(json!({ "state": ["PENDING"] })).await, ["Сочинская Анна"]);
        assert_eq!(found(json!({ "municipalityId": id(anapa.id) })).await, ["Анапский Семён"]);
        assert_eq!(found(json!({ "search": "АН семен" })).await, ["Анапский Семён"]);
        assert_eq!(found(json!({ "search": "ан" })).await, ["Анапский Семён", "Сочинская Анна"]);
        assert_eq!(found(json!({ "search": "%" })).await.len(), 2);
        assert_eq!(found(json!({ "search": "семён", "state": ["PENDING"] })).await, [] as [String; 0]);
    }

    async fn counts_are_told_by_municipality_and_for_past_years(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let region = app.region("RU-KDA").await;
        let (anapa, sochi) = (app.municipality(&region, "Анапа").await, app.municipality(&region, "Сочи").await);
        let new = || app.new_member(&community).joined_on(day("2022-10-01"));
        new().municipality(&anapa).create().await;
        new().municipality(&anapa).create().await;
        new().municipality(&sochi).left_on(day("2024-08-31")).create().await;
        new().municipality(&sochi).pending().create().await;
        let document = "query($year: AcademicYear!) { community(by: { slug: \"kda-chemistry\" }) {
            membership(year: $year) { on members byMunicipality { municipality { name } members } } } }";
        let told = async |year: &str| {
            app.visitor().query(document, json!({ "year": year })).await.payload()["membership"].clone()
        };
        assert_eq!(told("2021-2022").await, json!({ "on": "2022-08-31", "members": 0, "byMunicipality": [] }));
        assert_eq!(told("2022-2023").await, json!({ "on": "2023-08-31", "members": 3, "byMunicipality": [
            { "municipality": { "name": "Анапа" }, "members": 2 }, { "municipality": { "name": "Сочи" }, "members": 1 },
        ] }));
        assert_eq!(told("2023-2024").await["members"], json!(2));
        assert_eq!(told("2190-2191").await, Value::Null);
    }

    async fn an_erased_person_is_gone_by_name_and_remains_in_the_counts(app: TestApp) {
        let region = app.region("RU-KDA").await;
        let community = app.community("kda-chemistry").await;
        let author = app.new_member(&community).name("Забытая Зоя").external("edu", "17").joined_on(day("2022-10-01")).enter().await;
        let practice = app.new_practice(&community).by(&author).state(entity::PracticeState::Published).create().await;
        let row = member::Entity::find().one(app.rows()).await.unwrap().unwrap();
        let operator = app.operator_of(&region).await;
        assert_eq!(app.chair_of(&community).await.erase(row.id).await.error_code(), "FORBIDDEN");
        assert_eq!(app.operator_of(&app.region("RU-SPE").await).await.erase(row.id).await.error_code(), "NOT_FOUND");
        operator.erase(row.id).await.done();
        let visitor = app.visitor();
        assert_eq!(visitor.sees(&practice).await["authors"], json!([{ "name": "Автор удалён" }]));
        assert_eq!(count(&app, "kda-chemistry").await, 0);
        let told = visitor.ask("{ community(by: { slug: \"kda-chemistry\" }) { practiceCount membership(year: \"2022-2023\") { members } } }").await;
        assert_eq!(told.payload(), &json!({ "practiceCount": 1, "membership": { "members": 1 } }));
        // The account lets nobody in, and nothing in the database names the person any more.
        assert_eq!(author.ask("{ viewer { id } }").await.error_code(), "UNAUTHENTICATED");
        let left = format!("{:?}{:?}{:?}{:?}",
            member::Entity::find().all(app.rows()).await.unwrap(),
            person::Entity::find_by_id(author.person()).all(app.rows()).await.unwrap(),
            entity::account::Entity::find().all(app.rows()).await.unwrap(),
            app.journal().await);
        for trace in ["Забытая", "person1@", author.login.as_str(), "Школа №"] {
            assert!(!left.contains(&format!("{trace}\"")) && !left.contains(&format!("\"{trace}")), "{trace} in {left}");
        }
        assert_eq!(operator.erase(row.id).await.error_code(), "NOT_FOUND");
        // The next night does not bring the person back.
        app.municipality(&region, "Анапа").await;
        let night = json!({ "externalId": "17", "communitySlug": "kda-chemistry", "fullName": "Забытая Зоя", "municipality": "Анапа" });
        let answer = app.integrator_of(&region).await.sync("1", &[night]).await;
        assert_eq!(answer.done()["results"][0]["userErrors"][0]["code"], json!("NOT_ELIGIBLE"));
    }

    async fn a_person_of_two_regions_is_erased_by_the_registrar_or_on_ones_own(app: TestApp) {
        let (kda, spe) = (app.region("RU-KDA").await, app.region("RU-SPE").await);
        let here = app.new_community("kda-chemistry").create().await;
        let there = app.new_community("spe-chemistry").region("RU-SPE").create().await;
        let person = app.person("Двойная Дина").await;
        let row = app.new_member(&here).person(&person).create().await;
        app.new_member(&there).person(&person).create().await;
        let refused = app.operator_of(&kda).await.erase(row.id).await;
        assert_eq!(refused.user_errors(), [("NOT_ELIGIBLE".into(), "input.memberId".into())]);
        app.registrar().await.erase(row.id).await.done();
        let other = app.person("Сама Софья").await;
        let own = app.new_member(&there).person(&other).state(MemberState::Pending).create().await;
        app.actor_for(&other).await.erase(own.id).await.done();
        assert_eq!(listed(&app.operator_of(&spe).await, "spe-chemistry", json!(null)).await, [] as [String; 0]);
    }
}

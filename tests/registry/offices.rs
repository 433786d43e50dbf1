//! Offices: who held which when, how many at a time, who may be appointed, and what ends with a term.

use chrono::{Duration, NaiveDate};
use entity::Office;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
use serde_json::{Value, json};

use crate::support::{
    app::{TestApp, id},
    client::Answer,
    factory::day,
    offices::{appointment_of, of_employee, of_member, on, seat, today, with},
    statements::statements,
};

const PRESIDIUM: Office = Office::PresidiumMember;
const COUNCIL: Office = Office::CouncilRepresentative;

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|it| it["holder"]["name"].as_str().unwrap()).collect()
}

#[track_caller]
fn message(answer: &Answer) -> &str {
    answer.payload()["userErrors"][0]["message"].as_str().unwrap_or_else(|| panic!("{answer:#?}"))
}

on_both! {
    async fn who_held_an_office_stays_answerable_for_every_day(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let town = app.municipality(&app.region("RU-KDA").await, "Анапа").await;
        for (n, (since, until)) in [
            ("2022-09-01", Some("2023-09-01")), ("2023-09-01", Some("2024-09-01")), ("2024-09-01", None),
        ].into_iter().enumerate() {
            for office in [Office::Coordinator, Office::Chair, PRESIDIUM, COUNCIL] {
                let person = app.person(&format!("{office:?} {n}")).await;
                let new = app.new_appointment(&person, office, &community).since(day(since));
                let new = if office == COUNCIL { new.municipality(&town) } else { new };
                if let Some(until) = until { new.until(day(until)) } else { new }.create().await;
            }
        }
        for (asked, n) in [
            ("2022-09-01", "0"), ("2023-08-31", "0"), ("2023-09-01", "1"), ("2024-08-31", "1"), ("2024-09-01", "2"), ("", "2"),
        ] {
            for (field, office) in [("coordinator", "Coordinator"), ("chair", "Chair")] {
                let found = on(&app, asked, field, "holder { name }").await;
                assert_eq!(found["holder"]["name"], json!(format!("{office} {n}")), "{asked}");
            }
            let presidium = on(&app, asked, "presidium", "size members { holder { name } }").await;
            assert_eq!(names(&presidium["members"]), [format!("PresidiumMember {n}")], "{asked}");
            let council = on(&app, asked, "council", "complete seats { representative { holder { name } } }").await;
            assert_eq!(council["complete"], json!(true));
            let name = &council["seats"][0]["representative"]["holder"]["name"];
            assert_eq!(*name, json!(format!("CouncilRepresentative {n}")), "{asked}");
        }
        // Before the first of them nobody held anything.
        assert_eq!(on(&app, "2022-08-31", "chair", "id").await, Value::Null);
        assert_eq!(on(&app, "2022-08-31", "presidium", "size").await, json!({ "size": 0 }));
        let council = on(&app, "2022-08-31", "council", "complete missingMunicipalities { name }").await;
        assert_eq!(council, json!({ "complete": false, "missingMunicipalities": [{ "name": "Анапа" }] }));
    }

    async fn the_whole_history_is_paged_with_the_latest_terms_first(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        app.community("kda-biology").await;
        let town = app.municipality(&app.region("RU-KDA").await, "Анапа").await;
        for year in 2015..2020 {
            let day = |year| NaiveDate::from_ymd_opt(year, 9, 1).unwrap();
            let person = app.person(&format!("Председатель {year}")).await;
            app.new_appointment(&person, Office::Chair, &community).since(day(year)).until(day(year + 1)).create().await;
        }
        let person = app.person("Представитель").await;
        app.new_appointment(&person, COUNCIL, &community).municipality(&town).since(day("2016-01-01")).create().await;
        let document = "query($slug: String!, $office: Office, $after: String) { community(by: { slug: $slug }) {
            appointments(office: $office, first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor }
            nodes { office holder { name } community { slug } municipality { name } } } } }";
        let ask = async |slug: &str, office: Value, after: Value| {
            let variables = json!({ "slug": slug, "office": office, "after": after });
            app.visitor().query(document, variables).await.payload()["appointments"].clone()
        };
        let mut seen = Vec::new();
        let mut after = Value::Null;
        loop {
            let page = ask("kda-chemistry", json!("CHAIR"), after).await;
            assert_eq!(page["totalCount"], json!(5));
            seen.extend(names(&page["nodes"]).into_iter().map(ToOwned::to_owned));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
        }
        assert_eq!(seen, [2019, 2018, 2017, 2016, 2015].map(|year| format!("Председатель {year}")));
        let all = ask("kda-chemistry", Value::Null, Value::Null).await;
        assert_eq!(all["totalCount"], json!(6));
        let council = ask("kda-chemistry", json!("COUNCIL_REPRESENTATIVE"), Value::Null).await;
        assert_eq!(council["nodes"][0]["municipality"]["name"], json!("Анапа"));
        assert_eq!(council["nodes"][0]["community"]["slug"], json!("kda-chemistry"));
        assert_eq!(ask("kda-biology", Value::Null, Value::Null).await["totalCount"], json!(0));
        // A cursor of one office is none of another's.
        let chairs = ask("kda-chemistry", json!("CHAIR"), Value::Null).await;
        let variables = json!({ "slug": "kda-chemistry", "office": null, "after": chairs["pageInfo"]["endCursor"] });
        assert_eq!(app.visitor().query(document, variables).await.error_code(), "BAD_CURSOR");
    }

    async fn an_appointment_says_all_that_was_ordered(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let coordinator = app.coordinator_of(&community).await;
        let member = app.new_member(&community).name("Алтынов Антон Антонович").create().await;
        let fields = json!({ "since": "2024-09-01", "until": "2027-09-01", "orderNumber": " 15-о ", "orderDate": "2024-08-30" });
        let answer = coordinator.appoint(with(of_member(Office::Chair, &community, &member), fields)).await;
        let found = answer.done()["appointment"].clone();
        let wanted = json!({ "id": found["id"], "office": "CHAIR", "since": "2024-09-01", "until": "2027-09-01",
            "orderNumber": "15-о", "orderDate": "2024-08-30", "holder": { "name": "Алтынов Антон Антонович" },
            "community": { "slug": "kda-chemistry" }, "municipality": null });
        assert_eq!(found, wanted);
        let journal = app.journal().await;
        let entry = journal.last().unwrap();
        assert_eq!((entry.action.as_str(), entry.subject_type.as_str()), ("appointment.leaders", "appointment"));
        assert_eq!((entry.community_id, entry.region_id), (Some(community.id), Some(community.region_id)));
        let after = entry.after.as_ref().unwrap();
        assert_eq!((&after["since"], &after["orderNumber"]), (&json!("2024-09-01"), &json!("15-о")));
        assert!(!after.to_string().contains("Алтынов"), "{after}");
        // Without days: from today on.
        let plain = seat(&app, &coordinator, PRESIDIUM, &community, today(&app)).await;
        assert_eq!(plain.done()["appointment"]["until"], Value::Null);
    }

    async fn an_office_of_one_is_held_by_one_at_a_time(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let region = app.region("RU-KDA").await;
        let (operator, coordinator) = (app.operator_of(&region).await, app.coordinator_of(&community).await);
        let employee = app.staff_of(&region).await;
        let taken = operator.appoint(of_employee(&community, &employee)).await;
        assert_eq!(taken.user_errors(), [("TAKEN".into(), "input.office".into())]);
        assert!(message(&taken).contains("since 2022-09-01"), "{}", message(&taken));
        let first = seat(&app, &coordinator, Office::Chair, &community, day("2024-09-01")).await;
        let second = seat(&app, &coordinator, Office::Chair, &community, today(&app)).await;
        assert_eq!(second.user_error(), "TAKEN");
        coordinator.end_term(appointment_of(&first), Some(today(&app) + Duration::days(30))).await.done();
        let too_early = seat(&app, &coordinator, Office::Chair, &community, today(&app) + Duration::days(29)).await;
        assert_eq!(too_early.user_error(), "TAKEN");
        seat(&app, &coordinator, Office::Chair, &community, today(&app) + Duration::days(30)).await.done();
        // The end cannot be put off into the successor's term.
        let later = coordinator.end_term(appointment_of(&first), Some(today(&app) + Duration::days(31))).await;
        assert_eq!(later.user_errors(), [("TAKEN".into(), "input.until".into())]);
        let sooner = coordinator.end_term(appointment_of(&first), Some(today(&app) + Duration::days(3))).await;
        assert_eq!(sooner.outcome(), "done");
    }

    async fn of_several_who_fill_one_office_at_once_one_does(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let coordinator = app.coordinator_of(&community).await;
        let member = app.new_member(&community).create().await;
        let (presidium, chair) = (app.presidium_member_of(&community).await, app.chair_of(&community).await);
        let seat = of_member(COUNCIL, &community, &member);
        let leader = with(of_member(Office::Chair, &community, &member), json!({ "since": "2020-09-01", "until": "2021-09-01" }));
        let in_presidium = of_member(PRESIDIUM, &community, &member);
        for (by, input) in [(&presidium, seat), (&coordinator, leader), (&coordinator, in_presidium)] {
            let at_once = (0..4).map(|n| if n % 2 == 1 && input["municipalityId"].is_string() { &chair } else { by });
            let answers = futures::future::join_all(at_once.map(|by| by.appoint(input.clone()))).await;
            let mut outcomes: Vec<_> = answers.iter().map(Answer::outcome).collect();
            outcomes.sort_unstable();
            assert_eq!(outcomes, ["TAKEN", "TAKEN", "TAKEN", "done"], "{input}");
        }
    }

    async fn an_ended_office_has_no_rights_on_the_next_request(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let coordinator = app.coordinator_of(&community).await;
        let member = app.new_member(&community).enter().await;
        let document = "{ viewer { grants { role } } }";
        let roles = async || {
            let answer = member.ask(document).await;
            let grants = answer.payload()["grants"].as_array().unwrap().clone();
            grants.iter().map(|it| it["role"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(roles().await, ["MEMBER"]);
        let listed = coordinator.query(
            "query($id: ID!) { community(by: { id: $id }) { members { nodes { id } } } }",
            json!({ "id": id(community.id) }),
        ).await;
        let input = json!({ "communityId": id(community.id), "office": "CHAIR",
            "memberId": listed.payload()["members"]["nodes"][0]["id"] });
        let chair = appointment_of(&coordinator.appoint(input).await);
        assert!(roles().await.contains(&"CHAIR".to_owned()));
        let submitted = app.new_practice(&community).state(entity::PracticeState::Submitted).create().await;
        member.approve(&submitted).await.done();
        coordinator.end_term(chair, None).await.done();
        assert_eq!(roles().await, ["MEMBER"]);
        let submitted = app.new_practice(&community).state(entity::PracticeState::Submitted).create().await;
        assert_eq!(member.approve(&submitted).await.error_code(), "NOT_FOUND");
        // And one that has not begun gives none yet.
        let coming = json!({ "since": today(&app) + Duration::days(1) });
        let row = listed.payload()["members"]["nodes"][0]["id"].clone();
        let input = json!({ "communityId": id(community.id), "office": "CHAIR", "memberId": row });
        coordinator.appoint(with(input, coming)).await.done();
        assert_eq!(roles().await, ["MEMBER"]);
        app.clock.advance(Duration::days(1));
        let later = app.enter(member.account.unwrap()).await.ask(document).await;
        assert!(later.payload()["grants"].as_array().unwrap().iter().any(|it| it["role"] == json!("CHAIR")));
    }

    async fn only_a_member_in_force_whom_the_caller_may_see_holds_an_office(app: TestApp) {
        let (community, other) = (app.community("kda-chemistry").await, app.community("kda-biology").await);
        let coordinator = app.coordinator_of(&community).await;
        let appoint = async |member| coordinator.appoint(of_member(Office::Chair, &community, &member)).await;
        for member in [
            app.new_member(&community).pending().create().await,
            app.new_member(&community).left_on(day("2024-01-01")).create().await,
        ] {
            let refused = appoint(member).await;
            assert_eq!(refused.user_errors(), [("NOT_ELIGIBLE".into(), "input.memberId".into())]);
        }
        // Of another community: unknown to this coordinator, not eligible to one of both.
        let foreign = app.new_member(&other).create().await;
        assert_eq!(appoint(foreign.clone()).await.error_code(), "NOT_FOUND");
        let person = app.person("Двойной Дмитрий").await;
        for of in [&community, &other] {
            app.new_appointment(&person, Office::Coordinator, of).create().await;
        }
        let both = app.actor_for(&person).await;
        assert_eq!(both.appoint(of_member(Office::Chair, &community, &foreign)).await.user_error(), "NOT_ELIGIBLE");
        let erased = app.new_member(&community).create().await;
        let mut row = erased.clone().into_active_model();
        row.erased_at = Set(Some(app.clock.now()));
        row.update(app.rows()).await.unwrap();
        assert_eq!(appoint(erased).await.error_code(), "NOT_FOUND");
        assert_eq!(app.journal().await, []);
        let unknown = with(of_member(Office::Chair, &community, &foreign), json!({ "communityId": id(entity::ids::CommunityId::generate()) }));
        assert_eq!(coordinator.appoint(unknown).await.error_code(), "NOT_FOUND");
    }

    async fn a_coordinator_works_at_the_institute_of_the_region(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let (here, elsewhere) = (app.region("RU-KDA").await, app.region("RU-SPE").await);
        let operator = app.operator_of(&here).await;
        let nobody = app.person("Посторонний Пётр").await;
        for person in [app.staff_of(&elsewhere).await, nobody] {
            let refused = operator.appoint(of_employee(&community, &person)).await;
            assert_eq!(refused.user_errors(), [("NOT_ELIGIBLE".into(), "input.employeeId".into())]);
        }
        let unknown = json!({ "employeeId": id(entity::ids::PersonId::generate()) });
        let employee = app.staff_of(&here).await;
        let input = of_employee(&community, &employee);
        assert_eq!(operator.appoint(with(input.clone(), unknown)).await.error_code(), "NOT_FOUND");
        let registration = json!({ "employeeId": id(app.new_member(&community).create().await.id) });
        assert_eq!(operator.appoint(with(input.clone(), registration)).await.error_code(), "BAD_ID");
        operator.appoint(input).await.done();
        let coordinator = app.actor_for(&employee).await;
        seat(&app, &coordinator, Office::Chair, &community, today(&app)).await.done();
    }

    async fn what_is_wrong_with_an_appointment_is_told_all_at_once(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let coordinator = app.coordinator_of(&community).await;
        let member = app.new_member(&community).create().await;
        let fields = json!({
            "municipalityId": id(member.municipality_id), "employeeId": id(member.person_id),
            "since": today(&app) + Duration::days(367), "until": "2001-01-01",
            "orderNumber": "1\n2", "orderDate": today(&app) + Duration::days(2),
        });
        let answer = coordinator.appoint(with(of_member(Office::Chair, &community, &member), fields)).await;
        let paths: Vec<_> = answer.user_errors().into_iter().map(|(code, path)| format!("{code} {path}")).collect();
        assert_eq!(paths, ["municipalityId", "employeeId", "since", "until", "orderNumber", "orderDate"]
            .map(|field| format!("INVALID input.{field}")));
        assert_eq!(answer.payload()["appointment"], Value::Null);
        let tomorrow = json!({ "orderDate": today(&app) + Duration::days(1) });
        coordinator.appoint(with(of_member(Office::Chair, &community, &member), tomorrow)).await.done();
    }

    async fn a_term_ends_once_and_a_coming_end_can_be_moved(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let coordinator = app.coordinator_of(&community).await;
        let new = seat(&app, &coordinator, Office::Chair, &community, day("2024-09-01")).await;
        let chair = appointment_of(&new);
        let today = today(&app);
        for bad in [day("2024-08-31"), today + Duration::days(367)] {
            let refused = coordinator.end_term(chair, Some(bad)).await;
            assert_eq!(refused.user_errors(), [("INVALID".into(), "input.until".into())]);
            assert_eq!(refused.payload()["appointment"]["until"], Value::Null);
        }
        for days in [300, 20, 40] {
            let until = today + Duration::days(days);
            assert_eq!(coordinator.end_term(chair, Some(until)).await.done()["appointment"]["until"], json!(until));
        }
        assert_eq!(coordinator.end_term(chair, None).await.done()["appointment"]["until"], json!(today));
        let again = coordinator.end_term(chair, None).await;
        assert_eq!(again.user_errors(), [("WRONG_STATE".into(), "input.appointmentId".into())]);
        assert_eq!(again.payload()["appointment"]["until"], json!(today));
        let journal = app.journal().await;
        let last = journal.last().unwrap();
        assert_eq!(last.before.as_ref().unwrap()["until"], json!(today + Duration::days(40)));
        assert_eq!(last.after.as_ref().unwrap()["until"], json!(today));
        // Who has not begun never holds the office.
        let coming = seat(&app, &coordinator, Office::Chair, &community, today + Duration::days(9)).await;
        let ended = coordinator.end_term(appointment_of(&coming), None).await;
        assert_eq!(ended.done()["appointment"]["until"], json!(today + Duration::days(9)));
        assert_eq!(on(&app, &(today + Duration::days(9)).to_string(), "chair", "id").await, Value::Null);
        let unknown = coordinator.end_term(entity::ids::AppointmentId::generate(), None).await;
        assert_eq!(unknown.error_code(), "NOT_FOUND");
    }

    async fn an_archived_community_takes_nobody_and_lets_go(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let coordinator = app.coordinator_of(&community).await;
        let seated = app.seat_in_presidium(&community, 8).await;
        let mut row = community.clone().into_active_model();
        row.archived_at = Set(Some(app.clock.now()));
        row.update(app.rows()).await.unwrap();
        let refused = seat(&app, &coordinator, Office::Chair, &community, today(&app)).await;
        assert_eq!(refused.user_errors(), [("WRONG_STATE".into(), "input.communityId".into())]);
        assert_eq!(coordinator.confirm_presidium(&community).await.user_error(), "WRONG_STATE");
        coordinator.end_term(seated[0].id, None).await.done();
    }

    async fn offices_of_twenty_communities_take_as_many_statements_as_those_of_one(app: TestApp) {
        let query = |first: usize| format!("{{ communities(first: {first}) {{ nodes {{
            coordinator(asOf: \"2023-01-01\") {{ holder {{ name }} }} chair(asOf: \"2023-01-01\") {{ holder {{ name }} }}
            presidium(asOf: \"2023-01-01\") {{ size confirmation {{ confirmedOn }} }}
            council(asOf: \"2023-01-01\") {{ seats {{ representative {{ holder {{ name }} municipality {{ name }} }} municipality {{ name }} }}
                missingMunicipalities {{ name }} }}
            appointments(first: 3) {{ totalCount nodes {{ holder {{ name }} community {{ slug }} municipality {{ name }} }} }}
            }} }} }}");
        let town = app.municipality(&app.region("RU-KDA").await, "Анапа").await;
        for n in 0..20 {
            let community = app.community(&format!("kda-{n}")).await;
            app.coordinator_of(&community).await;
            app.representative_of(&community, &town).await;
            app.seat_in_presidium(&community, 8).await;
            app.new_member(&community).create().await;
        }
        let visitor = app.visitor();
        let (one, all) = (statements(&visitor, &query(1)).await, statements(&visitor, &query(20)).await);
        assert!(one > 0 && all <= one, "{one} became {all}");
        // Communities, leaders, confirmations, council, municipalities, history, its count, its persons, and by id
        // communities and municipalities.
        assert!(all <= 11, "{all}");
    }
}

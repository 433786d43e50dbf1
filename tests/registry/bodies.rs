//! Presidium and council: how many they are, who fills them at the same moment, what is confirmed and missing.

use chrono::Duration;
use entity::{Office, municipality};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
use serde_json::{Value, json};

use crate::support::{
    app::{TestApp, id},
    client::Answer,
    offices::{of_member, on, seat, today, with},
};

const PRESIDIUM: Office = Office::PresidiumMember;
const COUNCIL: Office = Office::CouncilRepresentative;

fn bounds(answer: &Answer) -> Value {
    answer.payload()["userErrors"][0]["bounds"].clone()
}

async fn archive_town(app: &TestApp, town: &municipality::Model, days_ago: i64) {
    let mut row = town.clone().into_active_model();
    row.archived_at = Set(Some(app.clock.now() - Duration::days(days_ago)));
    row.update(app.rows()).await.unwrap();
}

on_both! {
    async fn a_presidium_has_ten_members_at_most_and_nobody_twice(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let coordinator = app.coordinator_of(&community).await;
        let seated = app.seat_in_presidium(&community, 9).await;
        let member = app.new_member(&community).create().await;
        coordinator.appoint(of_member(PRESIDIUM, &community, &member)).await.done();
        let twice = coordinator.appoint(of_member(PRESIDIUM, &community, &member)).await;
        assert_eq!(twice.user_errors(), [("TAKEN".into(), "input.memberId".into())]);
        let eleventh = seat(&app, &coordinator, PRESIDIUM, &community, today(&app)).await;
        assert_eq!(eleventh.user_error(), "NOT_ELIGIBLE");
        assert_eq!(bounds(&eleventh), json!({ "actual": 11, "min": 8, "max": 10 }));
        coordinator.end_term(seated[0].id, None).await.done();
        seat(&app, &coordinator, PRESIDIUM, &community, today(&app)).await.done();
        let size = on(&app, "", "presidium", "size complete").await;
        assert_eq!(size, json!({ "size": 10, "complete": true }));
    }

    async fn several_who_appoint_at_once_fill_the_presidium_to_ten_exactly(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let coordinator = app.coordinator_of(&community).await;
        app.seat_in_presidium(&community, 8).await;
        let mut inputs = Vec::new();
        for _ in 0..6 {
            inputs.push(of_member(PRESIDIUM, &community, &app.new_member(&community).create().await));
        }
        let answers = futures::future::join_all(inputs.into_iter().map(|input| coordinator.appoint(input))).await;
        let mut outcomes: Vec<_> = answers.iter().map(Answer::outcome).collect();
        outcomes.sort_unstable();
        assert_eq!(outcomes, ["NOT_ELIGIBLE", "NOT_ELIGIBLE", "NOT_ELIGIBLE", "NOT_ELIGIBLE", "done", "done"]);
        for refused in answers.iter().filter(|answer| answer.outcome() != "done") {
            assert_eq!(bounds(refused)["actual"], json!(11));
        }
        assert_eq!(on(&app, "", "presidium", "size").await, json!({ "size": 10 }));
    }

    async fn a_council_shows_which_municipalities_have_nobody(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let (here, elsewhere) = (app.region("RU-KDA").await, app.region("RU-SPE").await);
        let mut towns = Vec::new();
        for name in ["Анапа", "Геленджик", "Сочи"] {
            towns.push(app.municipality(&here, name).await);
        }
        let chair = app.chair_of(&community).await;
        let member = app.new_member(&community).municipality(&towns[0]).create().await;
        let seat = of_member(COUNCIL, &community, &member);
        let gaps = async |day: &str| {
            let council = on(&app, day, "council", "complete missingMunicipalities { name } seats { municipality { name } }").await;
            let list = |field: &str, name: fn(&Value) -> &Value| -> Vec<String> {
                council[field].as_array().unwrap().iter().map(|it| name(it).as_str().unwrap().to_owned()).collect()
            };
            (list("missingMunicipalities", |it| &it["name"]), list("seats", |it| &it["municipality"]["name"]), council["complete"].clone())
        };
        let words = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        assert_eq!(gaps("").await, (words(&["Анапа", "Геленджик", "Сочи"]), words(&[]), json!(false)));
        for (municipality, code, path) in [
            (&towns[1], "NOT_ELIGIBLE", "input.memberId"),
            (&app.municipality(&elsewhere, "Кронштадт").await, "INVALID", "input.municipalityId"),
        ] {
            let refused = chair.appoint(with(seat.clone(), json!({ "municipalityId": id(municipality.id) }))).await;
            assert_eq!(refused.user_errors(), [(code.to_owned(), path.to_owned())]);
        }
        let unknown = json!({ "municipalityId": id(entity::ids::MunicipalityId::generate()) });
        assert_eq!(chair.appoint(with(seat.clone(), unknown)).await.error_code(), "NOT_FOUND");
        let first = chair.appoint(with(seat.clone(), json!({ "since": "2024-09-01" }))).await;
        assert_eq!(first.done()["appointment"]["municipality"]["name"], json!("Анапа"));
        assert_eq!(gaps("").await, (words(&["Геленджик", "Сочи"]), words(&["Анапа"]), json!(false)));
        assert_eq!(gaps("2024-08-31").await.0, words(&["Анапа", "Геленджик", "Сочи"]));
        let second = app.new_member(&community).municipality(&towns[0]).create().await;
        let taken = chair.appoint(of_member(COUNCIL, &community, &second)).await;
        assert_eq!(taken.user_errors(), [("TAKEN".into(), "input.municipalityId".into())]);
        // What is in the archive is no gap from that day on, and nobody is appointed for it.
        archive_town(&app, &towns[1], 10).await;
        archive_town(&app, &towns[2], 0).await;
        let before = (today(&app) - Duration::days(11)).to_string();
        assert_eq!(gaps(&before).await.0, words(&["Геленджик", "Сочи"]));
        let after = (today(&app) - Duration::days(10)).to_string();
        assert_eq!(gaps(&after).await.0, words(&["Сочи"]));
        assert_eq!(gaps("").await, (words(&[]), words(&["Анапа"]), json!(true)));
        let member = app.new_member(&community).municipality(&towns[1]).create().await;
        let refused = chair.appoint(of_member(COUNCIL, &community, &member)).await;
        assert_eq!(refused.user_errors(), [("INVALID".into(), "input.municipalityId".into())]);
    }

    async fn a_presidium_is_confirmed_as_it_stands_until_somebody_joins_or_leaves(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let coordinator = app.coordinator_of(&community).await;
        let seated = app.seat_in_presidium(&community, 7).await;
        let few = coordinator.confirm_presidium(&community).await;
        assert_eq!(few.user_errors(), [("NOT_ELIGIBLE".into(), "input.communityId".into())]);
        assert_eq!(bounds(&few), json!({ "actual": 7, "min": 8, "max": 10 }));
        assert_eq!(few.payload()["presidium"], json!({ "size": 7, "confirmation": null }));
        app.seat_in_presidium(&community, 1).await;
        let confirmed = coordinator.confirm_presidium(&community).await;
        let confirmation = json!({ "confirmedOn": today(&app), "orderNumber": "7-п", "orderDate": "2024-09-10" });
        assert_eq!(confirmed.done()["presidium"], json!({ "size": 8, "confirmation": confirmation }));
        assert_eq!(coordinator.confirm_presidium(&community).await.user_error(), "WRONG_STATE");
        let entry = app.journal().await.last().unwrap().clone();
        assert_eq!((entry.action.as_str(), entry.community_id), ("presidium.confirm", Some(community.id)));
        let of = "size confirmation { confirmedOn }";
        let yesterday = (today(&app) - Duration::days(1)).to_string();
        assert_eq!(on(&app, &yesterday, "presidium", of).await["confirmation"], Value::Null);
        // Somebody leaves, two join: confirmed anew each time.
        app.clock.advance(Duration::days(2));
        let coordinator = app.enter(coordinator.account.unwrap()).await;
        coordinator.end_term(seated[0].id, None).await.done();
        assert_eq!(on(&app, "", "presidium", of).await, json!({ "size": 7, "confirmation": null }));
        let before = (today(&app) - Duration::days(1)).to_string();
        assert_eq!(on(&app, &before, "presidium", of).await["confirmation"]["confirmedOn"], json!(today(&app) - Duration::days(2)));
        for _ in 0..2 {
            seat(&app, &coordinator, PRESIDIUM, &community, today(&app)).await.done();
            assert_eq!(on(&app, "", "presidium", "confirmation { confirmedOn }").await, json!({ "confirmation": null }));
            coordinator.confirm_presidium(&community).await.done();
        }
        assert_eq!(on(&app, "", "presidium", of).await, json!({ "size": 9, "confirmation": { "confirmedOn": today(&app) } }));
    }
}

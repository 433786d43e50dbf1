//! What cannot be found out by asking for something else: whether somebody is registered, and what is registered
//! under somebody's name.

use entity::{AdoptionState, MemberState, Office, account, journal, member, organization, person};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use crate::support::{
    actor::{Actor, member_of},
    app::{TestApp, id},
};

const VICTIM: &str = "Тихонова Тамара Тимофеевна";

fn victim(phone: &str) -> Value {
    json!({ "fullName": VICTIM, "email": "tamara@school.example", "phone": phone })
}

/// The registrations that the feed shows to somebody.
async fn shown(actor: &Actor) -> String {
    let document = "{ changes(types: [MEMBER], first: 1000) { changes { node { ... on Member { fullName phone community { slug } } } } } }";
    actor.ask(document).await.data().to_string()
}

/// Where the feed ends for somebody.
async fn end(actor: &Actor) -> String {
    let answer = actor.ask("{ changes(types: [COMMUNITY], first: 1000) { nextCursor } }").await;
    answer.payload()["nextCursor"].as_str().unwrap().to_owned()
}

async fn open(actor: &Actor, of: &member::Model) -> String {
    let login = format!("login.{}", of.id.0.simple());
    actor.call("accountCreate", json!({ "login": login, "memberId": id(of.id) }), "").await.outcome()
}

async fn registration(app: &TestApp, slug: &str) -> member::Model {
    let of = entity::community::Entity::find().filter(entity::community::Column::Slug.eq(slug));
    let community = of.one(app.rows()).await.unwrap().unwrap();
    let found = member::Entity::find().filter(member::Column::CommunityId.eq(community.id));
    found.filter(member::Column::FullName.eq(VICTIM)).one(app.rows()).await.unwrap().unwrap()
}

on_both! {
    async fn the_length_of_the_journal_does_not_tell_a_visitor_who_is_registered(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let anapa = app.municipality(&app.region("RU-KDA").await, "Анапа").await;
        let mut steps = Vec::new();
        // The third is the first again, from a school that nobody knows.
        for (name, school) in [("Первая Полина", "Школа № 1"), ("Вторая Вера", "Школа № 2"), ("Первая Полина", "Школа № 3")] {
            let input = json!({ "fullName": name, "email": "school@school.example", "organization": school });
            let (before, cursor) = (app.journal().await.len(), end(&app.visitor()).await);
            let answer = app.visitor().register(&community, &anapa, input).await;
            assert_ne!(end(&app.visitor()).await, cursor, "the cursor of everybody moves");
            steps.push((answer.done().clone(), app.journal().await.len() - before));
        }
        assert_eq!(member::Entity::find().count(app.rows()).await.unwrap(), 2);
        assert_eq!(organization::Entity::find().count(app.rows()).await.unwrap(), 3);
        assert!(steps.iter().all(|step| *step == steps[0]), "{steps:?}");
    }

    async fn nobody_takes_somebody_elses_name_and_is_shown_what_is_registered_under_it(app: TestApp) {
        let (chemistry, history) = (app.community("kda-chemistry").await, app.community("kda-history").await);
        let region = app.region("RU-KDA").await;
        let anapa = app.municipality(&region, "Анапа").await;
        let thief = app.stranger().await;
        let own = member_of(thief.register(&chemistry, &anapa, json!({})).await.done());
        thief.amend(own, 1, json!({ "fullName": VICTIM, "email": "tamara@school.example" })).await.done();
        app.visitor().register(&chemistry, &anapa, victim("111")).await.done();
        app.visitor().register(&history, &anapa, victim("222")).await.done();
        let row = json!({ "externalId": "17", "communitySlug": "kda-chemistry", "fullName": VICTIM,
            "email": "tamara@school.example", "position": "333", "municipality": "Анапа" });
        app.integrator_of(&region).await.sync("1", &[row]).await.done();
        let seen = shown(&thief).await;
        for number in ["111", "222", "333"] {
            assert!(!seen.contains(number), "{seen}");
        }
    }

    async fn a_registration_by_name_is_not_added_to_an_account_of_another_community(app: TestApp) {
        let (chemistry, history) = (app.community("kda-chemistry").await, app.community("kda-history").await);
        let region = app.region("RU-KDA").await;
        let anapa = app.municipality(&region, "Анапа").await;
        let chair = app.chair_of(&chemistry).await;
        // A chair hands in somebody's registration, confirms it, and holds the account.
        app.visitor().register(&chemistry, &anapa, victim("1")).await.done();
        let row = registration(&app, "kda-chemistry").await;
        chair.confirm(row.id).await.done();
        let input = json!({ "login": "puppet", "memberId": id(row.id) });
        let opened = chair.call("accountCreate", input, "password").await;
        let password = opened.done()["password"].as_str().unwrap().to_owned();
        let puppet = app.visitor().sign_in("puppet", &password).await;
        let puppet = app.visitor().bearing(puppet.done()["accessToken"].as_str().unwrap());
        app.visitor().register(&history, &anapa, victim("secret phone")).await.done();
        assert!(!shown(&puppet).await.contains("secret phone"));
        let row = json!({ "externalId": "17", "communitySlug": "kda-history", "fullName": VICTIM,
            "email": "tamara@school.example", "municipality": "Анапа" });
        app.integrator_of(&region).await.sync("1", &[row]).await.done();
        assert!(!shown(&puppet).await.contains("kda-history"));
        // In the own community it is the same person, and not doubled.
        app.visitor().register(&chemistry, &anapa, victim("2")).await.done();
        let of = member::Entity::find().filter(member::Column::CommunityId.eq(chemistry.id));
        assert_eq!(of.count(app.rows()).await.unwrap(), 1);
    }

    async fn no_account_is_opened_that_would_show_registrations_beyond_the_openers_care(app: TestApp) {
        let (chemistry, history) = (app.community("kda-chemistry").await, app.community("kda-history").await);
        let person = app.person("Разная Раиса").await;
        let here = app.new_member(&chemistry).person(&person).create().await;
        let elsewhere = app.new_member(&history).person(&person).state(MemberState::Declined).create().await;
        assert_eq!(open(&app.chair_of(&chemistry).await, &here).await, "NOT_ELIGIBLE");
        assert_eq!(open(&app.chair_of(&history).await, &elsewhere).await, "WRONG_STATE");
        assert_eq!(open(&app.operator_of(&app.region("RU-KDA").await).await, &here).await, "done");
    }

    async fn nobody_registers_as_an_employee_or_in_the_name_of_another_region(app: TestApp) {
        let (kda, spe) = (app.region("RU-KDA").await, app.region("RU-SPE").await);
        let chemistry = app.community("kda-chemistry").await;
        let foreign = app.new_community("spe-chemistry").region("RU-SPE").create().await;
        let (anapa, kronstadt) = (app.municipality(&kda, "Анапа").await, app.municipality(&spe, "Кронштадт").await);
        let operator = app.operator_of(&spe).await;
        let institute = app.institute(&spe).await;
        let input = json!({ "instituteId": id(institute.id), "fullName": VICTIM, "email": "tamara@school.example", "position": "методист" });
        operator.call("employeeCreate", input, "").await.done();
        app.visitor().register(&foreign, &kronstadt, victim("1")).await.done();
        app.visitor().register(&chemistry, &anapa, victim("2")).await.done();
        assert_eq!(person::Entity::find().filter(person::Column::FullName.eq(VICTIM)).count(app.rows()).await.unwrap(), 3);
        // So an operator neither erases the other region's, nor learns that there is anybody.
        let row = registration(&app, "kda-chemistry").await;
        app.operator_of(&kda).await.erase(row.id).await.done();
        assert_eq!(registration(&app, "spe-chemistry").await.phone.as_deref(), Some("1"));
        let employee = person::Entity::find().filter(person::Column::InstituteId.is_not_null());
        assert_eq!(employee.one(app.rows()).await.unwrap().unwrap().full_name, VICTIM);
    }

    async fn a_representative_finds_nobody_of_another_municipality(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let region = app.region("RU-KDA").await;
        let (anapa, sochi) = (app.municipality(&region, "Анапа").await, app.municipality(&region, "Сочи").await);
        app.new_member(&community).name(VICTIM).municipality(&sochi).create().await;
        let representative = app.representative_of(&community, &anapa).await;
        for filter in [json!({ "search": "Тихонова" }), json!({ "municipalityId": id(sochi.id) }), json!({ "state": ["ACTIVE"] })] {
            let document = "query($filter: MemberFilter) { community(by: { slug: \"kda-chemistry\" }) {
                members(filter: $filter) { totalCount nodes { id } pageInfo { hasNextPage } } } }";
            let answer = representative.query(document, json!({ "filter": filter })).await;
            assert_eq!(answer.payload()["members"], json!({ "totalCount": 0, "nodes": [], "pageInfo": { "hasNextPage": false } }));
        }
    }

    async fn appointing_does_not_tell_of_registrations_that_are_not_seen(app: TestApp) {
        let (chemistry, history) = (app.community("kda-chemistry").await, app.community("kda-history").await);
        let foreign = app.new_member(&history).create().await;
        let coordinator = app.coordinator_of(&chemistry).await;
        let appoint = async |member: entity::ids::MemberId| {
            let input = json!({ "communityId": id(chemistry.id), "office": Office::Chair, "memberId": id(member) });
            coordinator.appoint(input).await.errors()[0]["message"].clone()
        };
        assert_eq!(appoint(foreign.id).await, appoint(entity::ids::MemberId::generate()).await);
    }

    async fn a_workplace_that_only_the_erased_person_had_is_forgotten(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let region = app.region("RU-KDA").await;
        let anapa = app.municipality(&region, "Анапа").await;
        let operator = app.operator_of(&region).await;
        let input = json!({ "municipalityId": id(anapa.id), "name": "Школа № 5" });
        operator.call("organizationCreate", input, "").await.done();
        let at = |name: &str, school: &str| json!({ "fullName": name, "email": "a@school.example", "organization": school });
        for (name, school) in [("Одинокая Ольга", "У Ольги дома"), ("Школьная Шура", "Школа № 5"), ("Вместе Вера", "Лицей"), ("Вместе Вика", "Лицей")] {
            app.visitor().register(&community, &anapa, at(name, school)).await.done();
        }
        // What one adopted a practice for is forgotten, even where one works elsewhere since.
        let moved = member::Entity::find().filter(member::Column::FullName.eq("Одинокая Ольга")).one(app.rows()).await.unwrap().unwrap();
        let practice = app.published(&community).await;
        let coordinator = app.coordinator_of(&community).await;
        let input = json!({ "memberId": id(moved.id), "expectedVersion": moved.version, "organization": "Лицей" });
        coordinator.call("memberUpdate", input, "").await.done();
        let home = moved.organization_id.unwrap();
        app.adoption_at(&practice, &community, moved.person_id, home, AdoptionState::Confirmed).await;
        let document = "{ region(by: { code: \"RU-KDA\" }) { municipalities { nodes { organizations { nodes { name } } } } } }";
        for row in member::Entity::find().all(app.rows()).await.unwrap() {
            if row.full_name != "Вместе Вика" {
                operator.erase(row.id).await.done();
            }
        }
        let listed = app.visitor().ask(document).await.data().to_string();
        assert!(listed.contains("Школа № 5") && listed.contains("Лицей") && !listed.contains("Ольг"), "{listed}");
        let kept = format!("{:?}{:?}",
            organization::Entity::find().all(app.rows()).await.unwrap(),
            journal::Entity::find().all(app.rows()).await.unwrap());
        assert!(!kept.contains("Ольг"), "{kept}");
        assert_eq!(account::Entity::find().filter(account::Column::Login.contains("Ольг")).count(app.rows()).await.unwrap(), 0);
    }
}

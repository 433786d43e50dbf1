//! What ends with it when somebody leaves a community, moves, or is erased: called as the use cases of
//! registrations call it, inside of their transactions.

use std::sync::atomic::Ordering;

use api::{
    auth::{Action, Actor, Place, Right, policy},
    db::{Change, Tx, meter},
    registry::governance::endings::{end_all_of, end_offices, end_seats},
};
use chrono::{Duration, NaiveDate};
use entity::{
    MemberState, Office, Role, appointment, community,
    ids::{AppointmentId, CommunityId, PersonId},
    member, person,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, QuerySelect};
use serde_json::json;

use crate::support::{
    app::TestApp,
    factory::day,
    offices::{of_member, on},
};

const ALL: [Office; 4] =
    [Office::Coordinator, Office::Chair, Office::PresidiumMember, Office::CouncilRepresentative];

/// A transaction as that of a coordinator who ends a registration.
async fn leaving(app: &TestApp, of: CommunityId) -> Tx {
    let mut coordinator = Actor::visitor("request".into(), app.clock.now());
    let (role, community) = (Role::Coordinator, Some(of));
    coordinator.rights.push(Right { role, region: None, community, municipality: None, profile: None });
    let place = Place { community, ..Place::default() };
    let permit = policy::permit(&coordinator, Action::MemberLeave, &place).unwrap();
    app.db().begin(permit).await.unwrap()
}

/// All four offices of a community, in the hands of one person.
async fn all_offices(app: &TestApp, whose: &person::Model, of: &community::Model) -> Vec<appointment::Model> {
    let town = app
        .municipality(&app.region("RU-KDA").await, &format!("Город {}", AppointmentId::generate().0))
        .await;
    let mut made = Vec::new();
    for office in ALL {
        let new = app.new_appointment(whose, office, of);
        let new = if office == Office::CouncilRepresentative { new.municipality(&town) } else { new };
        made.push(new.create().await);
    }
    made
}

async fn until(app: &TestApp, id: AppointmentId) -> Option<NaiveDate> {
    appointment::Entity::find_by_id(id).one(app.rows()).await.unwrap().unwrap().until
}

async fn untils(app: &TestApp, of: &[appointment::Model]) -> Vec<Option<NaiveDate>> {
    let mut found = Vec::new();
    for row in of {
        found.push(until(app, row.id).await);
    }
    found
}

on_both! {
    async fn who_leaves_a_community_holds_no_office_of_its_members(app: TestApp) {
        let (left, other) = (app.community("kda-chemistry").await, app.community("kda-biology").await);
        let (who, stays) = (app.person("Уходящев Ульян").await, app.person("Остающев Осип").await);
        let own = all_offices(&app, &who, &left).await;
        let elsewhere = all_offices(&app, &who, &other).await;
        let anothers = all_offices(&app, &stays, &left).await;
        let before = app.new_appointment(&who, Office::Chair, &left).since(day("2019-09-01")).until(day("2020-09-01")).create().await;
        let on = day("2025-02-01");
        let coming = app.new_appointment(&who, Office::Chair, &left).since(on + Duration::days(9)).create().await;
        let ending = app.new_appointment(&who, Office::Chair, &left).until(on + Duration::days(9)).create().await;
        let mut tx = leaving(&app, left.id).await;
        // The person of one pair with the community of another is none of the pairs.
        end_offices(&mut tx, &[(who.id, left.id), (stays.id, other.id)], on).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(untils(&app, &own).await, [None, Some(on), Some(on), Some(on)]);
        assert_eq!(untils(&app, &elsewhere).await, [None; 4]);
        assert_eq!(untils(&app, &anothers).await, [None; 4]);
        assert_eq!(until(&app, before.id).await, before.until);
        assert_eq!(until(&app, coming.id).await, Some(coming.since));
        assert_eq!(until(&app, ending.id).await, Some(on));
        let journal = app.journal().await;
        assert_eq!(journal.len(), 5);
        for entry in &journal {
            assert_eq!((entry.action.as_str(), entry.subject_type.as_str()), ("member.leave", "appointment"));
            assert_eq!((entry.community_id, entry.region_id), (Some(left.id), Some(left.region_id)));
            let (before, after) = (entry.before.as_ref().unwrap(), entry.after.as_ref().unwrap());
            assert_ne!(before["until"], after["until"]);
            assert!(!format!("{before}{after}").contains("Уходящев"));
        }
        let told = journal.iter().find(|entry| entry.subject_id == coming.id.0).unwrap();
        assert_eq!(told.after.as_ref().unwrap()["until"], json!(coming.since));
        // Again there is nothing left to end, and so nothing to tell.
        let mut tx = leaving(&app, left.id).await;
        end_offices(&mut tx, &[(who.id, left.id)], on).await.unwrap();
        assert!(tx.commit().await.is_err());
    }

    async fn who_moves_leaves_the_council_alone(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let who = app.person("Переездов Павел").await;
        let own = all_offices(&app, &who, &community).await;
        let on = day("2025-02-01");
        let mut tx = leaving(&app, community.id).await;
        end_seats(&mut tx, &[(who.id, community.id)], on).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(untils(&app, &own).await, [None, None, None, Some(on)]);
    }

    async fn who_is_erased_holds_nothing_anywhere(app: TestApp) {
        let (first, second) = (app.community("kda-chemistry").await, app.community("kda-biology").await);
        let (who, stays) = (app.person("Забытов Захар").await, app.person("Остающев Осип").await);
        let own = [all_offices(&app, &who, &first).await, all_offices(&app, &who, &second).await].concat();
        let anothers = all_offices(&app, &stays, &first).await;
        let on = day("2025-02-01");
        let mut tx = leaving(&app, first.id).await;
        end_all_of(&mut tx, who.id, on).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(untils(&app, &own).await, [Some(on); 8]);
        assert_eq!(untils(&app, &anothers).await, [None; 4]);
    }

    async fn thousands_who_leave_take_as_many_statements_as_one(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let on = day("2025-02-01");
        let mut pairs: Vec<_> = (0..3_000).map(|_| (PersonId::generate(), CommunityId::generate())).collect();
        for n in 0..3 {
            let who = app.person(&format!("Уходящев {n}")).await;
            all_offices(&app, &who, &community).await;
            pairs.push((who.id, community.id));
        }
        let statements = async |pairs: &[(PersonId, CommunityId)]| {
            let counter = meter::Meter::default();
            let mut tx = leaving(&app, community.id).await;
            meter::metered(counter.clone(), end_offices(&mut tx, pairs, on)).await.unwrap();
            drop(tx);
            counter.load(Ordering::Relaxed)
        };
        assert_eq!(statements(&pairs[..1]).await, 1);
        assert_eq!(statements(&pairs[3_000..3_001]).await, 4);
        assert_eq!(statements(&pairs).await, 4);
    }

    async fn nobody_who_leaves_at_the_moment_of_the_appointment_stays_in_office(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let coordinator = app.coordinator_of(&community).await;
        let today = app.clock.now().date_naive();
        let leave = async |member: &member::Model| {
            let mut tx = leaving(&app, community.id).await;
            let locked = member::Entity::find_by_id(member.id).lock_exclusive().one(tx.db()).await.unwrap();
            let mut row = locked.unwrap().into_active_model();
            row.state = Set(MemberState::Left);
            row.update(tx.db()).await.unwrap();
            tx.record(Change::of(member.id, None, None));
            end_offices(&mut tx, &[(member.person_id, community.id)], today).await.unwrap();
            // Time enough for an appointment that would not wait for the registration.
            for _ in 0..10 {
                app.visitor().ask("{ communities { nodes { slug } } }").await.data();
            }
            tx.commit().await.unwrap();
        };
        for _ in 0..6 {
            let member = app.new_member(&community).create().await;
            let input = of_member(Office::PresidiumMember, &community, &member);
            let (answer, ()) = futures::join!(coordinator.appoint(input), leave(&member));
            assert!(["done", "NOT_ELIGIBLE"].contains(&answer.outcome().as_str()), "{answer:#?}");
        }
        assert_eq!(on(&app, "", "presidium", "size").await, json!({ "size": 0 }));
    }
}

//! What a process remembers of those who take part in rankings, and catches up with, is what the rows say.

use api::registry::ranking::{
    board::{Period, Spec, ensure},
    method::Method,
    verify::verify,
};
use chrono::Duration;
use entity::{PracticeState, practice, ranking_board, ranking_leaf, rating};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::changes::permit;
use super::ranking::{publish_many, ranking, this_year, within, written};
use crate::support::{
    app::{TestApp, id},
    eventually,
};

/// Has boards of all kinds made: of every method, in every filter, over all time and both years.
async fn make_boards(app: &TestApp) {
    let visitor = app.visitor();
    let (region, profile) = ("regionCode: \"RU-KDA\"", "profileCode: \"chemistry\"");
    let both = format!("{region}, {profile}");
    let year = this_year(app);
    for period in [String::new(), written(year), written(year.previous())] {
        for filter in ["", region, profile, both.as_str()] {
            let filter = if filter.is_empty() { String::new() } else { format!("filter: {{ {filter} }}") };
            for method in ["PUBLISHED_PRACTICES", "PRACTICES_PER_100_MEMBERS"] {
                let arguments = format!("{filter} {period} method: {method}");
                ranking(&visitor, "communityRanking", &arguments).await;
                if !filter.contains("regionCode") {
                    ranking(&visitor, "regionRanking", &arguments).await;
                }
            }
            for method in ["RATING", "EXPERT", "ADOPTION"] {
                ranking(&visitor, "practiceRanking", &format!("{filter} {period} method: {method}")).await;
            }
        }
    }
}

/// That every board, put up to date, is what the rows say.
async fn check(app: &TestApp, after: &str) {
    let report = verify(app.app(), |_| {}).await.unwrap();
    assert_eq!(report.differences, [] as [String; 0], "after {after}");
    assert!(report.living >= 48, "{} boards", report.living);
}

on_both! {
    async fn whatever_changes_every_board_is_what_the_rows_say(app: TestApp) {
        let last = this_year(&app).previous();
        let make = async |slug: &str, region: &str, profile: &str| {
            let new = app.new_community(slug).region(region).profile(profile).registered_on("2015-09-01");
            let community = new.create().await;
            app.new_member(&community).create().await;
            publish_many(&app, &community, 2, within(last)).await;
            community
        };
        let chemistry = make("kda-chemistry", "RU-KDA", "chemistry").await;
        let biology = make("kda-biology", "RU-KDA", "biology").await;
        let far = make("spe-chemistry", "RU-SPE", "chemistry").await;
        let region = app.region("RU-KDA").await;
        let draft = app.new_practice(&chemistry).state(PracticeState::Approved).create().await;
        let of_chemistry = practice::Entity::find().filter(practice::Column::CommunityId.eq(chemistry.id));
        let published = of_chemistry.filter(practice::Column::State.eq(PracticeState::Published));
        let old = published.one(app.rows()).await.unwrap().unwrap();
        app.rated(&old, None, 2).await;
        let (coordinator, registrar, operator) =
            (app.coordinator_of(&chemistry).await, app.registrar().await, app.operator_of(&region).await);
        let there = app.coordinator_of(&far).await;
        let rater = app.member_of(&biology).await;
        let adopter = app.member_of(&far).await;
        let town = app.municipality(&region, "Новый город").await;
        make_boards(&app).await;
        check(&app, "all boards were made").await;

        coordinator.publish(&draft).await.done();
        check(&app, "a publication").await;
        for stars in [5, 1] {
            rater.rate(&old, stars).await.done();
            check(&app, "a rating").await;
        }
        let input = json!({ "practiceId": id(old.id), "communityId": id(far.id), "adoptedOn": "2024-09-02",
            "result": "Число призёров олимпиад удвоилось." });
        let declared = adopter.call("adoptionDeclare", input, "adoption { id }").await;
        let input = json!({ "adoptionId": declared.done()["adoption"]["id"] });
        there.call("adoptionConfirm", input, "").await.done();
        check(&app, "an adoption").await;

        let ratings = rating::Entity::find().filter(rating::Column::PracticeId.eq(old.id));
        let ratings: Vec<_> = ratings.all(app.rows()).await.unwrap().iter().map(|row| id(row.id)).collect();
        let input = json!({ "ratingIds": ratings, "reason": "Поставлены подряд." });
        registrar.call("ratingsSetAside", input.clone(), "").await.done();
        check(&app, "ratings were set aside").await;
        registrar.call("ratingsRestore", input, "").await.done();
        check(&app, "ratings were restored").await;

        let handed = coordinator.register(&chemistry, &town, json!({ "fullName": "Новый Участник" })).await;
        handed.done();
        check(&app, "a member joined").await;
        coordinator.leave(crate::support::actor::member_of(handed.payload())).await.done();
        check(&app, "a member left").await;

        let input = json!({ "communityId": id(chemistry.id), "expectedVersion": chemistry.version, "name": "Аня" });
        operator.call("communityUpdate", input, "").await.done();
        check(&app, "a community got another name").await;
        let input = json!({ "communityId": id(biology.id), "expectedVersion": biology.version, "archived": true });
        operator.call("communityArchive", input, "").await.done();
        check(&app, "a community went into the archive").await;
        let region = app.region("RU-SPE").await;
        let input = json!({ "regionId": id(region.id), "expectedVersion": region.version, "name": "Аба" });
        registrar.call("regionUpdate", input, "").await.done();
        check(&app, "a region got another name").await;

        coordinator.withdraw(&draft, "Устарела.").await.done();
        check(&app, "a practice was withdrawn").await;
        registrar.annul(&old, "Плагиат.").await.done();
        check(&app, "a practice of last year was annulled").await;
        registrar.call("academicYearClose", json!({ "year": last.to_string() }), "").await.done();
        check(&app, "last year was closed").await;
        let more = app.new_practice(&far).state(PracticeState::Approved).create().await;
        there.publish(&more).await.done();
        check(&app, "a publication after the closing").await;

        // In the next year all that was compared with is another.
        app.clock.advance(Duration::days(366));
        make_boards(&app).await;
        check(&app, "the year had turned").await;
        rater.rate(&more, 3).await.outcome();
        let late = app.new_practice(&far).state(PracticeState::Approved).create().await;
        app.coordinator_of(&far).await.publish(&late).await.done();
        check(&app, "a publication in the new year").await;
    }

    async fn a_process_catches_up_with_what_another_has_changed(app: TestApp) {
        let community = app.new_community("kda-chemistry").profile("chemistry").create().await;
        publish_many(&app, &community, 2, within(this_year(&app).previous())).await;
        let replica = app.replica().await;
        make_boards(&app).await;
        make_boards(&replica).await;
        for made in [&app, &replica, &replica, &app] {
            let draft = app.new_practice(&community).state(PracticeState::Approved).create().await;
            made.coordinator_of(&community).await.publish(&draft).await.done();
            check(&replica, "a publication").await;
            check(&app, "a publication").await;
        }
    }

    async fn a_part_does_not_wait_until_all_that_boards_are_made_of_is_read(app: TestApp) {
        for (slug, region) in [("kda-chemistry", "RU-KDA"), ("spe-chemistry", "RU-SPE")] {
            let community = app.new_community(slug).region(region).profile("chemistry").create().await;
            publish_many(&app, &community, 2, app.clock.now()).await;
        }
        let visitor = app.visitor();
        ranking(&visitor, "practiceRanking", "").await;
        let reading = app.what_boards_are_made_of().await;
        let parts = [("regionCode: \"RU-KDA\"", 2, 1), ("profileCode: \"chemistry\"", 4, 2)];
        for (filter, practices, communities) in parts {
            let filter = format!("filter: {{ {filter} }}");
            assert_eq!(ranking(&visitor, "practiceRanking", &filter).await["totalCount"], practices);
            assert_eq!(ranking(&visitor, "communityRanking", &filter).await["totalCount"], communities);
        }
        drop(reading);
        let report = verify(app.app(), |_| {}).await.unwrap();
        assert_eq!(report.differences, [] as [String; 0]);
    }

    async fn a_board_is_made_to_the_end_where_who_asked_for_it_waits_no_longer(app: TestApp) {
        let app = app.configured(|config| config.request_seconds = 3).await;
        let community = app.community("kda-chemistry").await;
        app.rated(&app.published(&community).await, None, 1).await;
        let visitor = app.visitor();
        ranking(&visitor, "practiceRanking", "").await;
        let kept = async || {
            let adopted = ranking_board::Column::Key.starts_with(Method::Adoption.key());
            let boards = ranking_leaf::Entity::find().find_also_related(ranking_board::Entity);
            boards.filter(adopted).count(app.rows()).await.unwrap()
        };
        // Whoever makes a board enters its row first, and waits for another who enters the same.
        let other = app.db().begin(permit(&app, app.region("RU-KDA").await.id)).await.unwrap();
        let board = Spec {
            method: Method::Adoption,
            region: None,
            profile: None,
            period: Period::All(this_year(&app)),
        };
        ensure(&other, &board, None, None).await.unwrap();
        let answer = visitor.ask("{ practiceRanking(method: ADOPTION) { totalCount } }").await;
        assert_eq!(answer.error_code(), "TIMEOUT");
        assert_eq!(kept().await, 0);
        drop(other);
        eventually("the board", kept, |boards| *boards > 0).await;
    }
}

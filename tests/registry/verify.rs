//! `registry rankings verify`: it finds nothing where nothing is wrong, and whatever is tampered with.

use api::registry::ranking::{
    board::{entries_of, packed},
    rules::Entry,
    verify::{Report, verify},
};
use entity::{
    AcademicYear, community, practice, ranking_board, ranking_frozen, ranking_leaf, ranking_place,
    ranking_revision,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    sea_query::Expr,
};
use serde_json::json;

use super::{
    ranking::{communities, publish_many, ranking, this_year, within, written},
    ranking_history::close,
};
use crate::support::{
    app::TestApp,
    program::{command, end, run},
};

async fn verified(app: &TestApp) -> Report {
    verify(app.app(), |_| {}).await.unwrap()
}

/// Exactly one thing differs, and is called by these words.
#[track_caller]
fn one(report: &Report, words: &[&str]) {
    assert_eq!(report.differences.len(), 1, "{report:#?}");
    assert!(words.iter().all(|word| report.differences[0].contains(word)), "{report:#?}");
}

/// One of the differences is called by these words.
#[track_caller]
fn found(report: &Report, words: &[&str]) {
    let is_it = |line: &String| words.iter().all(|word| line.contains(word));
    assert!(report.differences.iter().any(is_it), "{report:#?}");
}

/// Two communities with practices, ratings and members; the year before is closed, and boards of all kinds are kept.
async fn registry(app: &TestApp) -> (Vec<community::Model>, AcademicYear) {
    let year = this_year(app).previous();
    let mut made = Vec::new();
    for (slug, region, count) in [("kda-chemistry", "RU-KDA", 2), ("spe-chemistry", "RU-SPE", 1)] {
        let community = app
            .new_community(slug)
            .region(region)
            .profile("chemistry-teachers")
            .registered_on("2015-09-01")
            .create()
            .await;
        let here = app.region(region).await;
        app.new_member(&community).create().await;
        publish_many(app, &community, count, within(year)).await;
        let practice = app.new_practice(&community).published_at(app.clock.now()).create().await;
        let school = app.organization(&here).await;
        app.rated(&practice, Some(school.id), 4).await;
        made.push(community);
    }
    let visitor = app.visitor();
    for filter in ["", "filter: { profileCode: \"chemistry-teachers\" }"] {
        for (field, method) in [
            ("communityRanking", "PUBLISHED_PRACTICES"),
            ("communityRanking", "PRACTICES_PER_100_MEMBERS"),
            ("practiceRanking", "RATING"),
            ("practiceRanking", "ADOPTION"),
            ("regionRanking", "PUBLISHED_PRACTICES"),
            ("regionRanking", "PRACTICES_PER_100_MEMBERS"),
        ] {
            for period in [String::new(), written(this_year(app)), written(year)] {
                ranking(&visitor, field, &format!("{filter} {period} method: {method}")).await;
            }
        }
    }
    close(app, year).await.done();
    // The boards that compare with the year have followed.
    assert_eq!(verified(app).await.differences, [] as [String; 0]);
    (made, year)
}

async fn board(app: &TestApp, key: &str) -> ranking_board::Model {
    let found = ranking_board::Entity::find().filter(ranking_board::Column::Key.eq(key));
    found.one(app.rows()).await.unwrap().unwrap_or_else(|| panic!("there is no board {key}"))
}

/// Replaces a part of the text of a board's current leaf.
async fn tamper(app: &TestApp, key: &str, from: &str, to: &str) {
    let board = board(app, key).await;
    let leaf = ranking_leaf::Entity::find_by_id((board.id, board.generation, 0));
    let leaf = leaf.one(app.rows()).await.unwrap().unwrap();
    let entries = serde_json::to_string(&entries_of(&leaf).unwrap()).unwrap().replacen(from, to, 1);
    let entries = packed(&serde_json::from_str::<Vec<Entry>>(&entries).unwrap()).unwrap();
    assert_ne!(entries, leaf.entries);
    ranking_leaf::ActiveModel { entries: Set(entries), ..leaf.into_active_model() }
        .update(app.rows())
        .await
        .unwrap();
}

on_both! {
    async fn nothing_differs_where_nothing_is_wrong(app: TestApp) {
        let (made, _) = registry(&app).await;
        let report = verified(&app).await;
        assert_eq!(report.differences, [] as [String; 0]);
        assert_eq!(report.corrected, [] as [String; 0]);
        assert!(report.living >= 24 && report.frozen >= 10 && report.recomputed >= 5, "{report:#?}");
        // A correction of a closed year is told of, and is no fault; a revision takes it up.
        let one = practice::Entity::find().filter(practice::Column::CommunityId.eq(made[0].id));
        let one = one.order_by_asc(practice::Column::PublishedAt).one(app.rows()).await.unwrap().unwrap();
        app.coordinator_of(&made[0]).await.withdraw(&one, "Ошибка.").await.done();
        let report = verified(&app).await;
        assert_eq!(report.differences, [] as [String; 0]);
        assert!(report.corrected.iter().any(|board| board.starts_with("COMMUNITIES.PUBLISHED_PRACTICES/*/*/")), "{report:#?}");
        let input = json!({ "year": this_year(&app).previous().to_string(), "reason": "Ошибка." });
        app.registrar().await.call("rankingRevise", input, "").await.done();
        let report = verified(&app).await;
        assert_eq!((report.differences, report.corrected), (Vec::new(), Vec::new()));
    }

    async fn a_living_board_that_was_tampered_with_is_found(app: TestApp) {
        registry(&app).await;
        let current = this_year(&app).0;
        let key = format!("COMMUNITIES.PUBLISHED_PRACTICES/*/*/all-{current}");
        tamper(&app, &key, "\"score\":3000000", "\"score\":9000000").await;
        one(&verified(&app).await, &[&key, "position 1", "9000000"]);
        tamper(&app, &key, "\"score\":9000000", "\"score\":3000000").await;
        assert_eq!(verified(&app).await.differences.len(), 0);
        let key = format!("PRACTICES.RATING/*/chemistry-teachers/year-{current}");
        tamper(&app, &key, "\"previous\":1", "\"previous\":null").await;
        one(&verified(&app).await, &[&key]);
    }

    async fn a_count_that_is_not_what_the_rows_say_is_found(app: TestApp) {
        let (made, _) = registry(&app).await;
        let current = this_year(&app).0;
        // The boards follow the count that the community keeps; the rows know better.
        let row = app.community_now(made[0].id).await;
        community::ActiveModel { practice_count: Set(7), ..row.into_active_model() }.update(app.rows()).await.unwrap();
        app.forget_boards().await;
        communities(&app.visitor(), "").await;
        one(&verified(&app).await, &[&format!("COMMUNITIES.PUBLISHED_PRACTICES/*/*/all-{current}"), "7000000"]);
    }

    async fn a_frozen_board_that_was_tampered_with_is_found(app: TestApp) {
        let (_, year) = registry(&app).await;
        let key = format!("COMMUNITIES.PUBLISHED_PRACTICES/*/*/year-{}", year.0);
        tamper(&app, &key, "\"score\":2000000", "\"score\":5000000").await;
        let report = verified(&app).await;
        // By the checksum, by who stood where, and by the data, which nobody has corrected.
        for what in ["not those that were frozen", "who stood where", "5000000"] {
            found(&report, &[&key, what]);
        }
        // With a digest of its own, the revision's checksum tells it; with that, the next one's would.
        let row = board(&app, &key).await;
        let leaf = ranking_leaf::Entity::find_by_id((row.id, row.generation, 0)).one(app.rows()).await.unwrap().unwrap();
        let frozen = ranking_frozen::Entity::find_by_id((row.id, 1)).one(app.rows()).await.unwrap().unwrap();
        let digest = api::registry::ranking::frozen::digest(&[leaf]).unwrap();
        assert_ne!(digest, frozen.digest);
        ranking_frozen::ActiveModel { digest: Set(digest), ..frozen.into_active_model() }.update(app.rows()).await.unwrap();
        let report = verified(&app).await;
        found(&report, &[&format!("{year} revision 1"), "checksum is not"]);
    }

    async fn a_place_or_a_reason_that_was_changed_is_found(app: TestApp) {
        let (made, year) = registry(&app).await;
        let kept = board(&app, &format!("COMMUNITIES.PUBLISHED_PRACTICES/*/*/year-{}", year.0)).await;
        let place = ranking_place::Entity::find_by_id((kept.id, 1, made[1].id.0)).one(app.rows()).await.unwrap().unwrap();
        let rank = |rank| ranking_place::ActiveModel { rank: Set(rank), ..place.clone().into_active_model() }.update(app.rows());
        rank(1).await.unwrap();
        // So is the board of the year after, which takes its former ranks from there.
        let report = verified(&app).await;
        found(&report, &[&kept.key, "who stood where"]);
        found(&report, &[&format!("COMMUNITIES.PUBLISHED_PRACTICES/*/*/year-{}", year.0 + 1), "previous"]);
        rank(2).await.unwrap();
        ranking_revision::Entity::update_many()
            .col_expr(ranking_revision::Column::Reason, Expr::value("Другая."))
            .exec(app.rows())
            .await
            .unwrap();
        one(&verified(&app).await, &[&format!("{year} revision 1"), "checksum"]);
    }

    async fn the_command_fails_on_a_difference_and_names_it(app: TestApp) {
        registry(&app).await;
        let url = app.database().url();
        let arguments = ["rankings", "verify", "--database-url", url.as_str()];
        let printed = run(&arguments).printed();
        assert!(printed.contains("; 0 differences") && !printed.contains("DIFFERS"), "{printed}");
        let key = format!("COMMUNITIES.PUBLISHED_PRACTICES/*/*/all-{}", this_year(&app).0);
        tamper(&app, &key, "\"rank\":1", "\"rank\":2").await;
        let ended = end(command(&arguments));
        assert_eq!(ended.complaint(), "the rankings are not what they must be: 1 differences");
        assert!(ended.out.lines().any(|line| line.starts_with(&format!("DIFFERS {key}: position 1"))), "{}", ended.out);
    }
}

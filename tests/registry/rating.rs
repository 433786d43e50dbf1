//! Rating: who may, how often, and what comes of it.

use entity::PracticeState;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::support::{actor::Actor, app::TestApp, client::Answer, eventually};

fn summary(answer: &Answer) -> Value {
    answer.done()["practice"]["rating"].clone()
}

on_both! {
    async fn one_to_five_stars_are_taken_and_nothing_else(app: TestApp) {
        let practice = app.published(&app.community("kda-chemistry").await).await;
        let rater = app.member_of(&app.community("kda-history").await).await;
        for stars in [i32::MIN, -1, 0, 6, i32::MAX] {
            let answer = rater.rate(&practice, stars).await;
            assert_eq!(answer.user_errors(), [("INVALID".into(), "input.stars".into())]);
        }
        let long = rater.rate_and_say(&practice, 5, &"я".repeat(2001)).await;
        assert_eq!(long.user_errors(), [("INVALID".into(), "input.comment".into())]);
        assert_eq!(entity::rating::Entity::find().count(app.rows()).await.unwrap(), 0);
        assert_eq!(app.journal().await, []);
        for stars in 1..=5 {
            assert_eq!(summary(&rater.rate(&practice, stars).await)["mean"], json!(f64::from(stars)));
        }
    }

    async fn a_second_rating_changes_the_first(app: TestApp) {
        let practice = app.published(&app.community("kda-chemistry").await).await;
        let rater = app.member_of(&app.community("kda-history").await).await;
        let first = rater.rate_and_say(&practice, 2, "Мало опытов.").await;
        assert_eq!(summary(&first)["histogram"], json!([0, 1, 0, 0, 0]));
        let second = rater.rate_and_say(&practice, 5, " Дополнено. ").await;
        let changed = json!({ "count": 1, "mean": 5.0, "histogram": [0, 0, 0, 0, 1], "organizations": 1 });
        assert_eq!(summary(&second), changed);
        let own = rater.sees(&practice).await["viewerRating"].clone();
        assert_eq!(own, json!({ "stars": 5, "comment": "Дополнено." }));
        assert_eq!(app.visitor().sees(&practice).await["viewerRating"], Value::Null);
        let journal = app.journal().await;
        let stars = |side: &Option<Value>| side.as_ref().map(|side| side["stars"].clone());
        assert_eq!(stars(&journal[1].before), Some(json!(2)));
        assert_eq!(stars(&journal[1].after), Some(json!(5)));
    }

    async fn two_ratings_of_one_person_at_once_are_one(app: TestApp) {
        let practice = app.published(&app.community("kda-chemistry").await).await;
        let rater = app.member_of(&app.community("kda-history").await).await;
        let ratings = [1, 2, 3, 4, 5].map(|stars| rater.rate(&practice, stars));
        for answer in futures::future::join_all(ratings).await {
            assert_eq!(answer.outcome(), "done");
        }
        assert_eq!(rater.sees(&practice).await["rating"]["count"], json!(1));
    }

    async fn histogram_mean_and_damped_mean_are_as_computed_by_hand(app: TestApp) {
        let owner = app.community("kda-chemistry").await;
        let (first, second) = (app.published(&owner).await, app.published(&owner).await);
        let history = app.community("kda-history").await;
        let region = app.region("RU-KDA").await;
        let (school, lyceum) = (app.organization(&region).await, app.organization(&region).await);
        let rater = async |organization| app.new_member(&history).organization(organization).enter().await;
        // The school gives the first practice 5 and 4 (mean 4.5), the lyceum 2; the second gets a 3.
        rater(&school).await.rate(&first, 5).await.done();
        rater(&school).await.rate(&first, 4).await.done();
        let last = rater(&lyceum).await.rate(&first, 2).await;
        rater(&lyceum).await.rate(&second, 3).await.done();
        assert_eq!(
            summary(&last),
            json!({ "count": 3, "mean": 3.666_667, "histogram": [0, 1, 0, 1, 1], "organizations": 2 })
        );
        // C = (4.5 + 2 + 3) / 3 = 3.166667; (10·C + 4.5 + 2) / 12 and (10·C + 3) / 11.
        let visitor = app.visitor();
        let damped = async || {
            let (first, second) = (visitor.sees(&first).await, visitor.sees(&second).await);
            (first["rating"]["damped"].as_f64().unwrap(), second["rating"]["damped"].as_f64().unwrap())
        };
        eventually("the damped means follow", damped, |found| *found == (3.180_556, 3.151_515)).await;
        let document = "{ practiceRanking { edges { rank score explanation { components { contribution } } } } }";
        let ranking = visitor.ask(document).await;
        let edges = ranking.payload()["edges"].as_array().unwrap();
        let scores: Vec<_> = edges.iter().map(|edge| edge["score"].as_f64().unwrap()).collect();
        assert_eq!(scores, [3.180_556, 3.151_515]);
        for edge in edges {
            let parts = edge["explanation"]["components"].as_array().unwrap();
            let sum: f64 = parts.iter().map(|part| part["contribution"].as_f64().unwrap()).sum();
            assert!((sum - edge["score"].as_f64().unwrap()).abs() < 1e-9, "{edge:#}");
        }
    }

    async fn an_unrated_practice_has_no_mean_and_stands_at_the_middle(app: TestApp) {
        let practice = app.published(&app.community("kda-chemistry").await).await;
        let rating = app.visitor().sees(&practice).await["rating"].clone();
        let wanted =
            json!({ "count": 0, "mean": null, "damped": 3.0, "histogram": [0, 0, 0, 0, 0], "organizations": 0 });
        assert_eq!(rating, wanted);
    }

    async fn a_hundred_fives_of_one_organization_count_as_one(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let (flooded, rated_once) = (app.published(&community).await, app.published(&community).await);
        let region = app.region("RU-KDA").await;
        let (school, lyceum) = (app.organization(&region).await, app.organization(&region).await);
        for _ in 0..99 {
            app.rated(&flooded, Some(school.id), 5).await;
        }
        app.rated(&rated_once, Some(lyceum.id), 5).await;
        // The hundredth comes by the API.
        let history = app.community("kda-history").await;
        let last = app.new_member(&history).organization(&school).enter().await;
        assert_eq!(summary(&last.rate(&flooded, 5).await)["count"], json!(100));
        let visitor = app.visitor();
        let (flooded, rated_once) = (visitor.sees(&flooded).await, visitor.sees(&rated_once).await);
        assert_eq!(flooded["rating"]["organizations"], json!(1));
        assert_eq!(flooded["rating"]["damped"], rated_once["rating"]["damped"]);
    }

    async fn nobody_rates_a_practice_of_their_own(app: TestApp) {
        let (chemistry, history) = (app.community("kda-chemistry").await, app.community("kda-history").await);
        let author = app.member_of(&history).await;
        let practice =
            app.new_practice(&chemistry).by(&author).state(PracticeState::Published).create().await;
        assert_eq!(author.rate(&practice, 5).await.user_error(), "NOT_ELIGIBLE");
        assert_eq!(app.practice_now(practice.id).await.stars_5, 0);
    }

    async fn nobody_rates_a_practice_of_the_own_community(app: TestApp) {
        let (chemistry, history) = (app.community("kda-chemistry").await, app.community("kda-history").await);
        let practice = app.published(&chemistry).await;
        let colleague = app.member_of(&chemistry).await;
        assert_eq!(colleague.rate(&practice, 1).await.user_error(), "NOT_ELIGIBLE");
        // An office in the owning community stands in the way, too, whatever else the person is.
        let person = app.person("Двойной Дмитрий").await;
        app.new_member(&history).person(&person).create().await;
        app.new_appointment(&person, entity::Office::Coordinator, &chemistry).create().await;
        let both = app.actor_for(&person).await;
        assert_eq!(both.rate(&practice, 5).await.user_error(), "NOT_ELIGIBLE");
        assert_eq!(app.journal().await, []);
    }

    async fn who_is_no_member_anywhere_may_not_rate(app: TestApp) {
        let (chemistry, history) = (app.community("kda-chemistry").await, app.community("kda-history").await);
        let practice = app.published(&chemistry).await;
        assert_eq!(app.visitor().rate(&practice, 5).await.error_code(), "UNAUTHENTICATED");
        assert_eq!(app.stranger().await.rate(&practice, 5).await.error_code(), "FORBIDDEN");
        assert_eq!(app.chair_of(&history).await.rate(&practice, 5).await.error_code(), "FORBIDDEN");
        assert_eq!(app.auditor().await.rate(&practice, 5).await.error_code(), "FORBIDDEN");
        let pending = app.new_member(&history).pending().enter().await;
        assert_eq!(pending.rate(&practice, 5).await.error_code(), "FORBIDDEN");
        let left = app.new_member(&history).left_on(app.clock.now().date_naive()).enter().await;
        assert_eq!(left.rate(&practice, 5).await.error_code(), "FORBIDDEN");
    }

    async fn what_is_not_published_is_not_there_to_be_rated(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let rater = app.member_of(&app.community("kda-history").await).await;
        for state in [PracticeState::Draft, PracticeState::Approved, PracticeState::Withdrawn] {
            let practice = app.new_practice(&community).state(state).create().await;
            assert_eq!(rater.rate(&practice, 5).await.error_code(), "NOT_FOUND", "{state:?}");
        }
    }

    async fn ratings_are_listed_without_the_raters_names(app: TestApp) {
        let practice = app.published(&app.community("kda-chemistry").await).await;
        let history = app.community("kda-history").await;
        let rater = app.new_member(&history).name("Тайнов Тихон Тихонович").enter().await;
        rater.rate_and_say(&practice, 4, "Понятно и по делу.").await.done();
        let document = "query($id: ID!) { practice(by: { id: $id }) {
            ratings { totalCount nodes { stars comment version ratedAt } } } }";
        let id = json!({ "id": crate::support::app::id(practice.id) });
        let answer = app.visitor().query(document, id).await;
        let ratings = &answer.payload()["ratings"];
        assert_eq!(ratings["totalCount"], json!(1));
        assert_eq!(ratings["nodes"][0]["comment"], json!("Понятно и по делу."));
        assert!(!answer.body.to_string().contains("Тайнов"));
    }

    async fn one_rates_after_thirty_days_as_a_member(app: TestApp) {
        let practice = app.published(&app.community("kda-chemistry").await).await;
        let history = app.community("kda-history").await;
        let since = async |days| {
            let day = app.clock.now().date_naive() - chrono::Duration::days(days);
            app.new_member(&history).joined_on(day).enter().await
        };
        let (new, old) = (since(29).await, since(30).await);
        let rate = async |who: &Actor| {
            let input = json!({ "practiceId": crate::support::app::id(practice.id), "stars": 5 });
            who.call("practiceRate", input, "practice { id }").await
        };
        let refused = rate(&new).await;
        assert_eq!(refused.user_error(), "NOT_ELIGIBLE");
        assert_eq!(refused.payload()["userErrors"][0]["bounds"], json!({ "actual": 29, "min": 30, "max": null }));
        rate(&old).await.done();
        // A second registration does not begin anew.
        let person = entity::person::Entity::find_by_id(old.person()).one(app.rows()).await.unwrap().unwrap();
        let today = app.clock.now().date_naive();
        app.new_member(&app.community("kda-biology").await).person(&person).joined_on(today).create().await;
        assert_eq!(old.rate(&practice, 4).await.outcome(), "done");
        app.clock.advance(chrono::Duration::days(1));
        let later = app.enter(new.account.unwrap()).await;
        assert_eq!(later.rate(&practice, 5).await.outcome(), "done");
    }

    async fn twenty_practices_are_rated_a_day_also_at_once(app: TestApp) {
        let chemistry = app.community("kda-chemistry").await;
        let rater = app.member_of(&app.community("kda-history").await).await;
        let mut practices = Vec::new();
        for _ in 0..23 {
            practices.push(app.published(&chemistry).await);
        }
        // At the turn of a day some would be of the next one.
        let midnight = app.clock.now().date_naive().and_time(chrono::NaiveTime::MIN).and_utc() + chrono::Duration::days(1);
        app.clock.advance(midnight + chrono::Duration::hours(1) - app.clock.now());
        let rater = app.enter(rater.account.unwrap()).await;
        let answers = futures::future::join_all(practices.iter().map(|practice| rater.rate(practice, 5))).await;
        let outcomes: Vec<_> = answers.iter().map(Answer::outcome).collect();
        let count = |wanted: &str| outcomes.iter().filter(|outcome| *outcome == wanted).count();
        assert_eq!((count("done"), count("NOT_ELIGIBLE")), (20, 3), "{outcomes:?}");
        // What was rated today may be changed; more tomorrow.
        let rated = outcomes.iter().position(|outcome| outcome == "done").unwrap();
        let refused = outcomes.iter().position(|outcome| outcome != "done").unwrap();
        assert_eq!(rater.rate(&practices[rated], 4).await.outcome(), "done");
        assert_eq!(rater.rate(&practices[refused], 4).await.outcome(), "NOT_ELIGIBLE");
        app.clock.advance(chrono::Duration::days(1));
        let tomorrow = app.enter(rater.account.unwrap()).await;
        assert_eq!(tomorrow.rate(&practices[refused], 4).await.outcome(), "done");
    }

    async fn how_long_and_how_many_are_settings(app: TestApp) {
        let app = app.configured(|config| (config.rating_member_days, config.ratings_per_day) = (0, 1)).await;
        let chemistry = app.community("kda-chemistry").await;
        let (first, second) = (app.published(&chemistry).await, app.published(&chemistry).await);
        let today = app.clock.now().date_naive();
        let new = app.new_member(&app.community("kda-history").await).joined_on(today).enter().await;
        assert_eq!(new.rate(&first, 5).await.outcome(), "done");
        assert_eq!(new.rate(&second, 5).await.outcome(), "NOT_ELIGIBLE");
    }
}

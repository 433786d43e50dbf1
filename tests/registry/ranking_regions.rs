//! The ranking of regions; and the pages of it and of what is frozen.

use entity::AcademicYear;
use serde_json::json;

use super::{
    paging::{self, List, ROWS, a_region, note, tied},
    ranking::{
        communities, edges, explained, placed, places, publish_many, ranking, scores, this_year, within,
        written,
    },
    ranking_history::{close, two_years},
};
use crate::support::{
    app::{TestApp, id},
    eventually,
};

on_both! {
    async fn regions_are_ranked_by_their_communities_and_units(app: TestApp) {
        let year = this_year(&app).previous();
        two_years(&app, year).await;
        app.new_community("outside").region("RU-ADY").unregistered().create().await;
        let visitor = app.visitor();
        for (period, kda, spe) in [(written(year), 4_000_000, 3_000_000), (String::new(), 9_000_000, 4_000_000)] {
            let page = ranking(&visitor, "regionRanking", &period).await;
            assert_eq!(places(&page), placed(&[("RU-KDA", 1), ("RU-SPE", 2)]), "{period}");
            assert_eq!(scores(&page), [kda, spe], "{period}");
            explained(&page);
            // The sum of its lines among communities, and its unit's practice.
            let local = communities(&visitor, &format!("{period} filter: {{ regionCode: \"RU-KDA\" }}")).await;
            assert_eq!(scores(&local).iter().sum::<i64>() + 1_000_000, kda);
        }
        let page = ranking(&visitor, "regionRanking", &format!("{} filter: {{ profileCode: \"chemistry\" }}", written(year))).await;
        assert_eq!((places(&page), scores(&page)), (placed(&[("RU-SPE", 1), ("RU-KDA", 2)]), vec![3_000_000, 1_000_000]));
        assert_eq!(edges(&page)[1]["previousRank"], 1);
        assert_eq!(edges(&page)[1]["explanation"]["toNextRank"], "До 1-го места не хватает 2 практик: там 3, здесь 1.");
        // 3 practices and 3 members there, 3 and 3 here: C = 100, whatever is added.
        let page = ranking(&visitor, "regionRanking", &format!("{} method: PRACTICES_PER_100_MEMBERS", written(year))).await;
        assert_eq!(scores(&page), [100_000_000, 100_000_000]);
        explained(&page);
        assert_eq!(page["method"]["code"], "PRACTICES_PER_100_MEMBERS");
        let answer = visitor.ask("{ regionRanking(filter: { profileCode: \"nobody\" }) { totalCount nodes { name } } }").await;
        assert_eq!(answer.payload(), &json!({ "totalCount": 0, "nodes": [] }));
    }

    async fn a_publication_and_a_new_name_show_in_the_ranking_of_regions_within_a_second(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        app.new_community("spe-chemistry").region("RU-SPE").create().await;
        let draft = app.new_practice(&community).state(entity::PracticeState::Approved).create().await;
        let coordinator = app.coordinator_of(&community).await;
        let visitor = app.visitor();
        let boards = ["", "filter: { profileCode: \"profile-of-kda-chemistry\" }"];
        for arguments in boards {
            assert_eq!(scores(&ranking(&visitor, "regionRanking", arguments).await)[0], 0);
        }
        coordinator.publish(&draft).await.done();
        let shown = async || scores(&ranking(&visitor, "regionRanking", "").await);
        eventually("the publication", shown, |scores| scores[0] == 1_000_000).await;
        let region = app.region("RU-KDA").await;
        let input = json!({ "regionId": id(region.id), "expectedVersion": 1, "name": "Новый край" });
        app.registrar().await.call("regionUpdate", input, "").await.done();
        let shown = async || edges(&ranking(&visitor, "regionRanking", "").await)[0]["explanation"]["tieBreakers"][1]["value"].clone();
        eventually("the name", shown, |name| *name == "Новый край").await;
    }

    async fn frozen_rankings_their_revisions_and_the_methods_are_paged(app: TestApp) {
        note(&app).await;
        let year = this_year(&app).previous();
        for (n, community) in paging::communities(&app).await.iter().enumerate() {
            publish_many(&app, community, tied(n) % 4, within(year)).await;
            a_region(&app, &format!("RU-{n}"), &format!("Край {}", tied(n))).await;
            app.new_community(&format!("there-{n}")).region(&format!("RU-{n}")).create().await;
        }
        for nth in 2001..=2007 {
            close(&app, AcademicYear(nth)).await.done();
        }
        close(&app, year).await.done();
        let visitor = app.visitor();
        let period = written(year);
        let document = format!("{{ communityRanking({period}, filter: {{ regionCode: \"RU-KDA\" }}, ARGS) {{ PAGE }} }}");
        List::new(&visitor, document, "/communityRanking", "slug").is_paged(ROWS).await;
        let document = format!("{{ regionRanking({period}, revision: 1, ARGS) {{ PAGE }} }}");
        List::new(&visitor, document, "/regionRanking", "code").is_paged(ROWS + 1).await;
        let document = "{ rankingRevisions(ARGS) { PAGE } }";
        List::new(&visitor, document, "/rankingRevisions", "year").is_paged(8).await;
        let document = "{ rankingMethods(ARGS) { PAGE } }";
        List::new(&visitor, document, "/rankingMethods", "ranks code version").is_paged(7).await;
    }
}

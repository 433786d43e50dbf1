//! Every list, forwards and backwards, by pages of all sizes, with many equals in the sort key, and while
//! rows are being added.

use chrono::Duration;
use entity::{PracticeState, community, ids::RegionId, practice, region, text::sort_key};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    eventually,
};

/// As many rows as every list has here: pages of 1, 7 and 14 end exactly with the list, those of 3 do not.
pub(super) const ROWS: usize = 14;

/// A third of the rows of a list share their sort key with others: the number of row `n`'s key.
pub(super) fn tied(n: usize) -> usize {
    if n.is_multiple_of(3) { 0 } else { n }
}

/// A list: how to ask for it, and what tells its rows apart.
pub(super) struct List {
    actor: Actor,
    /// With `ARGS` in the place of the page's arguments and `PAGE` in that of the selection.
    document: String,
    /// Where the answer has the list.
    pointer: &'static str,
    /// What of a row.
    row: &'static str,
}

impl List {
    pub(super) fn new(
        actor: &Actor,
        document: impl Into<String>,
        pointer: &'static str,
        row: &'static str,
    ) -> Self {
        Self { actor: actor.clone(), document: document.into(), pointer, row }
    }

    async fn ask(&self, arguments: &str) -> crate::support::client::Answer {
        let page = format!(
            "totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
             edges {{ cursor node {{ {0} }} }} nodes {{ {0} }}",
            self.row
        );
        self.actor.ask(&self.document.replace("ARGS", arguments).replace("PAGE", &page)).await
    }

    /// A page, with what must hold of every one.
    async fn page(&self, arguments: &str) -> Page {
        let answer = self.ask(arguments).await;
        let page = answer.data().pointer(self.pointer).unwrap_or_else(|| panic!("{answer:#?}"));
        let (info, edges) = (&page["pageInfo"], page["edges"].as_array().unwrap());
        let cursor = |edge: Option<&Value>| edge.map_or(Value::Null, |edge| edge["cursor"].clone());
        assert_eq!(info["startCursor"], cursor(edges.first()), "{page:#}");
        assert_eq!(info["endCursor"], cursor(edges.last()), "{page:#}");
        let nodes: Vec<_> = edges.iter().map(|edge| edge["node"].clone()).collect();
        assert_eq!(page["nodes"], json!(nodes));
        Page {
            rows: nodes.iter().map(Value::to_string).collect(),
            total: page["totalCount"].as_u64().unwrap(),
            next: info["hasNextPage"].as_bool().unwrap(),
            previous: info["hasPreviousPage"].as_bool().unwrap(),
            start: info["startCursor"].as_str().map(ToOwned::to_owned),
            end: info["endCursor"].as_str().map(ToOwned::to_owned),
        }
    }

    async fn first(&self, size: usize, after: Option<&str>) -> Page {
        self.page(&match after {
            None => format!("first: {size}"),
            Some(after) => format!("first: {size}, after: \"{after}\""),
        })
        .await
    }

    async fn last(&self, size: usize, before: Option<&str>) -> Page {
        self.page(&match before {
            None => format!("last: {size}"),
            Some(before) => format!("last: {size}, before: \"{before}\""),
        })
        .await
    }

    async fn forwards(&self, size: usize, total: usize) -> Vec<String> {
        let (mut rows, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = self.first(size, after.as_deref()).await;
            assert_eq!(page.total as usize, total);
            assert_eq!(page.previous, after.is_some());
            rows.extend(page.rows.iter().cloned());
            assert!(rows.len() <= total, "{} rows repeat", self.document);
            if !page.next {
                assert_eq!(rows.len(), total, "{}: rows are missing", self.document);
                return rows;
            }
            assert_eq!(page.rows.len(), size);
            after = page.end;
        }
    }

    async fn backwards(&self, size: usize, total: usize) -> Vec<String> {
        let (mut rows, mut before) = (Vec::new(), None::<String>);
        loop {
            let page = self.last(size, before.as_deref()).await;
            assert_eq!(page.total as usize, total);
            assert_eq!(page.next, before.is_some());
            rows.splice(0..0, page.rows.iter().cloned());
            assert!(rows.len() <= total, "{} rows repeat", self.document);
            if !page.previous {
                assert_eq!(rows.len(), total, "{}: rows are missing", self.document);
                return rows;
            }
            assert_eq!(page.rows.len(), size);
            before = page.start;
        }
    }

    /// Each row exactly once, in the same order whatever the size and the direction; and nothing else than
    /// cursors and sizes of this list is taken.
    pub(super) async fn is_paged(&self, total: usize) {
        let whole = self.forwards(100, total).await;
        let mut distinct = whole.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), total, "{}", self.document);
        for size in [1, 3, 7] {
            assert_eq!(self.forwards(size, total).await, whole, "{} by {size}", self.document);
        }
        for size in [1, 3, 7, 100] {
            assert_eq!(self.backwards(size, total).await, whole, "{} back by {size}", self.document);
        }
        // The rows between two cursors, and none.
        let edge = self.first(5, None).await;
        let (start, end) = (edge.start.unwrap(), edge.end.unwrap());
        let between = self.page(&format!("first: 10, after: \"{start}\", before: \"{end}\"")).await;
        assert_eq!(between.rows, whole[1..4], "{}", self.document);
        let between = self.page(&format!("last: 2, after: \"{start}\", before: \"{end}\"")).await;
        assert_eq!(between.rows, whole[2..4], "{}", self.document);
        let past = self.last(1, None).await.end.unwrap();
        let past = self.first(3, Some(&past)).await;
        assert_eq!((past.rows.len(), past.next, past.total as usize), (0, false, total), "{}", self.document);
        self.refuses_what_makes_no_sense(&start).await;
    }

    async fn refuses_what_makes_no_sense(&self, cursor: &str) {
        let foreign = self.foreign_cursor().await;
        for arguments in
            ["first: 0", "first: 101", "first: -1", "last: 0", "last: 101", "last: -1", "first: 1, last: 1"]
        {
            assert_eq!(self.ask(arguments).await.error_code(), "BAD_INPUT", "{} {arguments}", self.document);
        }
        let cut = &cursor[..cursor.len() - 2];
        let longer = format!("{cursor}AAAA");
        for bad in ["", "garbage", "кириллица", "AAAAAAAAAAAA", cut, longer.as_str(), foreign.as_str()]
        {
            for arguments in [format!("first: 2, after: \"{bad}\""), format!("last: 2, before: \"{bad}\"")] {
                assert_eq!(
                    self.ask(&arguments).await.error_code(),
                    "BAD_CURSOR",
                    "{} {arguments}",
                    self.document
                );
            }
        }
    }

    /// A cursor of a list that is none of those tested.
    async fn foreign_cursor(&self) -> String {
        let document = "{ practices(filter: { search: \"заметка\" }, ARGS) { PAGE } }";
        let other = Self::new(&self.actor, document, "/practices", "id");
        other.first(1, None).await.start.expect("a practice that the filter finds")
    }
}

#[derive(Debug)]
struct Page {
    rows: Vec<String>,
    total: u64,
    next: bool,
    previous: bool,
    start: Option<String>,
    end: Option<String>,
}

/// A published practice that the filter of the foreign list finds.
pub(super) async fn note(app: &TestApp) -> practice::Model {
    let community = app.new_community("sev-notes").region("RU-SEV").unregistered().create().await;
    app.new_practice(&community).title("Заметка").state(PracticeState::Published).create().await
}

pub(super) async fn a_region(app: &TestApp, code: &str, name: &str) -> region::Model {
    let row = region::Model {
        id: RegionId::generate(),
        code: code.into(),
        name: name.into(),
        sort_key: sort_key(name),
        version: 1,
        archived_at: None,
    };
    row.into_active_model().insert(app.rows()).await.unwrap()
}

pub(super) async fn communities(app: &TestApp) -> Vec<community::Model> {
    let mut made = Vec::new();
    for n in 0..ROWS {
        let slug = format!("kda-{n}");
        made.push(app.new_community(&slug).name(&format!("Учителя {}", tied(n))).create().await);
    }
    made
}

/// Published practices of a community, a third of them at the same moment.
async fn published(app: &TestApp, of: &community::Model) -> Vec<practice::Model> {
    let mut made = Vec::new();
    for n in 0..ROWS {
        let at = app.clock.now() - Duration::hours(1 + tied(n) as i64);
        made.push(app.new_practice(of).published_at(at).create().await);
    }
    made
}

on_both! {
    async fn regions_are_paged(app: TestApp) {
        note(&app).await;
        for n in 1..ROWS {
            a_region(&app, &format!("RU-{n}"), &format!("Край {}", tied(n))).await;
        }
        List::new(&app.visitor(), "{ regions(ARGS) { PAGE } }", "/regions", "code").is_paged(ROWS).await;
    }

    async fn municipalities_are_paged(app: TestApp) {
        note(&app).await;
        let region = app.region("RU-KDA").await;
        for n in 0..ROWS {
            // Names differ within a region; what they are sorted by does not look at case.
            let name = "Район".chars().enumerate().map(|(at, letter)| if n >> at & 1 == 1 { letter.to_uppercase().to_string() } else { letter.to_string() });
            let name = if n % 3 == 0 { name.collect() } else { format!("Город {n}") };
            app.municipality(&region, &name).await;
        }
        let document = "{ region(by: { code: \"RU-KDA\" }) { municipalities(ARGS) { PAGE } } }";
        List::new(&app.visitor(), document, "/region/municipalities", "name").is_paged(ROWS).await;
    }

    async fn profiles_are_paged(app: TestApp) {
        note(&app).await;
        for n in 1..ROWS {
            app.profile(&format!("profile-{n}")).await;
        }
        List::new(&app.visitor(), "{ profiles(ARGS) { PAGE } }", "/profiles", "code").is_paged(ROWS).await;
    }

    async fn communities_are_paged_with_and_without_a_filter(app: TestApp) {
        note(&app).await;
        communities(&app).await;
        let visitor = app.visitor();
        let all = List::new(&visitor, "{ communities(ARGS) { PAGE } }", "/communities", "slug");
        all.is_paged(ROWS + 1).await;
        let document = "{ communities(filter: { regionCode: \"RU-KDA\" }, ARGS) { PAGE } }";
        let filtered = List::new(&visitor, document, "/communities", "slug");
        filtered.is_paged(ROWS).await;
        let document = "{ region(by: { code: \"RU-KDA\" }) { communities(ARGS) { PAGE } } }";
        List::new(&visitor, document, "/region/communities", "slug").is_paged(ROWS).await;
        // The cursor of one filter is none of another.
        let cursor = all.first(1, None).await.end.unwrap();
        let answer = filtered.ask(&format!("first: 1, after: \"{cursor}\"")).await;
        assert_eq!(answer.error_code(), "BAD_CURSOR");
    }

    async fn practices_are_paged(app: TestApp) {
        note(&app).await;
        let community = app.community("kda-chemistry").await;
        published(&app, &community).await;
        let visitor = app.visitor();
        List::new(&visitor, "{ practices(ARGS) { PAGE } }", "/practices", "id").is_paged(ROWS + 1).await;
        let document = "{ community(by: { slug: \"kda-chemistry\" }) { practices(ARGS) { PAGE } } }";
        List::new(&visitor, document, "/community/practices", "id").is_paged(ROWS).await;
    }

    async fn what_only_some_may_see_is_paged_and_counted_for_them_alone(app: TestApp) {
        note(&app).await;
        let community = app.community("kda-chemistry").await;
        for n in 0..ROWS {
            let at = app.clock.now() - Duration::hours(1 + tied(n) as i64);
            let state = if n % 2 == 0 { PracticeState::Submitted } else { PracticeState::Published };
            app.new_practice(&community).state(state).created_at(at).published_at(at).state(state).create().await;
        }
        let document = "{ practices(filter: { regionCode: \"RU-KDA\" }, ARGS) { PAGE } }";
        let chair = app.chair_of(&community).await;
        List::new(&chair, document, "/practices", "id").is_paged(ROWS).await;
        List::new(&app.visitor(), document, "/practices", "id").is_paged(ROWS / 2).await;
    }

    async fn members_are_paged_for_the_chair(app: TestApp) {
        note(&app).await;
        let community = app.community("kda-chemistry").await;
        for _ in 0..ROWS {
            app.new_member(&community).create().await;
        }
        let chair = app.chair_of(&community).await;
        let document = "{ community(by: { slug: \"kda-chemistry\" }) { members(ARGS) { PAGE } } }";
        List::new(&chair, document, "/community/members", "id").is_paged(ROWS).await;
    }

    async fn ratings_are_paged(app: TestApp) {
        let rated = note(&app).await;
        for n in 0..ROWS {
            let person = app.person("Оценщик").await;
            let at = app.clock.now() - Duration::hours(1 + tied(n) as i64);
            app.rated_by(&rated, person.id, None, 1 + (n % 5) as i32, at).await;
        }
        // Ratings are nobody's by name: they are told apart by their cursors alone.
        let document = format!("{{ practice(by: {{ id: \"{}\" }}) {{ ratings(ARGS) {{ PAGE }} }} }}", id(rated.id));
        let list = List::new(&app.visitor(), document, "/practice/ratings", "ratedAt stars");
        let whole = list.forwards(100, ROWS).await;
        for size in [1, 3, 7] {
            assert_eq!(list.forwards(size, ROWS).await, whole);
            assert_eq!(list.backwards(size, ROWS).await, whole);
        }
        let cursor = list.first(1, None).await.end.unwrap();
        list.refuses_what_makes_no_sense(&cursor).await;
        let other = app.published(&app.community("kda-biology").await).await;
        let document = format!("{{ practice(by: {{ id: \"{}\" }}) {{ ratings(ARGS) {{ PAGE }} }} }}", id(other.id));
        let other = List::new(&app.visitor(), document, "/practice/ratings", "stars");
        assert_eq!(other.ask(&format!("first: 1, after: \"{cursor}\"")).await.error_code(), "BAD_CURSOR");
    }

    async fn the_journal_is_paged(app: TestApp) {
        note(&app).await;
        let community = app.community("kda-chemistry").await;
        let member = app.member_of(&community).await;
        for _ in 0..ROWS {
            member.write(&community).await;
        }
        let auditor = app.auditor().await;
        let list = List::new(&auditor, "{ journal(ARGS) { PAGE } }", "/journal", "position");
        list.is_paged(ROWS).await;
        let newest = list.first(1, None).await;
        assert_eq!(newest.rows, [json!({ "position": ROWS }).to_string()]);
    }

    async fn both_rankings_are_paged(app: TestApp) {
        note(&app).await;
        let rater = app.organization(&app.region("RU-KDA").await).await;
        for (n, community) in communities(&app).await.iter().enumerate() {
            for _ in 0..tied(n) % 4 {
                let practice = app.published(community).await;
                if n % 2 == 0 {
                    app.rated(&practice, Some(rater.id), 4).await;
                }
            }
        }
        let visitor = app.visitor();
        let document = "{ communityRanking(ARGS) { PAGE } }";
        List::new(&visitor, document, "/communityRanking", "slug").is_paged(ROWS).await;
        let total = List::new(&visitor, "{ practices(ARGS) { PAGE } }", "/practices", "id").first(1, None).await.total;
        let document = "{ practiceRanking(ARGS) { PAGE } }";
        List::new(&visitor, document, "/practiceRanking", "id").is_paged(total as usize).await;
        let document = "{ communityRanking(filter: { regionCode: \"RU-KDA\" }, ARGS) { PAGE } }";
        let filtered = List::new(&visitor, document, "/communityRanking", "slug");
        filtered.is_paged(ROWS).await;
        let cursor = filtered.first(1, None).await.end.unwrap();
        let answer = visitor.ask(&format!("{{ communityRanking(first: 1, after: \"{cursor}\") {{ totalCount }} }}")).await;
        assert_eq!(answer.error_code(), "BAD_CURSOR");
    }

    async fn rows_that_were_there_at_the_beginning_appear_once_while_others_are_added(app: TestApp) {
        note(&app).await;
        let community = app.community("kda-chemistry").await;
        published(&app, &community).await;
        communities(&app).await;
        for n in 0..ROWS {
            a_region(&app, &format!("RU-{n}"), &format!("Край {}", tied(n))).await;
        }
        let visitor = app.visitor();
        let lists = [
            List::new(&visitor, "{ practices(ARGS) { PAGE } }", "/practices", "id"),
            List::new(&visitor, "{ communities(ARGS) { PAGE } }", "/communities", "slug"),
            List::new(&visitor, "{ regions(ARGS) { PAGE } }", "/regions", "code"),
        ];
        let mut added = 0;
        for list in lists {
            for backwards in [false, true] {
                let before: Vec<_> = list.first(100, None).await.rows;
                let (mut seen, mut cursor) = (Vec::new(), None::<String>);
                loop {
                    let page = if backwards {
                        list.last(5, cursor.as_deref()).await
                    } else {
                        list.first(5, cursor.as_deref()).await
                    };
                    seen.extend(page.rows);
                    // At either end, and among equals.
                    for n in [0, 1, 40] {
                        added += 1;
                        a_region(&app, &format!("XX-{added}"), &format!("Край {n}")).await;
                        app.new_community(&format!("more-{added}")).name(&format!("Учителя {n}")).create().await;
                        let at = app.clock.now() - Duration::hours(1 + n);
                        app.new_practice(&community).published_at(at).create().await;
                    }
                    let more = if backwards { page.previous } else { page.next };
                    cursor = if backwards { page.start } else { page.end };
                    assert!(seen.len() < 50 * ROWS, "it never ends");
                    if !more {
                        break;
                    }
                }
                for row in &before {
                    let times = seen.iter().filter(|one| *one == row).count();
                    assert_eq!(times, 1, "{row} of {} backwards: {backwards}", list.document);
                }
            }
        }
    }

    async fn a_ranking_goes_on_in_the_state_in_which_it_began(app: TestApp) {
        note(&app).await;
        let communities = communities(&app).await;
        for (n, community) in communities.iter().enumerate() {
            for _ in 0..tied(n) % 4 {
                app.published(community).await;
            }
        }
        let last = &communities[0];
        let coordinator = app.coordinator_of(last).await;
        let visitor = app.visitor();
        for (document, pointer, row) in [
            ("{ communityRanking(ARGS) { PAGE } }", "/communityRanking", "slug"),
            ("{ practiceRanking(ARGS) { PAGE } }", "/practiceRanking", "id"),
        ] {
            let list = List::new(&visitor, document, pointer, row);
            let before = list.first(100, None).await;
            for backwards in [false, true] {
                let began = list.first(100, None).await;
                let (mut seen, mut cursor) = (Vec::new(), None::<String>);
                loop {
                    let page = if backwards {
                        list.last(6, cursor.as_deref()).await
                    } else {
                        list.first(6, cursor.as_deref()).await
                    };
                    assert_eq!(page.total, began.total);
                    if backwards {
                        seen.splice(0..0, page.rows);
                    } else {
                        seen.extend(page.rows);
                    }
                    let approved = app.new_practice(last).state(PracticeState::Approved).create().await;
                    coordinator.publish(&approved).await.done();
                    let slug = &last.slug;
                    let count = app.community_now(last.id).await.practice_count;
                    eventually("the newest state", async || first_score(&visitor, slug).await, |score| *score == count as f64).await;
                    cursor = if backwards { page.start } else { page.end };
                    if !(if backwards { page.previous } else { page.next }) {
                        break;
                    }
                }
                assert_eq!(seen, began.rows, "{document} backwards: {backwards}");
            }
            assert_ne!(list.first(100, None).await.rows, before.rows, "{document} moved meanwhile");
        }
    }

    async fn the_state_of_a_ranking_is_kept_for_ten_minutes(app: TestApp) {
        note(&app).await;
        let communities = communities(&app).await;
        let coordinator = app.coordinator_of(&communities[3]).await;
        let visitor = app.visitor();
        let list = List::new(&visitor, "{ communityRanking(ARGS) { PAGE } }", "/communityRanking", "slug");
        let first = list.first(3, None).await;
        let again = format!("first: 3, after: \"{}\"", first.end.unwrap());
        let publish = async || {
            let approved = app.new_practice(&communities[3]).state(PracticeState::Approved).create().await;
            coordinator.publish(&approved).await.done();
            let count = app.community_now(communities[3].id).await.practice_count;
            eventually("the newest state", async || first_score(&visitor, "kda-3").await, |score| *score == count as f64).await;
        };
        publish().await;
        app.clock.advance(Duration::minutes(9));
        publish().await;
        list.ask(&again).await.data();
        app.clock.advance(Duration::minutes(2));
        publish().await;
        assert_eq!(list.ask(&again).await.error_code(), "CURSOR_EXPIRED");
        list.first(3, None).await;
    }
}

/// A community's score in the federal ranking; below zero where it does not stand there.
async fn first_score(actor: &Actor, slug: &str) -> f64 {
    let answer = actor.ask("{ communityRanking(first: 100) { edges { score node { slug } } } }").await;
    let edges = answer.payload()["edges"].as_array().unwrap();
    let edge = edges.iter().find(|edge| edge["node"]["slug"] == slug);
    edge.and_then(|edge| edge["score"].as_f64()).unwrap_or(-1.0)
}

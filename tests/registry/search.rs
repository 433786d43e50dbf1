//! The search: what is found, in which order, how it is shown and counted; the same on both databases.

use entity::{PracticeState, community, practice};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
    statements::statements,
};

/// What a search shows.
const SEARCH: &str = "query($query: String!, $types: [SearchType!], $filter: SearchFilter, $first: Int, $after: String,
    $last: Int, $before: String) { search(query: $query, types: $types, filter: $filter, first: $first, after: $after,
    last: $last, before: $before) { matched totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor relevance title { text highlighted } snippet { text highlighted }
    node { __typename ... on Practice { id title } ... on Community { id name } } } } }";

const FACETS: &str = "query($query: String!, $filter: SearchFilter) { search(query: $query, filter: $filter) {
    totalCount facets { regions { region { code } count } profiles { profile { code } count } tags { tag count }
    years { year count } states { state count } } } }";

const SUGGESTIONS: &str =
    "query($query: String!) { search(query: $query) { totalCount suggestions { word replacement query } } }";

async fn search(actor: &Actor, query: &str) -> Answer {
    actor.query(SEARCH, json!({ "query": query })).await
}

/// The titles and names that are found, in their order.
async fn found(actor: &Actor, query: &str) -> Vec<String> {
    names(&search(actor, query).await)
}

fn names(answer: &Answer) -> Vec<String> {
    let edges = answer.payload()["edges"].as_array().unwrap_or_else(|| panic!("{answer:#?}")).iter();
    edges
        .map(|edge| edge["title"].as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap()).collect())
        .collect()
}

/// Fragments with what is highlighted in brackets.
fn shown(fragments: &Value) -> String {
    let fragments = fragments.as_array().unwrap().iter();
    fragments
        .map(|it| match it["highlighted"].as_bool().unwrap() {
            true => format!("[{}]", it["text"].as_str().unwrap()),
            false => it["text"].as_str().unwrap().to_owned(),
        })
        .collect()
}

async fn suggested(actor: &Actor, query: &str) -> Vec<String> {
    let answer = actor.query(SUGGESTIONS, json!({ "query": query })).await;
    let all = answer.payload()["suggestions"].as_array().unwrap_or_else(|| panic!("{answer:#?}")).iter();
    all.map(|it| it["query"].as_str().unwrap().to_owned()).collect()
}

/// Practices of a community that hold a word in different places, the least relevant last.
async fn places(app: &TestApp, community: &community::Model) -> Vec<&'static str> {
    let at = app.clock.now();
    let new = |title| app.new_practice(community).title(title).published_at(at);
    new("Только текст").body("Наблюдение за погодой.").create().await;
    new("Краткое").summary("О наблюдении за погодой.").create().await;
    new("Часто в тексте").body(&"Наблюдения! ".repeat(20)).create().await;
    new("Метка").tags(&["наблюдение"]).create().await;
    new("Наблюдаем: наблюдение за птицами").create().await;
    new("Без этого слова").create().await;
    vec!["Наблюдаем: наблюдение за птицами", "Метка", "Краткое", "Часто в тексте", "Только текст"]
}

on_both! {
    async fn a_word_is_found_in_any_form_and_case_and_with_either_e(app: TestApp) {
        let community = app.new_community("kda-x").name("Сообщество").create().await;
        let new = |title| app.new_practice(&community).title(title).state(PracticeState::Published);
        new("Учитель и ёлка").create().await;
        new("Reading practices").create().await;
        for query in ["учителями", "УЧИТЕЛЯ", "елки", "Ёлкой", "ёлка учителю", "о ёлке для учителя"] {
            assert_eq!(found(&app.visitor(), query).await, ["Учитель и ёлка"], "{query}");
        }
        assert_eq!(found(&app.visitor(), "practice").await, ["Reading practices"]);
        assert_eq!(found(&app.visitor(), "ужи").await, [] as [&str; 0]);
    }

    async fn the_title_comes_before_tags_these_before_the_summary_and_the_text_last(app: TestApp) {
        let community = app.new_community("kda-x").name("Сообщество").create().await;
        let expected = places(&app, &community).await;
        let answer = search(&app.visitor(), "наблюдением").await;
        assert_eq!(names(&answer), expected);
        assert_eq!(answer.payload()["matched"], json!("ALL_WORDS"));
        assert_eq!(answer.payload()["totalCount"], json!(5));
        let relevance: Vec<_> =
            answer.payload()["edges"].as_array().unwrap().iter().map(|edge| edge["relevance"].clone()).collect();
        assert_eq!(relevance, [10_060, 10_030, 10_020, 10_009, 10_001].map(|it| json!(it)));
    }

    async fn of_equals_the_last_one_written_comes_first(app: TestApp) {
        let community = app.new_community("kda-x").name("Сообщество").create().await;
        let mut expected = Vec::new();
        for n in 0..5 {
            let title = format!("Опыт {n}");
            expected.insert(0, title.clone());
            app.new_practice(&community).title(&title).state(PracticeState::Published).create().await;
        }
        assert_eq!(found(&app.visitor(), "опыты").await, expected);
    }

    async fn all_words_must_be_there_and_stop_words_need_not(app: TestApp) {
        let community = app.new_community("kda-x").name("Сообщество").create().await;
        let new = |title| app.new_practice(&community).title(title).state(PracticeState::Published);
        new("Опыты на уроках химии").create().await;
        new("Опыты дома").create().await;
        new("Уроки пения").create().await;
        assert_eq!(found(&app.visitor(), "опыты с химией под урок").await, ["Опыты на уроках химии"]);
        assert_eq!(found(&app.visitor(), "опыты дом").await, ["Опыты дома"]);
    }

    async fn where_nothing_holds_all_words_most_are_enough_and_the_answer_says_so(app: TestApp) {
        let community = app.new_community("kda-x").name("Сообщество").create().await;
        let new = |title| app.new_practice(&community).title(title).state(PracticeState::Published);
        new("Опыты химии").create().await;
        new("Опыты химии на уроке").create().await;
        new("Опыты").create().await;
        let answer = search(&app.visitor(), "опыты химии уроки крокодил").await;
        assert_eq!(answer.payload()["matched"], json!("SOME_WORDS"));
        assert_eq!(names(&answer), ["Опыты химии на уроке", "Опыты химии"]);
        // One of four is not most.
        let answer = search(&app.visitor(), "опыты бегемот жираф крокодил").await;
        assert_eq!(answer.payload()["totalCount"], json!(0));
        assert_eq!(answer.payload()["edges"], json!([]));
    }

    async fn the_last_word_may_be_a_beginning_but_a_whole_word_comes_first(app: TestApp) {
        let community = app.new_community("kda-x").name("Сообщество").create().await;
        let new = |title| app.new_practice(&community).title(title).state(PracticeState::Published);
        new("Хим").create().await;
        new("Химера").create().await;
        let answer = search(&app.visitor(), "хим").await;
        assert_eq!(names(&answer), ["Хим", "Химера"]);
        assert_eq!(shown(&answer.payload()["edges"][1]["title"]), "[Химера]");
        // Not where it is followed by another, nor where it is too short.
        assert_eq!(found(&app.visitor(), "химер хим").await, ["Химера"]);
        assert_eq!(found(&app.visitor(), "хи").await, [] as [&str; 0]);
    }

    async fn a_community_is_found_by_its_name_and_those_of_its_profile_and_region(app: TestApp) {
        let community = app.new_community("kda-chemistry").name("Учителя химии").profile("naturalists").create().await;
        app.new_community("kda-history").name("Учителя истории").create().await;
        for query in ["химик учителя химии", "naturalists", "край химии"] {
            let answer = search(&app.visitor(), query).await;
            assert_eq!(names(&answer).first().map(String::as_str), Some("Учителя химии"), "{query}");
            let node = &answer.payload()["edges"][0]["node"];
            assert_eq!(*node, json!({ "__typename": "Community", "id": id(community.id), "name": "Учителя химии" }));
        }
        let answer = search(&app.visitor(), "химия край").await;
        assert_eq!(shown(&answer.payload()["edges"][0]["snippet"]), "Профиль naturalists · [Край] RU-KDA");
    }

    async fn another_name_of_a_profile_or_region_is_found_at_once(app: TestApp) {
        app.new_community("kda-chemistry").name("Учителя").profile("naturalists").create().await;
        let registrar = app.registrar().await;
        let rename = "mutation($input: ProfileUpdateInput!) { profileUpdate(input: $input) { userErrors { message } } }";
        let input = json!({ "code": "naturalists", "expectedVersion": 1, "name": "Естествоиспытатели" });
        registrar.query(rename, json!({ "input": input })).await.data();
        assert_eq!(found(&app.visitor(), "естествоиспытатель").await, ["Учителя"]);
        assert_eq!(found(&app.visitor(), "naturalists").await, [] as [&str; 0]);
    }

    async fn snippets_show_what_was_found_and_nothing_that_was_not(app: TestApp) {
        let community = app.new_community("kda-x").name("Сообщество").create().await;
        let filler = "слово за словом ".repeat(30);
        let body = format!("Начало. {filler}Здесь учителя проводят <b>опыты</b> с водой. {filler}");
        app.new_practice(&community)
            .title("Вода")
            .summary("О воде.")
            .body(&body)
            .state(PracticeState::Published)
            .create()
            .await;
        let answer = search(&app.visitor(), "опытов с водой").await;
        let edge = &answer.payload()["edges"][0];
        assert_eq!(shown(&edge["title"]), "[Вода]");
        let snippet = shown(&edge["snippet"]);
        assert!(snippet.starts_with("… ") && snippet.ends_with(" …"), "{snippet}");
        assert!(snippet.contains("Здесь учителя проводят <b>[опыты]</b> с [водой]."), "{snippet}");
        // What stands in the title only shows the summary as it begins.
        let answer = search(&app.visitor(), "вода").await;
        assert_eq!(shown(&answer.payload()["edges"][0]["snippet"]), "О [воде].");
    }

    async fn a_mistyped_word_is_answered_with_words_that_everybody_may_see(app: TestApp) {
        let community = app.new_community("kda-x").name("Сообщество").create().await;
        let author = app.member_of(&community).await;
        let new = |title| app.new_practice(&community).by(&author).title(title);
        new("Читательская грамотность").state(PracticeState::Published).create().await;
        new("Тайная обезьяна").create().await;
        new("Граматность").create().await;
        let visitor = app.visitor();
        assert_eq!(suggested(&visitor, "читательская граматность").await, ["читательская грамотность"]);
        assert_eq!(suggested(&visitor, "Граммотность, читатльская").await, [
            "грамотность, читатльская",
            "Граммотность, читательская",
        ]);
        // Of drafts nobody is told: neither by a suggestion nor, as above of one that holds the mistyped word, by silence.
        for query in ["тайная абезьяна", "абезьяна", "обезьяна"] {
            assert_eq!(suggested(&visitor, query).await, [] as [&str; 0], "{query}");
        }
        let draft = search(&author, "обезьяна").await;
        assert_eq!(names(&draft), ["Тайная обезьяна"]);
        // What has gone from the registry is not suggested any more.
        let row = practice::Entity::find().filter(practice::Column::Title.eq("Читательская грамотность"));
        let row = row.one(app.rows()).await.unwrap().unwrap();
        app.coordinator_of(&community).await.withdraw(&row, "Ошибка.").await.done();
        assert_eq!(suggested(&visitor, "граматность").await, [] as [&str; 0]);
    }

    async fn a_word_written_by_the_api_is_found_and_suggested_from_its_publication_on(app: TestApp) {
        let community = app.new_community("kda-x").name("Сообщество").create().await;
        let author = app.member_of(&community).await;
        let (chair, coordinator) = (app.chair_of(&community).await, app.coordinator_of(&community).await);
        let practice = author.write(&community).await;
        let version = app.practice_now(practice).await.version;
        let update = "mutation($input: PracticeUpdateInput!) { practiceUpdate(input: $input) { userErrors { message } } }";
        let input = json!({ "practiceId": id(practice), "expectedVersion": version, "title": "Гербарий", "tags": ["флора"] });
        author.query(update, json!({ "input": input })).await.data();
        let visitor = app.visitor();
        assert_eq!(found(&author, "гербарии флоры").await, ["Гербарий"]);
        assert_eq!(found(&visitor, "гербарий").await, [] as [&str; 0]);
        author.submit(practice).await.done();
        assert_eq!(found(&chair, "гербарий").await, ["Гербарий"]);
        assert_eq!(found(&visitor, "гербарий").await, [] as [&str; 0]);
        assert_eq!(suggested(&visitor, "гербараий").await, [] as [&str; 0]);
        chair.approve(practice).await.done();
        coordinator.publish(practice).await.done();
        assert_eq!(found(&visitor, "гербариями").await, ["Гербарий"]);
        assert_eq!(suggested(&visitor, "гербараий").await, ["гербарий"]);
        coordinator.withdraw(practice, "Ошибка.").await.done();
        assert_eq!(found(&visitor, "гербарий").await, [] as [&str; 0]);
    }

    async fn facets_count_all_that_matches_and_narrow_it(app: TestApp) {
        let chemistry = app.new_community("kda-x").name("Первое").profile("chemistry").create().await;
        let history = app.new_community("spe-x").name("Второе").profile("history").region("RU-SPE").create().await;
        let unit = app.department(&app.region("RU-KDA").await, "Центр").await;
        let day = |text: &str| text.parse().unwrap();
        let new = |of, tags: &[&str]| app.new_practice(of).title("Опыт").tags(tags).published_at(day("2023-10-01T00:00:00Z"));
        new(&chemistry, &["вода", "лёд"]).create().await;
        new(&chemistry, &["вода"]).published_at(day("2024-10-01T00:00:00Z")).create().await;
        new(&history, &["архив"]).create().await;
        app.new_practice_of_department(&unit).title("Опыт").published_at(day("2023-10-01T00:00:00Z")).create().await;
        app.new_practice(&chemistry).title("Опыт").state(PracticeState::Submitted).create().await;
        app.new_practice(&chemistry).title("Другое").state(PracticeState::Published).create().await;
        app.new_community("kda-y").name("Опыт").profile("chemistry").create().await;
        let ask = async |filter: Value| { app.visitor().query(FACETS, json!({ "query": "опыты", "filter": filter })).await.payload().clone() };
        let all = ask(json!({})).await;
        assert_eq!(all["totalCount"], json!(5));
        assert_eq!(all["facets"], json!({
            "regions": [{ "region": { "code": "RU-KDA" }, "count": 4 }, { "region": { "code": "RU-SPE" }, "count": 1 }],
            "profiles": [{ "profile": { "code": "chemistry" }, "count": 3 }, { "profile": { "code": "history" }, "count": 1 }],
            "tags": [{ "tag": "вода", "count": 2 }, { "tag": "архив", "count": 1 }, { "tag": "лёд", "count": 1 }],
            "years": [{ "year": "2023-2024", "count": 3 }, { "year": "2024-2025", "count": 1 }],
            "states": [{ "state": "PUBLISHED", "count": 4 }],
        }));
        for (filter, count) in [
            (json!({ "regionCode": "RU-SPE" }), 1),
            (json!({ "profileCode": "chemistry" }), 3),
            (json!({ "tags": ["Вода"] }), 2),
            (json!({ "tags": ["вода", "лёд"] }), 1),
            (json!({ "year": "2024-2025" }), 1),
            (json!({ "state": ["PUBLISHED"], "regionCode": "RU-KDA" }), 3),
            (json!({ "state": ["SUBMITTED"] }), 0),
        ] {
            assert_eq!(ask(filter.clone()).await["totalCount"], json!(count), "{filter}");
        }
        let auditor = app.auditor().await.query(FACETS, json!({ "query": "опыт" })).await;
        assert_eq!(
            auditor.payload()["facets"]["states"],
            json!([{ "state": "PUBLISHED", "count": 4 }, { "state": "SUBMITTED", "count": 1 }])
        );
    }

    async fn types_narrow_a_search(app: TestApp) {
        let community = app.new_community("kda-x").name("Опыты").create().await;
        app.new_practice(&community).title("Опыт").state(PracticeState::Published).create().await;
        for (types, count) in [(json!(["PRACTICE"]), 1), (json!(["COMMUNITY"]), 1), (json!([]), 2), (Value::Null, 2)] {
            let answer = app.visitor().query(SEARCH, json!({ "query": "опыт", "types": types })).await;
            assert_eq!(answer.payload()["totalCount"], json!(count), "{types}");
        }
        let none = json!({ "query": "опыт", "types": ["COMMUNITY"], "filter": { "year": "2024-2025" } });
        assert_eq!(app.visitor().query(SEARCH, none).await.payload()["totalCount"], json!(0));
    }

    async fn pages_go_forwards_and_backwards_through_the_same_list_while_others_publish(app: TestApp) {
        let community = app.new_community("kda-x").name("Сообщество").create().await;
        for n in 0..11 {
            let new = app.new_practice(&community).state(PracticeState::Published);
            let text = if n % 2 == 0 { "Опыт" } else { "Случай" };
            new.title(&format!("{text} {n}")).summary("Опыт химии.").create().await;
        }
        let visitor = app.visitor();
        for query in ["опыт", "опыты химии бегемот"] {
            let whole = found(&visitor, query).await;
            assert_eq!(whole.len(), 11);
            for (size, from, to) in [("first", "after", "endCursor"), ("last", "before", "startCursor")] {
                let (mut pages, mut cursor) = (Vec::new(), Value::Null);
                loop {
                    let answer = visitor.query(SEARCH, json!({ "query": query, size: 3, from: cursor })).await;
                    let info = answer.payload()["pageInfo"].clone();
                    let page = names(&answer);
                    match size {
                        "first" => pages.extend(page),
                        _ => drop(pages.splice(0..0, page)),
                    }
                    let more = if size == "first" { "hasNextPage" } else { "hasPreviousPage" };
                    if info[more] == json!(false) { break }
                    cursor = info[to].clone();
                }
                assert_eq!(pages, whole, "{query} by {size}");
            }
        }
        let first = visitor.query(SEARCH, json!({ "query": "опыт", "first": 2 })).await;
        let cursor = first.payload()["pageInfo"]["endCursor"].clone();
        app.new_practice(&community).title("Опыт опытов").state(PracticeState::Published).create().await;
        let next = visitor.query(SEARCH, json!({ "query": "опыт", "first": 2, "after": cursor })).await;
        assert_eq!(names(&next), ["Опыт 6", "Опыт 4"]);
        let other = visitor.query(SEARCH, json!({ "query": "химия", "after": cursor })).await;
        assert_eq!(other.error_code(), "BAD_CURSOR");
    }

    async fn lists_are_narrowed_by_the_same_words(app: TestApp) {
        let community = app.new_community("kda-x").name("Учителя химии").create().await;
        let new = |title| app.new_practice(&community).title(title).state(PracticeState::Published);
        new("Вода").body("Опыты на уроках.").create().await;
        new("Огонь").create().await;
        let document = "query($search: String!) { practices(filter: { search: $search }) { totalCount nodes { title } }
            communities(filter: { search: $search }) { nodes { name } } }";
        let answer = app.visitor().query(document, json!({ "search": "на уроке опыт" })).await;
        assert_eq!(answer.data()["practices"], json!({ "totalCount": 1, "nodes": [{ "title": "Вода" }] }));
        let answer = app.visitor().query(document, json!({ "search": "край учител" })).await;
        assert_eq!(answer.data()["communities"]["nodes"], json!([{ "name": "Учителя химии" }]));
    }

    async fn what_cannot_be_searched_for_is_refused(app: TestApp) {
        let many: Vec<_> = (100..121).map(|n: i32| n.to_string()).collect();
        for (query, reason) in [
            ("я".repeat(10_000), "10000 characters"),
            ("\"«» && || !() *: %_ \\ ' ; --".into(), "no letter or digit"),
            (String::new(), "no letter or digit"),
            ("и на".into(), "stand everywhere"),
            (many.join(" "), "21 different words"),
        ] {
            for document in [SEARCH, "query($query: String!) { practices(filter: { search: $query }) { totalCount } }"] {
                if query.is_empty() && document != SEARCH {
                    continue;
                }
                let answer = app.visitor().query(document, json!({ "query": query })).await;
                assert_eq!(answer.error_code(), "BAD_INPUT");
                assert!(answer.body.to_string().contains(reason), "{answer:#?}");
            }
        }
        // A quarter of these would be words of an operator's language elsewhere.
        for query in ["опыт\" OR 1=1 --", "NEAR(опыт)", "опыт* AND NOT", "title:опыт", "'опыт' & !химия | :*"] {
            search(&app.visitor(), query).await.data();
        }
    }

    async fn a_word_of_any_length_is_indexed(app: TestApp) {
        let community = app.new_community("kda-x").name("Сообщество").create().await;
        let word = "ы".repeat(90_000);
        let new = app.new_practice(&community).title("Длинное").body(&word).state(PracticeState::Published);
        new.create().await;
        assert_eq!(found(&app.visitor(), &"ы".repeat(150)).await, ["Длинное"]);
    }

    async fn an_index_of_another_version_is_made_anew(app: TestApp) {
        let community = app.new_community("kda-x").name("Учителя физики").create().await;
        app.new_practice(&community).title("Маятник").tags(&["качели"]).state(PracticeState::Published).create().await;
        entity::search_term::Entity::delete_many().exec(app.rows()).await.unwrap();
        entity::search_spelling::Entity::delete_many().exec(app.rows()).await.unwrap();
        let visitor = app.visitor();
        assert_eq!(found(&visitor, "маятники").await, [] as [&str; 0]);
        assert!(!api::registry::search::index::is_current(app.db()).await.unwrap());
        let again = || api::registry::search::index::bring_up_to_date(app.db(), app.clock.now());
        // As where two processes start at once.
        let (one, other) = tokio::join!(again(), again());
        one.unwrap();
        other.unwrap();
        assert!(api::registry::search::index::is_current(app.db()).await.unwrap());
        assert_eq!(found(&visitor, "маятники качелей").await, ["Маятник"]);
        assert_eq!(found(&visitor, "учителя физики").await, ["Учителя физики"]);
        assert_eq!(suggested(&visitor, "майтник").await, ["маятник"]);
        again().await.unwrap();
    }

    async fn a_search_takes_as_many_statements_for_fifty_as_for_five(app: TestApp) {
        let query = "{ search(query: \"опыты химии\", first: 100) { matched totalCount edges { relevance title { text } snippet { text }
            node { ... on Practice { title tags community { slug } } ... on Community { name region { code } } } }
            facets { regions { region { code } count } profiles { profile { code } count } tags { tag count } years { year } states { state } }
            suggestions { query } } }";
        let visitor = app.visitor();
        let mut counts = Vec::new();
        for range in [0..5, 5..50] {
            for n in range {
                let community = app.new_community(&format!("kda-{n}")).name("Опыты химии").create().await;
                app.new_practice(&community).title("Опыты химии").tags(&["вода"]).state(PracticeState::Published).create().await;
            }
            visitor.ask(query).await.data();
            counts.push(statements(&visitor, query).await);
        }
        assert_eq!(counts[0], counts[1]);
        assert!(counts[0] <= 20, "{counts:?}");
    }
}

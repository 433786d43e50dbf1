"""What is asked: of the registry and PostGraphile in GraphQL, of Postgres by the one statement that one would write by hand."""

# In the statements {region}, {slug}, {practice} and {word} stand for what is looked for, {offset} for where a page begins.
QUERIES = [
    {
        "name": "federal ranking, first page",
        "registry": """{ communityRanking(method: PUBLISHED_PRACTICES, first: 20) { edges { rank score node {
            name slug memberCount region { name code } } } } }""",
        "postgraphile": """{ allCommunities(orderBy: PRACTICE_COUNT_DESC, first: 20) { nodes {
            name slug practiceCount memberCount regionByRegionId { name code } } } }""",
        "sql": """SELECT json_agg(json_build_object('rank', rank, 'score', practice_count, 'node', json_build_object('name', name,
            'slug', slug, 'memberCount', member_count, 'region', json_build_object('name', region, 'code', code))))::text
            FROM (SELECT rank() OVER (ORDER BY practice_count DESC), * FROM (SELECT c.name, c.slug, c.practice_count,
            c.member_count, r.name AS region, r.code FROM community c JOIN region r ON r.id = c.region_id
            WHERE c.archived_at IS NULL AND c.practice_count > 0 ORDER BY c.practice_count DESC, c.id LIMIT 20) page) ranked""",
    },
    {
        "name": "practice ranking, page 1",
        "registry": """{ practiceRanking(method: RATING, first: 20) { edges { rank score node { title number
            community { name } region { name } } } } }""",
        "postgraphile": """{ allPractices(orderBy: RATING_SUM_DESC, first: 20) { nodes { title number
            communityByCommunityId { name } regionByRegionId { name } } } }""",
        "sql": """SELECT json_agg(json_build_object('rank', {offset} + place, 'score', score, 'title', title, 'number', number,
            'community', community, 'region', region))::text FROM (SELECT row_number() OVER () AS place, page.* FROM
            (SELECT p.title, p.number, c.name AS community, r.name AS region,
            (10 * 4.0 + p.rating_sum / 1e6) / (10 + p.rating_organizations) AS score FROM practice p
            JOIN community c ON c.id = p.community_id JOIN region r ON r.id = p.region_id WHERE p.state = 'PUBLISHED'
            ORDER BY score DESC, p.id LIMIT 20 OFFSET {offset}) page) ranked""",
    },
    {
        "name": "practice ranking, page 1000",
        "registry": """{ practiceRanking(method: RATING, first: 20, after: "{cursor}") { edges { rank score node { title number
            community { name } region { name } } } } }""",
        "postgraphile": """{ allPractices(orderBy: RATING_SUM_DESC, first: 20, offset: {offset}) { nodes { title number
            communityByCommunityId { name } regionByRegionId { name } } } }""",
        "sql": "practice ranking, page 1",
    },
    {
        "name": "a region's ranking",
        "registry": """{ communityRanking(filter: {regionCode: "{region}"}, first: 20) { edges { rank score node {
            name slug memberCount } } } }""",
        "postgraphile": """{ allRegions(condition: {code: "{region}"}, first: 1) { nodes { communitiesByRegionId(
            orderBy: PRACTICE_COUNT_DESC, first: 20) { nodes { name slug practiceCount memberCount } } } } }""",
        "sql": """SELECT json_agg(json_build_object('rank', rank, 'score', practice_count, 'name', name, 'slug', slug,
            'memberCount', member_count))::text FROM (SELECT rank() OVER (ORDER BY practice_count DESC), * FROM
            (SELECT c.name, c.slug, c.practice_count, c.member_count FROM community c JOIN region r ON r.id = c.region_id
            WHERE r.code = '{region}' AND c.archived_at IS NULL ORDER BY c.practice_count DESC, c.id LIMIT 20) page) ranked""",
    },
    {
        "name": "a community's page",
        "registry": """{ community(by: {slug: "{slug}"}) { name memberCount chair { holder { name } }
            appointments(first: 12) { nodes { office holder { name } } } practices(first: 20) { nodes { title number } } } }""",
        "postgraphile": """{ allCommunities(condition: {slug: "{slug}"}, first: 1) { nodes { name memberCount
            appointmentsByCommunityId(first: 12) { nodes { office personByPersonId { fullName } } } practicesByCommunityId(
            first: 20, orderBy: LISTED_AT_DESC, condition: {state: "PUBLISHED"}) { nodes { title number } } } } }""",
        "sql": """SELECT json_build_object('name', c.name, 'memberCount', c.member_count, 'offices', (SELECT json_agg(
            json_build_object('office', office, 'holder', full_name)) FROM (SELECT a.office, p.full_name FROM appointment a
            JOIN person p ON p.id = a.person_id WHERE a.community_id = c.id ORDER BY a.since, a.id LIMIT 12) held), 'practices',
            (SELECT json_agg(json_build_object('title', title, 'number', number)) FROM (SELECT title, number FROM practice
            WHERE community_id = c.id AND state = 'PUBLISHED' ORDER BY listed_at DESC, id DESC LIMIT 20) listed))::text
            FROM community c WHERE c.slug = '{slug}'""",
    },
    {
        "name": "a search",
        "registry": """{ search(query: "{word}", first: 20) { nodes { __typename ... on Practice { title } } } }""",
        "postgraphile": None,
        "sql": """SELECT json_agg(json_build_object('title', title))::text FROM (SELECT p.title FROM search_term t JOIN practice p
            ON p.id = t.subject_id WHERE t.term = convert_to('{stem}', 'UTF8') AND p.state = 'PUBLISHED'
            ORDER BY t.weight DESC, p.id LIMIT 20) found""",
    },
    {
        "name": "a practice's page",
        "registry": """{ practice(by: {id: "{practice_id}"}) { title number summary body authors { name } community { name }
            region { name } } }""",
        "postgraphile": """{ practiceById(id: "{practice}") { title number summary body practiceAuthorsByPracticeId { nodes {
            personByPersonId { fullName } } } communityByCommunityId { name } regionByRegionId { name } } }""",
        "sql": """SELECT json_build_object('title', p.title, 'number', p.number, 'summary', p.summary, 'body', p.body, 'authors',
            (SELECT json_agg(f.full_name ORDER BY a.position) FROM practice_author a JOIN person f ON f.id = a.person_id
            WHERE a.practice_id = p.id), 'community', c.name, 'region', r.name)::text FROM practice p
            JOIN community c ON c.id = p.community_id JOIN region r ON r.id = p.region_id WHERE p.id = '{practice}'""",
    },
]

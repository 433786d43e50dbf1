// Starts GraphiQL on the page; apart from the page because its policy allows no inline scripts.
"use strict";

const defaultQuery = `# Реестр профессиональных сообществ. Открытые данные
# видны без входа: нажмите ▶ или Ctrl-Enter.
# The registry of professional communities. Public data
# needs no sign-in: press ▶ or Ctrl-Enter.
#
# Войти / To sign in:
# 1. mutation {
#      sessionCreate(input: { login: "…", password: "…" }) {
#        accessToken
#        userErrors { code message }
#      }
#    }
# 2. Headers (внизу / below):
#    { "Authorization": "Bearer <accessToken>" }

query CommunityRanking {
  communityRanking(first: 10) {
    totalCount
    asOf
    method { code }
    edges {
      rank
      position
      score
      node { slug name region { code } practiceCount }
    }
  }
}
`;

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: "/graphql" }),
    defaultQuery,
    defaultEditorToolsVisibility: "headers",
    isHeadersEditorEnabled: true,
    // Queries and headers hold passwords and tokens, and GraphiQL's history keeps both:
    // they are gone with the tab.
    storage: window.sessionStorage,
    shouldPersistHeaders: false,
  }),
);

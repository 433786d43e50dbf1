//! Somebody who calls: a visitor or an account, with what they can do as methods.

use entity::{
    community,
    ids::{AccountId, CommunityId, MemberId, PersonId, PracticeId, TypedId},
    municipality, practice,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

use super::{
    app::id,
    client::{Answer, Client},
};

/// Somebody who calls.
#[derive(Clone, Debug)]
pub struct Actor {
    /// What sends the requests.
    pub client: Client,
    /// The access token; none for a visitor.
    pub token: Option<String>,
    /// The account, where a factory made it.
    pub account: Option<AccountId>,
    /// The person, where a factory made it.
    pub person: Option<PersonId>,
    /// The login, where a factory made it.
    pub login: String,
}

/// What names a practice: its row, or its id.
pub trait APractice {
    /// Its id.
    fn practice_id(&self) -> PracticeId;
}

impl APractice for PracticeId {
    fn practice_id(&self) -> PracticeId {
        *self
    }
}

impl APractice for &practice::Model {
    fn practice_id(&self) -> PracticeId {
        self.id
    }
}

/// What names a community: its row, or its id.
pub trait ACommunity {
    /// Its id.
    fn community_id(&self) -> CommunityId;
}

impl ACommunity for CommunityId {
    fn community_id(&self) -> CommunityId {
        *self
    }
}

impl ACommunity for &community::Model {
    fn community_id(&self) -> CommunityId {
        self.id
    }
}

/// What the mutations on registrations ask back.
const MEMBER: &str =
    "member { id fullName email phone organization position state joinedOn leftOn reason version
    municipality { name } } userErrors { code message path }";

/// What the mutations on practices ask back.
const PRACTICE: &str = "practice { id number title summary body tags state version submittedAt publishedAt
    rating { count mean histogram organizations } decisions { state reason version } community { practiceCount } }
    userErrors { code message path }";

impl Actor {
    /// With this token, or none.
    pub fn new(client: Client, token: Option<String>) -> Self {
        Self { client, token, account: None, person: None, login: String::new() }
    }

    /// The same with a token.
    pub fn bearing(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same, known to have this account.
    pub fn of_account(self, account: AccountId) -> Self {
        Self { account: Some(account), ..self }
    }

    /// The person of an actor that a factory made.
    #[track_caller]
    pub fn person(&self) -> PersonId {
        self.person.expect("an actor that is a person")
    }

    /// Sends a query or mutation.
    pub async fn query(&self, document: &str, variables: Value) -> Answer {
        self.client.graphql(self.token.as_deref(), document, variables).await
    }

    /// Sends a query without variables.
    pub async fn ask(&self, document: &str) -> Answer {
        self.query(document, json!({})).await
    }

    /// Sends a mutation with one input.
    pub async fn mutate(&self, field: &str, input_type: &str, input: Value, selection: &str) -> Answer {
        let document =
            format!("mutation($input: {input_type}!) {{ {field}(input: $input) {{ {selection} }} }}");
        self.query(&document, json!({ "input": input })).await
    }

    /// Calls a mutation whose input is named as it is: `regionCreate` takes a `RegionCreateInput`.
    pub async fn call(&self, field: &str, input: Value, selection: &str) -> Answer {
        let kind = match field {
            "grantCreate" | "grantEnd" => "GrantInput".to_owned(),
            _ => format!("{}{}Input", field[..1].to_uppercase(), &field[1..]),
        };
        let selection = format!("{selection} userErrors {{ code message path bounds {{ actual min max }} }}");
        self.mutate(field, &kind, input, &selection).await
    }

    /// `sessionCreate`.
    pub async fn sign_in(&self, login: &str, password: &str) -> Answer {
        let selection = "accessToken refreshToken expiresAt viewer { id login grants { role } }
            userErrors { code message path }";
        let input = json!({ "login": login, "password": password });
        self.mutate("sessionCreate", "SessionCreateInput", input, selection).await
    }

    /// `sessionRefresh`.
    pub async fn refresh(&self, token: &str) -> Answer {
        let selection =
            "accessToken refreshToken expiresAt viewer { login } userErrors { code message path }";
        let input = json!({ "refreshToken": token });
        self.mutate("sessionRefresh", "SessionRefreshInput", input, selection).await
    }

    /// `sessionEnd`.
    pub async fn sign_out(&self) -> Answer {
        self.ask("mutation { sessionEnd { ended userErrors { code message path } } }").await
    }

    async fn on_practice(&self, field: &str, input_type: &str, input: Value) -> Answer {
        self.mutate(field, input_type, input, PRACTICE).await
    }

    /// `practiceCreate`, with a sound text.
    pub async fn create(&self, community: impl ACommunity) -> Answer {
        self.create_with(community, json!({})).await
    }

    /// `practiceCreate`, with these fields of the input instead of the sound ones.
    pub async fn create_with(&self, community: impl ACommunity, fields: Value) -> Answer {
        let mut input = json!({
            "communityId": id(community.community_id()),
            "title": "Опыты без вытяжного шкафа",
            "summary": "Двенадцать опытов для обычного кабинета.",
            "body": "Опыты подобраны так, что вытяжной шкаф не нужен.",
            "tags": ["химия"],
        });
        merge(&mut input, fields);
        self.on_practice("practiceCreate", "PracticeCreateInput", input).await
    }

    /// `practiceCreate` that must succeed.
    #[track_caller]
    pub fn write(&self, community: impl ACommunity) -> impl Future<Output = PracticeId> {
        let (actor, community) = (self.clone(), community.community_id());
        async move {
            let answer = actor.create(community).await;
            practice_of(answer.done())
        }
    }

    /// `practiceUpdate`.
    pub async fn update(&self, practice: impl APractice, expected: i32, fields: Value) -> Answer {
        let mut input = json!({ "practiceId": id(practice.practice_id()), "expectedVersion": expected });
        merge(&mut input, fields);
        self.on_practice("practiceUpdate", "PracticeUpdateInput", input).await
    }

    async fn act(&self, field: &str, practice: impl APractice) -> Answer {
        let input = json!({ "practiceId": id(practice.practice_id()) });
        self.on_practice(field, "PracticeActionInput", input).await
    }

    async fn act_because(&self, field: &str, practice: impl APractice, reason: &str) -> Answer {
        let input = json!({ "practiceId": id(practice.practice_id()), "reason": reason });
        self.on_practice(field, "PracticeReasonInput", input).await
    }

    /// `practiceSubmit`.
    pub async fn submit(&self, practice: impl APractice) -> Answer {
        self.act("practiceSubmit", practice).await
    }

    /// `practiceReturn`.
    pub async fn give_back(&self, practice: impl APractice, reason: &str) -> Answer {
        self.act_because("practiceReturn", practice, reason).await
    }

    /// `practiceApprove`.
    pub async fn approve(&self, practice: impl APractice) -> Answer {
        self.act("practiceApprove", practice).await
    }

    /// `practiceReject`.
    pub async fn reject(&self, practice: impl APractice, reason: &str) -> Answer {
        self.act_because("practiceReject", practice, reason).await
    }

    /// `practicePublish`.
    pub async fn publish(&self, practice: impl APractice) -> Answer {
        self.act("practicePublish", practice).await
    }

    /// `practiceWithdraw`.
    pub async fn withdraw(&self, practice: impl APractice, reason: &str) -> Answer {
        self.act_because("practiceWithdraw", practice, reason).await
    }

    /// `practiceAnnul`.
    pub async fn annul(&self, practice: impl APractice, reason: &str) -> Answer {
        self.act_because("practiceAnnul", practice, reason).await
    }

    /// `practiceRate`.
    pub async fn rate(&self, practice: impl APractice, stars: i32) -> Answer {
        let input = json!({ "practiceId": id(practice.practice_id()), "stars": stars });
        self.on_practice("practiceRate", "PracticeRateInput", input).await
    }

    /// `practiceRate` with a comment.
    pub async fn rate_and_say(&self, practice: impl APractice, stars: i32, comment: &str) -> Answer {
        let input = json!({ "practiceId": id(practice.practice_id()), "stars": stars, "comment": comment });
        self.on_practice("practiceRate", "PracticeRateInput", input).await
    }

    /// `memberRegistrationsSync` of source `edu`.
    pub async fn sync(&self, key: &str, rows: &[Value]) -> Answer {
        self.sync_with(key, rows, json!({})).await
    }

    /// The same, with these fields of the input, too.
    pub async fn sync_with(&self, key: &str, rows: &[Value], fields: Value) -> Answer {
        let mut input = json!({ "source": "edu", "idempotencyKey": key, "rows": rows });
        merge(&mut input, fields);
        let selection = "results { externalId outcome memberId userErrors { code message path } }
            created updated unchanged rejected cursor userErrors { code message path }";
        self.mutate("memberRegistrationsSync", "MemberRegistrationsSyncInput", input, selection).await
    }

    /// `memberRegister`, with these fields beside community and municipality.
    pub async fn register(
        &self,
        community: impl ACommunity,
        municipality: &municipality::Model,
        fields: Value,
    ) -> Answer {
        let mut input = json!({
            "communityId": id(community.community_id()),
            "municipalityId": id(municipality.id),
        });
        merge(&mut input, fields);
        self.mutate("memberRegister", "MemberRegisterInput", input, MEMBER).await
    }

    async fn on_member(&self, field: &str, input_type: &str, of: MemberId, fields: Value) -> Answer {
        let mut input = json!({ "memberId": id(of) });
        merge(&mut input, fields);
        self.mutate(field, input_type, input, MEMBER).await
    }

    /// `memberConfirm`.
    pub async fn confirm(&self, of: MemberId) -> Answer {
        self.on_member("memberConfirm", "MemberConfirmInput", of, json!({})).await
    }

    /// `memberDecline`.
    pub async fn decline(&self, of: MemberId, reason: &str) -> Answer {
        self.on_member("memberDecline", "MemberDeclineInput", of, json!({ "reason": reason })).await
    }

    /// `memberLeave`, today.
    pub async fn leave(&self, of: MemberId) -> Answer {
        self.on_member("memberLeave", "MemberLeaveInput", of, json!({})).await
    }

    /// `memberLeave` on this day.
    pub async fn leave_on(&self, of: MemberId, day: &str) -> Answer {
        self.on_member("memberLeave", "MemberLeaveInput", of, json!({ "leftOn": day })).await
    }

    /// `memberMove`.
    pub async fn relocate(&self, of: MemberId, to: &municipality::Model) -> Answer {
        self.on_member("memberMove", "MemberMoveInput", of, json!({ "municipalityId": id(to.id) })).await
    }

    /// `memberUpdate`.
    pub async fn amend(&self, of: MemberId, expected: i32, fields: Value) -> Answer {
        let mut input = json!({ "expectedVersion": expected });
        merge(&mut input, fields);
        self.on_member("memberUpdate", "MemberUpdateInput", of, input).await
    }

    /// `personErase` of the person of a registration.
    pub async fn erase(&self, of: MemberId) -> Answer {
        let input = json!({ "memberId": id(of), "request": "вх. № 15" });
        self.mutate("personErase", "PersonEraseInput", input, "erased userErrors { code message path }").await
    }

    /// Follows `changes` to its end: what is kept then (ids with their nodes), and where it stands. With `since`, what
    /// was `kept` before is brought up to date.
    pub async fn follow(&self, since: Option<&str>, kept: &mut BTreeMap<String, Value>) -> String {
        let document = "query($since: String) { changes(since: $since, first: 50) { hasMore nextCursor changes {
            cursor type operation subjectId externalId node { id __typename
                ... on Member { fullName email state municipality { name } }
                ... on Practice { title authors { name } } ... on Community { slug } ... on Appointment { holder { name } }
                ... on Rating { stars } } } } }";
        let mut since = since.map(ToOwned::to_owned);
        loop {
            let answer = self.query(document, json!({ "since": since })).await;
            let page = answer.payload();
            for change in page["changes"].as_array().unwrap() {
                let subject = change["subjectId"].as_str().unwrap().to_owned();
                match change["operation"].as_str() {
                    Some("DELETE") => {
                        assert!(change["node"].is_null(), "{change:#}");
                        kept.remove(&subject);
                    }
                    _ => {
                        assert_eq!(change["node"]["id"], json!(subject), "{change:#}");
                        kept.insert(subject, change["node"].clone());
                    }
                }
            }
            let next = page["nextCursor"].as_str().unwrap().to_owned();
            if page["hasMore"] == json!(false) && since.as_ref() == Some(&next) {
                return next;
            }
            since = Some(next);
        }
    }

    /// The practice as this caller sees it; null where it does not.
    pub async fn sees(&self, practice: impl APractice) -> Value {
        let document = format!("query($id: ID!) {{ practice(by: {{ id: $id }}) {{ {} }} }}", seen());
        let answer = self.query(&document, json!({ "id": id(practice.practice_id()) })).await;
        answer.payload().clone()
    }
}

fn seen() -> &'static str {
    "id number title state version tags authors { name } rating { count mean damped histogram organizations }
     viewerRating { stars comment } decisions { state reason } community { slug practiceCount } publishedAt"
}

/// The practice in a payload.
#[track_caller]
pub fn practice_of(payload: &Value) -> PracticeId {
    let text = payload["practice"]["id"].as_str().unwrap_or_else(|| panic!("no practice in {payload:#}"));
    let (prefix, uuid) = api::graphql::ids::split(text).unwrap();
    assert_eq!(prefix, PracticeId::PREFIX);
    PracticeId(uuid)
}

/// The registration in a payload.
#[track_caller]
pub fn member_of(payload: &Value) -> MemberId {
    let text = payload["member"]["id"].as_str().unwrap_or_else(|| panic!("no registration in {payload:#}"));
    member_id(text)
}

/// A registration's id from its public form.
#[track_caller]
pub fn member_id(text: &str) -> MemberId {
    let (prefix, uuid) = api::graphql::ids::split(text).unwrap();
    assert_eq!(prefix, MemberId::PREFIX);
    MemberId(uuid)
}

fn merge(into: &mut Value, fields: Value) {
    if let (Some(into), Value::Object(fields)) = (into.as_object_mut(), fields) {
        into.extend(fields);
    }
}

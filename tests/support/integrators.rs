//! Service accounts as tests make them, and what is asked in their name.

use api::auth::credentials::{NO_PASSWORD, hash_token};
use chrono::{DateTime, Utc};
use entity::{
    Role, account, client_secret,
    ids::{AccountId, SecretId},
    region,
};
use reqwest::{Method, RequestBuilder};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::{Value, json};

use super::{
    actor::Actor,
    app::{TestApp, id},
    client::Answer,
};

const FORM: &str = "application/x-www-form-urlencoded";
const INTEGRATOR: &str =
    "id clientId name region { code } createdAt revokedAt secrets { createdAt expiresAt }";

impl TestApp {
    /// A service account of a region, called so, with this secret.
    pub async fn service_account(&self, of: &region::Model, client_id: &str, secret: &str) -> account::Model {
        let row = account::Model {
            id: AccountId::generate(),
            login: client_id.into(),
            name: Some(format!("Система {client_id}")),
            password_hash: NO_PASSWORD.into(),
            person_id: None,
            created_at: self.clock.now(),
            closed_at: None,
        };
        let row = row.into_active_model().insert(self.rows()).await.unwrap();
        self.grant(row.id, Role::Integrator, Some(of), None).await;
        self.secret(row.id, secret, None).await;
        row
    }

    /// A secret of a service account, with its end.
    pub async fn secret(&self, of: AccountId, secret: &str, expires_at: Option<DateTime<Utc>>) {
        let row = client_secret::Model {
            id: SecretId::generate(),
            account_id: of,
            hash: hash_token(secret),
            created_at: self.clock.now(),
            expires_at,
        };
        row.into_active_model().insert(self.rows()).await.unwrap();
    }

    /// A request to `POST /oauth/token` with this form, to be completed by the test.
    pub fn token_request(&self, form: &str) -> RequestBuilder {
        let request = self.visitor().client.request(Method::POST, "/oauth/token");
        request.header("content-type", FORM).body(form.to_owned())
    }

    /// Asks for a token by HTTP Basic.
    pub async fn client_token(&self, client_id: &str, secret: &str) -> Answer {
        let request = self.token_request("grant_type=client_credentials");
        Answer::of(request.basic_auth(client_id, Some(secret)).send().await.unwrap()).await
    }

    /// The client with a new token, which it must get.
    pub async fn client(&self, client_id: &str, secret: &str) -> Actor {
        let answer = self.client_token(client_id, secret).await;
        let token = answer.body["access_token"].as_str().unwrap_or_else(|| panic!("{answer:#?}"));
        self.visitor().bearing(token)
    }
}

impl Actor {
    /// `integratorCreate`.
    pub async fn create_integrator(&self, region_code: &str, client_id: &str, name: &str) -> Answer {
        let input = json!({ "regionCode": region_code, "clientId": client_id, "name": name });
        self.on_integrator("integratorCreate", "IntegratorCreateInput", input, "clientSecret").await
    }

    /// `integratorSecretRotate`; without hours, for as long as the schema says.
    pub async fn rotate_secret(&self, of: AccountId, overlap_hours: Option<i32>) -> Answer {
        let mut input = json!({ "integratorId": id(of) });
        if let Some(hours) = overlap_hours {
            input["overlapHours"] = json!(hours);
        }
        self.on_integrator("integratorSecretRotate", "IntegratorSecretRotateInput", input, "clientSecret")
            .await
    }

    /// `integratorRevoke`.
    pub async fn revoke_integrator(&self, of: AccountId) -> Answer {
        let input = json!({ "integratorId": id(of) });
        self.on_integrator("integratorRevoke", "IntegratorRevokeInput", input, "").await
    }

    /// `integrators`: a region's service accounts, with all that is told of them.
    pub async fn integrators(&self, region_code: &str) -> Answer {
        let query = format!(
            "query($code: String!) {{ integrators(regionCode: $code) {{ totalCount nodes {{ {INTEGRATOR} }} }} }}"
        );
        self.query(&query, json!({ "code": region_code })).await
    }

    async fn on_integrator(&self, field: &str, input_type: &str, input: Value, also: &str) -> Answer {
        let selection = format!(
            "integrator {{ {INTEGRATOR} }} {also} userErrors {{ code message path bounds {{ actual min max }} }}"
        );
        self.mutate(field, input_type, input, &selection).await
    }
}

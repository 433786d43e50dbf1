//! Signing in, going on, and out; and the tokens that prove it.

use api::auth::policy::Action;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{Duration, Utc};
use ed25519_dalek::{SigningKey, pkcs8::EncodePrivateKey};
use entity::{Role, account, grant, session};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use reqwest::{Method, StatusCode};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};

use crate::support::{actor::Actor, app::TestApp, client::Answer};

const VIEWER: &str = "{ viewer { login } }";

/// Signs in a new member by the API: the actor, and the answer with its tokens.
async fn signed_in(app: &TestApp) -> (Actor, Answer) {
    let community = app.community("kda-chemistry").await;
    let member = app.member_of(&community).await;
    let answer = app.visitor().sign_in(&member.login, "demo").await;
    let actor = member.bearing(answer.done()["accessToken"].as_str().unwrap());
    (actor, answer)
}

fn refresh_token(answer: &Answer) -> &str {
    answer.done()["refreshToken"].as_str().unwrap()
}

fn is_let_in(answer: &Answer) -> bool {
    answer.status == StatusCode::OK && answer.errors().is_empty() && !answer.payload().is_null()
}

#[track_caller]
fn assert_unauthenticated(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{answer:#?}");
    assert_eq!(answer.error_code(), "UNAUTHENTICATED");
    assert!(answer.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer")));
}

/// The access token's claims, and the same claims signed by somebody else.
fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

on_both! {
    async fn the_right_password_signs_in_whatever_the_case_of_the_login(app: TestApp) {
        let (member, answer) = signed_in(&app).await;
        assert_eq!(answer.done()["viewer"]["login"], json!(member.login));
        assert_eq!(answer.done()["viewer"]["grants"], json!([{ "role": "MEMBER" }]));
        assert_eq!(member.ask(VIEWER).await.payload()["login"], json!(member.login));
        let shouted = app.visitor().sign_in(&format!(" {} ", member.login.to_uppercase()), "demo").await;
        assert_eq!(shouted.outcome(), "done");
    }

    async fn a_wrong_password_and_an_unknown_login_are_answered_alike(app: TestApp) {
        let (member, _) = signed_in(&app).await;
        let sessions = session::Entity::find().count(app.rows()).await.unwrap();
        let wrong = app.visitor().sign_in(&member.login, "Demo").await;
        let unknown = app.visitor().sign_in("nobody", "demo").await;
        assert_eq!(wrong.user_error(), "INVALID_CREDENTIALS");
        assert_eq!(wrong.body, unknown.body);
        assert_eq!(wrong.payload()["accessToken"], Value::Null);
        assert_eq!(wrong.payload()["refreshToken"], Value::Null);
        assert_eq!(session::Entity::find().count(app.rows()).await.unwrap(), sessions);
    }

    async fn the_tenth_failure_makes_a_login_wait_and_time_lets_it_in_again(app: TestApp) {
        let (member, _) = signed_in(&app).await;
        for _ in 0..10 {
            assert_eq!(app.visitor().sign_in(&member.login, "guess").await.user_error(), "INVALID_CREDENTIALS");
        }
        let refused = app.visitor().sign_in(&member.login, "demo").await;
        assert_eq!(refused.error_code(), "TOO_MANY_ATTEMPTS");
        app.clock.advance(Duration::minutes(11));
        assert_eq!(app.visitor().sign_in(&member.login, "demo").await.outcome(), "done");
    }

    async fn a_refresh_rotates_both_tokens(app: TestApp) {
        let (member, first) = signed_in(&app).await;
        app.clock.advance(Duration::minutes(20));
        assert_unauthenticated(&member.ask(VIEWER).await);
        let second = app.visitor().refresh(refresh_token(&first)).await;
        assert_eq!(second.done()["viewer"]["login"], json!(member.login));
        assert_ne!(refresh_token(&first), refresh_token(&second));
        let renewed = app.visitor().bearing(second.done()["accessToken"].as_str().unwrap());
        assert!(is_let_in(&renewed.ask(VIEWER).await));
        assert_eq!(app.visitor().refresh(refresh_token(&second)).await.outcome(), "done");
    }

    async fn a_second_use_of_a_refresh_token_revokes_its_whole_family(app: TestApp) {
        let (member, first) = signed_in(&app).await;
        let elsewhere = app.sign_in(&member.login).await;
        let second = app.visitor().refresh(refresh_token(&first)).await;
        let newest = app.visitor().bearing(second.done()["accessToken"].as_str().unwrap());
        assert!(is_let_in(&newest.ask(VIEWER).await));

        let reused = app.visitor().refresh(refresh_token(&first)).await;
        assert_eq!(reused.user_errors(), [("INVALID_CREDENTIALS".into(), "input.refreshToken".into())]);
        assert_unauthenticated(&member.ask(VIEWER).await);
        assert_unauthenticated(&newest.ask(VIEWER).await);
        assert_eq!(app.visitor().refresh(refresh_token(&second)).await.user_error(), "INVALID_CREDENTIALS");
        // Another session of the same account is another family.
        assert!(is_let_in(&elsewhere.ask(VIEWER).await));
    }

    async fn of_two_refreshes_at_once_not_both_succeed(app: TestApp) {
        let (_, first) = signed_in(&app).await;
        let (a, b) = (app.visitor(), app.visitor());
        let (a, b) = futures::join!(a.refresh(refresh_token(&first)), b.refresh(refresh_token(&first)));
        let done = [a.outcome(), b.outcome()].iter().filter(|outcome| *outcome == "done").count();
        assert!(done <= 1, "{a:#?} {b:#?}");
    }

    async fn a_made_up_refresh_token_is_refused(app: TestApp) {
        for made_up in ["", "x", &"x".repeat(5000), "кириллица"] {
            assert_eq!(app.visitor().refresh(made_up).await.user_error(), "INVALID_CREDENTIALS");
        }
    }

    async fn an_access_token_runs_out_by_the_clock(app: TestApp) {
        let (member, answer) = signed_in(&app).await;
        let until: chrono::DateTime<Utc> = answer.done()["expiresAt"].as_str().unwrap().parse().unwrap();
        assert!((until - app.clock.now() - Duration::minutes(15)).abs() < Duration::seconds(10));
        app.clock.advance(Duration::minutes(14));
        assert!(is_let_in(&member.ask(VIEWER).await));
        app.clock.advance(Duration::minutes(1));
        assert_unauthenticated(&member.ask(VIEWER).await);
    }

    async fn a_session_ends_after_thirty_days_however_often_it_was_refreshed(app: TestApp) {
        let (_, mut answer) = signed_in(&app).await;
        for _ in 0..3 {
            app.clock.advance(Duration::days(9));
            answer = app.visitor().refresh(refresh_token(&answer)).await;
            assert_eq!(answer.outcome(), "done");
        }
        app.clock.advance(Duration::days(4));
        assert_eq!(app.visitor().refresh(refresh_token(&answer)).await.user_error(), "INVALID_CREDENTIALS");
    }

    async fn a_closed_account_is_refused_from_the_next_request_on(app: TestApp) {
        let (member, answer) = signed_in(&app).await;
        assert!(is_let_in(&member.ask(VIEWER).await));
        account::Entity::update_many()
            .col_expr(account::Column::ClosedAt, Expr::value(app.clock.now()))
            .filter(account::Column::Login.eq(&member.login))
            .exec(app.rows())
            .await
            .unwrap();
        assert_unauthenticated(&member.ask(VIEWER).await);
        assert_eq!(app.visitor().refresh(refresh_token(&answer)).await.user_error(), "INVALID_CREDENTIALS");
        assert_eq!(app.visitor().sign_in(&member.login, "demo").await.user_error(), "INVALID_CREDENTIALS");
    }

    async fn a_revoked_grant_ends_its_rights_with_the_next_request(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let practice = app.published(&community).await;
        let registrar = app.registrar().await;
        let roles = async || registrar.ask("{ viewer { grants { role } } }").await.payload()["grants"].clone();
        assert_eq!(roles().await, json!([{ "role": "FEDERAL_REGISTRAR" }]));
        grant::Entity::update_many()
            .col_expr(grant::Column::ValidUntil, Expr::value(app.clock.now()))
            .filter(grant::Column::Role.eq(Role::FederalRegistrar))
            .exec(app.rows())
            .await
            .unwrap();
        assert_eq!(roles().await, json!([]));
        assert_eq!(registrar.annul(&practice, "Ошибка.").await.error_code(), "FORBIDDEN");
    }

    async fn signing_out_ends_the_session_and_only_this_one(app: TestApp) {
        let (member, answer) = signed_in(&app).await;
        let elsewhere = app.sign_in(&member.login).await;
        assert_eq!(member.sign_out().await.done()["ended"], json!(true));
        assert_unauthenticated(&member.ask(VIEWER).await);
        assert_eq!(app.visitor().refresh(refresh_token(&answer)).await.user_error(), "INVALID_CREDENTIALS");
        assert!(is_let_in(&elsewhere.ask(VIEWER).await));
        let actions: Vec<_> = app.journal().await.into_iter().map(|entry| entry.action).collect();
        assert!(actions.contains(&Action::SessionEnd.name().to_owned()), "{actions:?}");
    }

    async fn a_visitor_has_no_session_to_end(app: TestApp) {
        assert_eq!(app.visitor().sign_out().await.error_code(), "UNAUTHENTICATED");
    }

    async fn garbage_for_a_token_is_refused_instead_of_taken_for_a_visitor(app: TestApp) {
        let (member, _) = signed_in(&app).await;
        let good = member.token.clone().unwrap();
        let cut = good.rsplit_once('.').unwrap().0;
        for bad in ["x", "a.b.c", "....", "null", cut, &format!("{cut}."), &format!("{good}x"), &"x".repeat(4000)] {
            assert_unauthenticated(&app.visitor().bearing(bad).ask(VIEWER).await);
        }
        for header in ["", "Bearer", "Bearer ", "Basic dXNlcjpkZW1v", "demo"] {
            let request = app.visitor().client.request(Method::POST, "/graphql").header("authorization", header);
            let answer = Answer::of(request.json(&json!({ "query": VIEWER })).send().await.unwrap()).await;
            assert_unauthenticated(&answer);
        }
    }

    async fn a_token_signed_by_another_key_is_refused(app: TestApp) {
        let (member, _) = signed_in(&app).await;
        let good = member.token.clone().unwrap();
        let foreign = SigningKey::from_bytes(&[7; 32]).to_pkcs8_der().unwrap();
        let key = EncodingKey::from_ed_der(foreign.as_bytes());
        let ours = jsonwebtoken::decode_header(&good).unwrap();
        for kid in [ours.kid, Some("foreign".to_owned()), None] {
            let header = Header { kid, ..Header::new(Algorithm::EdDSA) };
            let forged = jsonwebtoken::encode(&header, &claims(&good), &key).unwrap();
            assert_unauthenticated(&app.visitor().bearing(&forged).ask(VIEWER).await);
        }
    }

    async fn a_token_with_changed_claims_is_refused(app: TestApp) {
        let (member, _) = signed_in(&app).await;
        let good = member.token.clone().unwrap();
        let parts: Vec<_> = good.split('.').collect();
        let mut changed = claims(&good);
        changed["exp"] = json!(changed["exp"].as_i64().unwrap() + 3600);
        let changed = URL_SAFE_NO_PAD.encode(changed.to_string());
        assert_unauthenticated(
            &app.visitor().bearing(&format!("{}.{changed}.{}", parts[0], parts[2])).ask(VIEWER).await,
        );
    }

    async fn an_unsigned_token_or_one_signed_with_the_public_key_as_a_secret_is_refused(app: TestApp) {
        let (member, _) = signed_in(&app).await;
        let good = member.token.clone().unwrap();
        let kid = jsonwebtoken::decode_header(&good).unwrap().kid.unwrap();
        for algorithm in ["none", "None", "NONE"] {
            let header = json!({ "alg": algorithm, "typ": "JWT", "kid": kid }).to_string();
            let unsigned = format!("{}.{}.", URL_SAFE_NO_PAD.encode(header), good.split('.').nth(1).unwrap());
            assert_unauthenticated(&app.visitor().bearing(&unsigned).ask(VIEWER).await);
        }
        let keys = published_keys(&app).await;
        let public = URL_SAFE_NO_PAD.decode(keys["keys"][0]["x"].as_str().unwrap()).unwrap();
        let header = Header { kid: Some(kid), ..Header::new(Algorithm::HS256) };
        let confused =
            jsonwebtoken::encode(&header, &claims(&good), &EncodingKey::from_secret(&public)).unwrap();
        assert_unauthenticated(&app.visitor().bearing(&confused).ask(VIEWER).await);
    }

    async fn the_published_keys_verify_a_token_and_hold_nothing_secret(app: TestApp) {
        let (member, _) = signed_in(&app).await;
        let token = member.token.clone().unwrap();
        let kid = jsonwebtoken::decode_header(&token).unwrap().kid.unwrap();
        let keys = published_keys(&app).await;
        let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == json!(kid)).unwrap();
        assert_eq!((&key["kty"], &key["crv"], &key["alg"]), (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA")));
        assert!(key.get("d").is_none(), "{key}");
        let decoding = DecodingKey::from_ed_components(key["x"].as_str().unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&["registry"]);
        let decoded = jsonwebtoken::decode::<Value>(&token, &decoding, &validation).unwrap();
        assert!(decoded.claims["exp"].is_i64());
    }

    async fn a_token_of_one_process_is_good_in_another_on_the_same_database(app: TestApp) {
        let (member, _) = signed_in(&app).await;
        let replica = app.replica().await;
        let there = replica.visitor().bearing(member.token.as_deref().unwrap());
        assert!(is_let_in(&there.ask(VIEWER).await));
    }

    async fn neither_password_nor_refresh_token_is_kept_as_it_is(app: TestApp) {
        let (member, answer) = signed_in(&app).await;
        let rows = account::Entity::find().all(app.rows()).await.unwrap();
        assert!(rows.iter().all(|row| row.password_hash.starts_with("$argon2id$")));
        let kept = entity::refresh_token::Entity::find().all(app.rows()).await.unwrap();
        assert!(kept.iter().all(|row| row.hash != refresh_token(&answer).as_bytes() && row.hash.len() == 32));
        let journal = format!("{:?}", app.journal().await);
        assert!(!journal.contains(refresh_token(&answer)) && !journal.contains("argon2id"));
        assert!(!journal.contains(member.token.as_deref().unwrap()));
    }
}

async fn published_keys(app: &TestApp) -> Value {
    let response = app.visitor().client.request(Method::GET, "/.well-known/jwks.json").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    Answer::of(response).await.body
}

//! Signing in and out.

use serde_json::json;

use crate::support::app::TestApp;

on_both! {
    async fn the_right_password_signs_in(app: TestApp) {
        let community = app.community("kda-chemistry").await;
        let member = app.member_of(&community).await;
        let answer = app.visitor().sign_in(&member.login, "demo").await;
        assert_eq!(answer.done()["viewer"]["login"], json!(member.login));
        let signed_in = app.sign_in(&member.login).await;
        assert_eq!(signed_in.ask("{ viewer { login } }").await.payload()["login"], json!(member.login));
    }
}

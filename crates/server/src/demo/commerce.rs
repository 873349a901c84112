//! The lines of the Oracle Commerce door.

use serde_json::json;

use super::account::Shop;

/// How that door writes the number of a person.
const PROFILE_BASE: u32 = 100_000;

/// The lines in the order to paste them: those that sign in keep a token that the others use. The last asks the Webex door, with
/// this token, who is left.
pub(super) fn lines(url: &str, shop: &Shop, webex: &str) -> Vec<(&'static str, String)> {
    let Shop { account, contacts, administrator, agent, key } = shop;
    let profile = |at: usize| format!("bb-{}", PROFILE_BASE + contacts[at]);
    let signing_in = |name: &str, surface: &str, form: &str| {
        let read = r#"sed 's/.*"access_token":"\([^"]*\)".*/\1/'"#;
        format!("{name}=$(curl -sS {url}/{surface}/v1/login {form} | {read})")
    };
    let password = |(login, password): &(String, String)| {
        let login = login.replace('@', "%40");
        format!("-d 'grant_type=password&username={login}&password={password}'")
    };
    let context = json!({"shopperProfileId": profile(0)});
    let agents = format!("curl -sS -H \"Authorization: Bearer $AGENT\" -H 'X-CCAgentContext: {context}'");
    let remove = |at: usize| {
        let body = json!({"members": [profile(at)]});
        format!("{agents} -H 'Content-Type: application/json' {url}/ccagent/v1/organizations/removeContacts --data '{body}'")
    };
    let by_key = format!("-H 'Authorization: Bearer {key}' -d grant_type=client_credentials");
    let people = format!("{url}/v1/contacts/organizations/{account}/contacts/search");
    vec![
        ("Oracle: sign in as an agent", signing_in("AGENT", "ccagent", &password(agent))),
        ("Oracle: the contacts of an account", format!("{agents} '{url}/ccagent/v1/organizationMembers?fields=id,email,roles'")),
        ("Oracle: one leaves the account", remove(2)),
        ("Oracle: its last approver must stay", remove(1)),
        ("Oracle: sign in as an administrator", signing_in("ADMIN", "ccadmin", &password(administrator))),
        ("Oracle: the accounts", format!("curl -sS -H \"Authorization: Bearer $ADMIN\" {url}/ccadmin/v1/organizations")),
        ("Oracle: sign in with an application's key", signing_in("APP", "ccadmin", &by_key)),
        ("Oracle: who left", format!("curl -sS -H \"Authorization: Bearer $APP\" {url}/ccadmin/v1/profiles/{}", profile(2))),
        ("the account as Webex shows it", format!("curl -sS -H 'Authorization: Bearer {webex}' {people}")),
    ]
}

//! What the demo prints: the address, the credential, and shell lines that work as pasted, with curl, sed and grep alone.

use std::fmt;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Filled, commerce};

const SCHEMAS: &str = "urn:cisco:codev:identity:contact:core:1.0";

/// A running demo.
pub(super) struct Demo {
    pub(super) url: String,
    pub(super) filled: Filled,
    /// The throw-away data directory, which holds the prepared files too.
    pub(super) folder: PathBuf,
}

impl Demo {
    /// Writes the files that the lines send.
    pub(super) fn prepare(&self, items: &[Value]) -> Result<()> {
        let body = json!({"schemas": SCHEMAS, "contacts": items});
        let file = self.folder.join("create-1000.json");
        std::fs::write(&file, body.to_string()).with_context(|| format!("{} cannot be written", file.display()))
    }

    /// Each line to paste, and what it does, in the order to paste them.
    pub(super) fn lines(&self) -> Vec<(&'static str, String)> {
        let contacts = format!("{}/v1/contacts/organizations/{}/contacts", self.url, self.filled.organization);
        let curl = format!("curl -sS -H 'Authorization: Bearer {}'", self.filled.token);
        let post = format!("{curl} -H 'Content-Type: application/json'");
        let told = "-w '%{http_code} in %{time_total} s\\n'";
        let folder = self.folder.display();
        let two = json!({"schemas": SCHEMAS, "contacts": [
            {"source": "CH", "displayName": "Ada Fairweather", "emails": [{"value": "ada@cardfile.example", "type": "work"}]},
            {"source": "CH", "displayName": "An item that fails: nobody can be reached like this"},
        ]});
        let ids = format!(
            "(printf '{{\"schemas\":\"{SCHEMAS}\",\"objectIds\":['; \
             grep -o '\"contactId\":\"[^\"]*\"' {folder}/created.json | cut -d: -f2 | paste -sd, -; printf ']}}')"
        );
        let promoted = format!(
            r#"sed -e 's/^{{/{{"schemas":"{SCHEMAS}",/' -e 's/"title":"[^"]*"/"title":"Promoted"/g' {folder}/created.json"#
        );
        let mut lines = vec![
            ("search", format!("{curl} '{contacts}/search?keyword=al&limit=3'")),
            ("bulk create, with an answer for each item", format!("{post} {contacts}/bulk --data '{two}'")),
            (
                "bulk create 1,000",
                format!("{post} {contacts}/bulk --data @{folder}/create-1000.json -o {folder}/created.json {told}"),
            ),
            ("bulk update these 1,000", format!("{promoted} | {post} {contacts}/bulk --data @- -o {folder}/updated.json {told}")),
            ("bulk delete these 1,000", format!("{ids} | {post} {contacts}/bulk/delete --data @- {told}")),
        ];
        lines.extend(self.address_book());
        lines.extend(commerce::lines(&self.url, &self.filled.shop, &self.filled.token));
        let log = format!("{} log --org {} --data {folder}", crate::serve::program(), self.filled.organization);
        lines.push(("what happened", log));
        lines
    }

    /// The lines of the address book, in the order to paste them: the first keeps the token that the others use.
    fn address_book(&self) -> Vec<(&'static str, String)> {
        let Filled { client: (id, secret), group, .. } = &self.filled;
        let id = id.replace('@', "%40");
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let book = format!("{}/api", self.url);
        let curl = "curl -sS -H \"Authorization: Bearer $TOKEN\"";
        let remove = format!("{curl} -X DELETE {book}/v3/addressbook/groups/{group}/contacts");
        vec![
            (
                "address book: sign in",
                format!("TOKEN=$(curl -sS {}/Token -d '{form}' | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')", self.url),
            ),
            ("address book: two contacts", format!("{curl} '{book}/v3/addressbook/contacts?paging.Page=0&paging.NoOfRecords=2'")),
            (
                "address book: everyone but 1, 2 and 3 leaves the group",
                format!("{remove} -H 'Content-Type: application/json' --data '{{\"All\":true,\"Contacts\":[1,2,3]}}'"),
            ),
            (
                "address book: now 1 and 2 leave, in XML",
                format!(
                    "{remove} -H 'Content-Type: application/xml' -H 'Accept: application/xml' --data \
                     '<GroupMemberRequest><All>false</All><Contacts><int>1</int><int>2</int></Contacts></GroupMemberRequest>'"
                ),
            ),
            ("address book: who is left", format!("{curl} {book}/v2/addressbook/groups/{group}/contacts")),
        ]
    }

    /// All of it as JSON.
    pub(super) fn to_json(&self) -> Value {
        let lines: Vec<Value> = self.lines().into_iter().map(|(what, line)| json!({"what": what, "line": line})).collect();
        let shop = &self.filled.shop;
        json!({
            "url": self.url,
            "organization": self.filled.organization,
            "token": self.filled.token,
            "client_id": self.filled.client.0,
            "client_secret": self.filled.client.1,
            "group": self.filled.group,
            "account": shop.account,
            "admin": shop.administrator.0,
            "admin_password": shop.administrator.1,
            "agent": shop.agent.0,
            "agent_password": shop.agent.1,
            "application_key": shop.key,
            "data": self.folder,
            "lines": lines,
        })
    }
}

impl fmt::Display for Demo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "A throw-away directory with 50 people, 3 groups and an account of 4; Ctrl-C ends and deletes it.\n")?;
        writeln!(f, "  address       {}", self.url)?;
        writeln!(f, "  organization  {}", self.filled.organization)?;
        writeln!(f, "  token         {}  (Webex: base URL {}/v1)", self.filled.token, self.url)?;
        writeln!(f, "  client        {}  (address book: base URL {})", self.filled.client.0, self.url)?;
        writeln!(f, "  its secret    {}", self.filled.client.1)?;
        let shop = &self.filled.shop;
        for (role, (name, password)) in [("agent", &shop.agent), ("admin", &shop.administrator)] {
            writeln!(f, "  {role:<12}  {name}, password {password}  (Oracle: base URL {})", self.url)?;
        }
        writeln!(f, "  application   {}", shop.key)?;
        for (what, line) in self.lines() {
            write!(f, "\n# {what}\n{line}\n")?;
        }
        Ok(())
    }
}

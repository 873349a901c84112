//! The sample account: an organization that buys, its contacts, and who may sign in to work with them.

use anyhow::{Result, anyhow};
use cardfile_directory::{Account, Caller, Directory, Need, Outcome, Principal, Scopes, Surface, Task};
use cardfile_model::{Contact, Membership, Mode, OrganizationId, Write, role};

use super::{DOOR, people};

/// Its contacts and what they do there: the delegated administrator comes first.
const CONTACTS: [(&str, &str, &[&str]); 4] = [
    ("Ida", "Moor", &[role::ADMIN, "buyer"]),
    ("Omar", "Pell", &[role::APPROVER]),
    ("Lin", "Quay", &["buyer"]),
    ("Tom", "Reed", &["buyer"]),
];
/// The scope of an application's key.
const APPLICATION: &str = "commerce:application";

/// The account, and how to get at it.
pub(super) struct Shop {
    pub(super) account: OrganizationId,
    /// Its contacts as [`CONTACTS`] has them, by person number.
    pub(super) contacts: Vec<u32>,
    /// The name and the password of an administrator of the shop.
    pub(super) administrator: (String, String),
    /// The name and the password of an agent.
    pub(super) agent: (String, String),
    /// The key of an application.
    pub(super) key: String,
}

/// Makes the account, its contacts, and those who work with them.
pub(super) async fn fill(directory: &Directory, caller: &Caller) -> Result<Shop> {
    let home = caller.principal.organization;
    let merchant = directory.merchant(caller, Need::CommerceAdmin, DOOR).await?;
    let draft = Account { parent: None, name: "Harbour Tools".into(), is_active: true, extensions: [].into() };
    let account = merchant.add_account(draft).await?;
    // The tree as it was before does not have the account yet.
    let merchant = directory.merchant(caller, Need::CommerceAdmin, DOOR).await?;
    let create = |(given, family, roles): &(&str, &str, &[&str])| {
        let roles = roles.iter().map(|name| (*name).to_owned()).collect();
        let memberships = vec![Membership { organization: account.number, roles }];
        let contact = Contact { memberships, ..people::colleague(given, family, &account.name) };
        Write::Create { id: merchant.next_id(), contact: Box::new(contact) }
    };
    let writes = CONTACTS.iter().map(create).collect();
    let task = Task { account: account.id, delegate: None, mode: Mode::AllOrNothing, has_unique_emails: true, writes };
    let outcomes = merchant.write(task).await?.outcomes.into_iter().map(|outcome| match outcome {
        Ok(Outcome::Created(record)) => Ok(record.number),
        other => Err(anyhow!("a contact of the account was not created: {other:?}")),
    });
    let contacts = outcomes.collect::<Result<_>>()?;
    let administrator = directory.add_login(home, Surface::Admin, "admin@cardfile.example", None).await?;
    let agent = directory.add_login(home, Surface::Agent, "agent@cardfile.example", None).await?;
    let application = Principal { id: directory.next_id(), scopes: Scopes(vec![APPLICATION.into()]), ..caller.principal.clone() };
    let key = directory.add_token(application).await?;
    Ok(Shop { account: account.id, contacts, administrator, agent, key })
}

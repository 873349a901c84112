//! A throw-away directory with sample people, and the lines to paste that show what it does.

mod account;
mod commerce;
mod lines;
mod people;

use anyhow::{Context, Result};
use cardfile_directory::{Directory, OrganizationDraft, Outcome, Principal, Scopes};
use cardfile_model::{Mode, OrganizationId, Role, Selection, Sources};
use uuid::Uuid;

use crate::config::{Config, RateLimit};
use crate::installation::{Installation, Place};
use crate::serve::Server;
use account::Shop;
use lines::Demo;

/// How many contacts the prepared bulk request creates.
const BULK_ITEMS: usize = 1000;
/// The door's name in the log for what the demo itself writes.
const DOOR: &str = "demo";

/// Serves a throw-away directory until a signal stops it, and prints on standard output how to use it: as text, or as one line
/// of JSON. The directory is deleted at the end.
///
/// # Errors
/// When the directory cannot be made or the address not be taken.
pub async fn run(listen: String, is_json: bool) -> Result<()> {
    let folder =
        tempfile::Builder::new().prefix("cardfile-demo-").tempdir().context("there is no place for a throw-away directory")?;
    let config = Config { listen, rate_limit: RateLimit(None), ..Config::default() };
    let installation = Installation::open(&Place::Embedded(folder.path().to_owned()), &config).await?;
    let filled = fill(&installation.directory).await.context("the sample people cannot be written")?;
    let server = Server::bind(installation, config).await?;
    let demo = Demo { url: server.url(), filled, folder: folder.path().to_path_buf() };
    demo.prepare(&people::bulk_items(BULK_ITEMS))?;
    if is_json {
        println!("{}", demo.to_json());
    } else {
        println!("{demo}");
    }
    server.say_ready();
    server.run().await?;
    folder.close().context("the throw-away directory cannot be deleted")
}

/// What there is in the demo, and how to get at it.
struct Filled {
    organization: OrganizationId,
    /// An administrator's bearer token.
    token: String,
    /// The id and the secret of an OAuth client.
    client: (String, String),
    /// A group that everyone is in.
    group: Uuid,
    /// An account that buys.
    shop: Shop,
}

/// Makes the organization, its administrator, a client, the people and their groups, and an account.
async fn fill(directory: &Directory) -> Result<Filled> {
    let id = OrganizationId(directory.next_id());
    let draft = OrganizationDraft::new(id, "Cardfile demo");
    directory.add_organization(draft).await?;
    let administrator = Principal {
        id: directory.next_id(),
        name: None,
        organization: id,
        role: Role::Admin,
        scopes: Scopes::default(),
        sources: Sources::Only(vec!["CH".into()]),
        person: directory.next_id(),
        expires: None,
    };
    let token = directory.add_token(administrator).await?;
    let caller = directory.identify(&token).await?;
    let desk = directory.desk(&caller, id, DOOR).await?;
    let (people, editor) = (people::sample(), desk.editor()?);
    let writes = people.iter().enumerate().map(|(at, person)| editor.creation(person.card(at))).collect();
    let applied = editor.write(Mode::AllOrNothing, writes).await?;
    let mut groups: Vec<(&str, Vec<Uuid>)> = Vec::new();
    for (person, outcome) in people.iter().zip(applied.outcomes) {
        let (Some(name), Outcome::Created(record)) = (person.group, outcome?) else { continue };
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, members)) => members.push(record.id),
            None => groups.push((name, vec![record.id])),
        }
    }
    for (name, members) in groups {
        desk.group_editor()?.create(name.into(), None, Selection::ids(members)).await?;
    }
    let group = desk.group_editor()?.create("Everyone".into(), None, Selection::all()).await?.id;
    let client = directory.add_client(id, Some("demo@cardfile.example".into())).await?;
    let shop = account::fill(directory, &caller).await?;
    Ok(Filled { organization: id, token, client, group, shop })
}

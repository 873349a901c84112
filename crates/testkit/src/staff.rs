//! People who hold roles in an organization, for transcripts of doors that cannot give these.

use std::sync::Arc;

use cardfile_directory::{Author, Clock, Command, Store};
use cardfile_model::{Batch, Contact, Entry, Limits, Membership, Mode, OrganizationId, Reach, Sources, TenantId, Write, fold};
use uuid::Uuid;

/// Somebody who works in an organization.
#[derive(Debug, Clone, Copy)]
pub struct Colleague {
    /// The id.
    pub id: Uuid,
    /// The first name.
    pub name: &'static str,
    /// The roles held there.
    pub roles: &'static [&'static str],
}

/// Makes them, as nobody in particular.
///
/// # Panics
/// When the organization is not there, or the store refuses.
pub async fn settle(store: &dyn Store, clock: &dyn Clock, tenant: TenantId, organization: OrganizationId, staff: &[Colleague]) {
    let known = store.organizations(tenant).await.expect("organizations can be read");
    let number = known.iter().find(|known| known.id == organization).expect("the organization is there").number;
    let create = |colleague: &Colleague| {
        let Colleague { id, name, roles } = *colleague;
        let email = format!("{}@quayside.example", fold::text(name));
        let contact = Contact {
            source: "CH".into(),
            display_name: Some(format!("{name} Quay")),
            given_name: Some(name.into()),
            family_name: Some("Quay".into()),
            emails: vec![Entry { value: email, kind: Some("work".into()), is_primary: Some(true) }],
            memberships: vec![Membership { organization: number, roles: roles.iter().map(|role| (*role).into()).collect() }],
            ..Contact::default()
        };
        Write::Create { id, contact: Box::new(contact) }
    };
    let batch = Batch {
        organization,
        reach: Reach::Own,
        sources: Sources::Any,
        mode: Mode::AllOrNothing,
        admits_unknown_groups: false,
        has_unique_emails: false,
        most_blanked: None,
        writes: staff.iter().map(create).collect(),
    };
    let author = Author::unbound(clock.now(), None, "test", Arc::new(Limits::default()));
    store.apply(tenant, author, Command::Write(batch)).await.expect("people can be made");
}

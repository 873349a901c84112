//! Files from before the schema had all its steps.

use cardfile_directory::{Registry, Store};
use cardfile_model::{Audience, Selection};

use crate::place::Place;

#[tokio::test]
async fn a_file_of_the_first_schema_is_brought_up_to_date_with_nothing_lost() {
    let place = Place::new().await;
    let ids = place.populate(1, 300).await;
    let (annex, others) = place.annex(&["Elsewhere", "Somebody"]).await;
    let there = async |place: &Place| {
        let found = place.store.get(place.tenant, annex, Audience::Everything, &others).await.expect("contacts can be read");
        found.into_iter().flatten().map(|record| (record.number, record.contact)).collect::<Vec<_>>()
    };
    let settled = there(&place).await;
    assert!(settled.iter().all(|(_, contact)| contact.home() == 2) && settled.len() == 2);
    let group = place.create_group("Everyone", Selection::ids(ids)).await;
    let before = place.store.group(place.tenant, group).await.expect("groups can be read").expect("the group is there");
    assert!(before.with_email > 0 && before.with_phone > 0);
    let organizations = place.store.organizations(place.tenant).await.expect("organizations can be read");
    place.store.close();
    place
        .file()
        .execute_batch(
            "ALTER TABLE segments DROP COLUMN form;
             DROP TABLE plans; DROP TABLE idempotency; DROP TABLE jobs; DROP TABLE job_files;
             DROP TABLE signposts; DROP TABLE leases; DROP TABLE moves;
             ALTER TABLE tenants RENAME COLUMN tenant_id TO tenant;
             ALTER TABLE organizations RENAME COLUMN tenant_id TO tenant;
             ALTER TABLE ids RENAME COLUMN tenant_id TO tenant;
             ALTER TABLE stubs RENAME COLUMN tenant_id TO tenant;
             ALTER TABLE sets RENAME COLUMN tenant_id TO tenant;
             ALTER TABLE groups RENAME COLUMN tenant_id TO tenant;
             ALTER TABLE log RENAME COLUMN tenant_id TO tenant;
             ALTER TABLE undo RENAME COLUMN tenant_id TO tenant;
             ALTER TABLE segments RENAME COLUMN tenant_id TO tenant;
             ALTER TABLE blocks RENAME COLUMN tenant_id TO tenant;
             ALTER TABLE tokens RENAME COLUMN tenant_id TO tenant;
             ALTER TABLE clients RENAME COLUMN tenant_id TO tenant;
             ALTER TABLE refresh_tokens RENAME COLUMN tenant_id TO tenant;
             ALTER TABLE notes RENAME COLUMN tenant_id TO tenant;
             ALTER TABLE logins RENAME COLUMN tenant_id TO tenant;
             DROP INDEX organizations_by_name; DROP INDEX organizations_by_change;
             ALTER TABLE tenants DROP COLUMN organizations_version;
             ALTER TABLE organizations DROP COLUMN is_active; ALTER TABLE organizations DROP COLUMN revision;
             ALTER TABLE organizations DROP COLUMN created; ALTER TABLE organizations DROP COLUMN modified;
             ALTER TABLE organizations DROP COLUMN document; ALTER TABLE organizations DROP COLUMN folded;
             ALTER TABLE organizations DROP COLUMN changed;
             DROP INDEX tokens_by_client; DROP INDEX tokens_by_principal;
             ALTER TABLE tokens DROP COLUMN client; ALTER TABLE tokens DROP COLUMN name;
             ALTER TABLE organizations DROP COLUMN country;
             ALTER TABLE tenants DROP COLUMN purged;
             CREATE INDEX log_unpurged ON log (tenant, revision) WHERE NOT is_purged;
             DROP TABLE clients; DROP TABLE refresh_tokens; DROP TABLE notes;
             DROP TABLE logins; ALTER TABLE tokens DROP COLUMN is_session; ALTER TABLE tokens DROP COLUMN until;
             DELETE FROM sets WHERE name LIKE 'with-%';
             UPDATE contacts SET document = CAST(json_remove(document, '$.memberships') AS BLOB);
             PRAGMA user_version = 1;",
        )
        .expect("the file can be made an old one");
    let place = place.beside();
    let after = place.store.group(place.tenant, group).await.expect("groups can be read").expect("the group is there");
    assert_eq!(after, before);
    assert_eq!(there(&place).await, settled);
    assert_eq!(place.store.organizations(place.tenant).await.expect("organizations can be read"), organizations);
    place.is_sound().await;
}

#[tokio::test]
async fn an_old_file_is_not_read_as_it_is_and_left_alone() {
    let place = Place::new().await;
    place.store.close();
    let reading = || cardfile_store_sqlite::reading(place.directory.path(), cardfile_store_sqlite::Options::default());
    reading().expect("a file that is up to date can be read");
    place.file().pragma_update(None, "user_version", 3).expect("a version can be set");
    match reading().err() {
        Some(cardfile_directory::Error::Invalid(found)) => assert!(found[0].message.contains("schema 3"), "{found:?}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(place.ask("PRAGMA user_version"), 3);
}

//! Every kind of damage is found by the check, and that of the index is mended by building it anew.

use std::path::Path;

use cardfile_directory::{Command, Store};
use cardfile_model::{
    Contact, Expect, Filter, GroupPatch, MemberEdit, NoteEdit, OrganizationPatch, People, Selection, Unknown, Write,
};
use cardfile_testkit::contract::run;
use cardfile_testkit::person;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::place::{Place, named, open, rename};

/// A directory with everything in it: people of two organizations, in the trash, purged and changed, groups, ids without a card.
async fn rich() -> Place {
    let place = Place::new().await;
    let ids = place.populate(1, 140).await;
    let group = place.create_group("Crew", Selection::ids([ids[0], ids[1], place.id()])).await;
    let gone = place.create_group("Gone", Selection::ids([ids[5]])).await;
    place.apply(Command::DeleteGroup { id: gone }).await.expect("it stands");
    let shown = Contact { shared_with: vec![group], ..person(141) };
    place.create([shown, named("Somebody Else")]).await;
    let (annex, _) = place.annex(&["Elsewhere"]).await;
    place.trash(Selection::ids([ids[9]])).await;
    let term = place.author().time;
    while place.store.purge(term).await.expect("a store can purge") > 0 {}
    place.trash(Selection::ids([ids[2], ids[3]])).await;
    place.write(vec![rename(ids[4], "Another Name")]).await;
    let members = vec![MemberEdit::Add(Selection::Only(People::Numbers((20..40).collect())))];
    let patch =
        GroupPatch { name: None, description: cardfile_model::Edit::Keep, members, unknown: Unknown::Skip, inherits: false };
    place.apply(Command::PatchGroup { id: group, patch }).await.expect("it stands");
    let patch = OrganizationPatch { name: Some("Attic".into()), ..OrganizationPatch::default() };
    place
        .apply(Command::PatchOrganization { id: annex, expect: Expect::Any, patch: Box::new(patch) })
        .await
        .expect("an organization can change");
    let edits = vec![NoteEdit { shelf: "rights".into(), key: "k".into(), value: Some(true.into()) }];
    place.apply(Command::Note { organization: place.organization(), edits }).await.expect("a note can be kept");
    place.is_sound().await;
    place.store.close();
    place
}

/// A damaged copy of a closed store.
fn damaged(place: &Place, sql: &str) -> TempDir {
    let copy = tempfile::tempdir().expect("a temporary directory can be made");
    let file = copy.path().join("cardfile.db");
    std::fs::copy(place.directory.path().join("cardfile.db"), &file).expect("a file can be copied");
    let connection = Connection::open(file).expect("the copy can be opened");
    // Another last byte.
    let flipped = |column: &str| format!("CAST(substr({column}, 1, length({column}) - 1) || x'55' AS BLOB)");
    let sql = ["bytes", "head", "before", "document"]
        .iter()
        .fold(sql.to_owned(), |sql, column| sql.replace(&format!("flip({column})"), &flipped(column)));
    let changed = connection.execute(&sql, []).expect("a copy can be damaged");
    assert!(changed > 0, "nothing was damaged: {sql}");
    copy
}

async fn findings(directory: &Path, is_rebuilt: bool) -> Vec<(String, bool)> {
    let store = open(directory);
    if is_rebuilt {
        store.rebuild_index().await.expect("the index can be built anew");
    }
    let findings = store.check().await.expect("a damaged store can be checked");
    findings.into_iter().map(|finding| (finding.message, finding.is_mended_by_rebuild)).collect()
}

#[test]
fn damage_to_what_was_entered_is_found() {
    run(async {
        let place = rich().await;
        for (sql, message) in [
            ("DELETE FROM tenants", "are of no tenant"),
            ("DELETE FROM signposts WHERE kind = 'tenant'", "listed nowhere"),
            ("DELETE FROM signposts WHERE kind = 'organization'", "signpost"),
            ("UPDATE tenants SET revision = revision + 1", "the log ends at"),
            ("UPDATE tenants SET next_person = next_person - 1", "from the future"),
            ("UPDATE tenants SET purged = revision", "said to be purged"),
            ("UPDATE notes SET value = '{'", "a note cannot be read"),
            ("UPDATE notes SET organization = 77", "a note cannot be read"),
            ("UPDATE notes SET tenant_id = 77", "are of no tenant"),
            ("DELETE FROM sets WHERE name = 'with-email'", "the set with-email is missing"),
            (
                "UPDATE sets SET bits = (SELECT bits FROM sets WHERE name = 'trash') WHERE name = 'with-phone'",
                "is not what the rows say",
            ),
            ("UPDATE tenants SET next_group = next_group - 1", "a group"),
            ("DELETE FROM organizations WHERE number = 2", "an organization is missing"),
            ("UPDATE organizations SET parent = x'000102030405060708090a0b0c0d0e0f' WHERE number = 2", "which is not there"),
            ("UPDATE organizations SET parent = id WHERE number = 2", "hangs below itself"),
            ("UPDATE organizations SET parent = NULL WHERE number = 2", "is not where the root must be"),
            ("UPDATE organizations SET parent = id WHERE number = 1", "is not where the root must be"),
            ("UPDATE organizations SET folded = 'x' WHERE number = 2", "is not found by its name"),
            ("UPDATE organizations SET revision = 9999 WHERE number = 2", "is from the future"),
            ("UPDATE organizations SET document = '{' WHERE number = 2", "the organizations cannot be read"),
            ("UPDATE tenants SET organizations_version = 0", "changed later than any may have"),
            ("DELETE FROM ids WHERE number = 1", "leads elsewhere"),
            ("DELETE FROM ids WHERE number = 10", "an id of a person is missing"),
            ("DELETE FROM ids WHERE number IN (SELECT number FROM stubs)", "leads elsewhere"),
            ("DELETE FROM stubs", "without a card"),
            ("UPDATE stubs SET number = number + 1", "without a card"),
            ("DELETE FROM contacts WHERE rowid = (SELECT max(person) FROM contacts)", "people have rows"),
            ("UPDATE contacts SET document = flip(document) WHERE rowid = (SELECT min(person) FROM contacts)", "cannot be read"),
            ("UPDATE contacts SET id = x'00' WHERE rowid = (SELECT min(person) FROM contacts)", "cannot be read"),
            ("UPDATE contacts SET revision = 9999 WHERE rowid = (SELECT min(person) FROM contacts)", "from the future"),
            ("DELETE FROM sets WHERE name = 'people'", "in the set of people"),
            ("DELETE FROM sets WHERE name = 'trash'", "the trash is not what the log says"),
            ("DELETE FROM sets WHERE name = 'stubs'", "without a card"),
            ("DELETE FROM sets WHERE name = 'restricted'", "the set restricted is missing"),
            ("DELETE FROM sets WHERE name = 'elsewhere'", "the set elsewhere is missing"),
            ("DELETE FROM sets WHERE name LIKE 'organization/%'", "the set organization/2 is missing"),
            (
                "UPDATE sets SET bits = (SELECT bits FROM sets WHERE name = 'people') WHERE name LIKE 'organization/%'",
                "the set organization/2 is not what the rows say",
            ),
            ("DELETE FROM sets WHERE name LIKE 'source/Own'", "the set source/Own is missing"),
            ("DELETE FROM sets WHERE name LIKE 'shared/%'", "is missing"),
            ("DELETE FROM sets WHERE name LIKE 'group/1'", "are not those that the log says"),
            ("UPDATE sets SET bits = x'01' WHERE name = 'trash'", "the sets cannot be read"),
            ("UPDATE sets SET bits = x'01' WHERE name = 'group/1'", "cannot be read"),
            ("DELETE FROM groups WHERE is_deleted", "a group is missing"),
            ("DELETE FROM groups WHERE NOT is_deleted", "a group is missing"),
            ("DELETE FROM log WHERE revision = 3", "from change 2 to change 4"),
            ("DELETE FROM log WHERE revision = (SELECT max(revision) FROM log)", "the log ends at"),
            ("UPDATE log SET touched = x'01' WHERE revision = 3", "change 3 cannot be read"),
            ("UPDATE log SET went = x'01' WHERE revision = 3", "change 3 cannot be read"),
            ("UPDATE log SET kind = 'whatever' WHERE revision = 3", "change 3 cannot be read"),
            ("DELETE FROM undo WHERE revision = (SELECT max(revision) FROM log)", "what undo needs"),
            ("DELETE FROM undo WHERE revision = (SELECT max(revision) - 1 FROM log)", "what undo needs"),
            ("DELETE FROM undo WHERE revision = (SELECT max(revision) - 3 FROM log)", "what undo needs"),
            ("UPDATE undo SET before = flip(before)", "cannot be read"),
        ] {
            let copy = damaged(&place, sql);
            let found = findings(copy.path(), false).await;
            assert!(found.iter().any(|(found, is_mended)| found.contains(message) && !is_mended), "{sql}: {found:?}");
            let found = findings(copy.path(), true).await;
            assert!(found.iter().any(|(found, _)| found.contains(message)), "a rebuild hides it: {sql}: {found:?}");
        }
    });
}

#[test]
fn damage_to_the_index_is_found_and_mended() {
    run(async {
        let place = rich().await;
        for sql in [
            "DELETE FROM segments WHERE segment = (SELECT min(segment) FROM segments)",
            "DELETE FROM segments WHERE segment = (SELECT max(segment) FROM segments)",
            "UPDATE segments SET head = x'00'",
            "UPDATE segments SET head = flip(head)",
            "UPDATE segments SET state = 2",
            "DELETE FROM blocks",
            "DELETE FROM blocks WHERE first_term = (SELECT min(first_term) FROM blocks)",
            "DELETE FROM blocks WHERE first_term = (SELECT max(first_term) FROM blocks)",
            "UPDATE blocks SET bytes = x'00'",
            "UPDATE blocks SET bytes = substr(bytes, 1, length(bytes) - 1)",
            "UPDATE blocks SET bytes = flip(bytes)",
            "DELETE FROM texts",
            "DELETE FROM texts WHERE chunk = (SELECT max(chunk) FROM texts)",
            "UPDATE texts SET bytes = x'00'",
            "UPDATE texts SET bytes = flip(bytes)",
            "UPDATE texts SET bytes = substr(bytes, 1, 16) || replace(substr(bytes, 17), x'61', x'62')",
            "UPDATE texts SET chunk = chunk + 1 WHERE chunk = (SELECT max(chunk) FROM texts)",
        ] {
            let copy = damaged(&place, sql);
            let found = findings(copy.path(), false).await;
            assert!(!found.is_empty() && found.iter().all(|(_, is_mended)| *is_mended), "{sql}: {found:?}");
            assert_eq!(findings(copy.path(), true).await, [], "{sql}");
            let store = open(copy.path());
            let page = store.find(place.tenant, place.query(Filter::WordPrefixes("another na".into()))).await;
            assert_eq!(page.expect("people can be found").records.len(), 1, "{sql}");
        }
    });
}

#[test]
fn a_damaged_index_keeps_nobody_from_writing() {
    run(async {
        let place = rich().await;
        for sql in ["UPDATE blocks SET bytes = x'00'", "UPDATE blocks SET bytes = flip(bytes)"] {
            let copy = damaged(&place, sql);
            let store = open(copy.path());
            let (id, contact) = (place.id(), Box::new(person(400)));
            let made = store.apply(place.tenant, place.author(), place.batch(vec![Write::Create { id, contact }])).await;
            assert!(made.expect("a batch can be written").is_changed);
            store.rebuild_index().await.expect("the index can be built anew");
            assert_eq!(store.check().await.expect("a store can be checked"), []);
        }
    });
}

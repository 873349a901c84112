use super::*;

fn wrong(text: &str) -> (String, &'static str) {
    let found = understand(text).unwrap_err().remove(0);
    (found.field, found.rule)
}

#[test]
fn a_person_of_a_directory_is_read_with_folds_base64_and_what_is_unknown() {
    let text = "dn: uid=ann,o=example\nobjectClass: inetOrgPerson\ncn:: QW5uIE3DvGxsZXI=\nmail;x-home;x-primary: ann@ex\n ample.com\n\
        telephoneNumber: 555 0100\npostalAddress: 1 High St $ Hove \\24\nuid: ann\nentryUUID: u-1\nroomNumber: 7\njpegPhoto:: /9j/\n";
    let card = understand(text).unwrap();
    let contact = &card.contact;
    assert_eq!(contact.display_name.as_deref(), Some("Ann Müller"));
    assert_eq!(contact.emails[0], Entry { value: "ann@example.com".into(), kind: Some("home".into()), is_primary: Some(true) });
    assert_eq!(contact.phones[0].kind.as_deref(), Some("work"));
    assert_eq!(contact.address.as_deref(), Some("1 High St\nHove $"));
    assert_eq!(card.uid.as_deref(), Some("u-1"));
    let keys: Vec<_> = contact.keys.iter().map(|key| (key.system.as_str(), key.value.as_str())).collect();
    assert_eq!(keys, [("dn", "uid=ann,o=example"), ("uid", "ann")]);
    assert_eq!(contact.extensions["ldif"], serde_json::json!({"roomNumber": ["7"], "jpegPhoto:": ["/9j/"]}));
}

#[test]
fn what_is_no_person_or_no_entry_is_refused() {
    assert_eq!(wrong("dn: ou=a\nobjectClass: organizationalUnit\n"), ("objectClass".into(), "person"));
    assert_eq!(wrong("dn: cn=a\nchangetype: delete\n"), ("changetype".into(), "ldif"));
    assert_eq!(wrong("cn: a\n"), ("dn".into(), "ldif"));
    assert_eq!(wrong("dn: cn=a\ncn:< file:///etc/passwd\n"), ("cn".into(), "ldif"));
    assert_eq!(wrong("dn: cn=a\ncn:: ???\n"), ("cn".into(), "ldif"));
    assert!(understand("dn: cn=a\nchangetype: add\ncn: A\n").is_ok());
}

#[test]
fn two_entries_without_a_blank_line_between_are_not_made_one_person() {
    assert_eq!(wrong("dn: cn=a\ncn: A\ndn: cn=b\ncn: B\n"), ("dn".into(), "ldif"));
}

#[test]
fn folded_comments_and_folds_of_blanks_end_no_entry() {
    let file = format!("version: 1\n# a comment that\n goes on\ndn: cn=a\ncn: a\n{}\n b\n\ndn: cn=b\ncn: B\n", " ".repeat(9));
    let items: Vec<_> =
        crate::read(crate::Format::Ldif, file.as_bytes(), crate::Options::default()).unwrap().map(|item| item.unwrap()).collect();
    let names: Vec<_> = items.iter().map(|item| item.outcome.as_ref().unwrap().contact.display_name.clone().unwrap()).collect();
    assert_eq!(names, [format!("a{}b", " ".repeat(8)), "B".to_owned()]);
    assert_eq!(items.iter().map(|item| item.line).collect::<Vec<_>>(), [4, 9]);
}

#[test]
fn what_is_kept_adds_no_lines_of_its_own() {
    let kept = serde_json::json!({
        "roomNumber": ["7\nsn: x"], "sn: x\nmail": ["a"], "jpegPhoto:": ["/9j/", "/9j/\nsn: x"], "": ["a"], ":": ["/9j/"],
    });
    let contact = Contact { title: Some("Clerk".into()), extensions: [(EXTENSION.into(), kept)].into(), ..Contact::default() };
    let then = jiff::Timestamp::UNIX_EPOCH;
    let record = cardfile_model::Record { id: uuid::Uuid::nil(), number: 1, revision: 1, created: then, modified: then, contact };
    let mut out = Vec::new();
    write(&record, &mut out);
    let read = understand(String::from_utf8(out).unwrap().trim_end()).unwrap().contact;
    assert_eq!((read.family_name, read.emails), (None, Vec::new()));
    assert_eq!(read.extensions[EXTENSION], serde_json::json!({"roomNumber": ["7\nsn: x"], "jpegPhoto:": ["/9j/"]}));
}

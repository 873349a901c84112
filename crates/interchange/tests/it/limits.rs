//! What is too long ends a file, and says where.

use cardfile_interchange::{Format, Options, Unreadable, read};

#[test]
fn an_item_at_the_limit_is_read_and_one_past_it_ends_the_file() {
    let person = r#"{"displayName":"Ann"}"#;
    let card = "BEGIN:VCARD\nFN:Ann\nEND:VCARD\n";
    let entry = "dn: cn=Ann\ncn: Ann\n";
    for (format, item, before) in [
        (Format::JsonLines, format!("{person}\n"), ""),
        (Format::Vcard, card.to_owned(), ""),
        (Format::Ldif, entry.to_owned(), ""),
        (Format::JsContact, r#"{"name":{"full":"Ann"}}"#.to_owned(), "["),
    ] {
        let file = format!("{before}{item}");
        let of =
            |item_bytes| read(format, file.as_bytes(), Options { item_bytes, ..Options::default() }).unwrap().next().unwrap();
        assert!(of(item.len()).unwrap().outcome.is_ok(), "{format:?}");
        assert!(matches!(of(item.len() - 1), Err(Unreadable::TooLong { line: 1, .. })), "{format:?}");
    }
}

#[test]
fn a_file_that_fails_is_told_of_with_its_line() {
    struct Failing(bool);
    impl std::io::Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(std::io::Error::other("the disk is gone"));
            }
            buffer[..2].copy_from_slice(b"{}");
            Ok(2)
        }
    }
    let failed = read(Format::JsonLines, Failing(false), Options::default()).err().unwrap();
    assert!(failed.to_string().contains("the disk is gone"));
}

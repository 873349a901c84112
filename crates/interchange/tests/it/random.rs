//! No bytes bring a reader down.

use cardfile_interchange::csv::Mapping;
use cardfile_interchange::json::Person;
use cardfile_interchange::{Encoding, Format, Options, read, vcard};
use proptest::prelude::*;

/// Pieces that mean something to some reader, in any order.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "BEGIN:VCARD\r\n",
        "END:VCARD\r\n",
        "TEL;TYPE=\"",
        ":",
        ";",
        ",",
        "\"",
        "\n",
        "\r\n ",
        "N;ENCODING=QUOTED-PRINTABLE:=C3=",
        "é",
        "dn: ",
        ":: ",
        "{",
        "}",
        "[",
        "]",
        "\\",
        "\"emails\":",
        "emails.1,more",
        "sep=",
        "AGENT:\n",
        "cardfile_reason",
        "=\n",
        "KIND:",
    ]);
    let piece = prop_oneof![3 => words.prop_map(|word| word.as_bytes().to_vec()), 1 => prop::collection::vec(any::<u8>(), 0..4)];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn random_bytes_are_read_to_an_end(bytes in pieces()) {
        let _told = Format::detect(&bytes, None);
        for format in Format::ALL {
            for encoding in [None, Encoding::read("utf-16le"), Encoding::read("shift_jis")] {
                let options = Options { encoding, item_bytes: 128, ..Options::default() };
                if let Ok(reader) = read(format, bytes.as_slice(), options) {
                    prop_assert!(reader.count() <= bytes.len());
                }
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let _refused = (vcard::read_one(&text).is_ok(), Mapping::read(&text).is_ok(), serde_json::from_str::<Person>(&text).is_ok());
    }
}

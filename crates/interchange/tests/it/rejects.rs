//! What was refused can be corrected and sent again.

use cardfile_interchange::{Format, Options, Rejects, read};

#[test]
fn what_is_refused_is_written_with_a_reason_that_is_passed_over_when_it_comes_again() {
    for (format, file, correction) in [
        (Format::Csv, "Name;Mail\nAnn\n\"Bea\";b@example.com;x\n", ("Ann;", "Ann;a@example.com;")),
        (Format::Vcard, "BEGIN:VCARD\nNOTE:x\nEND:VCARD\n", ("NOTE:x", "FN:Ann")),
        (Format::Ldif, "dn: cn=a\nchangetype: delete\ncn: a\n", ("changetype: delete\ncn", "changetype: add\ncn")),
        (Format::JsonLines, "{\"displayNam\":\"Ann\"}\n", ("displayNam\"", "displayName\"")),
        (Format::JsonLines, "{\"displayName\":\"Ann\"\n", ("Ann\\\"", "Ann\\\"}")),
        (Format::JsContact, "{\"name\":\"Ann\"}", ("\"Ann\"", "{\"full\":\"Ann\"}")),
    ] {
        let refused = |file: &str| {
            let reader = read(format, file.as_bytes(), Options::default()).unwrap();
            let mut rejects = Rejects::new(format, Vec::new(), reader.columns()).unwrap();
            let mut taken = 0;
            for item in reader.map(Result::unwrap) {
                match item.outcome {
                    Ok(_) => taken += 1,
                    Err(wrong) => rejects.write(&item.raw, &wrong[0].message).unwrap(),
                }
            }
            (String::from_utf8(rejects.finish().unwrap()).unwrap(), taken)
        };
        let (once, taken) = refused(file);
        assert_eq!(taken, 0, "{file}");
        assert_eq!(refused(&once), (once.clone(), 0), "what is sent again as it is is refused as before: {file}");
        let corrected = once.replacen(correction.0, correction.1, 1);
        assert_eq!(refused(&corrected).1, 1, "{corrected}");
    }
}

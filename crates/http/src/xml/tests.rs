use super::*;

fn read(text: &str) -> Result<Element, Fault> {
    Element::read(text, 256)
}

#[test]
fn a_document_is_read_with_all_that_may_stand_around() {
    let text = "<?xml version=\"1.0\" encoding=\"utf-16\"?><!-- c --><a xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n\
                <b>x &amp; <![CDATA[<y>]]>&#x41;</b><c xsi:nil=\"true\"/><d/></a><!-- end -->\n";
    let root = read(text).unwrap();
    assert_eq!((root.name.as_str(), root.has_namespace), ("a", false));
    assert_eq!(root.child("b").unwrap().text, "x & <y>A");
    assert!(root.child("c").unwrap().is_nil && !root.child("d").unwrap().is_nil);
}

#[test]
fn namespaces_are_told() {
    let root = read("<a xmlns=\"urn:x\"><b xmlns=\"\"/></a>").unwrap();
    assert!(root.has_namespace && !root.children[0].has_namespace);
    assert!(read("<p:a xmlns:p=\"urn:x\"/>").unwrap().has_namespace);
    assert_eq!(read("<p:a/>"), Err(Fault::Broken));
}

#[test]
fn document_types_and_entities_are_refused() {
    assert_eq!(read("<!DOCTYPE a [<!ENTITY b \"1\">]><a>&b;</a>"), Err(Fault::DocumentType));
    assert_eq!(read("<a>&b;</a>"), Err(Fault::Entity));
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for text in [
        "",
        "  ",
        "a",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a/>x",
        "x<a/>",
        "<a",
        "<a b></a>",
        "<a b=1/>",
        "<a>&</a>",
        "</a>",
        "<a>&#x110000;</a>",
    ] {
        assert!(read(text).is_err(), "{text}");
    }
    assert!(read("<a b=\"1\" b=\"2\"/>").is_err());
}

#[test]
fn attributes_are_bounded() {
    let with = |count: usize| format!("<a{}/>", (0..count).map(|n| format!(" a{n}=\"\"")).collect::<Vec<_>>().concat());
    assert!(read(&with(64)).is_ok());
    assert_eq!(read(&with(65)), Err(Fault::Broken));
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
    assert!(read(&nested(256)).is_ok());
    assert_eq!(read(&nested(257)), Err(Fault::Depth(256)));
    assert_eq!(read(&"<a>".repeat(100_000)), Err(Fault::Depth(256)));
}

#[test]
fn what_is_written_reads_back() {
    let mut writer = Writer::root("a", 64);
    writer.text("b", "<x> & \"y\" ø\r\u{1}");
    writer.text("c", "");
    writer.nil("d");
    writer.close("a");
    let text = writer.finish();
    let start = "<a xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">";
    assert_eq!(text, format!("{start}<b>&lt;x&gt; &amp; \"y\" ø&#xD;\u{fffd}</b><c /><d xsi:nil=\"true\" /></a>"));
    let root = read(&text).unwrap();
    assert_eq!(root.child("b").unwrap().text, "<x> & \"y\" ø\r\u{fffd}");
    assert!(root.child("d").unwrap().is_nil);
}

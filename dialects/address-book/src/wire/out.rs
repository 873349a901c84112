//! What is answered, and how it is written in JSON and in XML.

use cardfile_http::xml::Writer;
use jiff::Timestamp;
use uuid::Uuid;

/// A value to be written.
#[derive(Debug, Clone, PartialEq)]
pub enum Out {
    /// A text or an object that is not there.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Int(u64),
    /// A number that may be negative.
    Signed(i32),
    /// A text.
    Text(String),
    /// A GUID.
    Guid(Uuid),
    /// A time.
    Date(Timestamp),
    /// One of an enumeration: its number in JSON, its name in XML.
    Named(u8, &'static str),
    /// A list, and the name of its elements in XML.
    List(&'static str, Vec<Out>),
    /// An object.
    Object(Object),
    /// A slice of a list, and how many there are in all, under names that an operator chose.
    Page {
        /// The name of the list.
        list: String,
        /// The name of its elements in XML.
        element: &'static str,
        /// The slice.
        items: Vec<Out>,
        /// The name of the total, and the total.
        total: (String, u64),
    },
}

/// An object: its members in the order of JSON, and their order in XML.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Name and value.
    pub members: Vec<(&'static str, Out)>,
    /// The members in the order of XML, by their places; `None` if it is the same.
    pub xml_order: Option<&'static [usize]>,
}

impl Out {
    /// A text that may not be there.
    pub fn optional(text: Option<String>) -> Out {
        text.map_or(Out::Null, Out::Text)
    }

    /// An object whose members come in the same order in both formats.
    pub fn object(members: Vec<(&'static str, Out)>) -> Out {
        Out::Object(Object { members, xml_order: None })
    }
}

/// Writes a time as the vendor's framework does: with an offset, and no more digits than there are of a microsecond, which is
/// what is kept of it.
fn date(time: Timestamp) -> String {
    let text = Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time).to_string();
    text.strip_suffix('Z').map_or(text.clone(), |local| format!("{local}+00:00"))
}

/// Writes a value in JSON.
pub fn json(out: &Out, to: &mut Vec<u8>) {
    match out {
        Out::Null => to.extend_from_slice(b"null"),
        Out::Bool(value) => to.extend_from_slice(if *value { b"true" } else { b"false" }),
        Out::Int(number) => to.extend_from_slice(number.to_string().as_bytes()),
        Out::Signed(number) => to.extend_from_slice(number.to_string().as_bytes()),
        Out::Named(number, _) => to.extend_from_slice(number.to_string().as_bytes()),
        Out::Text(value) => json_text(value, to),
        Out::Guid(id) => json_text(&id.to_string(), to),
        Out::Date(time) => json_text(&date(*time), to),
        Out::List(_, items) => json_list(items, to),
        Out::Page { list, element: _, items, total: (name, total) } => {
            to.push(b'{');
            json_text(list, to);
            to.push(b':');
            json_list(items, to);
            to.push(b',');
            json_text(name, to);
            to.extend_from_slice(format!(":{total}}}").as_bytes());
        }
        Out::Object(Object { members, .. }) => {
            to.push(b'{');
            for (at, (name, value)) in members.iter().enumerate() {
                if at > 0 {
                    to.push(b',');
                }
                json_text(name, to);
                to.push(b':');
                json(value, to);
            }
            to.push(b'}');
        }
    }
}

fn json_list(items: &[Out], to: &mut Vec<u8>) {
    to.push(b'[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            to.push(b',');
        }
        json(item, to);
    }
    to.push(b']');
}

/// Writes a text in JSON.
pub fn json_text(text: &str, to: &mut Vec<u8>) {
    serde_json::to_writer(to, text).expect("writing a text to memory cannot fail");
}

/// Writes a value in XML as an element of this name.
pub fn xml(name: &str, out: &Out, to: &mut Writer) {
    match out {
        Out::Null => {}
        Out::Bool(value) => to.text(name, if *value { "true" } else { "false" }),
        Out::Int(number) => to.text(name, &number.to_string()),
        Out::Signed(number) => to.text(name, &number.to_string()),
        Out::Named(_, value) => to.text(name, value),
        Out::Text(value) => to.text(name, value),
        Out::Guid(id) => to.text(name, &id.to_string()),
        Out::Date(time) => to.text(name, &date(*time)),
        Out::List(element, items) => xml_list(name, element, items, to),
        Out::Page { list, element, items, total: (total_name, total) } => {
            to.open(name);
            xml_list(list, element, items, to);
            to.text(total_name, &total.to_string());
            to.close(name);
        }
        Out::Object(Object { members, .. }) if members.is_empty() => to.empty(name),
        Out::Object(Object { members, xml_order }) => {
            to.open(name);
            match xml_order {
                Some(order) => {
                    for (name, value) in order.iter().filter_map(|at| members.get(*at)) {
                        xml(name, value, to);
                    }
                }
                None => members.iter().for_each(|(name, value)| xml(name, value, to)),
            }
            to.close(name);
        }
    }
}

fn xml_list(name: &str, element: &str, items: &[Out], to: &mut Writer) {
    if items.is_empty() {
        return to.empty(name);
    }
    to.open(name);
    for item in items {
        xml(element, item, to);
    }
    to.close(name);
}

/// Writes values one after the other, as they are sent piece by piece: in JSON with commas between, also before the first if it
/// is not the first of all.
pub fn render(items: &[Out], element: &str, is_xml: bool, is_first: bool) -> Vec<u8> {
    if is_xml {
        let mut writer = Writer::within(items.len() * 800);
        for item in items {
            xml(element, item, &mut writer);
        }
        return writer.finish().into_bytes();
    }
    let mut bytes = Vec::with_capacity(items.len() * 500);
    for (at, item) in items.iter().enumerate() {
        if at > 0 || !is_first {
            bytes.push(b',');
        }
        json(item, &mut bytes);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_an_offset_and_at_most_seven_digits() {
        for (time, written) in [
            ("2024-05-02T08:15:30.123456789Z", "2024-05-02T08:15:30.123456+00:00"),
            ("2024-05-02T08:15:30.5Z", "2024-05-02T08:15:30.5+00:00"),
            ("2024-05-02T08:00:00Z", "2024-05-02T08:00:00+00:00"),
        ] {
            assert_eq!(date(time.parse().unwrap()), written);
        }
    }
}

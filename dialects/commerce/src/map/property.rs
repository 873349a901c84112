//! The properties of an organization that this door alone keeps, and what each can be.

use cardfile_model::Scalar;
use serde_json::{Value, json};

/// What kind of value a property has. Each may also be null, which is as if it were not there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A text.
    Text,
    /// A truth value.
    Flag,
    /// A number of zero or more.
    Number,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// Nine digits.
    Duns,
    /// An object, which is not looked into.
    Object,
    /// A list, which is not looked into.
    List,
}

/// Whether approval is asked for, and the total that it begins above.
pub const APPROVAL: [&str; 2] = ["approvalRequired", "orderPriceLimit"];
/// Whether these two are for delegated administrators to say, and for nobody else.
pub const DELEGATES_APPROVAL: &str = "delegateApprovalManagement";

/// The properties, in the order they are judged.
pub const OWN: &[(&str, Kind)] = &[
    ("description", Kind::Text),
    ("type", Kind::OneOf(&["none", "company", "division", "department", "group"])),
    ("customerType", Kind::OneOf(&["Standard", "Preferred", "Enterprise", "OEM", "Distributor", "Supplier"])),
    ("dunsNumber", Kind::Duns),
    ("taxReferenceNumber", Kind::Text),
    ("vatReferenceNumber", Kind::Text),
    ("taxExemptionCode", Kind::Text),
    ("uniqueId", Kind::Text),
    ("externalOrganizationId", Kind::Text),
    ("partyNumber", Kind::Text),
    ("partyId", Kind::Number),
    ("organizationLogo", Kind::Text),
    ("approvalRequired", Kind::Flag),
    ("orderPriceLimit", Kind::Number),
    (DELEGATES_APPROVAL, Kind::Flag),
    ("useExternalApprovalWebhook", Kind::Flag),
    ("contract", Kind::Object),
    ("paymentMethods", Kind::List),
    ("shippingMethods", Kind::List),
    ("useAllPaymentMethodsFromSite", Kind::Flag),
    ("useAllShippingMethodsFromSite", Kind::Flag),
    ("authorizationCode", Kind::OneOf(&["NO_AUTH_CODE"])),
    ("allowPunchoutShopping", Kind::Flag),
];

/// The kind of a property; `None` for one that is not kept so.
pub fn kind(name: &str) -> Option<Kind> {
    OWN.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

/// The value of a property that nobody has said anything of.
pub fn standard(name: &str) -> Value {
    match name {
        "type" => "none".into(),
        "approvalRequired" | DELEGATES_APPROVAL | "useExternalApprovalWebhook" => false.into(),
        "paymentMethods" | "shippingMethods" => json!([]),
        _ => Value::Null,
    }
}

impl Kind {
    /// Whether a value is of this kind.
    pub fn admits(self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null)
            | (Kind::Text, Value::String(_))
            | (Kind::Flag, Value::Bool(_))
            | (Kind::Object, Value::Object(_))
            | (Kind::List, Value::Array(_)) => true,
            (Kind::Number, Value::Number(number)) => number.as_f64().is_some_and(|number| number >= 0.0),
            (Kind::OneOf(known), Value::String(text)) => known.contains(&text.as_str()),
            (Kind::Duns, Value::String(text)) => text.len() == 9 && text.bytes().all(|byte| byte.is_ascii_digit()),
            _ => false,
        }
    }

    /// What a value of this kind is, for who sent another.
    pub fn told(self) -> String {
        match self {
            Kind::Text => "a text".into(),
            Kind::Flag => "true or false".into(),
            Kind::Number => "a number of zero or more".into(),
            Kind::OneOf(known) => format!("one of {}", known.join(", ")),
            Kind::Duns => "nine digits".into(),
            Kind::Object => "an object".into(),
            Kind::List => "a list".into(),
        }
    }

    /// Whether a property of this kind can be compared with a value.
    pub fn is_like(self, scalar: &Scalar) -> bool {
        match scalar {
            Scalar::Null => true,
            Scalar::Text(_) => matches!(self, Kind::Text | Kind::OneOf(_) | Kind::Duns),
            Scalar::Number(_) => self == Kind::Number,
            Scalar::Boolean(_) => self == Kind::Flag,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_admits_its_own_and_null() {
        let values = [json!("x"), json!(true), json!(0.5), json!("012345678"), json!({}), json!([])];
        let admitted = |kind: Kind| values.iter().map(|value| kind.admits(value)).collect::<Vec<_>>();
        assert_eq!(admitted(Kind::Text), [true, false, false, true, false, false]);
        assert_eq!(admitted(Kind::Flag), [false, true, false, false, false, false]);
        assert_eq!(admitted(Kind::Number), [false, false, true, false, false, false]);
        assert_eq!(admitted(Kind::OneOf(&["x"])), [true, false, false, false, false, false]);
        assert_eq!(admitted(Kind::Duns), [false, false, false, true, false, false]);
        assert_eq!(admitted(Kind::Object), [false, false, false, false, true, false]);
        assert_eq!(admitted(Kind::List), [false, false, false, false, false, true]);
        assert!(OWN.iter().all(|(_, kind)| kind.admits(&Value::Null) && !kind.admits(&json!(-1))));
        assert!(OWN.iter().all(|(name, kind)| kind.admits(&standard(name))));
    }
}

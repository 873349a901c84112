//! What one member of something is compared with: the leaves of a filter over named members.

use crate::fold;

/// A value that a member has, or is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// A text; compared folded ([`fold::text`]), so case and accents do not matter.
    Text(String),
    /// A number.
    Number(f64),
    /// A truth value.
    Boolean(bool),
    /// Nothing; only equality is asked of it.
    Null,
}

/// What must hold of a member. One with several values has what any of them has; one without values is equal to
/// [`Scalar::Null`] and nothing else holds of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Comparison {
    /// It is this.
    Is(Scalar),
    /// This text is within it.
    Contains(String),
    /// It begins so.
    Begins(String),
    /// It ends so.
    Ends(String),
    /// It is there, and neither null nor an empty text.
    Present,
    /// It comes after this.
    After(Scalar),
    /// It comes after this, or is it.
    From(Scalar),
    /// It comes before this.
    Before(Scalar),
    /// It comes before this, or is it.
    To(Scalar),
}

impl Scalar {
    /// A JSON value as a scalar; `None` for lists and objects.
    #[must_use]
    pub fn of(value: &serde_json::Value) -> Option<Scalar> {
        match value {
            serde_json::Value::Null => Some(Scalar::Null),
            serde_json::Value::Bool(value) => Some(Scalar::Boolean(*value)),
            serde_json::Value::Number(number) => number.as_f64().map(Scalar::Number),
            serde_json::Value::String(text) => Some(Scalar::Text(text.clone())),
            serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
        }
    }

    /// What a JSON value has at the end of a path, through any element of lists.
    #[must_use]
    pub fn within(value: &serde_json::Value, path: &[String]) -> Vec<Scalar> {
        match (value, path) {
            (serde_json::Value::Array(list), path) => list.iter().flat_map(|value| Scalar::within(value, path)).collect(),
            (value, []) => Scalar::of(value).into_iter().collect(),
            (value, [member, rest @ ..]) => value.get(member).map(|value| Scalar::within(value, rest)).unwrap_or_default(),
        }
    }

    /// Which of two comes first; `None` for those that cannot be compared, and for what has no order.
    #[must_use]
    pub fn order(&self, other: &Scalar) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Scalar::Text(mine), Scalar::Text(theirs)) => Some(fold::text(mine).cmp(&fold::text(theirs))),
            (Scalar::Number(mine), Scalar::Number(theirs)) => mine.partial_cmp(theirs),
            (Scalar::Boolean(mine), Scalar::Boolean(theirs)) => (mine == theirs).then_some(std::cmp::Ordering::Equal),
            (Scalar::Null, Scalar::Null) => Some(std::cmp::Ordering::Equal),
            _ => None,
        }
    }
}

impl Comparison {
    /// Whether this holds of a member that has these values.
    #[must_use]
    pub fn holds(&self, values: &[Scalar]) -> bool {
        if values.iter().all(|value| *value == Scalar::Null) {
            return *self == Comparison::Is(Scalar::Null);
        }
        let text = |wanted: &str, test: fn(&str, &str) -> bool| {
            let wanted = fold::text(wanted);
            values.iter().any(|value| matches!(value, Scalar::Text(text) if test(&fold::text(text), &wanted)))
        };
        let order = |wanted: &Scalar, test: fn(std::cmp::Ordering) -> bool| {
            let is_ordered = !matches!(wanted, Scalar::Boolean(_) | Scalar::Null);
            is_ordered && values.iter().filter_map(|value| value.order(wanted)).any(test)
        };
        match self {
            Comparison::Is(wanted) => values.iter().any(|value| value.order(wanted).is_some_and(std::cmp::Ordering::is_eq)),
            Comparison::Contains(wanted) => text(wanted, |text, wanted| text.contains(wanted)),
            Comparison::Begins(wanted) => text(wanted, |text, wanted| text.starts_with(wanted)),
            Comparison::Ends(wanted) => text(wanted, |text, wanted| text.ends_with(wanted)),
            Comparison::Present => values.iter().any(|value| match value {
                Scalar::Text(text) => !text.is_empty(),
                value => *value != Scalar::Null,
            }),
            Comparison::After(wanted) => order(wanted, std::cmp::Ordering::is_gt),
            Comparison::From(wanted) => order(wanted, std::cmp::Ordering::is_ge),
            Comparison::Before(wanted) => order(wanted, std::cmp::Ordering::is_lt),
            Comparison::To(wanted) => order(wanted, std::cmp::Ordering::is_le),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Scalar {
        Scalar::Text(text.into())
    }

    #[test]
    fn texts_are_compared_folded_and_any_value_will_do() {
        let values = [text("Ärger"), text("Boot")];
        assert!(Comparison::Is(text("arger")).holds(&values));
        assert!(Comparison::Contains("OO".into()).holds(&values));
        assert!(Comparison::Begins("ar".into()).holds(&values));
        assert!(Comparison::Ends("OT".into()).holds(&values));
        assert!(!Comparison::Is(text("arg")).holds(&values));
        assert!(Comparison::After(text("azure")).holds(&values));
        assert!(!Comparison::After(text("boot")).holds(&values));
        assert!(Comparison::From(text("boot")).holds(&values));
    }

    #[test]
    fn nothing_is_null_and_only_null() {
        for values in [&[][..], &[Scalar::Null][..]] {
            assert!(Comparison::Is(Scalar::Null).holds(values));
            assert!(!Comparison::Present.holds(values));
            assert!(!Comparison::Is(text("")).holds(values));
            assert!(!Comparison::To(text("z")).holds(values));
        }
        assert!(!Comparison::Present.holds(&[text("")]));
        assert!(Comparison::Present.holds(&[Scalar::Boolean(false)]));
    }

    #[test]
    fn values_of_different_kinds_are_not_equal_and_have_no_order() {
        assert!(!Comparison::Is(text("1")).holds(&[Scalar::Number(1.0)]));
        assert!(!Comparison::From(Scalar::Number(0.0)).holds(&[text("1")]));
        assert!(Comparison::From(Scalar::Number(1.0)).holds(&[Scalar::Number(1.0)]));
        assert!(!Comparison::From(Scalar::Boolean(true)).holds(&[Scalar::Boolean(true)]));
        assert!(Comparison::Is(Scalar::Boolean(true)).holds(&[Scalar::Boolean(true)]));
    }
}

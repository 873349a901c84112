//! Values as bytes, the same whichever database they were in: for checksums, and for how far a move has come.

use std::borrow::Cow;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::sql::Value;

/// A row, read.
pub(super) type Cells = Vec<Value<'static>>;

/// Rows of a table, whatever their order: how many, and the sum of a hash of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) rows: u64,
    pub(super) sum: u128,
}

impl Sum {
    pub(super) fn add(&mut self, row: &[Value<'_>]) {
        let hash = Sha256::digest(to_bytes(row));
        let mut first = [0; 16];
        first.copy_from_slice(&hash[..16]);
        self.rows += 1;
        self.sum = self.sum.wrapping_add(u128::from_le_bytes(first));
    }
}

/// Values one after the other: what kind each is of, and what it holds.
pub(super) fn to_bytes(values: &[Value<'_>]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    for value in values {
        match value {
            Value::Null => bytes.push(0),
            Value::Bool(is) => bytes.extend([1, u8::from(*is)]),
            Value::Integer(number) => {
                bytes.push(2);
                bytes.extend(number.to_le_bytes());
            }
            Value::Text(text) => sized(&mut bytes, 3, text.as_bytes()),
            Value::Blob(blob) => sized(&mut bytes, 4, blob),
            Value::Id(id) => {
                bytes.push(5);
                bytes.extend(id.as_bytes());
            }
            // A tenant is called otherwise in each database.
            Value::Tenant(_) => {}
        }
    }
    bytes
}

fn sized(bytes: &mut Vec<u8>, kind: u8, content: &[u8]) {
    bytes.push(kind);
    bytes.extend((content.len() as u64).to_le_bytes());
    bytes.extend_from_slice(content);
}

/// What [`to_bytes`] made bytes of; `None` when it did not.
pub(super) fn from_bytes(mut bytes: &[u8]) -> Option<Cells> {
    let mut values = Vec::new();
    while let Some((kind, rest)) = bytes.split_first() {
        bytes = rest;
        let value = match kind {
            0 => Value::Null,
            1 => Value::Bool(take::<1>(&mut bytes)? != [0]),
            2 => Value::Integer(i64::from_le_bytes(take(&mut bytes)?)),
            3 => Value::Text(Cow::Owned(String::from_utf8(content(&mut bytes)?).ok()?)),
            4 => Value::Blob(Cow::Owned(content(&mut bytes)?)),
            5 => Value::Id(Uuid::from_bytes(take(&mut bytes)?)),
            _ => return None,
        };
        values.push(value);
    }
    Some(values)
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*first)
}

fn content(bytes: &mut &[u8]) -> Option<Vec<u8>> {
    let length = usize::try_from(u64::from_le_bytes(take(bytes)?)).ok()?;
    let (content, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(content.to_vec())
}

/// Bytes that the content of a row takes.
pub(super) fn weight(row: &[Value<'_>]) -> usize {
    let weight = |value: &Value<'_>| match value {
        Value::Null | Value::Bool(_) => 1,
        Value::Integer(_) | Value::Tenant(_) => 8,
        Value::Id(_) => 16,
        Value::Text(text) => text.len(),
        Value::Blob(blob) => blob.len(),
    };
    row.iter().map(weight).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_were() {
        let row: Cells = vec![
            Value::Null,
            Value::Bool(true),
            Value::Integer(-7),
            Value::Text("Åsa".into()),
            Value::Blob(vec![0, 255].into()),
            Value::Id(Uuid::from_u128(9)),
        ];
        let bytes = to_bytes(&row);
        assert_eq!(from_bytes(&bytes), Some(row));
        assert_eq!(from_bytes(&bytes[..bytes.len() - 1]), None);
        assert_eq!(from_bytes(&[9]), None);
    }

    #[test]
    fn a_sum_knows_no_order_and_no_other_row() {
        let (one, other): (Cells, Cells) = (vec![Value::Integer(1)], vec![Value::Text("1".into())]);
        let sum = |rows: &[&Cells]| {
            let mut sum = Sum::default();
            for row in rows {
                sum.add(row);
            }
            sum
        };
        assert_eq!(sum(&[&one, &other]), sum(&[&other, &one]));
        assert_ne!(sum(&[&one, &one]), sum(&[&one, &other]));
    }
}

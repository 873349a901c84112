//! Values that go into statements and come out of rows.

use std::borrow::Cow;

use cardfile_directory::Result;
use uuid::Uuid;

use super::{Key, unexpected};
use crate::fault::corrupt;

/// A value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// None.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Integer(i64),
    /// A text.
    Text(Cow<'a, str>),
    /// Bytes.
    Blob(Cow<'a, [u8]>),
    /// An id.
    Id(Uuid),
    /// A tenant.
    Tenant(Key),
}

/// A value of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Column<'a> {
    /// None.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Integer(i64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
    /// An id.
    Id(Uuid),
}

/// What can be given to a statement.
pub trait ToValue {
    /// As a parameter.
    fn to_value(&self) -> Value<'_>;
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value<'_> {
        (**self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }
}

macro_rules! to_value {
    ($($kind:ty: $this:ident => $value:expr;)*) => {
        $(impl ToValue for $kind {
            fn to_value(&self) -> Value<'_> {
                let $this = self;
                $value
            }
        })*
    };
}

to_value! {
    Value<'_>: this => this.clone();
    Key: this => Value::Tenant(*this);
    bool: this => Value::Bool(*this);
    i64: this => Value::Integer(*this);
    u32: this => Value::Integer((*this).into());
    u64: this => Value::Integer(i64::try_from(*this).unwrap_or(i64::MAX));
    usize: this => Value::Integer(i64::try_from(*this).unwrap_or(i64::MAX));
    str: this => Value::Text(Cow::Borrowed(this));
    String: this => Value::Text(Cow::Borrowed(this));
    [u8]: this => Value::Blob(Cow::Borrowed(this));
    [u8; 32]: this => Value::Blob(Cow::Borrowed(this));
    Vec<u8>: this => Value::Blob(Cow::Borrowed(this));
    Uuid: this => Value::Id(*this);
}

/// What a column can be read as.
pub trait FromColumn: Sized {
    /// From a column.
    ///
    /// # Errors
    /// `Internal` when it is something else.
    fn from_column(column: Column<'_>) -> Result<Self>;
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(column: Column<'_>) -> Result<Self> {
        if column == Column::Null { Ok(None) } else { T::from_column(column).map(Some) }
    }
}

impl FromColumn for i64 {
    fn from_column(column: Column<'_>) -> Result<Self> {
        match column {
            Column::Integer(number) => Ok(number),
            other => Err(unexpected("a number", &other)),
        }
    }
}

impl FromColumn for u32 {
    fn from_column(column: Column<'_>) -> Result<Self> {
        i64::from_column(column)?.try_into().map_err(corrupt)
    }
}

impl FromColumn for u64 {
    fn from_column(column: Column<'_>) -> Result<Self> {
        i64::from_column(column)?.try_into().map_err(corrupt)
    }
}

impl FromColumn for bool {
    fn from_column(column: Column<'_>) -> Result<Self> {
        match column {
            Column::Bool(is) => Ok(is),
            Column::Integer(number) => Ok(number != 0),
            other => Err(unexpected("yes or no", &other)),
        }
    }
}

impl FromColumn for String {
    fn from_column(column: Column<'_>) -> Result<Self> {
        match column {
            Column::Text(text) => Ok(text.to_owned()),
            other => Err(unexpected("text", &other)),
        }
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(column: Column<'_>) -> Result<Self> {
        match column {
            Column::Blob(bytes) => Ok(bytes.to_vec()),
            other => Err(unexpected("bytes", &other)),
        }
    }
}

impl FromColumn for Uuid {
    fn from_column(column: Column<'_>) -> Result<Self> {
        match column {
            Column::Id(id) => Ok(id),
            Column::Blob(bytes) => Uuid::from_slice(bytes).map_err(corrupt),
            other => Err(unexpected("an id", &other)),
        }
    }
}

/// Values that need nothing of where they were taken from.
macro_rules! from {
    ($($kind:ty: $value:ident => $made:expr;)*) => {
        $(
            impl From<$kind> for Value<'_> {
                fn from($value: $kind) -> Self {
                    $made
                }
            }

            impl From<&$kind> for Value<'_> {
                fn from(value: &$kind) -> Self {
                    Value::from(*value)
                }
            }
        )*
    };
}

from! {
    Key: key => Value::Tenant(key);
    i64: number => Value::Integer(number);
    u32: number => Value::Integer(number.into());
    u64: number => Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    Uuid: id => Value::Id(id);
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Value::Blob(Cow::Borrowed(bytes))
    }
}

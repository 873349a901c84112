//! The log-ins of profiles, which go by their e-mail addresses.

use std::future::Future;

use cardfile_directory::{Directory, Error, Kind, Merchant};
use cardfile_model::Record;
use serde_json::{Map, Value};

use crate::error::{Failure, Result};
use crate::map::profile;

/// The password that is sent, if it could be one.
///
/// # Errors
/// 22007.
pub fn password(members: &Map<String, Value>) -> Result<Option<&str>> {
    match members.get("password") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(password)) => {
            Directory::check_password(password).map_err(refused)?;
            Ok(Some(password))
        }
        Some(_) => Err(Failure::profile_value("password must be a text")),
    }
}

/// Lets a profile sign in with a password.
///
/// # Errors
/// 22003 for one without an e-mail address; 22006 when another signs in with that.
pub async fn admit(directory: &Directory, merchant: &Merchant<'_>, record: &Record, password: &str) -> Result<()> {
    let login = profile::login(&record.contact);
    let login = login.ok_or_else(|| Failure::profile_field("22003", "The e-mail address is empty."))?;
    directory.add_shopper(merchant.tenant(), record.id, &login, password).await.map_err(refused)
}

/// Gives a profile another password, or its first.
///
/// # Errors
/// As [`admit`].
pub async fn set_password(directory: &Directory, merchant: &Merchant<'_>, record: &Record, password: &str) -> Result<()> {
    match directory.set_shopper_password(merchant.tenant(), record.id, password).await {
        Err(Error::NotFound { kind: Kind::Login, .. }) => admit(directory, merchant, record, password).await,
        done => done.map_err(refused),
    }
}

/// Has a profile changed, which may get this e-mail address, and its log-in with it: both or neither.
///
/// # Errors
/// 22006 when another signs in with the address; those of the change.
pub async fn following<T>(
    directory: &Directory,
    (merchant, record): (&Merchant<'_>, &Record),
    email: Option<&str>,
    change: impl Future<Output = Result<T>>,
) -> Result<T> {
    let before = profile::login(&record.contact);
    let after = email.map(str::to_lowercase).filter(|after| before.as_ref() != Some(after));
    let Some(after) = after else { return change.await };
    let rename = async |login: &str| directory.rename_shopper(merchant.tenant(), record.id, login).await;
    rename(&after).await.map_err(refused)?;
    let changed = change.await;
    if let (Err(_), Some(before)) = (&changed, before)
        && let Err(error) = rename(&before).await
    {
        tracing::warn!(%error, person = %record.id, "commerce: a log-in keeps a name that its profile did not get");
    }
    changed
}

/// What a log-in was refused for, in this door's words.
fn refused(error: Error) -> Failure {
    match error {
        Error::Invalid(violations) => {
            Failure::profile_value(violations.first().map_or("it cannot sign in so", |violation| violation.message.as_str()))
        }
        error => error.into(),
    }
}

//! The log-ins of profiles, which go by their e-mail addresses.

use cardfile_directory::{Delegate, Directory, Error, Kind, Merchant};
use cardfile_model::Record;
use serde_json::{Map, Value};

use super::Behalf;
use crate::error::{Failure, Result};
use crate::map::profile;
use crate::tries::TRIES;

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
pub async fn admit(merchant: &Merchant<'_>, record: &Record, password: &str) -> Result<()> {
    let login = profile::login(&record.contact);
    let login = login.ok_or_else(|| Failure::profile_field("22003", "The e-mail address is empty."))?;
    merchant.directory().add_shopper(merchant.tenant(), record.id, &login, password).await.map_err(refused)?;
    // The address may have changed while there was no log-in to go with it.
    match merchant.person(record.number).await? {
        Some(now) => follow(merchant, &now).await.map_err(refused),
        None => Ok(()),
    }
}

/// Gives a profile another password, or its first.
///
/// # Errors
/// As [`admit`].
pub async fn set_password(merchant: &Merchant<'_>, record: &Record, password: &str) -> Result<()> {
    match merchant.directory().set_shopper_password(merchant.tenant(), record.id, password).await {
        Err(Error::NotFound { kind: Kind::Login, .. }) => admit(merchant, record, password).await,
        done => done.map_err(refused),
    }
}

/// Has the log-in of a profile that was written go by its address, also when that came by another door. Where it cannot and this
/// write gave the address (`is_given`), the write is taken back: both or neither.
///
/// # Errors
/// 22006 when another signs in with the address that was given.
pub(super) async fn settle(merchant: &Merchant<'_>, behalf: Behalf, written: &Record, is_given: bool) -> Result<()> {
    let error = match follow(merchant, written).await {
        Err(error @ (Error::AlreadyExists { kind: Kind::Login, .. } | Error::Invalid(_))) => error,
        done => return Ok(done?),
    };
    if !is_given {
        tracing::warn!(%error, person = %written.id, "commerce: a log-in does not go by the address of its profile");
        return Ok(());
    }
    let delegate = behalf.delegate.map(Delegate::administrator);
    if let Err(error) = merchant.take_back(behalf.account, written.revision, delegate).await {
        tracing::warn!(%error, person = %written.id, "commerce: a profile keeps an address that its log-in did not get");
    }
    Err(refused(error))
}

/// Renames the log-in of a profile, if it has one, to the address on the card, until both agree: whichever of two changes at once
/// renames last looks at the card again.
async fn follow(merchant: &Merchant<'_>, record: &Record) -> Result<(), Error> {
    let mut address = profile::login(&record.contact);
    for tried in 0..TRIES {
        let Some(login) = address else { break };
        match merchant.directory().rename_shopper(merchant.tenant(), record.id, &login).await {
            Ok(true) => {}
            Ok(false) => break,
            // That address is of another change, which answers for it.
            Err(Error::AlreadyExists { .. } | Error::Invalid(_)) if tried > 0 => break,
            Err(error) => return Err(error),
        }
        address = merchant.person(record.number).await?.and_then(|now| profile::login(&now.contact));
    }
    Ok(())
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

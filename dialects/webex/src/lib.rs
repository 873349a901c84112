//! The Webex Organization Contacts and Groups dialect.

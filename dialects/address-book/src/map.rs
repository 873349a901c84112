//! Between the vendor's shapes and the model.

pub mod contact;
pub mod group;
pub mod members;
pub mod phone;
pub mod request;

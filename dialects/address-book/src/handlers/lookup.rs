//! Who has a number.

use crate::error::Failure;
use crate::map::contact::called;
use crate::visit::Visit;
use crate::wire::{Node, Out};

/// The names behind numbers, in the order asked for; numbers of nobody are left out.
pub async fn lookup(visit: &Visit) -> Result<Out, Failure> {
    let required = || Failure::invalid("destinations", "is required");
    let asked = visit.query.member("destinations").ok_or_else(required)?;
    let items = Node::Form(asked).items("string", false, "destinations")?;
    let texts = items.into_iter().map(|item| item.text("destinations")).collect::<Result<Vec<String>, Failure>>()?;
    let numbers: Vec<String> = texts.into_iter().filter(|text| !text.trim().is_empty()).collect();
    if numbers.is_empty() {
        return Err(required());
    }
    let desk = visit.desk().await?;
    let callers = desk.reader()?.who_calls(&numbers).await?;
    let named = numbers.into_iter().zip(callers).filter_map(|(number, caller)| {
        let name = called(&caller?.contact);
        Some(Out::object(vec![("ContactName", Out::Text(name)), ("Destination", Out::Text(number))]))
    });
    Ok(Out::List("ContactsNameSwap", named.collect()))
}

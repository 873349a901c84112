//! How the fields of a row become a card.

use super::target::{List, Part, Target, TextField};

/// The columns of one entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) list: List,
    number: u32,
    pub(super) value: usize,
    pub(super) fixed_kind: Option<String>,
    pub(super) kind: Option<usize>,
    pub(super) primary: Option<usize>,
}

/// Which column is looked at for what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) texts: Vec<(TextField, usize)>,
    /// Numbers of addresses and their columns, in the order in which these are joined.
    pub(super) addresses: Vec<(u32, Vec<(Part, usize)>)>,
    pub(super) slots: Vec<Slot>,
    pub(super) groups: Vec<usize>,
    pub(super) uid: Vec<usize>,
    pub(super) source: Vec<usize>,
    pub(super) keys: Vec<(String, usize)>,
    pub(super) more: Vec<usize>,
    pub(super) kept: Vec<usize>,
}

impl Plan {
    pub(super) fn new(targets: &[Target]) -> Plan {
        let mut plan = Plan::default();
        for (column, target) in targets.iter().enumerate() {
            match target {
                Target::Text(field) => plan.texts.push((*field, column)),
                Target::Address(number, part) => plan.address(*number, *part, column),
                Target::Value(list, number, kind) => plan.slots.push(Slot {
                    list: *list,
                    number: *number,
                    value: column,
                    fixed_kind: kind.clone(),
                    kind: None,
                    primary: None,
                }),
                Target::Groups => plan.groups.push(column),
                Target::Uid => plan.uid.push(column),
                Target::Source => plan.source.push(column),
                Target::Key(system) => plan.keys.push((system.clone(), column)),
                Target::More => plan.more.push(column),
                Target::Keep => plan.kept.push(column),
                Target::Kind(..) | Target::Primary(..) | Target::Pass => {}
            }
        }
        // Only now are all entries there that these may be about.
        for (column, target) in targets.iter().enumerate() {
            let slot = match target {
                Target::Kind(list, number) => plan.slot(*list, *number, column).map(|slot| &mut slot.kind),
                Target::Primary(list, number) => plan.slot(*list, *number, column).map(|slot| &mut slot.primary),
                _ => continue,
            };
            match slot {
                Some(place) if place.is_none() => *place = Some(column),
                _ => plan.kept.push(column),
            }
        }
        plan
    }

    fn address(&mut self, number: u32, part: Part, column: usize) {
        let at = self.addresses.iter().position(|(known, _)| *known == number).unwrap_or_else(|| {
            self.addresses.push((number, Vec::new()));
            self.addresses.sort_by_key(|(number, _)| *number);
            self.addresses.iter().position(|(known, _)| *known == number).unwrap_or_default()
        });
        let columns = &mut self.addresses[at].1;
        columns.push((part, column));
        columns.sort_unstable();
    }

    /// The entry that a column beside it is about.
    fn slot(&mut self, list: List, number: u32, column: usize) -> Option<&mut Slot> {
        let of_list = |slot: &Slot| slot.list == list;
        let at = if number > 0 {
            self.slots.iter().position(|slot| of_list(slot) && slot.number == number)
        } else {
            let before = self.slots.iter().rposition(|slot| of_list(slot) && slot.value < column);
            before.or_else(|| self.slots.iter().position(of_list))
        };
        self.slots.get_mut(at?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(names: &[&str]) -> Plan {
        Plan::new(&names.iter().map(|name| Target::read(name).unwrap()).collect::<Vec<_>>())
    }

    #[test]
    fn a_kind_is_that_of_its_number_or_of_the_column_before() {
        let plan = plan(&["phones.2.type", "phones.2", "phones", "phones.type", "phones.type"]);
        assert_eq!((plan.slots[0].kind, plan.slots[1].kind), (Some(0), Some(3)));
        assert_eq!(plan.kept, [4]);
    }

    #[test]
    fn parts_of_addresses_are_joined_in_order() {
        let plan = plan(&["address.2.city", "address.country", "address.street"]);
        assert_eq!(plan.addresses, [(1, vec![(Part::Street, 2), (Part::Country, 1)]), (2, vec![(Part::City, 0)])]);
    }
}

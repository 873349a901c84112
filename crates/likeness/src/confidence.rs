//! How sure it is: the one table.

use crate::name::{Manner, Names};

/// What two cards have in common, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shared {
    /// What a foreign system calls the person.
    Key,
    /// An e-mail address.
    Email,
    /// An e-mail address but for its tag or its dots.
    Mailbox,
    /// A phone number.
    Phone,
}

/// How sure one piece of evidence makes, where names are the same, alike, not told, and unlike.
///
/// These are judgements, not measurements: a foreign system gives a key to one person; an address is mostly one person's, and a
/// tag is sometimes there to keep people apart; a number is often a household's or an office's.
#[rustfmt::skip]
const TABLE: [(Shared, [f64; 4]); 4] = [
    //                  same  alike open  unlike
    (Shared::Key,     [0.99, 0.97, 0.95, 0.90]),
    (Shared::Email,   [0.97, 0.95, 0.80, 0.60]),
    (Shared::Mailbox, [0.95, 0.90, 0.70, 0.50]),
    (Shared::Phone,   [0.92, 0.90, 0.50, 0.30]),
];
/// What the same company takes off of the doubt where names are alike. Where they are not, it says that these are colleagues.
const COMPANY: f64 = 0.1;

/// How sure it is that two cards are one person's, in 0..=1. `None` without evidence.
///
/// The piece that makes surest with these names counts as the table says. Each other piece takes off of the remaining doubt what it
/// is worth where names are unlike, so that the name counts once.
pub(crate) fn confidence(shared: &[Shared], names: Names, has_same_company: bool) -> Option<f64> {
    let column = match names {
        Names::Alike(Manner::Same | Manner::Reordered) => 0,
        Names::Alike(Manner::Shortened | Manner::Spelled | Manner::Transliterated) => 1,
        Names::Open => 2,
        Names::Unlike => 3,
    };
    let mut rows: Vec<[f64; 4]> = TABLE.iter().filter(|(row, _)| shared.contains(row)).map(|(_, row)| *row).collect();
    rows.sort_by(|one, other| other[column].total_cmp(&one[column]));
    let (first, others) = rows.split_first()?;
    let mut doubt = 1.0 - first[column];
    for other in others {
        doubt *= 1.0 - other[3];
    }
    if has_same_company && column < 2 {
        doubt *= 1.0 - COMPANY;
    }
    // A hundredth of a percent is more than a judgement can tell.
    Some(((1.0 - doubt) * 10_000.0).round() / 10_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAME: Names = Names::Alike(Manner::Same);

    #[test]
    fn the_table_falls_from_left_to_right_and_from_top_to_bottom() {
        for (_, row) in TABLE {
            assert!(row.is_sorted_by(|left, right| left > right) && row.iter().all(|sure| (0.0..1.0).contains(sure)));
        }
        for column in 0..4 {
            assert!(TABLE.is_sorted_by(|(_, above), (_, below)| above[column] >= below[column]));
        }
    }

    #[test]
    fn one_piece_counts_as_the_table_says() {
        assert_eq!(confidence(&[Shared::Email], Names::Alike(Manner::Transliterated), false), Some(0.95));
        assert_eq!(confidence(&[Shared::Phone], Names::Unlike, false), Some(0.3));
        assert_eq!(confidence(&[Shared::Key], Names::Open, false), Some(0.95));
    }

    #[test]
    fn further_evidence_makes_surer_and_the_name_counts_once() {
        assert_eq!(confidence(&[Shared::Phone, Shared::Email], Names::Unlike, false), Some(0.72));
        assert_eq!(confidence(&[Shared::Email, Shared::Phone], SAME, false), Some(0.979));
    }

    #[test]
    fn the_company_says_something_where_names_are_alike_only() {
        assert_eq!(confidence(&[Shared::Phone], SAME, true), Some(0.928));
        assert_eq!(confidence(&[Shared::Phone], Names::Unlike, true), Some(0.3));
    }

    #[test]
    fn without_evidence_nothing_is_said() {
        assert_eq!(confidence(&[], SAME, true), None);
    }
}

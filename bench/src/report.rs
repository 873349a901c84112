//! What was measured: rows of figures, with the floor and the goal of each, as a table and as JSON.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

/// One figure.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// What was measured.
    pub name: String,
    /// With how many contacts.
    pub people: usize,
    /// The figure.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// What the figure is compared with, in the same unit and measured in the same run.
    pub floor: Option<f64>,
    /// The figure in parts of the floor.
    pub ratio: Option<f64>,
    /// What is wanted, such as `ratio >= 0.40` or `value < 5`; `None` for a figure that is only told.
    pub goal: Option<String>,
    /// Whether the goal is met.
    pub met: Option<bool>,
}

impl Row {
    /// A figure that is only told.
    pub fn new(name: impl Into<String>, people: usize, value: f64, unit: &'static str) -> Self {
        Row { name: name.into(), people, value, unit, floor: None, ratio: None, goal: None, met: None }
    }

    /// Compares it with a floor.
    #[must_use]
    pub fn over(self, floor: f64) -> Self {
        Row { floor: Some(floor), ratio: Some(self.value / floor), ..self }
    }

    /// Wants at least this ratio.
    #[must_use]
    pub fn ratio_at_least(self, least: f64) -> Self {
        let met = self.ratio.is_some_and(|ratio| ratio >= least);
        Row { goal: Some(format!("ratio >= {least}")), met: Some(met), ..self }
    }

    /// Wants at most this ratio.
    #[must_use]
    pub fn ratio_at_most(self, most: f64) -> Self {
        let met = self.ratio.is_some_and(|ratio| ratio <= most);
        Row { goal: Some(format!("ratio <= {most}")), met: Some(met), ..self }
    }

    /// Wants less than this.
    #[must_use]
    pub fn below(self, end: f64) -> Self {
        let met = self.value < end;
        Row { goal: Some(format!("value < {end}")), met: Some(met), ..self }
    }

    fn cells(&self) -> [String; 7] {
        let figure = |value: Option<f64>| value.map(figure).unwrap_or_default();
        let met = match self.met {
            None => "",
            Some(true) => "yes",
            Some(false) => "**no**",
        };
        [
            self.name.clone(),
            grouped(self.people),
            format!("{} {}", figure(Some(self.value)), self.unit),
            figure(self.floor),
            self.ratio.map(ratio).unwrap_or_default(),
            self.goal.clone().unwrap_or_default(),
            met.to_owned(),
        ]
    }
}

/// All figures of a run.
#[derive(Debug, Default)]
pub struct Report(Vec<Row>);

impl Report {
    /// Takes a figure in and tells it at once.
    pub fn add(&mut self, row: Row) {
        let [name, people, value, floor, ratio, goal, met] = row.cells();
        eprintln!("  {name} | {people} | {value} | {floor} | {ratio} | {goal} | {met}");
        self.0.push(row);
    }

    /// How many goals were missed.
    #[must_use]
    pub fn missed(&self) -> usize {
        self.0.iter().filter(|row| row.met == Some(false)).count()
    }

    /// The figures as a Markdown table.
    #[must_use]
    pub fn table(&self) -> String {
        let head = ["figure", "people", "value", "floor", "ratio", "goal", "met"].map(str::to_owned);
        let rows: Vec<[String; 7]> = std::iter::once(head).chain(self.0.iter().map(Row::cells)).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let widths: Vec<usize> = (0..7).map(width).collect();
        let mut table = String::new();
        for (at, row) in rows.iter().enumerate() {
            for (cell, width) in row.iter().zip(&widths) {
                // Writing to a text cannot fail.
                let _ = write!(table, "| {cell:<width$} ");
            }
            table.push_str("|\n");
            if at == 0 {
                table.extend(widths.iter().map(|width| format!("| {} ", "-".repeat(*width))));
                table.push_str("|\n");
            }
        }
        table
    }

    /// Writes `results.json` and `results.md` into a directory.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(&self, directory: &Path, circumstances: &str) -> Result<()> {
        let json = serde_json::to_string_pretty(&self.0)?;
        std::fs::write(directory.join("results.json"), json + "\n").context("results.json cannot be written")?;
        let page = format!("{circumstances}\n\n{}", self.table());
        std::fs::write(directory.join("results.md"), page).context("results.md cannot be written")
    }
}

fn figure(value: f64) -> String {
    if value.abs() >= 1000.0 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "figures are positive and far from 2^64")]
        let whole = value.round() as usize;
        grouped(whole)
    } else if value.abs() >= 100.0 {
        format!("{value:.0}")
    } else if value.abs() >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

fn ratio(ratio: f64) -> String {
    if ratio < 0.1 { format!("{ratio:.4}") } else { format!("{ratio:.2}") }
}

fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_whether_its_goal_is_met() {
        let row = Row::new("bulk create", 1000, 50.0, "contacts/s").over(100.0);
        assert_eq!(row.clone().ratio_at_least(0.5).met, Some(true));
        assert_eq!(row.clone().ratio_at_least(0.51).met, Some(false));
        assert_eq!(row.clone().ratio_at_most(0.5).met, Some(true));
        assert_eq!(row.clone().below(50.0).met, Some(false));
        assert_eq!(Row::new("x", 1, f64::NAN, "ms").below(1.0).met, Some(false));
    }

    #[test]
    fn the_json_has_the_members_that_are_promised() {
        let row = Row::new("bulk create", 1000, 50.0, "contacts/s").over(100.0).ratio_at_least(0.4);
        let json = serde_json::to_string(&row).unwrap();
        let wanted = r#"{"name":"bulk create","people":1000,"value":50.0,"unit":"contacts/s","floor":100.0,"ratio":0.5,"goal":"ratio >= 0.4","met":true}"#;
        assert_eq!(json, wanted);
    }

    #[test]
    fn numbers_are_written_to_be_read() {
        assert_eq!([ratio(0.0011), ratio(0.284)], ["0.0011", "0.28"]);
        assert_eq!([figure(1_234_567.8), figure(123.4), figure(12.34), figure(1.234)], ["1,234,568", "123", "12.3", "1.23"]);
    }
}

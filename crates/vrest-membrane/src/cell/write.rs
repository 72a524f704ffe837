//! A cell file with other numbers in it: what a fit writes.

use super::Cell;
use toml::{Table, Value};

impl Cell {
    /// The cell file `text`, of which this cell was read, with this cell's numbers. Everything stands as a number:
    /// nothing is solved from a balance any more, and what the file expected of itself no longer holds.
    ///
    /// `None` where `text` is no TOML, which no cell was read of.
    pub fn rewritten(&self, text: &str) -> Option<String> {
        let mut root: Table = text.parse().ok()?;
        for gone in ["balance", "expected"] {
            root.remove(gone);
        }
        for (key, value) in
            [("name", &self.name), ("description", &self.description), ("source", &self.source)]
        {
            root.insert(key.into(), Value::String(value.clone()));
        }
        if self.notes.is_empty() {
            root.remove("notes");
        } else {
            root.insert("notes".into(), Value::String(self.notes.clone()));
        }
        let original = Cell::parse(text).ok()?.cell;
        let before = original.numbers();
        for number in self.numbers() {
            let same = before.iter().any(|b| b.path == number.path && b.value == number.value);
            if same && !original.balanced.contains(&number.path) {
                continue;
            }
            let value = match number.unit() {
                "" => Value::Float(number.value),
                unit => Value::String(format!("{} {unit}", number.value)),
            };
            let (table, key) = match number.path.rsplit_once('.') {
                None => (&mut root, number.path.as_str()),
                Some((owner, key)) => (owner_table(&mut root, owner, key)?, key),
            };
            table.insert(key.into(), value);
        }
        toml::to_string_pretty(&root).ok()
    }
}

/// The table that holds the number `key` of `owner`: `geometry`, `ions.K`, or a mechanism's name.
fn owner_table<'t>(root: &'t mut Table, owner: &str, key: &str) -> Option<&'t mut Table> {
    let own = ["geometry", "ions", "impermeants", "water"];
    let mut path: Vec<&str> = owner.split('.').collect();
    if !own.contains(&path[0]) {
        path = vec!["mechanisms", owner];
    }
    let table = path.into_iter().try_fold(root, |t, part| t.get_mut(part)?.as_table_mut())?;
    // A channel of formulas keeps its constants in a table of their own.
    let inner =
        table.iter().find_map(|(name, v)| v.as_table().filter(|t| t.contains_key(key)).map(|_| name.clone()));
    match inner {
        Some(name) if !table.contains_key(key) => table.get_mut(&name)?.as_table_mut(),
        _ => Some(table),
    }
}

#[cfg(test)]
mod tests {
    use crate::Cell;

    #[test]
    fn every_preset_is_the_same_cell_after_it_was_rewritten() {
        for preset in crate::presets::cells() {
            let cell = Cell::parse(preset.text).unwrap().cell;
            let again = Cell::parse(&cell.rewritten(preset.text).unwrap()).unwrap().cell;
            let mut before: Vec<_> = cell.numbers().into_iter().map(|n| (n.path, n.value)).collect();
            let mut after: Vec<_> = again.numbers().into_iter().map(|n| (n.path, n.value)).collect();
            before.sort_by(|a, b| a.0.cmp(&b.0));
            after.sort_by(|a, b| a.0.cmp(&b.0));
            assert_eq!(before, after, "{}", preset.name);
        }
    }

    #[test]
    fn changed_numbers_stand_in_the_file() {
        let text = crate::presets::cells().find(|p| p.name == "neuron_balanced").unwrap().text;
        let mut cell = Cell::parse(text).unwrap().cell;
        assert!(cell.set("leak_K.g", 0.0625) && cell.set("geometry.diameter", 31.0));
        let again = cell.rewritten(text).unwrap();
        assert!(
            again.contains("\"0.0625 mS/cm2\"")
                && again.contains("\"31 um\"")
                && !again.contains("balance\"")
        );
    }
}

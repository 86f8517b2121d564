//! Which context serves a server name: exact names first, then wildcards of one label, as certificates match them.

use std::collections::HashMap;

/// Contexts by server name; names are lower case.
#[derive(Debug, Default)]
pub(crate) struct NameTable {
    exact: HashMap<String, usize>,
    wildcard: HashMap<String, usize>,
}

impl NameTable {
    /// Let `context` serve `name`, which may begin with `*.`; the first context that claims a name keeps it.
    pub(crate) fn insert(&mut self, name: &str, context: usize) {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        match name.strip_prefix("*.") {
            Some(parent) => self.wildcard.entry(parent.to_owned()).or_insert(context),
            None => self.exact.entry(name).or_insert(context),
        };
    }

    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        let parent = || {
            name.split_once('.')
                .and_then(|(_, parent)| self.wildcard.get(parent))
        };
        self.exact.get(name).or_else(parent).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::NameTable;

    fn table(names: &[&str]) -> NameTable {
        let mut table = NameTable::default();
        for (context, name) in names.iter().enumerate() {
            table.insert(name, context);
        }
        table
    }

    #[test]
    fn an_exact_name_wins_over_a_wildcard() {
        assert_eq!(
            table(&["*.example.org", "api.example.org"]).find("api.example.org"),
            Some(1)
        );
    }

    #[test]
    fn a_wildcard_stands_for_one_label() {
        let table = table(&["*.example.org"]);
        assert_eq!(table.find("a.example.org"), Some(0));
        assert_eq!(table.find("a.b.example.org"), None);
        assert_eq!(table.find("example.org"), None);
    }

    #[test]
    fn case_and_a_trailing_dot_do_not_matter_in_the_configuration() {
        assert_eq!(
            table(&["North.LOCALHOST."]).find("north.localhost"),
            Some(0)
        );
    }
}

//! Which candidates belong to one person: the reference's greedy solver, for any number of parties.
//!
//! Candidates are taken by falling score. Two groups are merged as soon as every pair between them is a candidate; with
//! two parties this is plain one-to-one matching.

use std::collections::HashMap;

use crate::error::Error;

const NONE: u32 = u32::MAX;

/// Group records, numbered across all parties below `records`, by candidate pairs in the order of their scores.
/// Only groups of two or more are given, by their least record; members are in rising order.
pub fn solve(
    records: u32,
    pairs: impl IntoIterator<Item = (u32, u32)>,
) -> Result<Vec<Vec<u32>>, Error> {
    let mut solver = Solver {
        group_of: vec![NONE; records as usize],
        ..Solver::default()
    };
    for (one, other) in pairs {
        let most = one.max(other);
        if most >= records {
            return Err(Error::Record {
                index: most,
                records,
            });
        }
        solver.add(one, other);
    }
    let mut groups: Vec<_> = solver
        .groups
        .into_iter()
        .filter(|group| group.len() > 1)
        .collect();
    for group in &mut groups {
        group.sort_unstable();
    }
    groups.sort_unstable_by_key(|group| group[0]);
    Ok(groups)
}

#[derive(Default)]
struct Solver {
    group_of: Vec<u32>,
    groups: Vec<Vec<u32>>,
    /// Candidates seen between two groups that could not be merged yet, under both groups.
    shared: HashMap<u32, HashMap<u32, usize>>,
}

impl Solver {
    fn add(&mut self, one: u32, other: u32) {
        match (self.group_of[one as usize], self.group_of[other as usize]) {
            _ if one == other => {}
            (NONE, NONE) => {
                self.start(vec![one, other]);
            }
            (NONE, group) => self.join(one, group),
            (group, NONE) => self.join(other, group),
            (group, same) if group == same => {}
            (first, second) => self.meet(first, second),
        }
    }

    fn start(&mut self, members: Vec<u32>) -> u32 {
        let group = self.groups.len() as u32;
        for &member in &members {
            self.group_of[member as usize] = group;
        }
        self.groups.push(members);
        group
    }

    fn join(&mut self, record: u32, group: u32) {
        if self.groups[group as usize].len() == 1 {
            self.groups[group as usize].push(record);
            self.group_of[record as usize] = group;
        } else {
            let alone = self.start(vec![record]);
            self.count(alone, group, 1);
        }
    }

    fn meet(&mut self, first: u32, second: u32) {
        let seen = self
            .shared
            .get(&first)
            .and_then(|others| others.get(&second))
            .copied()
            .unwrap_or(0)
            + 1;
        let (one, other) = (
            self.groups[first as usize].len(),
            self.groups[second as usize].len(),
        );
        if seen < one * other {
            self.count(first, second, 1);
        } else if one >= other {
            self.merge(first, second);
        } else {
            self.merge(second, first);
        }
    }

    fn merge(&mut self, kept: u32, gone: u32) {
        let members = std::mem::take(&mut self.groups[gone as usize]);
        for &member in &members {
            self.group_of[member as usize] = kept;
        }
        self.groups[kept as usize].extend(members);
        for (other, seen) in self.shared.remove(&gone).unwrap_or_default() {
            if let Some(counts) = self.shared.get_mut(&other) {
                counts.remove(&gone);
            }
            if other != kept {
                self.count(kept, other, seen);
            }
        }
    }

    fn count(&mut self, first: u32, second: u32, seen: usize) {
        *self
            .shared
            .entry(first)
            .or_default()
            .entry(second)
            .or_default() += seen;
        *self
            .shared
            .entry(second)
            .or_default()
            .entry(first)
            .or_default() += seen;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn groups(pairs: &[(u32, u32)]) -> Vec<Vec<u32>> {
        solve(10, pairs.iter().copied()).unwrap()
    }

    #[test]
    fn the_first_of_two_rivals_wins() {
        assert_eq!(groups(&[(0, 5), (0, 6), (1, 5)]), [[0, 5]]);
    }

    #[test]
    fn three_records_merge_when_all_their_pairs_are_seen() {
        assert_eq!(groups(&[(0, 4), (0, 8), (4, 8)]), [[0, 4, 8]]);
        assert_eq!(groups(&[(0, 4), (4, 8)]), [[0, 4]]);
    }

    #[test]
    fn counts_follow_a_merged_group() {
        let pairs = [(0, 4), (0, 8), (9, 8), (4, 8), (0, 9)];
        assert_eq!(groups(&pairs), [[0, 4], [8, 9]]);
        assert_eq!(groups(&[&pairs[..], &[(4, 9)]].concat()), [[0, 4, 8, 9]]);
    }

    #[test]
    fn a_record_out_of_range_is_refused() {
        assert_eq!(
            solve(2, [(0, 2)]),
            Err(Error::Record {
                index: 2,
                records: 2
            })
        );
    }
}

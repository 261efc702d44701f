//! What happens again and again is told at once the first time, and then with its number once an hour: who reads the
//! bell must not find it new every ten seconds.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

/// After which time it is told again.
const APART: Duration = Duration::from_secs(3600);
/// Most things that are told apart within that time; of others nothing is told until there is room.
const MOST: usize = 200;

/// What was gathered, by what it is about, with what was said of it last.
pub struct Gathered<K, V>(BTreeMap<K, Told<V>>);

struct Told<V> {
    said: V,
    waiting: u64,
    /// When last; never at first.
    at: Option<Instant>,
}

impl<K, V> Default for Gathered<K, V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord, V: Clone> Gathered<K, V> {
    /// Takes in what happened so often, and gives what is to be told now.
    pub fn take(
        &mut self,
        news: impl IntoIterator<Item = (K, V, u64)>,
        now: Instant,
    ) -> Vec<(V, u64)> {
        let is_over = |at: Instant| now.saturating_duration_since(at) >= APART;
        self.0.retain(|_, told| told.waiting > 0 || told.at.is_none_or(|at| !is_over(at)));
        for (key, said, count) in news {
            if self.0.len() >= MOST && !self.0.contains_key(&key) {
                continue;
            }
            let new = Told { said: said.clone(), waiting: 0, at: None };
            let told = self.0.entry(key).or_insert(new);
            (told.said, told.waiting) = (said, told.waiting.saturating_add(count));
        }
        let due = |told: &&mut Told<V>| told.waiting > 0 && told.at.is_none_or(is_over);
        let due = self.0.values_mut().filter(due);
        due.map(|told| {
            told.at = Some(now);
            (told.said.clone(), std::mem::take(&mut told.waiting))
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_told_at_once_and_others_once_an_hour_with_their_number() {
        let (start, mut gathered) = (Instant::now(), Gathered::default());
        let mut at = |seconds, news: &[(&'static str, u64)]| {
            let news = news.iter().map(|(key, count)| (*key, *key, *count));
            gathered.take(news, start + Duration::from_secs(seconds))
        };
        assert_eq!(at(0, &[("a", 2), ("a", 1)]), [("a", 3)]);
        assert_eq!(at(10, &[("a", 4), ("b", 1)]), [("b", 1)]);
        assert_eq!(at(3599, &[("a", 5)]), []);
        assert_eq!(at(3600, &[]), [("a", 9)]);
        // After an hour of rest it is new.
        assert_eq!(at(7300, &[("a", 1)]), [("a", 1)]);
    }

    #[test]
    fn whoever_makes_up_many_fills_no_memory() {
        let (start, mut gathered) = (Instant::now(), Gathered::default());
        let many = (0..1_000).map(|number| (number, (), 1));
        assert_eq!(gathered.take(many, start).len(), MOST);
        let later = start + APART;
        assert_eq!(gathered.take([(5_000, (), 1)], later).len(), 1);
    }
}

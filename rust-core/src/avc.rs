//! The access vector cache: bounded, reclaimed by a clock, emptied as a whole.

use crate::class::Class;
use crate::context::SepgSid;
use crate::server::Decision;

/// How many entries a cache holds at most.
pub const CAPACITY: usize = 4096;

/// Ends a chain.
const NIL: u32 = u32::MAX;

/// What a question is about: subject, object and class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Subject and object, compared at once.
    pair: u64,
    class: u16,
}

impl Key {
    /// The key of a question.
    #[inline]
    pub fn new(subject: SepgSid, object: SepgSid, class: Class) -> Key {
        Key { pair: u64::from(subject) << 32 | u64::from(object), class: class.number() as u16 }
    }

    /// SIDs are small and dense: one multiplication spreads them.
    #[inline]
    fn hash(self) -> u64 {
        let bits = self.pair ^ u64::from(self.class) << 24;
        bits.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// Half a cache line, so that no entry lies across two.
#[derive(Clone, Debug)]
#[repr(align(32))]
struct Entry<V> {
    key: Key,
    /// Asked for since the clock's hand last passed.
    hot: bool,
    /// The next entry of the chain.
    next: u32,
    value: V,
}

/// A bounded cache from keys to values.
#[derive(Debug)]
pub struct Cache<V> {
    /// The first entry of each chain; a power of two.
    buckets: Box<[u32]>,
    shift: u32,
    entries: Vec<Entry<V>>,
    capacity: usize,
    hand: usize,
    lookups: u64,
    misses: u64,
    reclaimed: u64,
}

impl<V: Copy> Cache<V> {
    /// An empty cache of at most so many entries, at least one.
    pub fn new(capacity: usize) -> Cache<V> {
        let capacity = capacity.clamp(1, 1 << 24);
        let buckets = (capacity * 2).next_power_of_two();
        Cache {
            buckets: vec![NIL; buckets].into_boxed_slice(),
            shift: 64 - buckets.trailing_zeros(),
            // Never grows: a hit or a reclaim allocates nothing.
            entries: Vec::with_capacity(capacity),
            capacity,
            hand: 0,
            lookups: 0,
            misses: 0,
            reclaimed: 0,
        }
    }

    #[inline]
    fn bucket(&self, key: Key) -> usize {
        (key.hash() >> self.shift) as usize
    }

    /// Finds an answer.
    #[inline(always)]
    pub fn get(&mut self, key: Key) -> Option<&mut V> {
        self.lookups += 1;
        let mut i = self.buckets[self.bucket(key)];
        while let Some(entry) = self.entries.get(i as usize) {
            if entry.key == key {
                let entry = &mut self.entries[i as usize];
                if !entry.hot {
                    entry.hot = true;
                }
                return Some(&mut entry.value);
            }
            i = entry.next;
        }
        self.misses += 1;
        None
    }

    /// Adds an answer that `get` did not find.
    pub fn insert(&mut self, key: Key, value: V) -> &mut V {
        let slot = if self.entries.len() < self.capacity {
            self.entries.push(Entry { key, hot: false, next: NIL, value });
            self.entries.len() - 1
        } else {
            let slot = self.reclaim();
            self.entries[slot] = Entry { key, hot: false, next: NIL, value };
            slot
        };
        let bucket = self.bucket(key);
        self.entries[slot].next = self.buckets[bucket];
        self.buckets[bucket] = slot as u32;
        &mut self.entries[slot].value
    }

    /// Turns the clock's hand to the first entry that nobody asked for since it
    /// last passed, and takes it out of its chain.
    fn reclaim(&mut self) -> usize {
        loop {
            let slot = self.hand;
            self.hand = (self.hand + 1) % self.entries.len();
            if self.entries[slot].hot {
                self.entries[slot].hot = false;
                continue;
            }
            let bucket = self.bucket(self.entries[slot].key);
            let next = self.entries[slot].next;
            if self.buckets[bucket] == slot as u32 {
                self.buckets[bucket] = next;
            } else {
                let mut i = self.buckets[bucket] as usize;
                while self.entries[i].next != slot as u32 {
                    i = self.entries[i].next as usize;
                }
                self.entries[i].next = next;
            }
            self.reclaimed += 1;
            return slot;
        }
    }

    /// Forgets every answer, and keeps the statistics.
    pub fn clear(&mut self) {
        if !self.entries.is_empty() {
            self.entries.clear();
            self.buckets.fill(NIL);
        }
        self.hand = 0;
    }

    /// How many answers it holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds no answer.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many answers it can hold.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Questions, those not found, and answers thrown out, since the process began.
    pub fn counters(&self) -> (u64, u64, u64) {
        (self.lookups, self.misses, self.reclaimed)
    }
}

/// A cached access vector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vector {
    allowed: u16,
    auditallow: u16,
    auditdeny: u16,
    /// Denials that permissive mode let pass and that were audited already.
    audited: u16,
    permissive: bool,
}

// An entry of a vector is no larger than that.
const _: () = assert!(size_of::<Entry<Vector>>() == 32);

// No class has more permissions than Vector has room for.
const _: () = {
    let mut class = 1;
    while class < crate::class::SEPG_CLASS_COUNT {
        assert!(crate::class::CLASSES[class as usize].permissions.len() <= 16);
        class += 1;
    }
};

impl From<Decision> for Vector {
    fn from(decision: Decision) -> Vector {
        Vector {
            allowed: decision.allowed as u16,
            auditallow: decision.auditallow as u16,
            auditdeny: decision.auditdeny as u16,
            audited: 0,
            permissive: decision.permissive,
        }
    }
}

/// What becomes of a request, and what to write about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The request is granted, by policy or because nobody enforces.
    pub granted: bool,
    /// What the policy refuses.
    pub denied: u32,
    /// What to write an audit record about.
    pub audited: u32,
    /// The record is of what was granted.
    pub audit_granted: bool,
    /// The policy refuses, and a permissive mode or domain lets it pass.
    pub permissive: bool,
}

impl Vector {
    /// Decides a request.  A denial that is let pass is audited once.
    #[inline(always)]
    pub fn decide(&mut self, required: u32, enforcing: bool, audit_all: bool) -> Verdict {
        let denied = required & !u32::from(self.allowed);
        if denied == 0 {
            let audited = if audit_all { required } else { required & u32::from(self.auditallow) };
            return Verdict {
                granted: true,
                denied: 0,
                audited,
                audit_granted: audited != 0,
                permissive: false,
            };
        }
        let mut audited = if audit_all { denied } else { denied & u32::from(self.auditdeny) };
        let permissive = self.permissive || !enforcing;
        if permissive {
            audited &= !u32::from(self.audited);
            self.audited |= denied as u16;
        }
        Verdict { granted: permissive, denied, audited, audit_granted: false, permissive }
    }

    /// The permissions that the policy itself grants.
    pub fn granted(&self) -> u32 {
        u32::from(self.allowed)
    }

    /// The permissions that a request would be granted.
    #[inline]
    pub fn allowed(&self, class: Class, enforcing: bool) -> u32 {
        if self.permissive || !enforcing {
            class.all_permissions()
        } else {
            u32::from(self.allowed)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u32) -> Key {
        Key::new(n / 64 + 1, n % 64 + 1, Class::new(n % 19 + 1).unwrap())
    }

    #[test]
    fn finds_what_was_put_in() {
        let mut cache = Cache::new(100);
        for n in 0..100 {
            assert_eq!(cache.get(key(n)), None);
            cache.insert(key(n), n);
        }
        for n in 0..100 {
            assert_eq!(cache.get(key(n)), Some(&mut { n }));
        }
        assert_eq!(cache.counters(), (200, 100, 0));
    }

    #[test]
    fn never_exceeds_its_capacity_and_never_lies() {
        let mut cache = Cache::new(32);
        for n in 0..10_000 {
            let n = n * 7919 % 257;
            match cache.get(key(n)) {
                Some(value) => assert_eq!(*value, n),
                None => {
                    cache.insert(key(n), n);
                }
            }
            assert!(cache.len() <= 32);
        }
        assert!(cache.counters().2 > 0);
    }

    #[test]
    fn what_is_asked_for_stays() {
        let mut cache = Cache::new(16);
        cache.insert(key(0), 0);
        for n in 1..1000 {
            assert!(cache.get(key(0)).is_some(), "thrown out at {n}");
            if cache.get(key(n)).is_none() {
                cache.insert(key(n), n);
            }
        }
    }

    #[test]
    fn forgets_everything() {
        let mut cache = Cache::new(16);
        (0..40).for_each(|n| {
            cache.insert(key(n), n);
        });
        cache.clear();
        assert!(cache.is_empty());
        (0..40).for_each(|n| assert_eq!(cache.get(key(n)), None));
        cache.insert(key(3), 3);
        assert_eq!(cache.get(key(3)), Some(&mut 3));
    }

    #[test]
    fn permissive_audits_once_for_each_permission() {
        let mut vector =
            Vector { allowed: 1, auditdeny: 0b0110, permissive: true, ..Vector::default() };
        let first = vector.decide(0b0011, true, false);
        assert_eq!((first.granted, first.denied, first.audited), (true, 0b10, 0b10));
        assert_eq!(vector.decide(0b0011, true, false).audited, 0);
        assert_eq!(vector.decide(0b1111, true, false).audited, 0b100);
    }

    #[test]
    fn enforcing_audits_every_time_and_dontaudit_never() {
        let mut vector =
            Vector { allowed: 0b01, auditallow: 0b01, auditdeny: 0b10, ..Vector::default() };
        for _ in 0..2 {
            let verdict = vector.decide(0b111, true, false);
            assert_eq!((verdict.granted, verdict.denied, verdict.audited), (false, 0b110, 0b10));
        }
        assert!(vector.decide(0b01, true, false).audit_granted);
        assert_eq!(vector.decide(0b111, true, true).audited, 0b110);
    }
}

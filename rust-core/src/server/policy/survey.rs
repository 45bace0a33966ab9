//! A look at an image before libsepol sees it: does it claim more than it can hold?
//!
//! Each table of symbols begins with two numbers: how many values there are,
//! and how many entries follow.  libsepol believes the first, and makes arrays
//! and bitmaps of that size, over which it goes again and again: an image of a
//! few kilobytes that claims millions of types keeps it busy for hours.  But
//! each value takes at least the words of its entry, or, for an attribute of
//! types that old policies leave out of the table, its own set of types.

/// The fewest bytes that a value takes anywhere in an image: three words.
const VALUE_BYTES: usize = 12;

/// Tables of symbols, in their order.
const TABLES: u32 = 8;

/// What begins where in an image.
struct Image<'a> {
    rest: &'a [u8],
    length: usize,
    version: u32,
}

impl<'a> Image<'a> {
    fn skip(&mut self, count: usize) -> Option<()> {
        self.rest = self.rest.get(count..)?;
        Some(())
    }

    fn word(&mut self) -> Option<u32> {
        let (word, rest) = self.rest.split_first_chunk::<4>()?;
        self.rest = rest;
        Some(u32::from_le_bytes(*word))
    }

    fn words<const N: usize>(&mut self) -> Option<[u32; N]> {
        let mut words = [0; N];
        for word in &mut words {
            *word = self.word()?;
        }
        Some(words)
    }

    /// Size of a unit, highest bit, units; each unit is a number and 64 bits.
    fn bitmap(&mut self) -> Option<()> {
        let [_, _, units] = self.words()?;
        self.skip((units as usize).checked_mul(12)?)
    }

    fn level(&mut self) -> Option<()> {
        self.word()?;
        self.bitmap()
    }

    /// How many values a table has, which must have room, and its entries.
    fn counts(&mut self) -> Option<u32> {
        let [values, entries] = self.words()?;
        (values as usize <= self.length / VALUE_BYTES).then_some(entries)
    }

    /// Permissions, each with the length of its name and its value.
    fn permissions(&mut self, count: u32) -> Option<()> {
        for _ in 0..count {
            let [name, _] = self.words()?;
            self.skip(name as usize)?;
        }
        Some(())
    }

    fn constraints(&mut self, count: u32) -> Option<()> {
        for _ in 0..count {
            let [_, steps] = self.words()?;
            for _ in 0..steps {
                let [kind, _, _] = self.words()?;
                // names; since version 29 also as they were written
                if kind == 5 {
                    self.bitmap()?;
                    if self.version >= 29 {
                        self.bitmap()?;
                        self.bitmap()?;
                        self.word()?;
                    }
                }
            }
        }
        Some(())
    }

    fn common(&mut self) -> Option<()> {
        let [name, _] = self.words()?;
        let permissions = self.counts()?;
        self.skip(name as usize)?;
        self.permissions(permissions)
    }

    fn class(&mut self) -> Option<()> {
        let [name, common, _] = self.words()?;
        let permissions = self.counts()?;
        let constraints = self.word()?;
        self.skip(name as usize)?;
        self.skip(common as usize)?;
        self.permissions(permissions)?;
        self.constraints(constraints)?;
        if self.version >= 19 {
            let transitions = self.word()?;
            self.constraints(transitions)?;
        }
        // where new objects get their user, role, range and type from
        self.skip(if self.version >= 27 { 12 } else { 0 })?;
        self.skip(if self.version >= 28 { 4 } else { 0 })
    }

    /// A name's length, so many words more, and the name.
    fn named(&mut self, words: usize) -> Option<()> {
        let name = self.word()?;
        self.skip(4 * words)?;
        self.skip(name as usize)
    }

    fn entry(&mut self, table: u32) -> Option<()> {
        let bounds = usize::from(self.version >= 24);
        match table {
            0 => self.common(),
            1 => self.class(),
            2 => {
                self.named(1 + bounds)?;
                self.bitmap()?;
                self.bitmap()
            }
            3 => self.named(2 + bounds),
            4 => {
                self.named(1 + bounds)?;
                self.bitmap()?;
                if self.version >= 19 {
                    // a range, of one level or two, and the default level
                    let levels = self.word()?;
                    self.skip(4 * levels as usize)?;
                    self.bitmap()?;
                    if levels > 1 {
                        self.bitmap()?;
                    }
                    self.level()?;
                }
                Some(())
            }
            5 => {
                let [_, _, name] = self.words()?;
                self.skip(name as usize)
            }
            6 => {
                self.named(1)?;
                self.level()
            }
            _ => self.named(2),
        }
    }

    fn tables(&mut self) -> Option<()> {
        let [_, tables, _] = self.words()?;
        // capabilities, permissive types
        for since in [22, 23] {
            if self.version >= since {
                self.bitmap()?;
            }
        }
        for table in 0..tables.min(TABLES) {
            let entries = self.counts()?;
            for _ in 0..entries {
                self.entry(table)?;
            }
        }
        Some(())
    }
}

/// Has an image of this version room for all symbols that it claims?
/// `behind` is what follows the version's number.
pub(super) fn plausible(image: &[u8], version: u32, behind: usize) -> bool {
    let Some(rest) = image.get(behind..) else { return false };
    Image { rest, length: image.len(), version }.tables().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::policy::{LoadError, Policy};

    const GOOD: &[u8] = include_bytes!("../../../fuzz/corpus/policy/good.33");
    /// Magic number, length of the target's name, the name, the version.
    const BEHIND: usize = 4 + 4 + 8 + 4;

    /// Where the tables' counts are.
    fn counts() -> Vec<usize> {
        let mut image = Image { rest: &GOOD[BEHIND..], length: GOOD.len(), version: 33 };
        image.words::<3>().unwrap();
        image.bitmap().unwrap();
        image.bitmap().unwrap();
        (0..TABLES)
            .map(|table| {
                let at = GOOD.len() - image.rest.len();
                let entries = image.counts().unwrap();
                for _ in 0..entries {
                    image.entry(table).unwrap();
                }
                at
            })
            .collect()
    }

    #[test]
    fn good_images_are_plausible() {
        assert!(plausible(GOOD, 33, BEHIND));
        assert!(Policy::load(GOOD).is_ok());
        assert_eq!(counts().len(), 8);
    }

    #[test]
    fn no_table_claims_more_than_there_is_room_for() {
        for at in counts() {
            for claimed in [0x0000_ffff_u32, 0x0100_0000, 0x7fff_ffff, u32::MAX] {
                let mut image = GOOD.to_vec();
                image[at..at + 4].copy_from_slice(&claimed.to_le_bytes());
                assert!(!plausible(&image, 33, BEHIND), "{claimed} values at {at}");
                assert_eq!(Policy::load(&image).unwrap_err(), LoadError::Damaged);
                image = GOOD.to_vec();
                image[at + 4..at + 8].copy_from_slice(&claimed.to_le_bytes());
                assert!(!plausible(&image, 33, BEHIND), "{claimed} entries at {at}");
            }
        }
    }

    #[test]
    fn no_cut_within_the_tables_is_plausible() {
        let last = *counts().last().unwrap();
        for length in 0..last {
            assert!(!plausible(&GOOD[..length], 33, BEHIND), "cut at {length}");
        }
    }
}

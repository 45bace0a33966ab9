//! Context texts: their parts, and the dense session ids (SIDs) that name them.

use std::ffi::{CStr, CString};

use rustc_hash::FxHashMap;

/// A dense, process-local number of a context text.
///
/// It names the text and not its meaning under a policy, so it survives a
/// policy reload.
pub type SepgSid = u32;

/// No context.
pub const SEPG_SID_NONE: SepgSid = 0;
/// The loaded policy's unlabeled context.
pub const SEPG_SID_UNLABELED: SepgSid = 1;

/// The user of a context, for sepg_core_context_part().
pub const SEPG_CONTEXT_USER: i32 = 0;
/// The role of a context.
pub const SEPG_CONTEXT_ROLE: i32 = 1;
/// The type of a context.
pub const SEPG_CONTEXT_TYPE: i32 = 2;
/// The range of a context, everything behind the third colon.
pub const SEPG_CONTEXT_RANGE: i32 = 3;

/// The unlabeled context's text as long as no policy has named another.
const UNLABELED_TEXT: &CStr = c"system_u:object_r:unlabeled_t:s0";

/// The longest context text that is taken: a page, as the kernel's limit is.
pub const MAX_CONTEXT_LENGTH: usize = 4095;

/// A context text, split at its first three colons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    /// The user.
    pub user: &'a [u8],
    /// The role.
    pub role: &'a [u8],
    /// The type.
    pub type_: &'a [u8],
    /// The range, which policies without MLS do not have.
    pub range: Option<&'a [u8]>,
}

impl<'a> Parts<'a> {
    /// Splits a text; None unless it has at least user, role and type.
    pub fn split(text: &'a [u8]) -> Option<Parts<'a>> {
        let mut parts = text.splitn(4, |byte| *byte == b':');
        let (user, role, type_) = (parts.next()?, parts.next()?, parts.next()?);
        if user.is_empty() || role.is_empty() || type_.is_empty() {
            return None;
        }
        Some(Parts { user, role, type_, range: parts.next() })
    }

    /// One part, by its number for C.
    pub fn get(&self, which: i32) -> Option<&'a [u8]> {
        match which {
            SEPG_CONTEXT_USER => Some(self.user),
            SEPG_CONTEXT_ROLE => Some(self.role),
            SEPG_CONTEXT_TYPE => Some(self.type_),
            SEPG_CONTEXT_RANGE => self.range,
            _ => None,
        }
    }

    /// The same context with one part replaced; None where the new part would
    /// run into its neighbours.
    pub fn with(mut self, which: i32, value: &'a [u8]) -> Option<Parts<'a>> {
        if value.is_empty() || (which != SEPG_CONTEXT_RANGE && value.contains(&b':')) {
            return None;
        }
        match which {
            SEPG_CONTEXT_USER => self.user = value,
            SEPG_CONTEXT_ROLE => self.role = value,
            SEPG_CONTEXT_TYPE => self.type_ = value,
            SEPG_CONTEXT_RANGE => self.range = Some(value),
            _ => return None,
        }
        Some(self)
    }

    /// Puts the parts together again.
    pub fn join(&self) -> Vec<u8> {
        let mut text = [self.user, self.role, self.type_].join(&b':');
        if let Some(range) = self.range {
            text.push(b':');
            text.extend_from_slice(range);
        }
        text
    }
}

/// What is known of a text under the loaded policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Validity {
    Unknown,
    Valid,
    Invalid,
}

/// The SIDs of this process and their texts.
///
/// Texts are never freed: C holds pointers to them for the process' life.
#[derive(Debug)]
pub struct SidTable {
    /// Indexed by SID; 0 has no text.
    texts: Vec<&'static CStr>,
    validity: Vec<Validity>,
    /// From a text to its SID.  The unlabeled context is
    /// not in it: SID 1 may have another text after the next policy load.
    by_text: FxHashMap<&'static CStr, SepgSid>,
}

impl Default for SidTable {
    fn default() -> Self {
        SidTable::new()
    }
}

impl SidTable {
    /// A table that holds the unlabeled context only.
    pub fn new() -> SidTable {
        SidTable {
            texts: vec![c"", UNLABELED_TEXT],
            validity: vec![Validity::Invalid, Validity::Valid],
            by_text: FxHashMap::default(),
        }
    }

    /// The SID of a text, which is added where it is new.
    pub fn intern(&mut self, text: &CStr) -> SepgSid {
        if let Some(sid) = self.by_text.get(text) {
            return *sid;
        }
        let sid = self.texts.len() as SepgSid;
        let text: &'static CStr = Box::leak(CString::from(text).into_boxed_c_str());
        self.texts.push(text);
        self.validity.push(Validity::Unknown);
        self.by_text.insert(text, sid);
        sid
    }

    /// The text of a SID.
    pub fn text(&self, sid: SepgSid) -> Option<&'static CStr> {
        if sid == SEPG_SID_NONE { None } else { self.texts.get(sid as usize).copied() }
    }

    /// How many SIDs there are; the highest is one less.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Never: SID 1 is always there.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Whether the text is known to be valid under the loaded policy.
    pub fn valid(&self, sid: SepgSid) -> Option<bool> {
        match self.validity.get(sid as usize) {
            Some(Validity::Unknown) => None,
            Some(Validity::Valid) => Some(true),
            Some(Validity::Invalid) | None => Some(false),
        }
    }

    /// Remembers whether the text is valid, until the next policy load.
    pub fn set_valid(&mut self, sid: SepgSid, valid: bool) {
        if let Some(slot) = self.validity.get_mut(sid as usize) {
            *slot = if valid { Validity::Valid } else { Validity::Invalid };
        }
    }

    /// A policy was loaded: SID 1 gets its unlabeled context, and the validity
    /// of every other text has to be computed again.
    pub fn policy_loaded(&mut self, unlabeled: &CStr) {
        if self.texts[SEPG_SID_UNLABELED as usize] != unlabeled {
            let text = Box::leak(CString::from(unlabeled).into_boxed_c_str());
            self.texts[SEPG_SID_UNLABELED as usize] = text;
        }
        for slot in self.validity.iter_mut().skip(2) {
            *slot = Validity::Unknown;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_and_joins() {
        let text = b"staff_u:staff_r:staff_t:s0-s0:c0.c9";
        let parts = Parts::split(text).unwrap();
        assert_eq!(parts.user, b"staff_u");
        assert_eq!(parts.range, Some(&b"s0-s0:c0.c9"[..]));
        assert_eq!(parts.join(), text);
        assert_eq!(Parts::split(b"a:b:c").unwrap().range, None);
        assert_eq!(Parts::split(b"a:b"), None);
        assert_eq!(Parts::split(b"a::c:s0"), None);
        let other = parts.with(SEPG_CONTEXT_TYPE, b"user_t").unwrap();
        assert_eq!(other.join(), b"staff_u:staff_r:user_t:s0-s0:c0.c9");
        assert!(parts.with(SEPG_CONTEXT_TYPE, b"user_t:s1").is_none());
    }

    #[test]
    fn sids_are_dense_and_keep_their_texts() {
        let mut sids = SidTable::new();
        let a = sids.intern(c"a:b:c");
        let b = sids.intern(c"a:b:d");
        assert_eq!((a, b), (2, 3));
        assert_eq!(sids.intern(c"a:b:c"), a);
        let pointer = sids.text(a).unwrap().as_ptr();
        for i in 0..1000 {
            sids.intern(&CString::new(format!("a:b:t{i}")).unwrap());
        }
        assert_eq!(sids.text(a).unwrap().as_ptr(), pointer);
        assert_eq!(sids.text(SEPG_SID_NONE), None);
        assert_eq!(sids.text(5000), None);
    }

    #[test]
    fn unlabeled_follows_the_policy_and_nothing_else_does() {
        let mut sids = SidTable::new();
        let same = sids.intern(UNLABELED_TEXT);
        assert_ne!(same, SEPG_SID_UNLABELED);
        sids.set_valid(same, true);
        sids.policy_loaded(c"system_u:object_r:other_t:s0");
        assert_eq!(sids.text(same), Some(UNLABELED_TEXT));
        assert_eq!(sids.text(SEPG_SID_UNLABELED), Some(c"system_u:object_r:other_t:s0"));
        assert_eq!(sids.valid(same), None);
        assert_eq!(sids.valid(SEPG_SID_UNLABELED), Some(true));
    }
}

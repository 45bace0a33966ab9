//! Whose label decides: the client's, the one it set, a trusted procedure's.

use crate::context::{SEPG_SID_NONE, SepgSid};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Frame {
    sid: SepgSid,
    level: u32,
}

/// The stack of a session's labels.
///
/// At its bottom is the client's label as of connecting, over it the label
/// that the client set, over that one frame for each trusted procedure that
/// runs.  Levels are PostgreSQL's nesting levels of transactions, 1 for the
/// transaction itself.
#[derive(Debug, Default)]
pub struct Subjects {
    peer: SepgSid,
    /// Set and committed; none where the peer's holds.
    committed: SepgSid,
    /// Set in transactions that still run, the latest last.
    pending: Vec<Frame>,
    /// Trusted procedures that run, the innermost last.
    frames: Vec<Frame>,
}

impl Subjects {
    /// Begins a session: everything before is forgotten.
    pub fn reset(&mut self, peer: SepgSid) {
        *self = Subjects { peer, ..Subjects::default() };
    }

    /// The label that decides now.
    #[inline]
    pub fn current(&self) -> SepgSid {
        match self.frames.last() {
            Some(frame) => frame.sid,
            None => self.base(),
        }
    }

    /// The session's label, whatever procedure runs.
    pub fn base(&self) -> SepgSid {
        let set = self.pending.last().map_or(self.committed, |frame| frame.sid);
        if set == SEPG_SID_NONE { self.peer } else { set }
    }

    /// The label as of connecting.
    pub fn peer(&self) -> SepgSid {
        self.peer
    }

    /// A trusted procedure begins.
    pub fn push(&mut self, sid: SepgSid, level: u32) {
        self.frames.push(Frame { sid, level });
    }

    /// How many procedures run, for `pop`.
    pub fn mark(&self) -> u32 {
        self.frames.len() as u32
    }

    /// Back to a mark; procedures that an abort ended already are no matter.
    pub fn pop(&mut self, mark: u32) {
        self.frames.truncate(mark as usize);
    }

    /// The client sets its label, or with none returns to its peer's.
    pub fn set(&mut self, sid: SepgSid, level: u32) {
        self.pending.push(Frame { sid, level });
    }

    /// A (sub)transaction of this level ends well: what it set is its parent's,
    /// or the session's.
    pub fn commit(&mut self, level: u32) {
        let parent = level.saturating_sub(1);
        for frame in self.frames.iter_mut().chain(&mut self.pending) {
            frame.level = frame.level.min(parent);
        }
        if parent == 0
            && let Some(last) = self.pending.last()
        {
            self.committed = last.sid;
            self.pending.clear();
        }
    }

    /// A (sub)transaction of this level fails: what it set and began is undone.
    pub fn abort(&mut self, level: u32) {
        self.frames.retain(|frame| frame.level < level);
        self.pending.retain(|frame| frame.level < level);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn procedures_cover_the_session() {
        let mut subjects = Subjects::default();
        subjects.reset(7);
        assert_eq!((subjects.current(), subjects.base()), (7, 7));
        let mark = subjects.mark();
        subjects.push(8, 1);
        subjects.set(9, 1);
        assert_eq!((subjects.current(), subjects.base(), subjects.peer()), (8, 9, 7));
        subjects.pop(mark);
        assert_eq!(subjects.current(), 9);
        subjects.abort(1);
        assert_eq!(subjects.current(), 7);
    }

    #[test]
    fn setting_survives_a_commit_only() {
        let mut subjects = Subjects::default();
        subjects.reset(7);
        subjects.set(8, 2);
        subjects.commit(2);
        assert_eq!(subjects.base(), 8);
        subjects.set(9, 2);
        subjects.abort(2);
        assert_eq!(subjects.base(), 8);
        subjects.commit(1);
        subjects.abort(1);
        assert_eq!(subjects.base(), 8);
        subjects.set(SEPG_SID_NONE, 1);
        subjects.commit(1);
        assert_eq!(subjects.base(), 7);
    }

    #[test]
    fn a_committed_child_goes_with_its_parent() {
        let mut subjects = Subjects::default();
        subjects.reset(7);
        subjects.set(8, 3);
        subjects.commit(3);
        subjects.abort(2);
        assert_eq!(subjects.base(), 7);
    }
}

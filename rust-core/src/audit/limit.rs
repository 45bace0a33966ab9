//! How many records a process writes in a second.

use std::time::{Duration, Instant};

/// One second.
const WINDOW: Duration = Duration::from_secs(1);

/// Lets a number of records pass in each second, and counts the rest.
///
/// Each process has its own, so that no session can silence another's.
#[derive(Debug, Default)]
pub struct Limiter {
    window: Option<Instant>,
    passed: u32,
    /// In this second.
    suppressed: u64,
    /// In earlier ones, and not told of.
    due: u64,
}

impl Limiter {
    /// May a record be written now?  A limit of 0 is none.
    pub fn admit(&mut self, now: Instant, limit: u32) -> bool {
        if self.window.is_none_or(|start| now.duration_since(start) >= WINDOW) {
            self.window = Some(now);
            self.passed = 0;
            self.due += std::mem::take(&mut self.suppressed);
        }
        if limit != 0 && self.passed >= limit {
            self.suppressed += 1;
            return false;
        }
        self.passed += 1;
        true
    }

    /// How many were not written since the last call.  With `wait`, without
    /// those of the second that still lasts, so that not every suppressed record
    /// is followed by one that says so.
    pub fn take_suppressed(&mut self, now: Instant, wait: bool) -> u64 {
        if !wait || self.window.is_none_or(|start| now.duration_since(start) >= WINDOW) {
            self.due += std::mem::take(&mut self.suppressed);
        }
        std::mem::take(&mut self.due)
    }

    /// How many wait to be told of.
    pub fn suppressed(&self) -> u64 {
        self.due + self.suppressed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_has_its_records_and_none_is_lost_silently() {
        let mut limiter = Limiter::default();
        let start = Instant::now();
        let passed = (0..10).filter(|_| limiter.admit(start, 3)).count();
        assert_eq!((passed, limiter.suppressed()), (3, 7));
        // Not yet told, then told once.
        assert_eq!(limiter.take_suppressed(start, true), 0);
        assert_eq!(limiter.take_suppressed(start + WINDOW, true), 7);
        assert_eq!(limiter.take_suppressed(start + WINDOW, true), 0);
        // The next second begins anew.
        let passed = (0..10).filter(|_| limiter.admit(start + WINDOW, 3)).count();
        assert_eq!(passed, 3);
        // Nor is it lost where records keep coming.
        assert!(limiter.admit(start + 2 * WINDOW, 3));
        assert_eq!(limiter.take_suppressed(start + 2 * WINDOW, true), 7);
        // The end of a process does not wait.
        assert_eq!((0..5).filter(|_| limiter.admit(start + 2 * WINDOW, 3)).count(), 2);
        assert_eq!(limiter.take_suppressed(start + 2 * WINDOW, true), 0);
        assert_eq!(limiter.take_suppressed(start + 2 * WINDOW, false), 3);
    }

    #[test]
    fn no_limit() {
        let mut limiter = Limiter::default();
        let start = Instant::now();
        assert!((0..10_000).all(|_| limiter.admit(start, 0)));
        assert_eq!(limiter.suppressed(), 0);
    }
}

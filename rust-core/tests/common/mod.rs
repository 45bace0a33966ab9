//! What several tests need: policies, and libsepol to compare with.

#![allow(dead_code, reason = "no test uses all of it")]

use std::ffi::{CStr, CString};
use std::os::raw::{c_char, c_int};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, OnceLock};

use sepgsql_core::server::policy::{Kind, Policy};

/// A folder of this test's own.
fn scratch() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(std::process::id().to_string());
        std::fs::create_dir_all(&path).unwrap();
        path
    })
}

/// Levels in CIL: so many sensitivities and categories.
pub fn levels(sensitivities: u32, categories: u32) -> String {
    let names = |letter, count| (0..count).map(|i| format!("{letter}{i}")).collect::<Vec<String>>();
    let (s, c) = (names('s', sensitivities), names('c', categories));
    let mut text = String::new();
    for name in &s {
        text += &format!("(sensitivity {name})\n");
    }
    text += &format!("(sensitivityorder ({}))\n", s.join(" "));
    for name in &c {
        text += &format!("(category {name})\n");
    }
    text += &format!("(categoryorder ({}))\n", c.join(" "));
    for name in &s {
        text += &format!("(sensitivitycategory {name} (range c0 c{}))\n", categories - 1);
    }
    text
}

/// Compiles CIL.
pub fn compile(name: &str, sources: &[String], mls: bool) -> Vec<u8> {
    let output = scratch().join(format!("{name}.33"));
    let mut command = Command::new("secilc");
    command.args(["-N", "-c", "33", "-M", if mls { "true" } else { "false" }, "-f", "/dev/null"]);
    command.arg("-o").arg(&output);
    for (i, source) in sources.iter().enumerate() {
        let path = scratch().join(format!("{name}.{i}.cil"));
        std::fs::write(&path, source).unwrap();
        command.arg(path);
    }
    let result = command.output().expect("secilc is needed to compile the test's policies");
    assert!(
        result.status.success(),
        "secilc: {}{}",
        String::from_utf8_lossy(&result.stdout),
        String::from_utf8_lossy(&result.stderr)
    );
    std::fs::read(output).unwrap()
}

/// The source of the tests' own policy.
pub fn test_source() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/test.cil"))
        .unwrap()
}

/// The tests' own policy, with changes to its source.
pub fn compile_changed(name: &str, changes: &[(&str, &str)], mls: bool) -> Vec<u8> {
    let mut source = test_source();
    for (from, to) in changes {
        assert!(source.contains(from), "test.cil has no {from}");
        source = source.replace(from, to);
    }
    compile(name, &[source, levels(4, 130)], mls)
}

/// The tests' own policy.
pub fn test_policy() -> &'static [u8] {
    static IMAGE: OnceLock<Vec<u8>> = OnceLock::new();
    IMAGE.get_or_init(|| compile_changed("test", &[], true))
}

/// The policy that is installed with the server.
pub fn shipped_policy() -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy");
    let out = scratch().join("shipped");
    let result = Command::new("make")
        .arg("-C")
        .arg(&folder)
        .arg(format!("OUT={}", out.display()))
        .output()
        .expect("make is needed to compile the shipped policy");
    assert!(
        result.status.success(),
        "make -C {}: {}",
        folder.display(),
        String::from_utf8_lossy(&result.stderr)
    );
    std::fs::read(out.join("sepostgresql.33")).unwrap()
}

/// The distribution's reference policy; None where the caller said to do
/// without.
pub fn reference_policy() -> Option<Vec<u8>> {
    if std::env::var_os("SEPGSQL_TEST_NO_DEBIAN_POLICY").is_some_and(|v| v == "1") {
        return None;
    }
    let path = std::env::var_os("SEPGSQL_DEBIAN_POLICY")
        .map_or_else(|| PathBuf::from("/etc/selinux/default/policy/policy.33"), PathBuf::from);
    match std::fs::read(&path) {
        Ok(image) => Some(image),
        Err(error) => panic!(
            "{}: {error}; install the package selinux-policy-default, name a policy in \
             SEPGSQL_DEBIAN_POLICY, or set SEPGSQL_TEST_NO_DEBIAN_POLICY=1 to do without",
            path.display()
        ),
    }
}

/// Random numbers that are the same at each run (xorshift).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Names as texts.
pub fn owned(names: impl Iterator<Item = impl AsRef<[u8]>>) -> Vec<String> {
    names.map(|name| String::from_utf8(name.as_ref().to_vec()).unwrap()).collect()
}

/// Makes context texts of a policy's names, valid ones and others.
pub struct Generator {
    users: Vec<String>,
    roles: Vec<String>,
    types: Vec<String>,
    levels: Vec<String>,
    categories: Vec<String>,
    mls: bool,
    pub random: Random,
}

impl Generator {
    pub fn new(policy: &Policy, seed: u64) -> Generator {
        Generator {
            users: owned(policy.names(Kind::User)),
            roles: owned(policy.names(Kind::Role)),
            types: owned(policy.names(Kind::Type)),
            levels: owned(policy.names(Kind::Level)),
            categories: owned(policy.names(Kind::Category)),
            mls: policy.info().mls,
            random: Random(seed),
        }
    }

    /// A level no higher than the given one, in canonical or other form.
    fn level(&mut self, sensitivity: usize, categories: &[usize]) -> String {
        let mut text = self.levels[sensitivity].clone();
        for (i, category) in categories.iter().enumerate() {
            text += if i == 0 { ":" } else { "," };
            text += &self.categories[*category];
        }
        text
    }

    fn range(&mut self) -> String {
        let random = &mut self.random;
        // Mostly few categories among the first, so that sets have to do with each other.
        let bound = if random.below(4) == 0 {
            self.categories.len()
        } else {
            10.min(self.categories.len())
        };
        let mut high: Vec<usize> = (0..random.below(6)).map(|_| random.below(bound)).collect();
        high.sort_unstable();
        high.dedup();
        let low: Vec<usize> = high.iter().copied().filter(|_| random.below(3) == 0).collect();
        let high_sensitivity =
            if random.below(3) == 0 { random.below(self.levels.len()) } else { 0 };
        let low_sensitivity = random.below(high_sensitivity + 1);
        let single = random.below(2) == 0;
        let low = self.level(low_sensitivity, &low);
        if single {
            return low;
        }
        format!("{low}-{}", self.level(high_sensitivity, &high))
    }

    pub fn context(&mut self, type_: Option<&str>, object: bool) -> CString {
        let user = self.random.pick(&self.users).clone();
        let role =
            if object { "object_r".to_owned() } else { self.random.pick(&self.roles).clone() };
        let type_ = type_.map_or_else(|| self.random.pick(&self.types).clone(), str::to_owned);
        let mut text = format!("{user}:{role}:{type_}");
        if self.mls {
            text += &format!(":{}", self.range());
        }
        CString::new(text).unwrap()
    }

    /// Damages a text a little.
    pub fn damage(&mut self, text: &CString) -> CString {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..=self.random.below(3) {
            let at = self.random.below(bytes.len());
            match self.random.below(4) {
                0 => bytes[at] = *self.random.pick(b":-.,csa0 x_"),
                1 => bytes.insert(at, *self.random.pick(b":-.,csa0 x_")),
                2 if bytes.len() > 1 => {
                    bytes.remove(at);
                }
                _ => {
                    let tails = [":c1", "-s0", ",c2", ".c3", ":"];
                    bytes.extend_from_slice(self.random.pick(&tails).as_bytes());
                }
            }
        }
        CString::new(bytes).unwrap()
    }
}

unsafe extern "C" {
    fn sepg_oracle_load(image: *const u8, length: usize) -> c_int;
    fn sepg_oracle_sid(context: *const c_char, sid: *mut u32) -> c_int;
    fn sepg_oracle_context(sid: u32) -> *mut c_char;
    fn sepg_oracle_class(name: *const c_char) -> u32;
    fn sepg_oracle_permission(tclass: u32, name: *const c_char) -> u32;
    fn sepg_oracle_compute_av(s: u32, t: u32, tclass: u32, answer: *mut u32) -> c_int;
    fn sepg_oracle_transition(s: u32, t: u32, tclass: u32, sid: *mut u32) -> c_int;
    fn sepg_oracle_bounds_depth(name: *const c_char) -> c_int;
    fn sepg_oracle_write_cil(path: *const c_char) -> c_int;
}

/// libsepol's own security server.  It has one policy in a process, so that
/// there is one oracle at a time.
pub struct Oracle(#[expect(dead_code, reason = "held")] MutexGuard<'static, ()>);

impl Oracle {
    pub fn load(image: &[u8]) -> Oracle {
        static ONE: Mutex<()> = Mutex::new(());
        let guard = ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        // SAFETY: The image is readable, and the lock keeps others out of libsepol.
        assert_eq!(unsafe { sepg_oracle_load(image.as_ptr(), image.len()) }, 0);
        Oracle(guard)
    }

    pub fn sid(&self, context: &CStr) -> Option<u32> {
        let mut sid = 0;
        // SAFETY: A NUL-terminated text; the lock is held.
        (unsafe { sepg_oracle_sid(context.as_ptr(), &mut sid) } == 0).then_some(sid)
    }

    pub fn context(&self, sid: u32) -> CString {
        // SAFETY: The lock is held; the answer is a text of malloc's, or NULL.
        unsafe {
            let text = sepg_oracle_context(sid);
            assert!(!text.is_null());
            let copy = CString::from(CStr::from_ptr(text));
            libc::free(text.cast());
            copy
        }
    }

    pub fn class(&self, name: &str) -> u32 {
        let name = CString::new(name).unwrap();
        // SAFETY: A NUL-terminated text; the lock is held.
        unsafe { sepg_oracle_class(name.as_ptr()) }
    }

    pub fn permission(&self, class: u32, name: &str) -> u32 {
        let name = CString::new(name).unwrap();
        // SAFETY: A NUL-terminated text; the lock is held.  Class 0 is nobody's.
        if class == 0 { 0 } else { unsafe { sepg_oracle_permission(class, name.as_ptr()) } }
    }

    /// allowed, auditallow, auditdeny
    pub fn compute_av(&self, subject: u32, object: u32, class: u32) -> [u32; 3] {
        let mut answer = [0; 3];
        // SAFETY: Room for three answers; the lock is held.
        let code = unsafe { sepg_oracle_compute_av(subject, object, class, answer.as_mut_ptr()) };
        assert_eq!(code, 0);
        answer
    }

    pub fn transition(&self, subject: u32, object: u32, class: u32) -> Option<CString> {
        let mut sid = 0;
        // SAFETY: Room for the answer; the lock is held.
        let code = unsafe { sepg_oracle_transition(subject, object, class, &mut sid) };
        (code == 0).then(|| self.context(sid))
    }

    pub fn bounds_depth(&self, type_: &[u8]) -> i32 {
        let name = CString::new(type_).unwrap();
        // SAFETY: A NUL-terminated text; the lock is held.
        unsafe { sepg_oracle_bounds_depth(name.as_ptr()) }
    }

    /// The policy as CIL, one statement on a line.
    pub fn cil(&self) -> String {
        let path = scratch().join("oracle.cil");
        let name = CString::new(path.to_str().unwrap()).unwrap();
        // SAFETY: A NUL-terminated text; the lock is held.
        assert_eq!(unsafe { sepg_oracle_write_cil(name.as_ptr()) }, 0);
        std::fs::read_to_string(path).unwrap()
    }
}

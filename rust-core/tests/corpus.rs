//! The corpora of the fuzzing targets (fuzz/corpus), through the same functions
//! as there; and what the targets say about noise.

#[path = "../fuzz/src/lib.rs"]
#[allow(dead_code, reason = "what only the fuzzers use")]
mod targets;

use std::path::Path;

use proptest::prelude::*;

fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| (path.display().to_string(), std::fs::read(path).unwrap()))
        .collect()
}

fn replay(name: &str) {
    let (_, target) = targets::TARGETS.iter().find(|(known, _)| *known == name).unwrap();
    let files = corpus(name);
    assert!(files.len() >= 5, "the corpus of {name} is missing");
    for (path, data) in files {
        eprintln!("{path}");
        target(&data);
    }
}

#[test]
fn contexts() {
    replay("context");
}

#[test]
fn db_contexts() {
    replay("dbcontexts");
}

#[test]
fn audit_records() {
    replay("audit");
}

#[test]
fn policies() {
    replay("policy");
}

#[test]
fn calls_from_c() {
    replay("ffi");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn noise(data in proptest::collection::vec(any::<u8>(), 0..300)) {
        for (_, target) in targets::TARGETS {
            target(&data);
        }
    }
}

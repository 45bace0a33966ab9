//! What a decision costs: found in the cache, computed, and loaded.
//!
//! `avc_hit` is the one that counts, and is to stay below 5 ns.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use sepgsql_core::class::*;
use sepgsql_core::core::Core;
use sepgsql_core::ffi;
use sepgsql_core::server::policy::Policy;

#[path = "../tests/common/mod.rs"]
mod common;

const CLIENT: &std::ffi::CStr = c"alice_u:client_r:client_t:s0-s1:c0.c9";
const TABLE: &std::ffi::CStr = c"system_u:object_r:table_t:s0";

fn hits(c: &mut Criterion) {
    let row = Class::new(SEPG_CLASS_DB_TUPLE).unwrap();
    let mut core = Core::new();
    core.init_embedded(common::test_policy()).unwrap();
    let client = core.context_to_sid(CLIENT).unwrap();
    let table = core.context_to_sid(TABLE).unwrap();
    c.bench_function("avc_hit", |b| {
        b.iter(|| {
            core.check(black_box(client), black_box(table), row, SEPG_DB_TUPLE__SELECT)
                .unwrap()
                .granted
        });
    });

    // As C sees it: the thread's state, and the barrier for panics.
    let image = common::test_policy();
    let (mut client, mut table) = (0, 0);
    // SAFETY: The image is readable, texts are NUL-terminated, and the answers
    // have places.
    unsafe {
        ffi::sepg_core_init_embedded(image.as_ptr(), image.len(), std::ptr::null_mut(), 0);
        ffi::sepg_core_context_to_sid(CLIENT.as_ptr(), &mut client, std::ptr::null_mut(), 0);
        ffi::sepg_core_context_to_sid(TABLE.as_ptr(), &mut table, std::ptr::null_mut(), 0);
    }
    c.bench_function("avc_hit_from_c", |b| {
        let mut audit = ffi::SepgAudit::default();
        b.iter(|| {
            // SAFETY: A place for the answer.
            unsafe {
                ffi::sepg_core_check(
                    black_box(client),
                    black_box(table),
                    SEPG_CLASS_DB_TUPLE,
                    SEPG_DB_TUPLE__SELECT,
                    &mut audit,
                )
            }
        });
    });

    // Over many labels, so that the cache is not in the nearest memory.
    let labels: Vec<u32> = (0..1000)
        .map(|i| {
            let text = format!("system_u:object_r:table_t:s0:c{},c{}", i % 30, 30 + i / 30);
            core.context_to_sid(&std::ffi::CString::new(text).unwrap()).unwrap()
        })
        .collect();
    let client = core.context_to_sid(CLIENT).unwrap();
    c.bench_function("avc_hit_1000_labels", |b| {
        let mut i = 0;
        b.iter(|| {
            i = if i == 999 { 0 } else { i + 1 };
            core.check(client, labels[i], row, SEPG_DB_TUPLE__SELECT).unwrap().granted
        });
    });
    c.bench_function("transition_hit", |b| {
        b.iter(|| core.compute_create(black_box(client), labels[7], row, None).unwrap());
    });
}

fn misses(c: &mut Criterion) {
    let row = Class::new(SEPG_CLASS_DB_TUPLE).unwrap();
    let mut images = vec![("test", common::test_policy().to_vec(), CLIENT, TABLE)];
    if let Some(image) = common::reference_policy() {
        images.push((
            "reference",
            image,
            c"staff_u:staff_r:staff_t:s0",
            c"system_u:object_r:sepgsql_table_t:s0",
        ));
    }
    for (name, image, client, table) in images {
        let policy = Policy::load(&image).unwrap();
        let client = policy.parse(client.to_bytes()).unwrap();
        let object = policy.parse(table.to_bytes()).unwrap();
        c.bench_function(&format!("compute_av/{name}"), |b| {
            b.iter(|| policy.compute_av(black_box(&client), black_box(&object), row));
        });
        c.bench_function(&format!("parse/{name}"), |b| {
            b.iter(|| policy.parse(black_box(table.to_bytes())));
        });
        let mut group = c.benchmark_group("load");
        group.sample_size(10);
        group.bench_function(name, |b| b.iter(|| Policy::load(black_box(&image)).unwrap()));
        group.finish();
    }
}

criterion_group!(benches, hits, misses);
criterion_main!(benches);

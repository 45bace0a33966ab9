//! A decision that the cache answers allocates nothing.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use sepgsql_core::class::*;
use sepgsql_core::core::Core;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: Every call is handed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: The caller's contract is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: The caller's contract is the same.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn hits_allocate_nothing() {
    let row = Class::new(SEPG_CLASS_DB_TUPLE).unwrap();
    let mut core = Core::new();
    core.init_embedded(common::test_policy()).unwrap();
    let client = core.context_to_sid(c"alice_u:client_r:client_t:s0").unwrap();
    let table = core.context_to_sid(c"system_u:object_r:table_t:s0").unwrap();
    let ask = |core: &mut Core| {
        for required in [SEPG_DB_TUPLE__SELECT, SEPG_DB_TUPLE__DELETE, row.all_permissions()] {
            core.check(client, table, row, required).unwrap();
        }
        core.allowed(client, table, row).unwrap();
        core.compute_create(client, table, row, None).unwrap();
    };
    ask(&mut core);
    let before = ALLOCATIONS.get();
    for _ in 0..1000 {
        ask(&mut core);
    }
    assert_eq!(ALLOCATIONS.get() - before, 0);
    // The counter counts.
    core.text_to_sid(c"a:b:c");
    assert!(ALLOCATIONS.get() > before);
}

//! Settings that suit this machine's memory. PostgreSQL's own suit a machine of twenty years ago.

const MB: u64 = 1024 * 1024;

/// Bytes of memory that this machine has.
fn of_this_machine() -> u64 {
    let info = rustix::system::sysinfo();
    u64::from(info.mem_unit).saturating_mul(info.totalram)
}

/// Settings for a server that shares this machine with the program that it belongs to, whose data lies on flash.
pub(crate) fn settings() -> Vec<(String, String)> {
    settings_for(of_this_machine())
}

fn settings_for(memory: u64) -> Vec<(String, String)> {
    let megabytes = |bytes: u64| format!("{}MB", bytes / MB);
    let settings = [
        // Pages that are not in its own buffers are copied from the system's, one call for each.
        ("shared_buffers", megabytes((memory / 8).clamp(128 * MB, 2048 * MB))),
        ("effective_cache_size", megabytes((memory / 2).max(256 * MB))),
        ("maintenance_work_mem", megabytes((memory / 32).clamp(64 * MB, 512 * MB))),
        ("work_mem", megabytes((memory / 512).clamp(4 * MB, 32 * MB))),
        // A page at random costs about what the next one costs.
        ("random_page_cost", "1.1".to_owned()),
        ("effective_io_concurrency", "100".to_owned()),
        // A checkpoint after so much, not after every gigabyte of an import.
        ("max_wal_size", "4GB".to_owned()),
        // What an index alone can answer depends on pages that vacuum has seen.
        ("autovacuum_vacuum_scale_factor", "0.05".to_owned()),
        ("autovacuum_vacuum_insert_scale_factor", "0.05".to_owned()),
        ("autovacuum_analyze_scale_factor", "0.05".to_owned()),
    ];
    settings.map(|(name, value)| (name.to_owned(), value)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(memory: u64, name: &str) -> String {
        settings_for(memory).into_iter().find(|(setting, _)| setting == name).unwrap().1
    }

    #[test]
    fn buffers_grow_with_the_memory_within_bounds() {
        assert_eq!(setting(512 * MB, "shared_buffers"), "128MB");
        assert_eq!(setting(4096 * MB, "shared_buffers"), "512MB");
        assert_eq!(setting(262_144 * MB, "shared_buffers"), "2048MB");
        assert_eq!(setting(512 * MB, "work_mem"), "4MB");
        assert!(of_this_machine() > 64 * MB);
    }
}

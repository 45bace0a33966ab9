--
-- Functions that concern the whole server: privileges are not enough
--
\c - sep_su
SELECT count(*) FROM pg_hba_file_rules;
SELECT count(*) FROM pg_hba_file_rules();
SELECT count(*) FROM pg_ident_file_mappings;
SELECT count(*) FROM pg_file_settings;
SELECT count(*) FROM pg_peerlabel_file_rules;
SELECT pg_reload_conf();
SELECT pg_rotate_logfile();
SELECT pg_promote(false, 1);
SELECT pg_switch_wal();
SELECT pg_create_restore_point('x');
SELECT pg_backup_stop();
SELECT pg_wal_replay_pause();
SELECT pg_wal_replay_resume();
SELECT pg_log_standby_snapshot();
SELECT pg_sync_replication_slots();
SELECT pg_replication_origin_create('x');
SELECT pg_replication_origin_drop('x');
SELECT pg_replication_origin_advance('x', '0/1');
SELECT pg_replication_origin_session_setup('x');
SELECT pg_replication_origin_xact_setup('0/1', now());
SELECT pg_stat_reset();
SELECT pg_stat_reset_shared();
SELECT pg_stat_reset_single_table_counters(1259);
SELECT pg_stat_reset_single_function_counters(1);
SELECT pg_stat_reset_slru();
SELECT pg_stat_reset_replication_slot(NULL);
SELECT pg_stat_reset_subscription_stats(NULL);
SELECT pg_nextoid('pg_class', 'oid', 'pg_class_oid_index');
SELECT pg_stop_making_pinned_objects();
-- by other ways
DO $$ BEGIN PERFORM pg_reload_conf(); END $$;
CREATE FUNCTION reload() RETURNS bool LANGUAGE sql AS 'SELECT pg_reload_conf()';
SELECT reload();
DROP FUNCTION reload();
PREPARE p AS SELECT pg_reload_conf();
EXECUTE p;
-- its own session is its own
SELECT pg_log_backend_memory_contexts(pg_backend_pid());
SELECT pg_stat_reset_backend_stats(pg_backend_pid());
-- processes of the server
SELECT pg_log_backend_memory_contexts(pid) FROM pg_stat_get_activity(NULL) WHERE backend_type = 'checkpointer';
SELECT pg_stat_reset_backend_stats(pid) FROM pg_stat_get_activity(NULL) WHERE backend_type = 'checkpointer';
SELECT count(*) FROM pg_stat_get_activity(NULL) a, pg_stat_get_backend_io(a.pid) WHERE a.pid <> pg_backend_pid();

-- dbadm_t sees parameters, the administrator may all
\c - sep_dbadm
SELECT pg_reload_conf();
SELECT count(*) > 0 FROM pg_file_settings;
\c - sep_admin
SELECT pg_reload_conf();
SELECT pg_stat_reset_shared('io');
SELECT count(*) > 0 FROM pg_hba_file_rules;
SELECT count(*) > 0 FROM pg_file_settings;
SELECT count(*) > 0 FROM pg_peerlabel_file_rules;
SELECT count(*) > 0 FROM pg_stat_get_activity(NULL) a, pg_stat_get_backend_io(a.pid) WHERE a.pid <> pg_backend_pid();
SELECT pg_log_backend_memory_contexts(pid) FROM pg_stat_get_activity(NULL) WHERE backend_type = 'checkpointer';

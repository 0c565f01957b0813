//! What SQL functions do, by name: those known to compute or look only, those known to act, and all others, which are
//! not known. Called for every call in a syntax tree, and for every name before a bracket where there is no tree.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::domain::Class;

use super::{Dialect, Part};

/// What a function does.
pub(super) enum Effect {
    /// Computes or looks.
    Looks,
    /// Looks at what should not leave this machine.
    Sensitive,
    /// Acts.
    Says(Class, &'static str),
    /// Nothing is known of it.
    Unknown,
}

/// Mathematics, text, time, conditions, aggregates, windows: in one server or another.
const GENERAL: &str = "abs acos acosh asin asinh atan atan2 atan2d atand atanh cbrt ceil ceiling conv cos cosd cosh cot \
    crc32 degrees div exp factorial floor gcd lcm ln log log10 log1p log2 max min mod pi pow power radians rand random \
    round scale sign sin sind sinh sqrt tan tand tanh trim_scale trunc truncate width_bucket bit_and bit_or bit_xor \
    bit_count bit_length avg count count_big sum total string_agg array_agg group_concat listagg mode median median_exact stddev stddev_pop \
    stddev_samp std variance var_pop var_samp corr covar_pop covar_samp regr_slope regr_intercept regr_r2 regr_count \
    every bool_and bool_or any_value approx_count_distinct approx_distinct approx_percentile percentile_cont \
    percentile_disc percentile quantile quantiles rank dense_rank percent_rank cume_dist row_number ntile lag lead \
    first_value last_value nth_value first last grouping grouping_id coalesce nullif greatest least ifnull isnull nvl nvl2 if \
    iif case decode choose cast try_cast convert try_convert coerce typeof pg_typeof collation ascii btrim char char_length \
    character_length chr concat concat_ws elt field find_in_set format format_bytes hex unhex initcap insert instr left \
    len length lower lcase lpad ltrim locate md5 mid normalize octet_length ord overlay parse_ident position printf \
    quote quote_ident quote_literal quote_nullable regexp_count regexp_instr regexp_like regexp_match regexp_matches \
    regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr regexp_extract regexp_contains regexp_extract_all \
    regexp_full_match repeat replace reverse right rpad rtrim sha sha1 sha2 sha224 sha256 sha384 sha512 digest soundex \
    space split split_part starts_with ends_with contains startswith endswith strcmp string_to_array string_to_table \
    array_to_string strpos substr substring substring_index to_ascii to_hex translate trim ucase upper unicode unistr \
    uuid uuid_to_bin bin_to_uuid is_uuid gen_random_uuid uuid_generate_v4 uuidv4 uuidv7 newid weight_string encode \
    to_base64 from_base64 base64_encode base64_decode glob like likelihood likely unlikely zeroblob quote_string \
    adddate addtime age clock_timestamp curdate current_date current_time current_timestamp curtime date date_add \
    date_bin date_diff date_format date_part date_sub date_trunc dateadd datediff datename datepart datetime \
    datetime_add datetime_diff datetime_sub datetime_trunc day dayname dayofmonth dayofweek dayofyear epoch epoch_ms extract from_days \
    from_unixtime getdate getutcdate sysdatetime get_format hour isfinite julianday justify_days justify_hours justify_interval \
    last_day localtime localtimestamp make_date make_interval make_time make_timestamp make_timestamptz makedate maketime \
    microsecond minute month monthname now parse_date parse_datetime parse_timestamp period_add period_diff quarter sec_to_time second \
    statement_timestamp str_to_date strftime strptime subdate subtime sysdate systimestamp time time_bucket time_format time_to_sec \
    timediff timeofday timestamp timestamp_add timestamp_diff timestamp_sub timestamp_trunc timestamp_micros timestamp_millis \
    timestamp_seconds timestampadd timestampdiff timezone to_char to_date to_days to_number to_seconds to_timestamp \
    transaction_timestamp unix_micros unix_millis unix_seconds unix_timestamp unixepoch utc_date utc_time utc_timestamp week weekday \
    weekofyear year yearweek interval array array_append array_cat array_concat array_dims array_fill array_length array_lower array_ndims \
    array_position array_positions array_prepend array_remove array_replace array_sample array_shuffle array_upper cardinality element_at \
    generate_series generate_subscripts generate_array generate_date_array generate_timestamp_array unnest explode flatten list list_aggregate struct struct_pack row \
    range isempty lower_inf upper_inf lower_inc upper_inc range_merge multirange int4range int8range numrange tsrange \
    tstzrange daterange host hostmask masklen netmask network broadcast family abbrev set_masklen inet_same_family inet_merge \
    inet_aton inet_ntoa inet6_aton inet6_ntoa is_ipv4 is_ipv6 to_tsquery to_tsvector plainto_tsquery phraseto_tsquery \
    websearch_to_tsquery ts_rank ts_rank_cd ts_headline tsvector_to_array numnode querytree setweight strip similarity \
    word_similarity show_trgm levenshtein hstore akeys avals skeys svals each point box circle line lseg path polygon \
    area center diameter hash_any enum_first enum_last enum_range num_nulls num_nonnulls nlevel subpath subltree lquery \
    ltree cume xml xmlagg xmlelement xmlforest xmlparse xmlserialize xpath xpath_exists xml_is_well_formed extractvalue \
    changes total_changes last_insert_rowid last_insert_id row_count found_rows sqlite_version sqlite_source_id sqlite_compileoption_used \
    connection_id database schema schemas user session_user system_user current_user current_role current_catalog \
    current_schema current_schemas current_database current_query version charset coercibility inet_client_addr db_name \
    db_id object_id object_name object_schema_name host_name suser_sname user_name schema_name serverproperty databasepropertyex \
    scope_identity isdate isnumeric stuff patindex quotename string_split openjson json_value json_query isjson \
    statement_digest statement_digest_text ps_thread_id ps_current_thread_id compress uncompress uncompressed_length \
    name_const values any_value any all some safe_cast safe_divide safe_offset offset ordinal approx_quantiles approx_top_count countif logical_and logical_or \
    format_date format_datetime format_timestamp format_time token writetime ttl mintimeuuid maxtimeuuid totimestamp \
    dateof unixtimestampof tounixtimestamp blobasbigint blobastext typeasblob";
const JSON: &str = "json json_agg json_agg_strict json_array json_array_append json_array_elements \
    json_array_elements_text json_array_insert json_array_length json_arrayagg json_build_array json_build_object \
    json_contains json_contains_path json_depth json_each json_each_text json_exists json_extract json_extract_path \
    json_extract_path_text json_extract_scalar json_extract_string json_group_array json_group_object json_insert \
    json_keys json_length json_merge json_merge_patch json_merge_preserve json_object json_object_agg json_object_keys \
    json_objectagg json_overlaps json_patch json_populate_record json_populate_recordset json_pretty json_quote \
    json_remove json_replace json_scalar json_schema_valid json_search json_serialize json_set json_storage_size \
    json_strip_nulls json_table json_to_record json_to_recordset json_tree json_type json_typeof json_unquote \
    json_valid json_value json_query_array json_value_array to_json to_json_string parse_json row_to_json \
    array_to_json get_path object_keys get jsonb jsonb_agg jsonb_array_elements jsonb_array_elements_text \
    jsonb_array_length jsonb_build_array jsonb_build_object jsonb_contains jsonb_each jsonb_each_text jsonb_exists \
    jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_agg jsonb_object_keys \
    jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array jsonb_path_query_first \
    jsonb_populate_record jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset \
    jsonb_typeof to_jsonb";
const POSTGRES: &str = "col_description obj_description shobj_description format_type pg_backend_pid pg_blocking_pids \
    pg_safe_snapshot_blocking_pids pg_column_size pg_column_compression pg_conf_load_time pg_current_wal_flush_lsn \
    pg_current_wal_insert_lsn pg_current_wal_lsn pg_current_xact_id pg_current_xact_id_if_assigned pg_current_snapshot \
    pg_database_size pg_describe_object pg_encoding_to_char pg_filenode_relation pg_function_is_visible \
    pg_identify_object pg_index_column_has_property pg_index_has_property pg_indexam_has_property pg_indexes_size \
    pg_is_in_backup pg_is_in_recovery pg_is_other_temp_schema pg_is_wal_replay_paused pg_get_wal_replay_pause_state \
    pg_jit_available pg_last_committed_xact pg_last_wal_receive_lsn pg_last_wal_replay_lsn \
    pg_last_xact_replay_timestamp pg_listening_channels pg_lock_status pg_ls_dir pg_ls_logdir pg_ls_waldir \
    pg_ls_tmpdir pg_ls_archive_statusdir pg_ls_replslotdir pg_stat_file pg_my_temp_schema pg_notification_queue_usage \
    pg_opclass_is_visible pg_options_to_table pg_partition_ancestors pg_partition_root pg_partition_tree \
    pg_postmaster_start_time pg_prepared_statement pg_prepared_xact pg_cursor pg_relation_filenode \
    pg_relation_filepath pg_relation_is_updatable pg_relation_size pg_show_all_settings pg_size_bytes pg_size_pretty \
    pg_snapshot_xmax pg_snapshot_xmin pg_table_is_visible pg_table_size pg_tablespace_databases \
    pg_tablespace_location pg_tablespace_size pg_timezone_abbrevs pg_timezone_names pg_total_relation_size \
    pg_trigger_depth pg_type_is_visible pg_visible_in_snapshot pg_wal_lsn_diff pg_walfile_name \
    pg_walfile_name_offset pg_xact_commit_timestamp pg_xact_status pg_xlog_location_diff pg_current_xlog_location \
    pg_last_xlog_receive_location pg_last_xlog_replay_location pg_xlogfile_name pg_control_checkpoint \
    pg_control_init pg_control_recovery pg_control_system pg_config pg_available_extensions \
    pg_available_extension_versions pg_extension_config pg_stat_statements pg_stat_statements_info \
    pg_buffercache_summary pg_buffercache_pages pg_buffercache_usage_counts pgstattuple pgstattuple_approx pgstatindex \
    pgstatginindex pg_freespace pg_visibility pg_visibility_map pg_visibility_map_summary row_security_active \
    current_setting txid_current txid_current_if_assigned txid_current_snapshot txid_snapshot_xmax \
    txid_snapshot_xmin txid_status txid_visible_in_snapshot to_regclass to_regproc to_regtype to_regnamespace \
    to_regrole regclass oid inet_client_addr inet_client_port inet_server_addr inet_server_port currval lastval \
    aclexplode acldefault has_any_column_privilege has_column_privilege has_database_privilege has_function_privilege \
    has_schema_privilege has_sequence_privilege has_table_privilege has_tablespace_privilege has_type_privilege \
    has_server_privilege has_parameter_privilege pg_has_role satisfies_hash_partition bt_index_check \
    brin_page_type bt_metap bt_page_stats get_raw_page page_header heap_page_items pg_logical_slot_peek_changes \
    pg_show_replication_origin_status pg_sequence_last_value pg_sequence_parameters crdb_internal.node_id \
    convert_from convert_to decode get_bit get_byte pg_column_is_updatable pg_char_to_encoding hashtext hypopg";
const MYSQL: &str = "sys.format_bytes sys.format_time sys.format_statement sys.format_path sys.version_major \
    sys.version_minor sys.version_patch sys.extract_schema_from_file_name sys.ps_is_thread_instrumented \
    sys.ps_thread_id sys.ps_thread_account sys.ps_thread_stack sys.sys_get_config format_pico_time is_free_lock \
    is_used_lock gtid_subset gtid_subtract get_dd_index_sub_part_length json_storage_free member \
    st_astext st_distance st_distance_sphere match against current_role icu_version roles_graphml validate_password_strength";
const CLICKHOUSE: &str = "numbers numbers_mt cluster clusterallreplicas merge view zeros generaterandom uniq uniqexact \
    uniqcombined uniqhll12 quantileexact quantiletiming quantiletdigest quantilesexact argmin argmax grouparray \
    groupuniqarray topk summap sumif countif avgif minif maxif anyif anylast anyheavy tostartofhour tostartofday tostartofminute \
    tostartoffiveminute tostartoffiveminutes tostartoftenminutes tostartoffifteenminutes tostartofinterval \
    tostartofweek tostartofmonth tostartofsecond todate todatetime todatetime64 tostring toint32 toint64 touint8 touint16 touint32 touint64 \
    tofloat64 toyyyymm toyyyymmdd tohour tominute tounixtimestamp today yesterday formatreadablesize \
    formatreadablequantity formatreadabletimedelta formatreadabledecimalsize arrayjoin arraymap arrayfilter arraysort arrayelement has hasany hasall \
    notempty empty hostname fqdn uptime currentdatabase currentuser multiif intdiv tointervalhour tointervalminute tointervalday \
    parsedatetimebesteffort splitbychar jsonextractstring jsonextractint jsonextract jsonextractraw jsonhas visitparamextractstring \
    cityhash64 siphash64 domain path position positioncaseinsensitive match extractall lowerutf8 upperutf8 dictget dictgetornull \
    rownumberinallblocks rownumberinblock runningdifference normalizequery normalizedqueryhash addresstoline addresstosymbol demangle \
    getsetting now64 todayofweek greatcircledistance ipv4numtostring toipv4 isnan isinfinite isnotnull isnull";
const DUCKDB: &str = "read_csv read_csv_auto read_parquet read_json read_json_auto read_ndjson read_ndjson_auto \
    parquet_metadata parquet_schema sniff_csv duckdb_tables duckdb_columns duckdb_settings duckdb_functions \
    duckdb_databases duckdb_indexes duckdb_extensions pragma_table_info pragma_database_size summarize columns glob \
    list_value map map_keys map_values struct_extract arg_max arg_min arg_max_null histogram approx_quantile list_filter list_transform list_sort \
    list_contains len string_split str_split regexp_matches make_timestamp epoch_us";
/// Words of the language that stand before a bracket and call nothing.
const WORDS: &str = "in exists not and or as over using filter on values within with by from where select when then \
    else case between like ilike is partition order group having limit offset union intersect except join lateral \
    distinct array row varchar char nvarchar numeric decimal character float time timestamp bit varbit interval key \
    index unique primary references check default into set table view returning rollup cube sets analyze explain \
    verbose buffers format costs timing wal settings generated storage materialized recursive all any some end \
    binary varbinary datetime int integer bigint smallint tinyint enum only of type over unnest replace conflict \
    exclude ignore force use escape div xor rlike regexp similar to";
const READS_FILES: &str = "pg_read_file pg_read_binary_file load_file readfile read_text read_blob lo_get loread \
    pg_current_logfile utl_file.get_line";
const DESTROYS: &str = "pg_drop_replication_slot lo_unlink pg_replication_origin_drop pg_wal_replay_resume_now \
    sys.ps_truncate_all_tables pg_promote dropgeometrycolumn dropgeometrytable drop_chunks master_drop_all_shards";
const ACTS: &str = "nextval setval set_config pg_terminate_backend pg_cancel_backend pg_reload_conf \
    pg_rotate_logfile pg_switch_wal pg_switch_xlog pg_create_restore_point pg_advisory_lock \
    pg_advisory_lock_shared pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_lock \
    pg_try_advisory_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared pg_advisory_unlock pg_advisory_unlock_all \
    pg_advisory_unlock_shared pg_notify pg_logical_emit_message pg_create_physical_replication_slot \
    pg_create_logical_replication_slot pg_copy_physical_replication_slot pg_copy_logical_replication_slot \
    pg_replication_slot_advance pg_logical_slot_get_changes pg_logical_slot_get_binary_changes pg_wal_replay_pause \
    pg_wal_replay_resume pg_xlog_replay_pause pg_xlog_replay_resume pg_start_backup pg_stop_backup pg_backup_start \
    pg_backup_stop pg_stat_reset pg_stat_reset_shared pg_stat_reset_slru pg_stat_reset_single_table_counters \
    pg_stat_reset_single_function_counters pg_stat_reset_replication_slot pg_stat_reset_subscription_stats \
    pg_stat_statements_reset pg_export_snapshot pg_log_backend_memory_contexts pg_prewarm autoprewarm_start_worker_now \
    pg_log_standby_snapshot pg_file_write pg_file_unlink pg_file_rename pg_file_sync lo_create lo_creat lo_import lo_export lo_from_bytea lo_put \
    lo_open lo_close lowrite lo_truncate pg_import_system_collations pg_replication_origin_create \
    pg_replication_origin_advance pg_buffercache_evict gin_clean_pending_list brin_summarize_new_values brin_summarize_range \
    pg_sleep pg_sleep_for pg_sleep_until sleep benchmark get_lock release_lock release_all_locks master_pos_wait \
    source_pos_wait wait_for_executed_gtid_set wait_until_sql_thread_after_gtids asynchronous_connection_failover_add_source \
    group_replication_set_as_primary group_replication_switch_to_single_primary_mode writefile sqlite3_reset \
    last_insert_id_reset sleepeachrow sleepeachblock cron.schedule cron.unschedule crdb_internal.cancel_query";
const RUNS: &str = "dblink dblink_exec dblink_connect dblink_open dblink_send_query query_to_xml cursor_to_xml \
    database_to_xml table_to_xml query_to_xmlschema query_to_xml_and_xmlschema load_extension edit sys_exec sys_eval lib_mysqludf_sys_info \
    xp_cmdshell openrowset opendatasource openquery executable url s3 file remote remotesecure mysql postgresql mongodb hdfs odbc jdbc input \
    pg_execute_server_program pg_read_server_files eval run_command_on_workers plpgsql_call_handler http_get http_post";

static LOOKS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| set(&[GENERAL, JSON, POSTGRES, MYSQL, CLICKHOUSE, DUCKDB]));
static KEYWORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| set(&[WORDS]));

fn set(lists: &[&'static str]) -> HashSet<&'static str> {
    lists.iter().flat_map(|list| list.split_whitespace()).collect()
}

fn listed(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|known| known == name)
}

/// What a function does; its name in lower case, schema first.
pub(super) fn effect(parts: &[String], dialect: Dialect) -> Effect {
    let name = match parts {
        [name] => name.clone(),
        [schema, name] if ["pg_catalog", "public", "information_schema", "main"].contains(&schema.as_str()) => {
            name.clone()
        }
        parts => parts.join("."),
    };
    let clickhouse = dialect == Dialect::Clickhouse;
    if listed(READS_FILES, &name) {
        return Effect::Sensitive;
    }
    if listed(DESTROYS, &name) {
        return Effect::Says(Class::Destructive, "calls a function that loses something");
    }
    if listed(ACTS, &name) {
        return Effect::Says(Class::Write, "calls a function that acts on the server");
    }
    if listed(RUNS, &name) {
        return Effect::Says(Class::Opaque, "calls a function that runs or fetches something else");
    }
    let family = ["pg_get_", "pg_stat_get_", "pg_stat_have_"].iter().any(|start| name.starts_with(start));
    let known = LOOKS.contains(name.as_str())
        || (family && dialect == Dialect::Postgres)
        || (clickhouse && LOOKS.contains(name.replace('_', "").as_str()));
    if known { Effect::Looks } else { Effect::Unknown }
}

/// Every name before a bracket must be known to look.
pub(super) fn scan(text: &str, dialect: Dialect) -> Vec<Part> {
    names(text).iter().filter_map(|name| part(name, dialect)).collect()
}

/// The names before brackets that are known to act: a second look beside the syntax tree.
pub(super) fn known_effects(text: &str, dialect: Dialect) -> Vec<Part> {
    let found = names(text);
    found
        .iter()
        .filter_map(|name| part(name, dialect))
        .filter(|part| !matches!(part, Part::Says(_, why) if why.starts_with("calls a name")))
        .collect()
}

fn part(name: &[String], dialect: Dialect) -> Option<Part> {
    if let [only] = name
        && KEYWORDS.contains(only.as_str())
    {
        return None;
    }
    match effect(name, dialect) {
        Effect::Looks => None,
        Effect::Sensitive => Some(Part::Sensitive(format!("{} reads files", name.join(".")))),
        Effect::Says(class, why) => Some(Part::says(class, why)),
        Effect::Unknown => {
            Some(Part::Says(Class::Opaque, format!("calls a name that is not known, {}", name.join("."))))
        }
    }
}

/// Names that stand before a bracket, outside of strings.
fn names(text: &str) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        quoted ^= c == '\'';
        if c != '(' || quoted {
            continue;
        }
        let name: String =
            text[..at].trim_end().chars().rev().take_while(|c| c.is_alphanumeric() || "_.\"`".contains(*c)).collect();
        let name: String = name.chars().rev().collect::<String>().replace(['"', '`'], "").to_lowercase();
        if name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            out.push(name.split('.').map(str::to_owned).collect());
        }
    }
    out
}

/// Whether T-SQL begins a statement with this word, with no mark before it.
pub(super) fn mssql_verb(word: &str) -> bool {
    listed(
        "drop delete truncate update insert exec execute shutdown kill alter create merge dbcc backup restore grant \
         revoke use waitfor declare begin commit rollback reconfigure bulk",
        word,
    )
}

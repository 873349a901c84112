use cardfile_model::Scalar;
use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Expression {
    parse(text).unwrap().unwrap()
}

fn compare(path: &str, comparison: Comparison) -> Expression {
    Expression::Compare { path: path.split('.').map(str::to_owned).collect(), comparison }
}

fn is(path: &str, number: u8) -> Expression {
    compare(path, Comparison::Is(Scalar::Number(number.into())))
}

fn not(expression: Expression) -> Expression {
    Expression::Not(Box::new(expression))
}

fn text(text: &str) -> Scalar {
    Scalar::Text(text.into())
}

#[test]
fn a_blank_text_asks_for_nothing() {
    for blank in ["", " ", "\t\n "] {
        assert_eq!(parse(blank), Ok(None));
    }
}

#[test]
fn every_operator_is_read_in_any_case() {
    let cases = [
        ("name eq \"x\"", Comparison::Is(text("x"))),
        ("name CO \"x\"", Comparison::Contains("x".into())),
        ("name Sw \"x\"", Comparison::Begins("x".into())),
        ("name eW \"x\"", Comparison::Ends("x".into())),
        ("name PR", Comparison::Present),
        ("name gt 1", Comparison::After(Scalar::Number(1.0))),
        ("name GE \"b\"", Comparison::From(text("b"))),
        ("name lt -1.5e2", Comparison::Before(Scalar::Number(-150.0))),
        ("name Le 0", Comparison::To(Scalar::Number(0.0))),
        ("name eq TRUE", Comparison::Is(Scalar::Boolean(true))),
        ("name eq false", Comparison::Is(Scalar::Boolean(false))),
        ("name eq Null", Comparison::Is(Scalar::Null)),
    ];
    for (given, comparison) in cases {
        assert_eq!(read(given), compare("name", comparison), "{given}");
    }
    assert_eq!(read("a NE 1"), not(is("a", 1)));
}

#[test]
fn not_binds_before_and_and_before_or() {
    let expected = Expression::Or(vec![
        is("a", 1),
        Expression::And(vec![not(is("b", 2)), is("c", 3), is("d", 4)]),
        compare("e", Comparison::Present),
    ]);
    assert_eq!(read("a eq 1 OR not b eq 2 And c eq 3 and d eq 4 or e pr"), expected);
    let expected = Expression::And(vec![Expression::Or(vec![is("a", 1), is("b", 2)]), not(not(is("c", 3)))]);
    assert_eq!(read("(a eq 1 or ((b eq 2))) and not(NOT (c eq 3))"), expected);
}

#[test]
fn paths_are_dotted_and_may_be_called_like_operators() {
    assert_eq!(read("parentOrganization.id EQ \"or-1\""), compare("parentOrganization.id", Comparison::Is(text("or-1"))));
    assert_eq!(read("$x:y_z-1.2 pr"), compare("$x:y_z-1.2", Comparison::Present));
    assert_eq!(read("pr pr and eq eq 1"), Expression::And(vec![compare("pr", Comparison::Present), is("eq", 1)]));
}

#[test]
fn a_fault_tells_where_and_what() {
    let cases = [
        ("name zz", 6),
        ("name", 5),
        ("name eq", 8),
        ("name eq x", 9),
        ("name eq 01", 9),
        ("name eq 1.", 9),
        ("name eq 1e999", 9),
        ("name co 5", 9),
        ("name sw null", 9),
        ("name gt true", 9),
        ("name le null", 9),
        ("a..b pr", 1),
        (".a pr", 1),
        ("a+b pr", 1),
        ("\"a\" pr", 1),
        ("and pr", 1),
        ("a pr and", 9),
        ("a pr b pr", 6),
        ("(a pr", 6),
        ("a pr)", 5),
        ("()", 2),
        ("not", 4),
        ("é pr xor b pr", 6),
    ];
    for (given, position) in cases {
        let fault = parse(given).unwrap_err();
        assert_eq!(fault.position, position, "{given}: {fault}");
    }
    let said = parse("name zz").unwrap_err().to_string();
    assert_eq!(said, "at character 6: an operator must follow: eq, ne, co, sw, ew, pr, gt, ge, lt or le, not 'zz'");
}

#[test]
fn texts_are_bounded_in_length_depth_and_width() {
    let long = |bytes: usize| format!("{:bytes$}", "a pr");
    assert!(parse(&long(LONGEST_BYTES)).is_ok());
    assert!(parse(&long(LONGEST_BYTES + 1)).is_err());

    let nested = |depth: usize| format!("{}a pr{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(MOST_NESTED)).is_ok());
    assert!(parse(&nested(MOST_NESTED + 1)).is_err());
    assert!(parse(&format!("{}a pr", "not ".repeat(MOST_NESTED + 1))).is_err());
    assert!(parse(&"(".repeat(LONGEST_BYTES)).is_err());

    let wide = |comparisons: usize| vec!["a pr"; comparisons].join(" or ");
    assert!(parse(&wide(MOST_COMPARISONS)).is_ok());
    assert!(parse(&wide(MOST_COMPARISONS + 1)).is_err());
}

/// An expression as a text that says the same.
fn printed(expression: &Expression) -> String {
    let joined = |parts: &[Expression], word: &str| {
        let parts: Vec<String> = parts.iter().map(|part| format!("({})", printed(part))).collect();
        parts.join(word)
    };
    match expression {
        Expression::And(parts) => joined(parts, " and "),
        Expression::Or(parts) => joined(parts, " OR "),
        Expression::Not(inside) => format!("not ({})", printed(inside)),
        Expression::Compare { path, comparison } => format!("{} {}", path.join("."), printed_comparison(comparison)),
    }
}

fn printed_comparison(comparison: &Comparison) -> String {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let scalar = |scalar: &Scalar| match scalar {
        Scalar::Text(text) => quoted(text),
        Scalar::Number(number) => number.to_string(),
        Scalar::Boolean(value) => value.to_string(),
        Scalar::Null => "null".to_owned(),
    };
    match comparison {
        Comparison::Is(value) => format!("eq {}", scalar(value)),
        Comparison::Contains(text) => format!("co {}", quoted(text)),
        Comparison::Begins(text) => format!("sw {}", quoted(text)),
        Comparison::Ends(text) => format!("ew {}", quoted(text)),
        Comparison::Present => "pr".to_owned(),
        Comparison::After(value) => format!("gt {}", scalar(value)),
        Comparison::From(value) => format!("ge {}", scalar(value)),
        Comparison::Before(value) => format!("lt {}", scalar(value)),
        Comparison::To(value) => format!("le {}", scalar(value)),
    }
}

fn bounds() -> impl Strategy<Value = Scalar> {
    prop_oneof![any::<String>().prop_map(Scalar::Text), any::<i32>().prop_map(|n| Scalar::Number(f64::from(n) / 8.0))]
}

fn comparisons() -> impl Strategy<Value = Comparison> {
    let literals = prop_oneof![bounds(), any::<bool>().prop_map(Scalar::Boolean), Just(Scalar::Null)];
    prop_oneof![
        literals.prop_map(Comparison::Is),
        any::<String>().prop_map(Comparison::Contains),
        any::<String>().prop_map(Comparison::Begins),
        any::<String>().prop_map(Comparison::Ends),
        Just(Comparison::Present),
        bounds().prop_map(Comparison::After),
        bounds().prop_map(Comparison::From),
        bounds().prop_map(Comparison::Before),
        bounds().prop_map(Comparison::To),
    ]
}

fn expressions() -> impl Strategy<Value = Expression> {
    let path = prop::collection::vec("[a-z$][A-Za-z0-9_:$-]{2,5}[0-9]", 1..4);
    let leaf = (path, comparisons()).prop_map(|(path, comparison)| Expression::Compare { path, comparison });
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expression::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expression::Or),
            inner.prop_map(not),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(expression in expressions()) {
        let text = printed(&expression);
        prop_assume!(text.len() <= LONGEST_BYTES);
        prop_assert_eq!(parse(&text), Ok(Some(expression)));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn no_order_of_words_makes_the_reader_panic(
        words in prop::collection::vec(prop::sample::select(WORDS), 0..40),
    ) {
        let text = words.concat();
        if let Err(fault) = parse(&text) {
            prop_assert!(fault.position <= text.chars().count() + 1);
        }
    }
}

const WORDS: &[&str] = &[
    "(", ")", " ", "not ", " and ", " or ", "a", ".", "é", " eq ", " co ", " pr", " gt ", "\"", "\"x\"", "\\", "1", "-", "1e9",
    "null",
];

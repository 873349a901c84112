use cardfile_model::OrganizationId;
use uuid::Uuid;

use super::*;

fn told(error: &Error) -> (u16, String) {
    let told = Told::of(error, &Sources::Only(vec!["CH".into()]));
    (told.status.as_u16(), told.messages.join("; "))
}

#[test]
fn members_are_named_in_webex_words() {
    let violations = vec![
        Violation::new("phones[3].value", "filled", "a"),
        Violation::new("shared_with", "known", "b"),
        Violation::new("title", "length", "c"),
        Violation::new("", "json", "d"),
    ];
    assert_eq!(told(&Error::Invalid(violations)), (400, "phoneNumbers[3].value: a; groupIds: b; title: c; d".into()));
    assert_eq!(told(&Error::Invalid(Vec::new())).1, "The request is not valid.");
}

#[test]
fn every_error_has_its_status() {
    let retry_after = Duration::from_millis(1500);
    let cause = || "disk full at /secret".into();
    let cases = [
        (Error::Unauthenticated, 401),
        (Error::Forbidden { action: Action::Scope }, 403),
        (Error::Forbidden { action: Action::UseSource(None) }, 403),
        (Error::no_contact(Uuid::nil()), 404),
        (Error::AlreadyExists { kind: Kind::Group, key: "Quay".into() }, 409),
        (Error::Stale { expected: 1, actual: 2 }, 409),
        (Error::TooLarge { limit: "batch_items", most: 1000 }, 400),
        (Error::Throttled { retry_after }, 429),
        (Error::Unavailable { reason: Reason::Locked, retry_after }, 423),
        (Error::Unavailable { reason: Reason::Storage(cause()), retry_after }, 503),
        (Error::Internal(cause()), 500),
    ];
    for (error, status) in cases {
        let (found, message) = told(&error);
        assert_eq!(found, status, "{error}");
        assert!(!message.is_empty() && !message.contains("secret"), "{message}");
    }
}

#[test]
fn an_answer_says_when_to_come_back_in_whole_seconds() {
    let locked = Error::Unavailable { reason: Reason::Locked, retry_after: Duration::from_millis(1500) };
    let response = Failure::from(locked).answer(&Sources::Any, "ROUTERGW_x");
    assert_eq!(response.headers()[RETRY_AFTER], "2");
    assert_eq!(whole_seconds(Duration::ZERO), 1);
}

#[test]
fn what_is_not_the_directorys_matter_has_its_status_too() {
    for (failure, status) in [
        (Failure::Late, 504),
        (Failure::Body(body::Fault::Late), 504),
        (Failure::Body(body::Fault::TooLarge(5)), 413),
        (Failure::Body(body::Fault::MediaType), 415),
        (Failure::Body(body::Fault::Broken), 400),
        (Failure::NoRoute, 404),
        (Failure::NoMethod, 405),
    ] {
        assert_eq!(failure.answer(&Sources::Any, "t").status(), status, "{failure:?}");
    }
}

#[test]
fn a_failed_item_carries_a_name_and_its_position() {
    let failed = failed(12, &Error::Forbidden { action: Action::UseSource(None) }, &Sources::Only(vec!["CH".into()]), "t");
    let message = "Caller is not authorized for source null, only sources [CH] are allowed";
    let wanted =
        FailedContact { id: "12".into(), error_code: "external.non.privilege", error_message: message.into(), status_code: 403 };
    assert_eq!(failed, wanted);
}

#[test]
fn other_refusals_do_not_tell_what_exists() {
    let one = told(&Error::Forbidden { action: Action::Organization });
    assert_eq!(one, told(&Error::Forbidden { action: Action::Role }));
    assert!(!one.1.contains(&OrganizationId(Uuid::nil()).to_string()));
}

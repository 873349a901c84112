use super::*;

fn named(name: &str) -> Contact {
    Contact { display_name: Some(name.into()), ..Contact::default() }
}

fn told(one: &str, other: &str) -> Names {
    let names = Names::of(&named(one), &named(other));
    assert_eq!(names, Names::of(&named(other), &named(one)), "{one} and {other}, turned around");
    names
}

#[track_caller]
fn all_are(expected: Names, pairs: &[(&str, &str)]) {
    for (one, other) in pairs {
        assert_eq!(told(one, other), expected, "{one} and {other}");
    }
}

#[test]
fn case_accents_titles_and_punctuation_tell_nobody_apart() {
    all_are(
        Names::Alike(Manner::Same),
        &[
            ("Måra  VINTER", "mara vinter"),
            ("Dr. Mara Vinter", "Mara Vinter"),
            ("Sean O’Brien", "sean obrien"),
            ("Иванов Юрий", "ИВАНОВ ЮРИЙ"),
            ("Γιώργος Παπαδόπουλος", "ΓΙΩΡΓΟΣ ΠΑΠΑΔΟΠΟΥΛΟΣ"),
            ("王小明", "王小明"),
            ("محمد خالد", "محمد خالد"),
            ("राम शर्मा", "राम शर्मा"),
        ],
    );
}

#[test]
fn the_order_of_words_tells_nobody_apart() {
    all_are(Names::Alike(Manner::Reordered), &[("Vinter, Mara", "Mara Vinter"), ("Юрий Иванов", "Иванов Юрий")]);
}

#[test]
fn initials_and_middle_names_may_be_left_out() {
    all_are(
        Names::Alike(Manner::Shortened),
        &[
            ("M. Vinter", "Mara Vinter"),
            ("Vinter M", "Mara Vinter"),
            ("Mara Elin Vinter", "Mara Vinter"),
            ("Ю. Иванов", "Юрий Иванов"),
        ],
    );
    all_are(Names::Unlike, &[("A. Vinter", "Mara Vinter"), ("Mara E. Vinter", "Mara K. Vinter"), ("M. Vinter", "Mara Sommer")]);
}

#[test]
fn spellings_are_alike() {
    all_are(
        Names::Alike(Manner::Spelled),
        &[
            ("Thomas Müller", "Tomas Mueller"),
            ("Anne-Marie Vinter", "Annemarie Vinter"),
            ("Vinter Annemarie", "Anne Marie Vinter"),
            ("Philipp Schmidt", "Filip Schmitt"),
        ],
    );
}

#[test]
fn names_in_other_scripts_are_alike() {
    all_are(
        Names::Alike(Manner::Transliterated),
        &[
            ("Юрий Щербаков", "Yuri Shcherbakov"),
            ("Чайковский Пётр", "Petr Tchaikovsky"),
            ("Ю. Иванов", "Yuri Ivanov"),
            ("Наталья Хрущёва", "Natalia Khrushcheva"),
            ("Ђорђе Петровић", "Djordje Petrović"),
            ("Γιώργος Παπαδόπουλος", "Giorgos Papadopoulos"),
            ("Ευάγγελος Μπάκας", "Evangelos Bakas"),
            ("محمد خالد", "Mohammed Khaled"),
            ("خالد محمد", "Muhammad Khalid"),
            ("عبد الله حسين", "Abdullah Hussein"),
            ("דוד כהן", "David Cohen"),
            ("王小明", "Wang Xiaoming"),
            ("王小明", "Xiaoming Wang"),
            ("欧阳娜娜", "Ouyang Nana"),
            ("王小明 (Wang Xiaoming)", "Wang Xiaoming"),
            ("김민수", "Kim Min-su"),
            ("やまだ たろう", "Yamada Taro"),
            ("राम शर्मा", "Ram Sharma"),
        ],
    );
}

#[test]
fn other_people_are_unlike() {
    all_are(
        Names::Unlike,
        &[
            ("Mara Vinter", "Jonas Vinter"),
            ("Martin Müller", "Martina Müller"),
            ("Christian Vinter", "Christina Vinter"),
            ("Юрий Иванов", "Yuri Petrov"),
            ("Александр Иванов", "Alexandra Ivanova"),
            ("王小明", "王小敏"),
            ("王小明", "李小明"),
            ("محمد خالد", "محمد يوسف"),
            ("राम शर्मा", "रमा शर्मा"),
            ("User 1", "User 2"),
        ],
    );
}

#[test]
fn what_says_too_little_is_open() {
    all_are(
        Names::Open,
        &[
            ("", "Mara Vinter"),
            ("Mara", "Mara Vinter"),
            ("M. V.", "Mara Vinter"),
            ("m.vinter@quay.example", "Mara Vinter"),
            ("علي", "Ali"),
            ("山田太郎", "Taro Yamada"),
            ("王小明", "Chen Li"),
            ("...", "Mara Vinter"),
        ],
    );
}

#[test]
fn a_card_without_a_display_name_is_called_by_first_and_last_name() {
    let parts = Contact { given_name: Some("Mara".into()), family_name: Some("Vinter".into()), ..Contact::default() };
    assert_eq!(Names::of(&parts, &named("Vinter, Mara")), Names::Alike(Manner::Reordered));
    let nickname = Contact { display_name: Some("Maja".into()), ..parts };
    assert_eq!(Names::of(&nickname, &named("Mara Vinter")), Names::Alike(Manner::Same));
    assert_eq!(Names::of(&nickname, &named("Jonas Sommer")), Names::Unlike);
}

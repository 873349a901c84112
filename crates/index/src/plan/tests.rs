use proptest::prelude::*;

use super::*;

/// Segments of these sizes, newest first.
fn segments(people: &[u64]) -> Vec<Segment> {
    let segment = |people: &u64| Segment { people: *people, ..Segment::default() };
    people.iter().map(segment).collect()
}

/// Adds a batch and merges until nothing is left to do; says how many people were written.
fn add(sizes: &mut Vec<u64>, batch: u64) -> u64 {
    sizes.insert(0, batch);
    let mut written = batch;
    while let Some(run) = plan(&segments(sizes)) {
        assert!(run.len() >= 2);
        let merged = sizes[run.clone()].iter().sum();
        written += merged;
        sizes.splice(run, [merged]);
    }
    written
}

fn levels_of(people: u64) -> u64 {
    level(people) as u64 + 1
}

#[test]
fn nothing_is_to_be_done_for_few_segments() {
    assert_eq!(plan::<Segment>(&[]), None);
    assert_eq!(plan(&segments(&[1, 1, 1, 5, 1000])), None);
}

#[test]
fn a_full_level_is_merged() {
    assert_eq!(plan(&segments(&[1000; 8])), Some(0..8));
    assert_eq!(plan(&segments(&[1, 1, 2, 1, 300])), Some(0..4));
}

#[test]
fn small_segments_caught_behind_a_big_one_are_merged_with_it() {
    assert_eq!(plan(&segments(&[1, 1000, 2, 1, 1000])), Some(1..4));
}

#[test]
fn levels_rise_with_size_up_to_the_greatest_tenant() {
    let levels: Vec<usize> = [0, 3, 4, 15, 16, 63, 64, 255, 256, 2047, 2048, u64::MAX].map(level).to_vec();
    assert!(levels.is_sorted());
    assert_eq!(levels[..11], [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5]);
}

#[test]
fn a_million_people_in_batches_of_a_thousand_are_written_four_times() {
    let mut sizes = Vec::new();
    let mut most = 0;
    let mut written = 0;
    for _ in 0..1000 {
        written += add(&mut sizes, 1000);
        most = most.max(sizes.len());
    }
    assert!(written <= 4_000_000, "{written}");
    assert!(most <= 22, "{most}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn segments_stay_few_and_writing_stays_logarithmic(
        batches in prop::collection::vec(
            prop_oneof![4 => Just(1u64), 2 => 1u64..40, 2 => 100u64..3000, 1 => 1000u64..200_000],
            1..600,
        ),
    ) {
        let mut sizes = Vec::new();
        let mut written = 0;
        for batch in &batches {
            written += add(&mut sizes, *batch);
            let people = sizes.iter().sum();
            prop_assert!(sizes.len() as u64 <= 7 * levels_of(people));
        }
        let people = batches.iter().sum();
        prop_assert!(written <= 2 * levels_of(people) * people, "{written} of {people}");
    }

    /// A merge may come out smaller than its inputs: people were updated, or purged.
    #[test]
    fn merging_ends_though_segments_shrink(
        mut sizes in prop::collection::vec(0u64..5000, 0..60),
        shrink in 1u64..20,
    ) {
        let mut merges = 0;
        while let Some(run) = plan(&segments(&sizes)) {
            let merged = sizes[run.clone()].iter().sum::<u64>() / shrink;
            sizes.splice(run, [merged]);
            merges += 1;
            prop_assert!(merges <= 60);
        }
    }
}

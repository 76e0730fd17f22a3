//! Random damage: whatever the file is, it ends as PHP with one meaning, and a second run changes nothing.

use crate::shops::{Shop, fixtures};

/// <https://prng.di.unimi.it/splitmix64.c>, enough for tests.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) >> 33).expect("31 bits") % end
    }
}

fn seed() -> u64 {
    let given = std::env::var("SPREAD_TEST_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(1, |time| time.as_secs())
    })
}

#[test]
fn damaged_snippets_are_replaced_once_or_left() {
    let seed = seed();
    let mut random = Random(seed);
    let mut sources = fixtures("replaced");
    sources.extend(fixtures("left"));
    let lines: Vec<Vec<u8>> = sources
        .iter()
        .flat_map(|(_, content)| content.split_inclusive(|byte| *byte == b'\n'))
        .map(<[u8]>::to_vec)
        .collect();
    for round in 0..3 {
        let shop = Shop::new();
        for (number, (_, content)) in sources.iter().enumerate() {
            let mut damaged: Vec<Vec<u8>> = content
                .split_inclusive(|byte| *byte == b'\n')
                .map(<[u8]>::to_vec)
                .collect();
            for _ in 0..=random.below(3) {
                let at = random.below(damaged.len());
                match random.below(4) {
                    0 => drop(damaged.remove(at)),
                    1 => damaged.insert(at, lines[random.below(lines.len())].clone()),
                    2 => damaged[at] = lines[random.below(lines.len())].clone(),
                    _ => {
                        let other = random.below(damaged.len());
                        damaged.swap(at, other);
                    }
                }
                if damaged.is_empty() {
                    break;
                }
            }
            shop.write(&format!("{number}.php"), &damaged.concat());
        }
        let what = format!("SPREAD_TEST_SEED={seed}, round {round}");
        let contents = || {
            shop.names()
                .iter()
                .map(|name| shop.read(name))
                .collect::<Vec<_>>()
        };
        let before = contents();
        let listed = shop.run(&["--json", "."]);
        assert!(
            matches!(listed.status, Some(0 | 1)),
            "{what}: {}",
            listed.err
        );
        assert!(!listed.out.contains("s3cret"), "{what}: {}", listed.out);
        assert_eq!(contents(), before, "{what}: listing changes nothing");
        let applied = shop.run(&["--apply", "."]);
        assert!(
            matches!(applied.status, Some(0 | 1)),
            "{what}: {}",
            applied.err
        );
        let once = contents();
        shop.run(&["--apply", "."]);
        assert_eq!(contents(), once, "{what}: applied twice");
    }
}

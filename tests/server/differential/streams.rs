//! Random streams of requests: what clients send, and what they should not.
//!
//! A stream holds only what its stage implements, and only what Redis answers in one way at any time:
//! deadlines are far away or long past, and lines are far from 64 KB, where Redis's verdict depends on
//! how much it happens to read at once.

use crate::samples::{
    CONDITIONS, EDGES, FRAGMENTS, NO_LENGTHS, NO_NUMBERS, NO_OPTIONS, ODDITIES, OPTIONS,
    UNBALANCED, UNKNOWN,
};
use rand::rngs::SmallRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};
use std::mem;
use std::ops::RangeInclusive;
use test_support::request::{Quotes, array, word};

/// What one client sends.
pub struct Stream {
    /// The bytes, cut at random places.
    pub pieces: Vec<Vec<u8>>,
    /// The last reply. It does not come when an error closes the connection before.
    pub last_reply: Vec<u8>,
}

impl Stream {
    /// The stream of this number, which is its own for every seed, and made for this stage.
    pub fn random(seed: u32, number: u32, stage: usize) -> Stream {
        let mut random = SmallRng::seed_from_u64(u64::from(seed) << 32 | u64::from(number));
        // Keys that no other stream has, and the empty one, which holds what an earlier stream left.
        let keys = [" name", "\r\n", "\0", ""].map(|end| format!("{number}{end}").into_bytes());
        let keys =
            [&keys[..], &[[number.to_string().as_bytes(), b"\xff"].concat(), vec![]]].concat();
        // Few, so that one request meets what another has done.
        let count = random.random_range(1..=2);
        let keys = keys.sample(&mut random, count).cloned().collect();
        Source { random, stage, keys }.stream()
    }
}

/// Makes the parts of a stream.
struct Source {
    random: SmallRng,
    stage: usize,
    keys: Vec<Vec<u8>>,
}

impl Source {
    fn stream(mut self) -> Stream {
        let is_wild = self.chance(60);
        let mut parts = match is_wild {
            true => self.some(0..=10, Source::wild_part),
            false => self.some(0..=10, Source::calm_part),
        };
        if is_wild && self.chance(50) {
            let place = self.pick(0..=parts.len());
            parts.insert(place, self.protocol_error());
        }
        if !is_wild && self.chance(10) {
            // Not where the server may close: what it could not send until then is lost, if there is
            // something that it has not read.
            parts.push(self.long_exchange());
        }
        let marker = format!("{:032x}", self.random.random::<u128>());
        parts.push(array(&["ECHO", &marker]));
        if self.chance(30) {
            parts.push(self.fragment());
        }
        let cuts = match self.pick(0..=99) {
            // Stage 2 lets TCP delay small replies, so that they can be lost in the same way.
            _ if is_wild && self.stage == 2 => 0,
            0..=1 => 60,
            number => number % 5,
        };
        let last_reply = format!("$32\r\n{marker}\r\n").into_bytes();
        Stream { pieces: self.cut(&parts.concat(), cuts), last_reply }
    }

    /// A request, or something that may be the end of the connection.
    fn wild_part(&mut self) -> Vec<u8> {
        match self.pick(0..=15) {
            0 => self.choose(ODDITIES).as_bytes().to_vec(),
            1 => self.noise(),
            _ => self.calm_part(),
        }
    }

    fn calm_part(&mut self) -> Vec<u8> {
        let words = if self.chance(10) { self.unknown() } else { self.request() };
        self.encode(&words)
    }

    /// Requests whose reply has many packets.
    fn long_exchange(&mut self) -> Vec<u8> {
        let value = self.bytes(50_000..=200_000);
        if self.stage < 4 {
            return array(&[b"ECHO".to_vec(), value]);
        }
        // A key for this alone: a wild stream that reads it may lose the reply.
        let set = array(&[b"SET".to_vec(), b"long".to_vec(), value]);
        [set, array(&["GET", "long"])].concat()
    }

    /// A command that the stage has, here and there with too few or too many arguments.
    fn request(&mut self) -> Vec<Vec<u8>> {
        let name = match self.stage {
            2..=3 => self.choose(&["ping", "echo"]),
            _ => self.choose(&["ping", "echo", "get", "get", "set", "set", "set"]),
        };
        let is_right = !self.chance(10);
        let arguments = match name {
            "ping" if is_right => self.some(0..=1, Source::value),
            "echo" if is_right => vec![self.value()],
            "get" if is_right => vec![self.key()],
            "set" if is_right => [vec![self.key(), self.value()], self.options()].concat(),
            "echo" | "get" if self.chance(50) => vec![],
            "set" => self.some(0..=1, Source::value),
            _ => self.some(2..=5, Source::value),
        };
        [vec![self.in_any_case(name)], arguments].concat()
    }

    fn unknown(&mut self) -> Vec<Vec<u8>> {
        let name = self.choose(UNKNOWN).as_bytes().to_vec();
        let arguments = self.some(0..=12, |source| source.bytes(0..=150));
        [vec![name], arguments].concat()
    }

    /// Options of SET, in any order, and not always legal.
    fn options(&mut self) -> Vec<Vec<u8>> {
        let mut options = match self.pick(0..=9) {
            0..=2 => vec![],
            3..=7 => self.legal_options(),
            _ => self.some(1..=4, |source| {
                let name = source.choose(if source.stage < 5 { CONDITIONS } else { OPTIONS });
                source.option(name)
            }),
        };
        if self.chance(5) {
            options.push(vec![self.choose(NO_OPTIONS).as_bytes().to_vec()]);
        }
        options.shuffle(&mut self.random);
        if self.chance(3) {
            options.last_mut().map(Vec::pop); // an option without its number
        }
        options.concat()
    }

    fn legal_options(&mut self) -> Vec<Vec<Vec<u8>>> {
        let groups: [(u32, &[&str]); 3] = [
            (40, &["NX", "XX"]),
            (30, &["GET"]),
            (70, &["EX", "PX", "EXAT", "PXAT", "KEEPTTL", "KEEPTTL"]),
        ];
        let mut options = Vec::new();
        for (percent, group) in groups {
            let is_there = self.stage >= 5 || group.iter().all(|name| CONDITIONS.contains(name));
            if is_there && self.chance(percent) {
                let name = self.choose(group);
                options.push(self.option(name));
            }
        }
        options
    }

    fn option(&mut self, name: &str) -> Vec<Vec<u8>> {
        let (past, future): (Option<RangeInclusive<i64>>, _) = match name {
            "EX" => (None, 100_000..=1_000_000_000),
            "PX" => (None, 1_000_000_000..=1_000_000_000_000),
            "EXAT" => (Some(1..=1_000_000_000), 4_000_000_000..=i64::MAX / 1000),
            "PXAT" => (Some(1..=1_000_000_000_000), 4_000_000_000_000..=i64::MAX),
            _ => return vec![self.in_any_case(name)],
        };
        let number = match (self.pick(0..=9), past) {
            (0, _) => self.choose(NO_NUMBERS).to_owned(),
            (1, _) => self.choose(EDGES).to_owned(),
            (2..=6, Some(past)) => self.random.random_range(past).to_string(),
            _ => self.random.random_range(future).to_string(),
        };
        vec![self.in_any_case(name), number.into_bytes()]
    }

    fn protocol_error(&mut self) -> Vec<u8> {
        let number = match self.chance(10) {
            true => "2147483648", // one more than there can be arguments
            false => self.choose(NO_NUMBERS),
        };
        match self.pick(0..=3) {
            0 => format!("{}\r\n", self.choose(UNBALANCED)).into_bytes(),
            1 => format!("*{number}\r\n").into_bytes(),
            2 => self.array_with(&format!("${number}")),
            _ => {
                let line = self.choose(NO_LENGTHS);
                self.array_with(line)
            }
        }
    }

    /// An array that is good up to this line, where the length of an argument should be.
    fn array_with(&mut self, line: &str) -> Vec<u8> {
        let words = self.some(0..=3, Source::value);
        let array = array(&[words, vec![vec![]]].concat());
        let good = array.len() - "$0\r\n\r\n".len();
        [&array[..good], line.as_bytes(), b"\r\n"].concat()
    }

    /// The beginning of a request.
    fn fragment(&mut self) -> Vec<u8> {
        if self.chance(50) {
            return self.choose(FRAGMENTS).as_bytes().to_vec();
        }
        let words = self.request();
        let mut request = self.encode(&words);
        request.truncate(self.pick(0..=request.len() - 1));
        request
    }

    /// A line of quotes, escapes and other bytes, with too few letters for the name of a command.
    fn noise(&mut self) -> Vec<u8> {
        let mut line = vec![self.choose(b" z\"'\\")];
        for _ in 0..self.pick(0..=30) {
            match self.pick(0..=3) {
                0 => line.extend(
                    self.choose(&["\"", "'", " ", "\\", "\" ", "' ", "\\x4", "\\x80"]).bytes(),
                ),
                _ => line.push(self.random.random()),
            }
        }
        line.retain(|byte| !matches!(byte, b'\0' | b'\n' | b'a'..=b'w' | b'A'..=b'W'));
        line.push(b'\n');
        line
    }

    fn encode(&mut self, words: &[Vec<u8>]) -> Vec<u8> {
        if self.chance(70) {
            return array(words);
        }
        let mut line = Vec::new();
        for bytes in words {
            let quotes = self.choose(&[Quotes::None, Quotes::Single, Quotes::Double]);
            line.extend(word(bytes, quotes));
            line.extend(self.choose(&[" ", "\t", "  ", " \x0b\r"]).bytes());
        }
        line.extend(self.choose(&["\n", "\r\n"]).bytes());
        line
    }

    fn key(&mut self) -> Vec<u8> {
        self.keys.choose(&mut self.random).expect("there are keys").clone()
    }

    fn value(&mut self) -> Vec<u8> {
        match self.pick(0..=19) {
            0 => self.bytes(0..=2_000),
            1 => self.choose(EDGES).as_bytes().to_vec(), // Redis stores numbers as such
            _ => self.bytes(0..=30),
        }
    }

    fn bytes(&mut self, length: RangeInclusive<usize>) -> Vec<u8> {
        let length = self.pick(length);
        let any_byte = self.chance(50);
        let mut byte = || match any_byte {
            true => self.random.random(),
            false => {
                *b"abc xyz 123 \r\n\0\"'\\*$".choose(&mut self.random).expect("there are bytes")
            }
        };
        (0..length).map(|_| byte()).collect()
    }

    fn in_any_case(&mut self, name: &str) -> Vec<u8> {
        let mut letter = |byte: u8| match self.random.random() {
            true => byte.to_ascii_uppercase(),
            false => byte.to_ascii_lowercase(),
        };
        name.bytes().map(&mut letter).collect()
    }

    /// Cuts bytes into pieces, of which some may be empty.
    fn cut(&mut self, bytes: &[u8], cuts: usize) -> Vec<Vec<u8>> {
        let mut ends: Vec<usize> = (0..cuts).map(|_| self.pick(0..=bytes.len())).collect();
        ends.sort();
        ends.push(bytes.len());
        let mut start = 0;
        ends.iter().map(|&end| bytes[mem::replace(&mut start, end)..end].to_vec()).collect()
    }

    fn some<T>(
        &mut self,
        count: RangeInclusive<usize>,
        mut make: impl FnMut(&mut Self) -> T,
    ) -> Vec<T> {
        (0..self.pick(count)).map(|_| make(self)).collect()
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.random.random_ratio(percent, 100)
    }

    fn pick(&mut self, range: RangeInclusive<usize>) -> usize {
        self.random.random_range(range)
    }

    fn choose<T: Copy>(&mut self, items: &[T]) -> T {
        *items.choose(&mut self.random).expect("there are items")
    }
}

//! What is seldom sent, and easily answered differently: random choice alone would hardly find it.

/// Unusual requests. Each is complete, and leaves it clear where the next one begins.
pub const ODDITIES: &[&str] = &[
    "*0\r\n",
    "*-1\r\n",
    "*-9223372036854775808\r\n",
    "\n",
    "\r\n",
    " \t\x0b\x0c\r\n",
    "PING\r\r\n",
    "\rPING\n",
    "\"PING\"\n",
    "'ECHO' \"\\x68i\"\n",
    // Nothing looks at the byte behind the CR of a length, nor at the two behind an argument.
    "*0\rx",
    "*1\r\0$4\r*PINGxx",
    "*2\r\r$4\r\rECHO\0\0$2\r$hi$4",
    // More arguments than announced, and more bytes: what is left over is read as a line.
    "*1\r\n$4\r\nPING\r\n$2\r\nhi\r\n",
    "*1\r\n$1\r\nPING\r\n",
    // Fewer arguments: the next request is taken for one, which it cannot be.
    "*3\r\n$4\r\nECHO\r\n$2\r\nhi\r\n",
];

/// Beginnings of requests. What should come next is not sent, or is hidden by a zero byte.
pub const FRAGMENTS: &[&str] = &[
    "*",
    "*1\r",
    "*1\r\n$4\r\nPING\r",
    "*2147483647\r\n",
    "*1\r\n$536870912\r\n",
    "*2\r\n$4\r\nECHO\r\n$536870912\r\nhi",
    "ECHO \"a\"b",
    "PING\0\r\n",
    "\0\r\n*1\r\n$4\r\nPING\r\n",
    "*1\0\r\n$4\r\nPING\r\n",
    "*1\r\n$4\0\r\nPING\r\n",
];

/// Texts that are no number to Redis, wherever it reads one.
pub const NO_NUMBERS: &[&str] = &[
    "",
    "-",
    "x",
    "+1",
    "01",
    "-0",
    "--1",
    " 1",
    "1 ",
    "1\n",
    "1.0",
    "1e3",
    "0x10",
    "9223372036854775808",
    "-9223372036854775809",
    "100000000000000000000",
];

/// Numbers that are no deadline, or hardly one; for some it depends on the unit.
pub const EDGES: &[&str] = &[
    "0",
    "-1",
    "-9223372036854775808",
    "9223372036854775",
    "9223372036854776",
    "18446744073709552", // a thousand times this is 384 in 64 bits
    "9223372036854775807",
];

/// Lines that are not the length of an argument.
pub const NO_LENGTHS: &[&str] =
    &["", "$-1", "$536870913", ":1", "*1", "4", "PING", "\n$4", "\u{ff}"];

/// Lines in which a quote is not closed, or not where a word ends.
pub const UNBALANCED: &[&str] = &[
    "\"",
    "'",
    "PING \"",
    "ECHO \"a",
    "ECHO 'a",
    "ECHO \"a'",
    "ECHO \"a\"b",
    "ECHO 'a'b",
    "ECHO \"a\"\"b\"",
    "ECHO \"a\\\"",
    "ECHO 'a\\'",
    "ECHO a\"b",
    "ECHO \"\\x4",
];

/// Names that no version of Redis gives to a command, up to a zero byte and beyond 128 bytes.
pub const UNKNOWN: &[&str] = &[
    "",
    "no-such",
    "NO-SUCH",
    "no such",
    "no\r\nsuch",
    "no-such\0thing",
    "\0",
    "\u{ff}-such",
    "pingg",
    "no-such-0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567\
     89012345678901234567890123456789",
];

/// The options of SET that stage 4 has, and all of them.
pub const CONDITIONS: &[&str] = &["NX", "XX", "GET"];
pub const OPTIONS: &[&str] = &["NX", "XX", "GET", "KEEPTTL", "EX", "PX", "EXAT", "PXAT"];
pub const NO_OPTIONS: &[&str] = &[
    "", "N", "NXX", "E", "EXATT", "KEEPTTLS", "PERSIST", "BOGUS", "10", "NX\0", "XX\0NX", "get\0z",
];

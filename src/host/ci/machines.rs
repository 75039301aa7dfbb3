//! What each language takes on the machines of the CI services.

use crate::languages::Language;

pub struct Machine {
    language: &'static str,
    /// The commands that install what GitHub's ubuntu-24.04 does not have. What it has is listed in
    /// <https://github.com/actions/runner-images/blob/main/images/ubuntu/Ubuntu2404-Readme.md>.
    pub github: &'static [&'static str],
    /// The container that GitLab runs the job in: one of Docker's official images, all of which are a
    /// Debian or an Ubuntu.
    pub image: &'static str,
    /// The commands that install what the image does not have; each job needs curl.
    pub gitlab: &'static [&'static str],
}

macro_rules! machines {
    ($($language:literal $github:expr, $image:literal $gitlab:expr;)*) => {
        &[$(Machine { language: $language, github: &$github, image: $image, gitlab: &$gitlab }),*]
    };
}

static MACHINES: &[Machine] = machines![
    "python" [], "python:3.13" [];
    "go" [], "golang:1" [];
    "swift" [], "swift:6.3" ["apt-get install curl"];
    "javascript" [], "node:24" [];
    "typescript" [], "node:24" [];
    "rust" [], "rust:1" [];
    "c" [], "gcc:15" [];
    "cpp" [], "gcc:15" [];
    "java" [], "eclipse-temurin:21" ["apt-get install curl"];
    "kotlin" [], "node:24" [
        "apt-get install default-jdk-headless",
        "npm install --silent --no-audit --no-fund --prefix /opt/kotlin kotlin-compiler",
        "export PATH=\"/opt/kotlin/node_modules/kotlin-compiler/bin:$PATH\""
    ];
    "ruby" [], "ruby:3.4" [];
    "php" [], "php:8.4-cli" [];
    "zig" [
        "python3 -m pip install --quiet --target \"$RUNNER_TEMP/zig\" ziglang",
        "echo \"$RUNNER_TEMP/zig/ziglang\" >>\"$GITHUB_PATH\""
    ], "python:3.13" [
        "python3 -m pip install --quiet --target /opt/zig ziglang",
        "export PATH=\"/opt/zig/ziglang:$PATH\""
    ];
    "csharp" ["apt-get install mono-mcs mono-runtime"],
        "debian:13" ["apt-get install ca-certificates curl mono-mcs mono-runtime"];
    "elixir" ["apt-get install elixir"], "elixir:1.18" [];
    // The GHC that is there comes before Ubuntu's on the path, and has no package for the network.
    "haskell" ["apt-get install ghc libghc-network-dev", "echo /usr/bin >>\"$GITHUB_PATH\""],
        "debian:13" ["apt-get install ca-certificates curl ghc libghc-network-dev"];
    "ocaml" ["apt-get install ocaml ocaml-dune"],
        "debian:13" ["apt-get install ca-certificates curl ocaml ocaml-dune"];
];

pub fn of(language: &Language) -> Result<&'static Machine, String> {
    let found = MACHINES.iter().find(|machine| machine.language == language.slug);
    found.ok_or_else(|| format!("--ci does not know what {} takes", language.title))
}

//! The commands of the book that its tests do not type, and why. One that no longer stands in the book
//! has to go from here.

pub const NOT_TYPED: &[(&str, &str)] = &[
    ("cargo test", "this is part of it"),
    ("REQUIRE_ALL=1 cargo test", "this is part of it, in CI"),
    ("RECORD=1 cargo test --test book", "it would write what this compares"),
    ("RECORD=1 cargo test --test report", "it would write what that test compares"),
    ("RECORD=1 cargo test --test broken", "it would write what that test compares"),
    ("cargo test --test layout", "a session of docs/maintainers.md types it, and breaks a rule"),
    ("cargo build --workspace", "cargo has built it, before they began"),
    ("cargo build --release", "cargo has built what these tests run, before they began"),
    ("cargo install --path .", "it would install a program for whoever runs the tests"),
    ("cargo fmt", "it would change the sources; CI runs it with --check"),
    ("cargo bench", "it measures for minutes, and wants the machine for itself"),
    ("mdbook build docs", "tests/book/site.rs runs it"),
    ("git push", "the session of the README pushes"),
    ("man 2 accept", "a page to read, which a machine may not have"),
    ("man 7 vdso", "a page to read, which a machine may not have"),
    ("nc 127.0.0.1 6379", "it waits for somebody at the keyboard"),
    ("yes PING | nc -N 127.0.0.1 6379 | sleep 60", "it takes a minute"),
    ("nc ... | od -c", "the dots are the reader's"),
    ("diff -ru", "names an option"),
    ("env printf", "names a program"),
    ("git diff --no-index", "names an option"),
    ("nc -v", "names an option"),
    ("sed -i", "names an option"),
    ("strace -p", "names an option"),
    ("--follow-symlinks", "an option of sed"),
    (
        "SCREENSHOTS=/tmp cargo test --test report",
        "it would leave pictures; that test is run without",
    ),
    ("rustup target add x86_64-unknown-linux-musl", "it fetches a toolchain"),
    (
        "cargo build --release --bin challenge --target x86_64-unknown-linux-musl",
        "it needs that toolchain",
    ),
    (
        "apt-get install --yes git openssh-server bubblewrap uidmap",
        "tests/git/hosting.rs types it on a machine of its own",
    ),
    (
        "install target/release/challenge /usr/local/bin/",
        "tests/git/hosting.rs types it on a machine of its own",
    ),
    (
        "useradd --create-home -K HOME_MODE=0700 --shell /bin/sh --password '*' git",
        "tests/git/hosting.rs types it on a machine of its own",
    ),
    (
        "su - git -c 'challenge host ada.git --language python --shared --key /tmp/ada.pub'",
        "tests/git/hosting.rs types it on a machine of its own",
    ),
    (
        "su - git -c 'challenge report *.git'",
        "tests/git/hosting.rs types it on a machine of its own",
    ),
    ("su - git -c 'challenge languages'", "there is no such account here"),
    ("su - git", "there is no such account here"),
    ("ln -s /usr/local/go/bin/go /usr/local/bin/", "it would install something"),
    (
        r#"su - git -c "sed -i '\|^restrict,command=.[^ ]* serve /home/git/ada[.]git. |d' .ssh/authorized_keys""#,
        "there is no such account here; tests/git/keys.rs types it",
    ),
    (
        "systemctl set-property user-$(id -u git).slice MemoryMax=4G MemorySwapMax=0 TasksMax=2000",
        "it would change the limits of the machine, if systemd runs it",
    ),
    ("git -C ada.git config challenge.memory 4096", "there is no such repository here"),
    (
        "git -C my-redis.git config challenge.sandbox off",
        "there is no such repository here; tests/git/sandbox.rs sets it",
    ),
    ("git -C redis.git push git@github.com:COURSE/redis.git main", "it needs GitHub"),
    (
        "su - git -c 'challenge host check *.git'",
        "tests/git/hosting.rs types it on a machine of its own",
    ),
    (
        "tar -C /home -czf /root/git.tar.gz git",
        "tests/git/hosting.rs types it on a machine of its own",
    ),
    ("tar -C /home -xzf /root/git.tar.gz", "tests/git/hosting.rs types it on a machine of its own"),
    ("chown -R git: /tmp/clone-of-ada", "there is no such account here"),
    (
        "git -C ada.git show --stat refs/challenge/pushes/7",
        "there is no such repository here; tests/git/records.rs looks at such a ref",
    ),
    (
        "git -C ada.git fetch /tmp/clone-of-ada +origin/main:main +origin/results:results",
        "there is no such clone here; tests/git/keys.rs types it",
    ),
    (
        "git -C ada.git config core.hooksPath \"$(pwd)/ada.git/hooks\"",
        "there is no such repository here",
    ),
    ("challenge report *.git", "tests/report/formats.rs compares it"),
    ("git clone git@host:ada.git", "it needs a host"),
    ("rm -rf ada.git/challenge-cache", "there is no such repository here"),
];

//! Where a push over ssh may go, whatever the repository's own settings are.

use super::{host, said, url, with_key};
use crate::world::World;

/// Of them, git shows some in the place of others, and keeps some for itself.
const REFUSED: [&str; 9] = [
    "refs/heads/results",
    "refs/heads/results/mine",
    "refs/notes/challenge",
    "refs/notes/commits",
    "refs/replace/4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "refs/remotes/origin/main",
    "refs/challenge/graded",
    "refs/challenge/mine",
    "refs/elsewhere",
];

pub fn a_push_reaches_branches_and_tags_alone(world: &World) {
    host(world, "ada");
    // As if it had been made before there were settings, with a hook where no hook is.
    let unset =
        "git config --unset-all receive.hideRefs; git config --unset-all transfer.hideRefs; true";
    world.git("ada.git", &["-c", &format!("alias.unset=!{unset}"), "unset"]);
    world.git("ada.git", &["config", "core.hooksPath", "elsewhere"]);
    world.git("ada.git", &["update-ref", "refs/challenge/graded", "main"]);
    let url = url(world, "ada.git");
    with_key(world, "ada", "git", &["clone", "-q", &url, "ada"]);
    let push = ["-C", "ada", "push", "origin", "main:refs/heads/a/b", "main:refs/tags/c"];
    let pushed = said(&with_key(world, "ada", "git", &push));
    assert!(pushed.contains("refs/tags/c is kept, and not graded"), "no hook has run: {pushed}");
    for name in REFUSED {
        let refspec = format!("+main:{name}");
        let pushed = with_key(world, "ada", "git", &["-C", "ada", "push", "origin", &refspec]);
        assert!(!pushed.status.success(), "{name}: {}", said(&pushed));
        assert!(said(&pushed).contains("deny updating a hidden ref"), "{}", said(&pushed));
    }

    let listed = with_key(world, "ada", "git", &["ls-remote", &url]).stdout;
    let listed = String::from_utf8(listed).expect("text");
    let names: Vec<&str> =
        listed.lines().filter_map(|line| Some(line.split_once('\t')?.1)).collect();
    let expected = [
        "HEAD",
        "refs/heads/a/b",
        "refs/heads/main",
        "refs/heads/results",
        "refs/notes/challenge",
        "refs/tags/c",
    ];
    assert_eq!(names, expected);
}

/// Over a path, git obeys the settings that a repository is made with.
pub fn a_new_repository_takes_branches_and_tags_alone(world: &World) {
    host(world, "ada");
    let clone = world.clone_of("ada.git", "ada");
    clone.commit();
    for name in REFUSED {
        let refused = clone.start_push(&["origin", &format!("+main:{name}")]).end();
        assert!(!refused.succeeded, "{name}: {}", refused.text);
    }
    clone.push(&["origin", "main:refs/tags/a"]).expect(&["refs/tags/a is kept"]);
}

//! Programs that hide from the X-ray, speak through it, or give it more to look at than there is time for.

use crate::push::Pushed;
use crate::world::World;
use std::time::Duration;

/// Pushes a server that is run in a sandbox, with others that it may use beside it.
fn push(world: &World, server: &str) -> Pushed {
    world.challenge(&["host", "eve.git", "--language", "python", "--shared"]);
    let clone = world.clone_of("eve.git", "eve");
    for name in ["right.py", "stage3_process_per_client.py"] {
        clone.copy(&format!("broken/{name}"), name);
    }
    clone.write("server.py", server);
    let project = "language = \"python\"\nrun = \"python3 server.py\"\nstart_seconds = 2\n";
    clone.write("challenge.toml", project);
    clone.commit();
    clone.push(&[])
}

/// The card says it, on however many lines.
#[track_caller]
fn expect(pushed: &Pushed, text: &str) {
    let squeezed: Vec<&str> =
        pushed.text.split_whitespace().filter(|word| *word != "remote:").collect();
    assert!(squeezed.join(" ").contains(text), "nothing says {text:?}:\n{}", pushed.text);
}

pub fn a_name_that_is_no_text_hides_no_process(world: &World) {
    let server = "import ctypes\n\
        ctypes.CDLL(None).prctl(15, b'\\xff', 0, 0, 0)\n\
        exec(open('stage3_process_per_client.py').read())\n";
    let pushed = push(world, server);
    expect(&pushed, "They grow with the clients");
    pushed.expect(&["3 of {all} stages pass"]);
}

pub fn a_name_of_a_file_is_no_escape(world: &World) {
    let server = "import contextlib, os\n\
        name = '\\x1b[2Jpipe'\n\
        with contextlib.suppress(OSError): os.mkfifo(name)\n\
        os.read(os.open(name, os.O_RDWR), 1)\n";
    expect(&push(world, server), r"was waiting in read on /home/learner/project/\u{1b}[2Jpipe");
}

pub fn a_name_of_a_thread_is_no_escape(world: &World) {
    let server = "import ctypes, threading, time\n\
        threading.Thread(target=time.sleep, args=(1000,)).start()\n\
        ctypes.CDLL(None).prctl(15, b'\\x1b[2Jname', 0, 0, 0)\n\
        time.sleep(1000)\n";
    expect(&push(world, server), r#"thread "\u{1b}[2Jname" was sleeping"#);
}

pub fn thousands_of_listeners_are_looked_at_in_time(world: &World) {
    let server = "import resource, socket, time\n\
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)\n\
        most = min(most, 10000)\n\
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))\n\
        ours = [socket.socket() for _ in range(most - 100)]\n\
        [each.listen() for each in ours]\n\
        print(len(ours), 'listen', flush=True)\n\
        time.sleep(1000)\n";
    let pushed = push(world, server);
    expect(&pushed, "3996 listen");
    expect(&pushed, "It listens on 0.0.0.0, port");
    assert!(pushed.time < Duration::from_secs(15), "it took {:?}", pushed.time);
}
